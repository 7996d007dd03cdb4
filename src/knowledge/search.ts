import type { KnowledgeBaseId } from "../domain/ids.ts";
import type { Chunk, KnowledgeBase, KnowledgeDocument, Passage } from "../domain/knowledge.ts";
import type { Store } from "../storage/store.ts";
import { similarity } from "./similarity.ts";
import { columns } from "./split.ts";
import { type QueryTerm, queryTerms } from "./terms.ts";

interface SearchQuery {
  baseIds: KnowledgeBaseId[];
  query: string;
  /** Most results; below 1 there are none. */
  topK: number;
  /** Results scoring below are left out. 0 to 1. */
  scoreThreshold: number;
}

interface Services {
  store: Pick<Store, "knowledge">;
}

interface Candidate {
  chunk: Chunk;
  document: KnowledgeDocument | undefined;
}

/** Chunks with the rarest terms, fetched to be scored here: so many that a small base is scored whole. */
const RARE_CHUNKS = 100;
/** Chunks fetched in the engine's own order. */
const PROMISING_CHUNKS = 50;
/** Chunks the engine may have to rank for one look: beyond that, ranking is what a search would spend its time on. */
const RANKED_CHUNKS = 1_000;

/** Shares of a query term's weight by its kind. */
const KIND_WEIGHT: Record<QueryTerm["kind"], number> = {
  word: 1,
  whole: 0.6,
  part: 0.4,
  character: 0.3,
  question: 0,
};

/** The same for comparing a query with a title, where it matters a little what is asked. */
const TITLE_WEIGHT: Record<QueryTerm["kind"], number> = { ...KIND_WEIGHT, question: 0.3 };

/** What is left of the score of a passage without any Chinese for a Chinese query, and the other way round. */
const OTHER_SCRIPT = 0.9;
const HAN = /\p{Script=Han}/u;

/** Saturation of occurrences: at the usual length one earns 0.8 of a term's weight, two 0.89, many nearly all. */
const SATURATION = 0.25;
/** Columns of a passage whose length neither helps nor harms; see `SplitLimits`. */
const USUAL_COLUMNS = 800;

/**
 * Passages that answer a query best, best first; equal scores in the order of the chunk ids.
 *
 * The score says how much of what the query asks for stands in the passage, 0 to 1: each query term weighs by
 * its rarity among the passages of these bases, and earns 0.8 of its weight when it stands once in a passage
 * of usual length, a little more in a short one or when it is repeated. Terms no passage has count as rare ones,
 * so that a query about something else scores low. Words that ask (怎么, how) do not count unless the query has no
 * others. A title (the last heading, or the document's name) that says the same as the query lifts the score to 1,
 * one that says half of it a quarter of the way. A passage in another script than the query loses a tenth.
 *
 * Above 0.5 most of the query is there; below 0.25 it is mostly a word in passing.
 */
export async function searchPassages({ store }: Services, search: SearchQuery): Promise<Passage[]> {
  const asked = queryTerms(search.query);
  const terms = contentTerms(asked);
  if (terms.length === 0 || search.baseIds.length === 0 || search.topK < 1) return [];
  const { candidates, weights } = await lookUp(store, search.baseIds, "passage", terms);
  const isChinese = HAN.test(search.query);
  return best(store, search, candidates, ({ chunk, document }) => {
    const covered = coverage(chunk, weights);
    const title = chunk.headings.at(-1) ?? document?.name ?? "";
    const lifted = covered + (1 - covered) * titleMatch(asked, title) ** 2;
    return lifted * (isChinese === HAN.test(chunk.text) ? 1 : OTHER_SCRIPT);
  });
}

/**
 * Question–answer pairs whose question means the same as the query, best first; equal scores in the order of
 * the chunk ids. 1 is the same question but for case, width, punctuation and spaces; below that see
 * `similarity`. The score of two questions depends on nothing else in the base.
 */
export async function searchPairs({ store }: Services, search: SearchQuery): Promise<Passage[]> {
  const terms = contentTerms(queryTerms(search.query));
  if (terms.length === 0 || search.baseIds.length === 0 || search.topK < 1) return [];
  const { candidates } = await lookUp(store, search.baseIds, "pair", terms);
  const compare = similarity(search.query);
  return best(store, search, candidates, ({ chunk }) => compare(chunk.question));
}

/** Without the words that ask, unless there are no others; those then weigh like any word. */
function contentTerms(terms: QueryTerm[]): QueryTerm[] {
  const content = terms.filter(({ kind }) => kind !== "question");
  return content.length > 0 ? content : terms.map(({ term }) => ({ term, kind: "word" }));
}

/**
 * Two looks at the index: chunks with the rarest terms, as many as surely fit, so that no engine's own order
 * decides about them; then the chunks the engine finds most promising for more terms. Terms that very many chunks
 * have are left to the score: a good passage also has one of the others.
 */
