const SEPARATORS = /[\u0085\u2028\u2029]/g;

/**
 * JSON on one line even for readers that split lines the Unicode way, as some clients of event streams do: the
 * separators that JSON allows raw are escaped.
 */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(
    SEPARATORS,
    (separator) => `\\u${separator.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
