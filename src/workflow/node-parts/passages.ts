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
  },
};

/** A passage without the numbers that only the store knows it by. */
export function passageData(passage: Passage): PassageData {
  return {
    text: passage.text,
    score: passage.score,
    question: passage.question,
    document: passage.documentName,
    url: passage.documentUrl,
    headings: passage.headings,
    base: passage.knowledgeBaseName,
  };
}

const Given = z
  .array(
    z.object({
      text: z.string(),
      score: z.number().default(0),
      question: z.string().default(""),
      document: z.string().default(""),
      url: z.string().default(""),
      headings: z.array(z.string()).default([]),
      base: z.string().default(""),
    }),
  )
  .max(100);

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

/** Nobody looks the numbers up again: they only tell passages of one request apart. */
function passageOf(
  { text, score, question, document, url, headings, base }: PassageData,
  index: number,
): Passage {
  return {
    chunkId: index as ChunkId,
    knowledgeBaseId: 0 as KnowledgeBaseId,
    knowledgeBaseName: base,
    documentId: 0 as DocumentId,
    documentName: document,
    documentUrl: url,
    headings,
    text,
    question,
    score,
  };
}
