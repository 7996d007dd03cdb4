import { randomFillSync, randomUUID } from "node:crypto";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TIME_CHARACTERS = 10;
const COUNTER_CHARACTERS = 4;
const RANDOM_CHARACTERS = 12;
const COUNTER_LIMIT = 32 ** COUNTER_CHARACTERS;

const pool = Buffer.alloc(RANDOM_CHARACTERS * 512);
let poolOffset = pool.length;
let lastMs = 0;
let lastMsText = "";
let counter = 0;

/**
 * A new request id: 26 characters of Crockford base 32, shaped like a ULID. 10 characters of milliseconds, 4 that
 * count within the millisecond, 12 random. Within a process every id sorts after the ones before it.
 */
export function newRequestId(now: number = Date.now()): string {
  if (now > lastMs) beginMillisecond(now);
  else if (++counter === COUNTER_LIMIT) beginMillisecond(lastMs + 1);
  return lastMsText + base32(counter, COUNTER_CHARACTERS) + randomCharacters();
}

/** A new request id as a UUID of version 7: its beginning says when, the rest is random. */
export function newRequestUuid(now: number = Date.now()): string {
  const time = now.toString(16).padStart(12, "0");
  const rest = randomUUID();
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(15)}`;
}

function beginMillisecond(ms: number): void {
  lastMs = ms;
  lastMsText = base32(ms, TIME_CHARACTERS);
  counter = 0;
}

function base32(value: number, length: number): string {
  let text = "";
  let rest = value;
  for (let index = 0; index < length; index++) {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

function randomCharacters(): string {
  if (poolOffset === pool.length) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  let text = "";
  const end = poolOffset + RANDOM_CHARACTERS;
  for (; poolOffset < end; poolOffset++) text += ALPHABET.charAt((pool[poolOffset] ?? 0) & 31);
  return text;
}
