import { RE2JS } from "re2js";
import { failed } from "./cel-values.ts";
import type { Effort } from "./effort.ts";

/** Instructions of a pattern, each of which may look at each character. */
const MAX_SIZE = 2_000;
const MAX_KEPT = 1_000;
const MAX_LENGTH = 1_000;
/** Compiling is dear, and grows with what repetitions come to. */
const COMPILE_EFFORT = 2_000;
const patterns = new Map<string, RE2JS>();

/** Whether a regular expression of RE2 stands in the text; in time that grows with both, whatever they are. */
export function matchesPattern(pattern: string, text: string, effort: Effort): boolean {
  const compiled = patternOf(pattern, effort);
  effort.spend(1 + (text.length * compiled.programSize()) / 60);
  return compiled.matcher(text).find();
}

function patternOf(pattern: string, effort: Effort): RE2JS {
  const known = patterns.get(pattern);
  if (known !== undefined) return known;
  if (pattern.length > MAX_LENGTH) throw failed("the pattern is too long");
  effort.spend(COMPILE_EFFORT);
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
