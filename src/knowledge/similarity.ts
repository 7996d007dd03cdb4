import { isNegation, sameMeaning } from "./function-words.ts";
import { normalize, type QueryTerm, queryTerms } from "./terms.ts";

/** What sharing, or lacking, a word of a question counts. */
const KIND_WEIGHT: Record<QueryTerm["kind"], number> = {
  word: 1,
  whole: 0.6,
  part: 0.4,
  character: 0.5,
  question: 0.6,
};

/** A negation turns a question around, whatever else is the same. */
const NEGATION_WEIGHT = 2;

/** Scores of questions that are not literally the same end here. */
const ALMOST = 0.99;

/**
 * Compares questions with `question`, 0 to 1. 1: the same letters and digits. Otherwise the weight of the shared
 * words against those only one of them has: half of it where a question merely says more, all of it where each
 * has words the other lacks, because then a word is exchanged and the question is mostly another (退货, 换货).
 * A negation counts like two words. Polite words do not count, and question words of one meaning (怎么, 如何) are the same. The order of words is
 * not looked at: 从 A 到 B and 从 B 到 A are alike.
 */
export function similarity(question: string): (other: string) => number {
  const key = lettersAndDigits(question);
  const weights = questionWeights(question);
  return (other) => {
    if (key !== "" && key === lettersAndDigits(other)) return 1;
    return ALMOST * overlap(weights, questionWeights(other));
  };
}

function lettersAndDigits(text: string): string {
  return normalize(text).replace(/[^\p{L}\p{N}]/gu, "");
}

/** 怎么能退货 asks what 怎么退货 asks: beside another question word, 能 and can ask nothing. */
function questionWeights(question: string): Map<string, number> {
  const terms = queryTerms(question).map(({ term, kind }) => ({ word: sameMeaning(term), kind }));
  const isAskedOtherwise = terms.some(({ word, kind }) => kind === "question" && word !== "能");
  return new Map(
    terms
      .filter(({ word, kind }) => kind !== "question" || word !== "能" || !isAskedOtherwise)
      .map(({ word, kind }) => [word, isNegation(word) ? NEGATION_WEIGHT : KIND_WEIGHT[kind]]),
  );
}

function overlap(one: Map<string, number>, other: Map<string, number>): number {
  let shared = 0;
  let onlyOne = 0;
  for (const [term, weight] of one) {
    const same = other.get(term);
    if (same === undefined) onlyOne += weight;
    else shared += Math.min(weight, same);
  }
  let onlyOther = 0;
  for (const [term, weight] of other) if (!one.has(term)) onlyOther += weight;
  const difference = (onlyOne + onlyOther) / 2 + Math.min(onlyOne, onlyOther);
  return shared === 0 ? 0 : shared / (shared + difference);
}
