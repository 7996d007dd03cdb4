import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Jieba } from "@node-rs/jieba";
import { isParticle, isQuestionWord } from "./function-words.ts";

/**
 * A word of a query.
 * `word`: carries the meaning. `whole`: a word of three or more characters, whose `part`s follow. `part`: two
 * neighbouring characters inside or across words. `character`: one that stands alone. `question`: asks rather
 * than names (怎么, how); useful to compare questions, not to find passages.
 */
export interface QueryTerm {
  term: string;
  kind: "word" | "whole" | "part" | "character" | "question";
}

/** A longer query is cut: what it asks stands at its beginning, or the score cannot tell anyway. */
const MAX_QUERY_CHARACTERS = 2_000;
const MAX_QUERY_TERMS = 64;
/** Longer words are known by their beginning, as engines refuse huge terms. */
const MAX_TERM_CHARACTERS = 64;

/** Question words that are as often the beginning or end of another word (会话, 功能). */
const AMBIGUOUS: ReadonlySet<string> = new Set(["会", "能"]);

/** Scripts written without spaces between words. */
const UNSPACED =
  "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}ー";
const RUNS = new RegExp(`([[${UNSPACED}]&&[\\p{L}\\p{N}]]+)|([[\\p{L}\\p{N}]--[${UNSPACED}]]+)`, "gv");
const HAN_RUNS = /(\p{Script=Han}+)|\P{Script=Han}+/gu;
const ACCENTS = /([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\p{M}+/gu;

/** 能不能 asks like 能, 有没有 like 有. */
const YES_OR_NO = /(能|会|是|要)不\1|可不(可以)|(?:有没(?=有))/g;

/** Makes texts comparable that look alike: width, case and accents no longer differ. Combining marks are gone. */
export function normalize(text: string): string {
  const plain = text.normalize("NFKC").toLowerCase().normalize("NFKD").replace(ACCENTS, "$1");
  return plain.normalize("NFKC").replace(/\p{M}/gu, "");
}

/**
 * Everything a text can be found by, with repetitions, made of letters and digits only: words of scripts with
 * spaces (without plural and -ing endings), and of the others all pairs of neighbouring characters, the
 * dictionary's words of three or more, and each character once. Any two-character word is therefore found,
 * also inside a longer one.
 */
export function indexTerms(text: string): string[] {
  const terms: string[] = [];
  const characters = new Set<string>();
  for (const [, unspaced, word] of normalize(text).matchAll(RUNS)) {
    if (word !== undefined) terms.push(wordKey(word));
    if (unspaced === undefined) continue;
    const run = [...unspaced];
    for (const character of run) characters.add(character);
    for (let i = 0; i + 1 < run.length; i++) terms.push(`${run[i]}${run[i + 1]}`);
    for (const dictionaryWord of segment(unspaced)) {
      if (codePoints(dictionaryWord) > 2) terms.push(dictionaryWord);
    }
  }
  return [...terms, ...characters];
}

/**
 * What to look for, each term once, in the order of the text; at most 64. Words that say nothing (的, the) are
 * left out unless there are no others. Empty only for a text without letters and digits.
 */
export function queryTerms(text: string): QueryTerm[] {
  const asked = normalize(text.slice(0, MAX_QUERY_CHARACTERS)).replace(YES_OR_NO, "$1$2");
  const runs = [...asked.matchAll(RUNS)];
  const telling = collect(runs, (word) => !isParticle(word));
  return telling.length > 0 ? telling : collect(runs, () => true);
}

function collect(runs: RegExpExecArray[], isTelling: (word: string) => boolean): QueryTerm[] {
  const found = new Map<string, QueryTerm>();
  for (const [, unspaced, word] of runs) {
    const terms =
      unspaced === undefined ? spacedTerms(word ?? "", isTelling) : unspacedTerms(unspaced, isTelling);
    for (const term of terms) if (!found.has(term.term)) found.set(term.term, term);
  }
  return [...found.values()].slice(0, MAX_QUERY_TERMS);
}

function spacedTerms(word: string, isTelling: (word: string) => boolean): QueryTerm[] {
  if (!isTelling(word)) return [];
  return [{ term: wordKey(word), kind: isQuestionWord(word) ? "question" : "word" }];
}

interface CutWord {
  word: string;
  characters: string[];
  role: "particle" | "question" | "content";
}

/**
 * Single characters next to each other are mostly a word the dictionary lacks (会|话), so each two of them
 * count as a word. Where one stands beside a longer word the cut may be wrong (退|货运费): the two characters
 * across it are a part.
 */
function unspacedTerms(run: string, isTelling: (word: string) => boolean): QueryTerm[] {
  const words = segment(run).map((word) => cutWord(word, isTelling));
  return words.flatMap((cut, index): QueryTerm[] => {
    if (cut.role !== "content") return cut.role === "question" ? [{ term: cut.word, kind: "question" }] : [];
    const before = words[index - 1];
    const next = words[index + 1];
    const isAlone = !isContent(before, 1) && !isContent(next, 1);
    if (isAlone && isQuestionWord(cut.word)) return [{ term: cut.word, kind: "question" }];
    return [...ownTerms(cut), ...termAcross(cut, next)];
  });
}

function cutWord(word: string, isTelling: (word: string) => boolean): CutWord {
  const isQuestion = isQuestionWord(word) && !AMBIGUOUS.has(word);
  return {
    word,
    characters: [...word],
    role: isQuestion ? "question" : isTelling(word) ? "content" : "particle",
  };
}

function ownTerms({ word, characters }: CutWord): QueryTerm[] {
  if (characters.length === 1) return [{ term: word, kind: "character" }];
  if (characters.length === 2) return [{ term: word, kind: "word" }];
  return [{ term: word, kind: "whole" }, ...pairs(characters)];
}

function termAcross(cut: CutWord, next: CutWord | undefined): QueryTerm[] {
  if (next === undefined || !isContent(next)) return [];
  const singles = [cut, next].filter((word) => isContent(word, 1)).length;
  if (singles === 0) return [];
  return [{ term: `${cut.characters.at(-1)}${next.characters[0]}`, kind: singles === 2 ? "word" : "part" }];
}

/** Whether it is a word with a meaning; with `length`, of just as many characters. */
function isContent(cut: CutWord | undefined, length?: number): boolean {
  return cut?.role === "content" && (length === undefined || cut.characters.length === length);
}

function pairs(characters: string[]): QueryTerm[] {
  return characters
    .slice(1)
    .map((second, index) => ({ term: `${characters[index]}${second}`, kind: "part" }));
}

/** Cuts a run of an unspaced script into words; joined they are the run. */
function segment(run: string): string[] {
  if (codePoints(run) <= 2) return [run];
  const words: string[] = [];
  for (const [part, han] of run.matchAll(HAN_RUNS)) {
    if (han !== undefined && codePoints(han) > 2) words.push(...dictionary().cut(han, true));
    else if (han !== undefined) words.push(han);
    else words.push(...(part.match(/.{1,2}/gsu) ?? []));
  }
  return words;
}

function codePoints(text: string): number {
  return [...text].length;
}

/**
 * Takes off the commonest English endings, the same from texts and queries: models, model; starting, start;
 * stored, store. The result is a key, not always a word.
 */
function wordKey(word: string): string {
  if (!/^[a-z]{3,24}$/.test(word))
    return [...word.slice(0, 2 * MAX_TERM_CHARACTERS)]
      .slice(0, MAX_TERM_CHARACTERS)
      .join("")
      .replace(/\p{Cs}/u, "");
  const singular = word
    .replace(/(?<=[a-z]{2})ies$/, "y")
    .replace(/(?<=(?:s|x|z|ch|sh))es$/, "")
    .replace(/(?<=[a-z]{2}[^su])s$/, "");
  const bare = singular.replace(/(?<=^[a-z]*[aeiouy][a-z]*)(?<=[a-z]{3})(?:ing|(?<!e)ed)$/, "");
  return bare.replace(/([bdfgmnprt])\1$/, "$1").replace(/(?<=[a-z]{3})e$/, "");
}

let loaded: Jieba | undefined;

/** About 0.2 s and 50 MB, so only when the first Chinese text of three characters comes by. */
function dictionary(): Jieba {
  if (loaded !== undefined) return loaded;
  const require = createRequire(import.meta.url);
  const { Jieba: Dictionary } = require("@node-rs/jieba") as typeof import("@node-rs/jieba");
  loaded = Dictionary.withDict(readFileSync(require.resolve("@node-rs/jieba/dict.txt")));
  return loaded;
}
