/** Longest body, in bytes of UTF-8. */
export const BODY_LIMIT_BYTES = 256 * 1024;

/** What long strings are cut to where a body would be too long, in bytes; the next one where that is not enough. */
export const STRING_LIMITS_BYTES = [8_192, 4_096, 2_048, 1_024, 512] as const;

const CUT = "…[truncated]";

export function fits(body: string): boolean {
  return Buffer.byteLength(body) <= BODY_LIMIT_BYTES;
}

/** The same with every longer string inside it cut to so many bytes. */
export function withShortStrings<Value>(value: Value, limitBytes: number): Value;
export function withShortStrings(value: unknown, limitBytes: number): unknown {
  if (typeof value === "string") return shortened(value, limitBytes);
  if (Array.isArray(value)) return value.map((item) => withShortStrings(item, limitBytes));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, withShortStrings(member, limitBytes)]),
  );
}

function shortened(text: string, limitBytes: number): string {
  if (Buffer.byteLength(text) <= limitBytes) return text;
  const room = Buffer.from(text).subarray(0, limitBytes - Buffer.byteLength(CUT));
  // A character that was cut in two at the end is left out.
  return `${new TextDecoder("utf-8", { ignoreBOM: true }).decode(room, { stream: true })}${CUT}`;
}

/** The beginning of a text, at most so many code points: no character is cut in two. */
export function firstCodePoints(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let count = 0;
  let end = 0;
  for (const character of text) {
    if (count === limit) break;
    count += 1;
    end += character.length;
  }
  return text.slice(0, end);
}
