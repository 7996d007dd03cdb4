import { z } from "zod";
import type { ChunkId, DocumentId, KnowledgeBaseId } from "../../domain/ids.ts";
import type { Passage } from "../../domain/knowledge.ts";
import type { ValueType } from "../../domain/workflow.ts";
import { NodeError } from "../node-error.ts";

/** Passages as nodes give them to one another. */
export interface PassageData {
  text: string;
  /** 0 to 1. */
  score: number;
  /** Of a pair; empty otherwise. */
  question: string;
  document: string;
  url: string;
  headings: string[];
  base: string;
  /** Digits, as are the two below: what it is known by in the knowledge base. */
  id: string;
  baseId: string;
  /** Empty: it is of no document. */
  documentId: string;
}

/** What a `PassageData` is. */
export const PASSAGE_TYPE: ValueType = {
  type: "object",
  properties: {
    text: { type: "string", required: true },
    score: { type: "number", required: true, description: "0 to 1." },
    question: { type: "string", required: true, description: "Of a pair; empty otherwise." },
    document: { type: "string", required: true },
    url: { type: "string", required: true },
    headings: { type: "array", items: { type: "string" }, required: true },
    base: { type: "string", required: true, description: "Name of the knowledge base." },
    id: { type: "string", required: true },
    baseId: { type: "string", required: true },
    documentId: { type: "string", required: true, description: "Empty: it is of no document." },
  },
};

/** A passage as nodes give it to one another. */
export function passageData(passage: Passage): PassageData {
  return {
    text: passage.text,
    score: passage.score,
    question: passage.question,
    document: passage.documentName,
    url: passage.documentUrl,
    headings: passage.headings,
    base: passage.knowledgeBaseName,
    id: String(passage.chunkId),
    baseId: String(passage.knowledgeBaseId),
    documentId: String(passage.documentId ?? ""),
  };
}

/** How a node searched: `scoreThreshold` is 0 to 1. */
export const SEARCH_TYPE: ValueType = {
  type: "object",
  properties: {
    bases: { type: "array", items: { type: "string" }, required: true, description: "Ids." },
    topK: { type: "integer", required: true },
    scoreThreshold: { type: "number", required: true },
  },
};

const GivenPassage = z.object({
  text: z.string(),
  score: z.number().default(0),
  question: z.string().default(""),
  document: z.string().default(""),
  url: z.string().default(""),
  headings: z.array(z.string()).default([]),
  base: z.string().default(""),
  id: z.string().default(""),
  baseId: z.string().default(""),
  documentId: z.string().default(""),
});
const Given = z.array(GivenPassage).max(100);

/** Passages that a node was given, as models get them. Throws a `NodeError` with `input_invalid`. */
export function readPassages(given: unknown): Passage[] {
  if (given === undefined || given === null) return [];
  const read = Given.safeParse(given);
  if (!read.success) {
    const [issue] = read.error.issues;
    const at = ["passages", ...(issue?.path ?? [])].join(".");
    throw new NodeError("input_invalid", `${at}: ${issue?.message ?? "is not what a knowledge node gives"}`);
  }
  return read.data.map(passageOf);
}

/** What a search came to, as it is told. */
export interface ToldSearch {
  baseIds: KnowledgeBaseId[];
  topK: number;
  scoreThreshold: number;
  passages: Passage[];
  /** The pair that answers. */
  pair: Passage | undefined;
}

const Told = z.object({
  search: z
    .object({ bases: z.array(z.string()), topK: z.number(), scoreThreshold: z.number() })
    .default({ bases: [], topK: 0, scoreThreshold: 0 }),
  passages: Given.default([]),
  pair: GivenPassage.nullable().default(null),
});

/** What the outputs of a knowledge node tell of its search; of those that say otherwise, that it found nothing. */
export function readSearch(outputs: Readonly<Record<string, unknown>> | undefined): ToldSearch {
  const { search, passages, pair } = Told.safeParse(outputs ?? {}).data ?? Told.parse({});
  return {
    baseIds: search.bases.map((id) => idOf<KnowledgeBaseId>(id, 0)),
    topK: Math.round(search.topK),
    scoreThreshold: search.scoreThreshold,
    passages: passages.map(passageOf),
    pair: pair === null ? undefined : passageOf(pair, passages.length),
  };
}

/** Passages that somebody made up have no numbers: theirs only tell those of one request apart. */
function passageOf(
  { text, score, question, document, url, headings, base, id, baseId, documentId }: PassageData,
  index: number,
): Passage {
  return {
    chunkId: idOf<ChunkId>(id, index),
    knowledgeBaseId: idOf<KnowledgeBaseId>(baseId, 0),
    knowledgeBaseName: base,
    ...(documentId !== "" && { documentId: idOf<DocumentId>(documentId, 0) }),
    documentName: document,
    documentUrl: url,
    headings,
    text,
    question,
    score,
  };
}

function idOf<T extends number>(text: string, otherwise: number): T {
  const id = /^\d{1,16}$/.test(text) ? Number(text) : otherwise;
  return (Number.isSafeInteger(id) ? id : otherwise) as T;
}
