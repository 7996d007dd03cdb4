/**
 * Coze prints ids as strings of decimal digits. Ours are below 2^53 and print as they are. Messages that
 * are not rows of their own (what a turn searched, called and proposed) print as their turn's id followed by three
 * digits that count them: at least 17 digits, which no id of a row has.
 * Source: spec page, notation and §1.1.
 */
const DERIVED_FACTOR = 1000n;

/** Most messages of one turn that can be told apart. */
export const DERIVED_LIMIT = 1000;

export function formatId(id: number): string {
  return String(id);
}

/** The id behind its digits; undefined when it cannot be one of ours. */
export function parseId<T extends number>(text: string): T | undefined {
  if (!/^[1-9]\d{0,15}$/.test(text)) return undefined;
  const id = Number(text);
  return Number.isSafeInteger(id) ? (id as T) : undefined;
}

/** The `index`th message that only the turn's trace knows, from 0. */
export function formatDerivedId(turnId: number, index: number): string {
  return String(BigInt(turnId) * DERIVED_FACTOR + BigInt(index));
}

/** Undefined when it is not one of those. */
export function parseDerivedId<T extends number>(text: string): { turnId: T; index: number } | undefined {
  if (!/^[1-9]\d{16,18}$/.test(text)) return undefined;
  const value = BigInt(text);
  const turnId = Number(value / DERIVED_FACTOR);
  return Number.isSafeInteger(turnId)
    ? { turnId: turnId as T, index: Number(value % DERIVED_FACTOR) }
    : undefined;
}
