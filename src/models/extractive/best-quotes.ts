import type { Passage } from "../../domain/knowledge.ts";

/** Words of a passage worth reading, and where they stand. */
export interface Quote {
  passage: Passage;
  text: string;
}

/** More would be a list to read instead of an answer. */
const maxQuotes = 3;
const maxQuoteCharacters = 400;
/** A sentence this far below the best one is not quoted. */
const relativeThreshold = 0.5;
/** A word in the headings says what the passage is about, not which sentence answers. */
const contextWeight = 0.5;

interface Candidate {
  passage: Passage;
  /** Place of the passage among the retrieved, from 0. */
  rank: number;
  sentences: string[];
  /** Place of the sentence in its passage. */
  position: number;
  score: number;
  /** False: only headings, or the question of the pair, share words with the question. */
  isFoundInText: boolean;
}

/**
 * The sentences that share most words with the question, best first, at most one stretch per passage. Where none
 * shares a word, the beginning of the best passage: the search found it fitting for other reasons.
 */
export function bestQuotes(question: string, passages: readonly Passage[]): Quote[] {
  const wanted = termsOf(question);
  const candidates = scored(wanted, passages);
  const best = candidates[0]?.score ?? 0;
  if (best === 0) return passages.slice(0, 1).map((passage) => ({ passage, text: opening(passage) }));

  const quotes: Quote[] = [];
  for (const candidate of candidates) {
    if (quotes.length === maxQuotes || candidate.score < best * relativeThreshold) break;
    if (quotes.some((quote) => quote.passage === candidate.passage)) continue;
    const text = candidate.isFoundInText ? stretch(candidate) : opening(candidate.passage);
    if (quotes.every((quote) => quote.text !== text)) quotes.push({ passage: candidate.passage, text });
  }
  return quotes;
}

/** Sentences with their scores, best first; equal scores keep the order of the search. */
function scored(wanted: ReadonlySet<string>, passages: readonly Passage[]): Candidate[] {
  const candidates = passages.flatMap((passage, rank) => {
    const sentences = sentencesOf(passage.text);
    return sentences.map((_sentence, position) => ({
      passage,
      rank,
      sentences,
      position,
      score: 0,
      isFoundInText: false,
    }));
  });
  const own = candidates.map(({ sentences, position }) => termsOf(sentences[position] ?? ""));
  const weights = rarity(wanted, own);
  for (const [index, candidate] of candidates.entries()) {
    const { passage } = candidate;
    const found = own[index] ?? new Set();
    const above = termsOf([...passage.headings, passage.question].join("\n"));
    let shared = 0;
    for (const [term, weight] of weights) {
      if (found.has(term)) shared += weight;
      else if (above.has(term)) shared += weight * contextWeight;
      candidate.isFoundInText ||= found.has(term);
    }
    // What the search thinks decides between passages that share the same words.
    candidate.score = shared * (1 + passage.score);
  }
  return candidates.sort((a, b) => b.score - a.score || a.rank - b.rank || a.position - b.position);
}

/** How much finding each wanted term says: the rarer among the sentences, the more. */
function rarity(wanted: ReadonlySet<string>, terms: readonly ReadonlySet<string>[]): Map<string, number> {
  const weights = new Map<string, number>();
  for (const term of wanted) {
    const holders = terms.filter((held) => held.has(term)).length;
    weights.set(term, Math.log(1 + terms.length / (1 + holders)));
  }
  return weights;
}

/** The sentence, with what follows where it cannot stand alone: a question, a colon, a few words. */
function stretch({ passage, sentences, position }: Candidate): string {
  if (passage.question !== "") return opening(passage);
  let end = position + 1;
  while (end < sentences.length && /[？?：:]$/.test(sentences[end - 1] ?? "")) end++;
  const isAlone = end === position + 1;
  if (isAlone && (sentences[position]?.length ?? 0) < 20 && end < sentences.length) end++;
  return clipped(joined(sentences.slice(position, end)));
}

/** The answer of a pair, or the first sentences of a passage. */
function opening(passage: Passage): string {
  if (passage.question !== "") return clipped(passage.text.trim());
  return clipped(joined(sentencesOf(passage.text).slice(0, 3)));
}

/** Chinese sentences stand without a space between them. */
function joined(sentences: readonly string[]): string {
  return sentences.join(" ").replace(/(?<=[。！？；：]) /gu, "");
}

function clipped(text: string): string {
  return text.length <= maxQuoteCharacters ? text : `${text.slice(0, maxQuoteCharacters).toWellFormed()}…`;
}

/** Lines cut at sentence ends, without the marks of lists and headings. */
function sentencesOf(text: string): string[] {
  return text
    .split(/\n+/)
    .map((line) => line.replace(/^\s*(?:[#>*+-]+|\d+[.)、])\s+/, "").trim())
    .flatMap((line) => line.split(/(?<=[。！？!?；])|(?<=\.)\s+/u))
    .map((sentence) => sentence.trim())
    .filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}

/** Pairs of neighbouring Han characters, and words of other scripts without those that say nothing. */
function termsOf(text: string): Set<string> {
  const terms = new Set<string>();
  for (const [run] of text.toLowerCase().matchAll(/\p{Script=Han}+|[[\p{L}\p{N}]--\p{Script=Han}]+/gv)) {
    if (!/^\p{Script=Han}/u.test(run)) {
      if (!silentWords.has(run)) terms.add(stem(run));
      continue;
    }
    const characters = Array.from(run);
    if (characters.length === 1) terms.add(run);
    for (let index = 0; index + 1 < characters.length; index++) {
      const pair = `${characters[index]}${characters[index + 1]}`;
      if (!silentPairs.has(pair)) terms.add(pair);
    }
  }
  return terms;
}

/** Enough for "refund", "refunds" and "refunded" to meet. */
function stem(word: string): string {
  return word.length > 4 ? word.replace(/(?:ing|ed|es|s)$/, "") : word;
}

const silentWords = new Set(
  "a an and are as at be by can do does for from how i in is it my of on or that the this to was what when where which who why will with you your".split(
    " ",
  ),
);
const silentPairs = new Set(
  "什么 怎么 怎样 如何 请问 可以 哪些 哪里 多少 为什 一下 我们 你们 是否 有没 没有".split(" "),
);
