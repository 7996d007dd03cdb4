import { idTimeMs } from "../../domain/ids.ts";

/**
 * HiAgent's alphabets: 20 characters `[0-9a-v]` like an xid (applications, conversations, rounds) and 26
 * characters like a ULID (messages, tasks, model conversations, runs of workflows). Source: HiAgent API document, samples.
 *
 * Both carry our integer id, its kind, its time where those ids carry theirs, and check bits: an id of the
 * wrong kind, mistyped or made up is refused without asking the store.
 */
const KINDS = {
  workspace: 1,
  agent: 2,
  conversation: 3,
  /** The internal conversation, which HiAgent prints in another alphabet than the one callers see. */
  thread: 4,
  exchange: 5,
  turn: 6,
  "knowledge-base": 7,
  document: 8,
  chunk: 9,
  "workflow-run": 10,
  /** A run whose callers are told of failed nodes only. */
  "brief-workflow-run": 11,
} as const;

type Kind = keyof typeof KINDS;

const ID_BITS = 53n;
const KIND_BITS = 8n;
const XID_CHECK_BITS = 3n;
const ULID_CHECK_BITS = 19n;

/** 32 bits of unix seconds, 53 of id, 8 of kind, 3 of check. */
export function formatXid(kind: Kind, id: number): string {
  const seconds = BigInt(Math.floor(idTimeMs(id) / 1000));
  return base32((seconds << 64n) | payload(kind, id, XID_CHECK_BITS), 20, "0123456789abcdefghijklmnopqrstuv");
}

/** 48 bits of unix milliseconds, 53 of id, 8 of kind, 19 of check. */
export function formatUlid(kind: Kind, id: number): string {
  const ms = BigInt(idTimeMs(id));
  return base32((ms << 80n) | payload(kind, id, ULID_CHECK_BITS), 26, "0123456789ABCDEFGHJKMNPQRSTVWXYZ");
}

/** The id behind a printed one; undefined when it is not one of ours of this kind. */
export function parseXid<T extends number>(kind: Kind, text: string): T | undefined {
  if (!/^[0-9a-v]{20}$/.test(text)) return undefined;
  const value = [...text].reduce((sum, digit) => sum * 32n + BigInt(Number.parseInt(digit, 32)), 0n);
  return readId<T>(value, XID_CHECK_BITS, (id) => formatXid(kind, id) === text);
}

/** The id behind a printed one; letters may be in either case. Undefined when it is not one of ours. */
export function parseUlid<T extends number>(kind: Kind, text: string): T | undefined {
  const upper = text.toUpperCase();
  if (!/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(upper)) return undefined;
  const value = [...upper].reduce(
    (sum, digit) => sum * 32n + BigInt("0123456789ABCDEFGHJKMNPQRSTVWXYZ".indexOf(digit)),
    0n,
  );
  return readId<T>(value, ULID_CHECK_BITS, (id) => formatUlid(kind, id) === upper);
}

function payload(kind: Kind, id: number, checkBits: bigint): bigint {
  const code = BigInt(KINDS[kind]);
  const check = BigInt(mixed(KINDS[kind], id)) & ((1n << checkBits) - 1n);
  return (((BigInt(id) << KIND_BITS) | code) << checkBits) | check;
}

/** 32 bits that change wildly with every bit of kind and id. Guards against slips, not against forgery. */
function mixed(kind: number, id: number): number {
  const low = id >>> 0;
  const high = Math.floor(id / 2 ** 32);
  let bits = Math.imul(low ^ 0x9e3779b1, 0x85ebca6b) ^ Math.imul(high + kind * 0x27d4eb2f, 0xc2b2ae35);
  bits = Math.imul(bits ^ (bits >>> 15), 0x2c1b3c6d);
  return (bits ^ (bits >>> 12)) >>> 0;
}

function readId<T extends number>(
  value: bigint,
  checkBits: bigint,
  isWhole: (id: number) => boolean,
): T | undefined {
  const id = Number((value >> (KIND_BITS + checkBits)) & ((1n << ID_BITS) - 1n));
  return isWhole(id) ? (id as T) : undefined;
}

function base32(value: bigint, length: number, alphabet: string): string {
  const digits = value.toString(32).padStart(length, "0");
  if (alphabet.startsWith("0123456789abcdefghijklmnopqrstuv")) return digits;
  let text = "";
  for (const digit of digits) text += alphabet[Number.parseInt(digit, 32)];
  return text;
}