async function lookUp(
  store: Services["store"],
  baseIds: KnowledgeBaseId[],
  kind: Chunk["kind"],
  terms: QueryTerm[],
): Promise<{ candidates: Candidate[]; weights: Map<string, number> }> {
  const all = terms.map(({ term }) => term);
  const { total, counts } = await store.knowledge.termCounts({ baseIds, kind, terms: all });
  const rarestFirst = all
    .map((term) => ({ term, count: counts.get(term) ?? 0 }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => a.count - b.count || (a.term < b.term ? -1 : 1));
  const rare = termsWithin(rarestFirst, RARE_CHUNKS, total);
  const promising = termsWithin(rarestFirst, RANKED_CHUNKS, total);
  if (promising.length === 0) promising.push(...rarestFirst.slice(0, 1).map(({ term }) => term));
  const found = new Map<number, Candidate>();
  const look = async (group: string[], limit: number) => {
    if (group.length === 0) return;
    const candidates = await store.knowledge.candidates({ baseIds, kind, terms: group, limit });
    for (const candidate of candidates) found.set(candidate.chunk.id, candidate);
  };
  await look(rare, RARE_CHUNKS);
  if (promising.length > rare.length) await look(promising, PROMISING_CHUNKS);
  return { candidates: [...found.values()], weights: termWeights(terms, total, counts) };
}

/** The first terms, as long as no more than `limit` of the `total` chunks can have one of them. */
function termsWithin(rarestFirst: { term: string; count: number }[], limit: number, total: number): string[] {
  const terms: string[] = [];
  let chunks = 0;
  for (const { term, count } of rarestFirst) {
    chunks += count;
    if (Math.min(chunks, total) > limit) break;
    terms.push(term);
  }
  return terms;
}

/** A long word that no chunk has as such is judged by its parts alone. */
function termWeights(terms: QueryTerm[], total: number, counts: Map<string, number>): Map<string, number> {
  const weights = new Map<string, number>();
  for (const { term, kind } of terms) {
    const count = counts.get(term) ?? 0;
    if (kind === "whole" && count === 0) continue;
    weights.set(term, KIND_WEIGHT[kind] * rarity(Math.max(count, 1), total));
  }
  return weights;
}

/** Inverse document frequency as in BM25, above 0 also for a term that every chunk has. */
function rarity(count: number, total: number): number {
  return Math.log(1 + (total - count + 0.5) / (count + 0.5));
}

function coverage(chunk: Chunk, weights: Map<string, number>): number {
  const occurrences = new Map<string, number>();
  for (const term of chunk.terms) {
    if (weights.has(term)) occurrences.set(term, (occurrences.get(term) ?? 0) + 1);
  }
  const length = Math.min(Math.max(columns(chunk.text) / USUAL_COLUMNS, 0.5), 1.5);
  let earned = 0;
  let possible = 0;
  for (const [term, weight] of weights) {
    const count = occurrences.get(term) ?? 0;
    earned += (weight * count) / (count + SATURATION * length);
    possible += weight;
  }
  return possible === 0 ? 0 : earned / possible;
}

/** Twice the weight of the shared terms against that of both, 0 to 1. */
function titleMatch(asked: QueryTerm[], title: string): number {
  const said = new Map(queryTerms(title).map(({ term, kind }) => [term, TITLE_WEIGHT[kind]]));
  let shared = 0;
  let both = 0;
  for (const weight of said.values()) both += weight;
  for (const { term, kind } of asked) {
    both += TITLE_WEIGHT[kind];
    shared += Math.min(said.get(term) ?? 0, TITLE_WEIGHT[kind]);
  }
  return both === 0 ? 0 : (2 * shared) / both;
}

async function best(
  store: Services["store"],
  { baseIds, topK, scoreThreshold }: SearchQuery,
  candidates: Candidate[],
  score: (candidate: Candidate) => number,
): Promise<Passage[]> {
  const results = candidates
    .map((candidate) => ({ ...candidate, score: score(candidate) }))
    .filter((result) => result.score > 0 && result.score >= scoreThreshold)
    .sort((a, b) => b.score - a.score || a.chunk.id - b.chunk.id)
    .slice(0, topK);
  if (results.length === 0) return [];
  const bases = new Map((await store.knowledge.findBases(baseIds)).map((base) => [base.id, base]));
  return results.flatMap((result) => {
    const base = bases.get(result.chunk.knowledgeBaseId);
    return base === undefined ? [] : [toPassage(result, base)];
  });
}

function toPassage({ chunk, document, score }: Candidate & { score: number }, base: KnowledgeBase): Passage {
  return {
    chunkId: chunk.id,
    knowledgeBaseId: base.id,
    knowledgeBaseName: base.name,
    ...(chunk.documentId === undefined ? {} : { documentId: chunk.documentId }),
    documentName: document?.name ?? "",
    documentUrl: document?.url ?? "",
    headings: chunk.headings,
    text: chunk.text,
    question: chunk.question,
    score,
  };
}
