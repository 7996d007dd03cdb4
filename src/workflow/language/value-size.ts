/** Largest value that a node gives, in characters of JSON. */
export const MAX_VALUE_SIZE = 1_000_000;

/** About how many characters a value is as JSON; stops counting when it is past `limit`. */
export function sizeOf(value: unknown, limit: number): number {
  if (typeof value === "string") return value.length + 2;
  if (typeof value !== "object" || value === null) return 8;
  let size = 2;
  for (const name in value) {
    if (!Object.hasOwn(value, name)) continue;
    size += name.length + 4 + sizeOf(Reflect.get(value, name), limit - size);
    if (size > limit) return size;
  }
  return size;
}
