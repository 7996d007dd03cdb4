import { createHash } from "node:crypto";

const PLAIN = /^[a-z0-9\u0080-\u{10ffff}]+$/u;
const LONGEST_BYTES = 255;

/**
 * The form in which a term stands in a full-text index: one token for every tokenizer, without any character
 * that a query language reads. Plain words stay as they are; everything else becomes `_` and hex; long terms
 * become `__` and their SHA-256. Different terms have different forms.
 */
export function indexTerm(term: string): string {
  const bytes = Buffer.from(term);
  if (bytes.length > LONGEST_BYTES) return `__${createHash("sha256").update(bytes).digest("hex")}`;
  return PLAIN.test(term) ? term : `_${bytes.toString("hex")}`;
}
