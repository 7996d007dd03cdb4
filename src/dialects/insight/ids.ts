/**
 * Our integer ids as UUIDs of version 8: 53 bits of id, 8 of kind, 61 of check. An id of the wrong kind, mistyped or
 * made up is refused without asking the store. Source: spec page of Insight §8, "Ids".
 */
const KINDS = {
  agent: 1,
  conversation: 2,
  /** Callers' `execId`. */
  turn: 3,
  /** Callers' `msgId`. */
  message: 4,
  /** Callers' `nodeId`: the agent that stands for its only node. */
  node: 5,
  /** Callers' `executionId` of an event that was emitted. */
  trigger: 6,
  "knowledge-base": 7,
} as const;

export type IdKind = keyof typeof KINDS;

const ID_BITS = 53n;
const KIND_BITS = 8n;
const CHECK_BITS = 61n;
const LOW_BITS = 62n;
const MIDDLE_BITS = 12n;
const VERSION = 8n;
const VARIANT = 2n;

/** In lower case, as `7f0c2a51-93b4-8d7e-9a1c-5e0f4b3d2c1a`. */
export function formatUuid(kind: IdKind, id: number): string {
  const payload = (((BigInt(id) << KIND_BITS) | BigInt(KINDS[kind])) << CHECK_BITS) | check(kind, id);
  const high = payload >> (LOW_BITS + MIDDLE_BITS);
  const middle = (payload >> LOW_BITS) & ((1n << MIDDLE_BITS) - 1n);
  const low = payload & ((1n << LOW_BITS) - 1n);
  const head = (((high << 4n) | VERSION) << MIDDLE_BITS) | middle;
  const digits = ((head << 64n) | (VARIANT << LOW_BITS) | low).toString(16).padStart(32, "0");
  return [8, 12, 16, 20, 32].map((end, index) => digits.slice([0, 8, 12, 16, 20][index], end)).join("-");
}

/** The id behind a printed one, in either case; undefined when it is none of ours of this kind. */
export function parseUuid<T extends number>(kind: IdKind, text: string): T | undefined {
  if (!/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text)) return undefined;
  const value = BigInt(`0x${text.replaceAll("-", "")}`);
  const high = value >> 80n;
  const middle = (value >> 64n) & ((1n << MIDDLE_BITS) - 1n);
  const low = value & ((1n << LOW_BITS) - 1n);
  const payload = (((high << MIDDLE_BITS) | middle) << LOW_BITS) | low;
  const id = Number((payload >> (KIND_BITS + CHECK_BITS)) & ((1n << ID_BITS) - 1n));
  return formatUuid(kind, id) === text.toLowerCase() ? (id as T) : undefined;
}

/** Bits that change wildly with every bit of kind and id. Guards against slips, not against forgery. */
function check(kind: IdKind, id: number): bigint {
  const low = id >>> 0;
  const high = Math.floor(id / 2 ** 32) + KINDS[kind] * 0x27d4eb2f;
  const first = mixed(low ^ 0x9e3779b1, high);
  const second = mixed(high ^ 0x7f4a7c15, low ^ first);
  return ((BigInt(first) << 32n) | BigInt(second)) & ((1n << CHECK_BITS) - 1n);
}

function mixed(one: number, other: number): number {
  let bits = Math.imul(one, 0x85ebca6b) ^ Math.imul(other, 0xc2b2ae35);
  bits = Math.imul(bits ^ (bits >>> 15), 0x2c1b3c6d);
  bits = Math.imul(bits ^ (bits >>> 13), 0x297a2d39);
  return (bits ^ (bits >>> 16)) >>> 0;
}
