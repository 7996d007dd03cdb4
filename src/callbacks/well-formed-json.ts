const ESCAPED = /\\(?:ud[89a-f][0-9a-f]{2}|.)/g;

/**
 * JSON text without halves of surrogate pairs: `JSON.stringify` writes them as escapes, which many parsers refuse. Never
 * longer than before.
 */
export function wellFormedJson(text: string): string {
  if (!text.includes("\\ud")) return text;
  return text.replaceAll(ESCAPED, (found) => (found.length > 2 ? "\uFFFD" : found));
}
