/** Largest value that a node gives, in characters of JSON. */
export const MAX_VALUE_SIZE = 1_000_000;

/** Objects and lists inside one another; whoever handles data further may do so recursively. */
const MAX_DEPTH = 100;

/**
 * About how many characters a value is as JSON; stops counting when it is past `limit`. Values that are nested too deep
 * to be handled are past every limit.
 */
export function sizeOf(value: unknown, limit: number, depth = 0): number {
  if (typeof value === "string") return value.length + 2;
  if (typeof value !== "object" || value === null) return 8;
  if (depth === MAX_DEPTH) return Number.POSITIVE_INFINITY;
  let size = 2;
  for (const name in value) {
    if (!Object.hasOwn(value, name)) continue;
    size += name.length + 4 + sizeOf(Reflect.get(value, name), limit - size, depth + 1);
    if (size > limit) return size;
  }
  return size;
}
