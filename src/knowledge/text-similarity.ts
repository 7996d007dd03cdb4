import { indexTerms } from "./terms.ts";

/** Longer texts are compared by their beginnings. */
const MAX_CHARACTERS = 20_000;

/**
 * How much two texts of any length say in the same words, 0 to 1: the words they share, counted as often as both have
 * them, against all words of both. Words are those that searches know, so width, case, English endings and the cut of
 * Chinese words do not matter; nor does their order. 1 also for two texts without words.
 */
export function textSimilarity(one: string, other: string): number {
  const counts = new Map<string, number>();
  const ofOne = indexTerms(one.slice(0, MAX_CHARACTERS));
  const ofOther = indexTerms(other.slice(0, MAX_CHARACTERS));
  for (const term of ofOne) counts.set(term, (counts.get(term) ?? 0) + 1);
  let shared = 0;
  for (const term of ofOther) {
    const left = counts.get(term) ?? 0;
    if (left === 0) continue;
    counts.set(term, left - 1);
    shared += 1;
  }
  const total = ofOne.length + ofOther.length;
  return total === 0 ? 1 : (2 * shared) / total;
}
