import { RE2JS } from "re2js";
import { failed } from "./cel-values.ts";
import type { Effort } from "./effort.ts";

/** Instructions of a pattern, each of which may look at each character. */
const MAX_SIZE = 2_000;
const MAX_KEPT = 1_000;
const patterns = new Map<string, RE2JS>();

/** Whether a regular expression of RE2 stands in the text; in time that grows with both, whatever they are. */
export function matchesPattern(pattern: string, text: string, effort: Effort): boolean {
  const compiled = patternOf(pattern);
  effort.spend(1 + (text.length * compiled.programSize()) / 100);
  return compiled.matcher(text).find();
}

function patternOf(pattern: string): RE2JS {
  const known = patterns.get(pattern);
  if (known !== undefined) return known;
  const compiled = compile(pattern);
  if (compiled.programSize() > MAX_SIZE) throw failed("the pattern is too long");
  if (patterns.size >= MAX_KEPT) patterns.clear();
  patterns.set(pattern, compiled);
  return compiled;
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    throw failed(`the pattern cannot be read: ${error instanceof Error ? error.message : ""}`);
  }
}
