import { createHash } from "node:crypto";
import { setImmediate as letOthersRun } from "node:timers/promises";
import { DomainError } from "../domain/errors.ts";
import type { ChunkId, DocumentId, KnowledgeBaseId } from "../domain/ids.ts";
import type { Chunk, KnowledgeDocument } from "../domain/knowledge.ts";
import type { Store } from "../storage/store.ts";
import { type Piece, splitMarkdown, splitText } from "./split.ts";
import { indexTerms } from "./terms.ts";

export { formatForModel } from "./format-for-model.ts";
export { searchPairs, searchPassages } from "./search.ts";

interface Services {
  store: Pick<Store, "knowledge" | "newId">;
}

export interface NewDocument {
  baseId: KnowledgeBaseId;
  /** Unique in the base: importing the name again replaces the document. */
  name: string;
  /** Where it came from; empty when it has no address. */
  url: string;
  text: string;
  format: "markdown" | "text";
}

/** What one import may bring. */
export const KNOWLEDGE_LIMITS = {
  documentBytes: 10 * 1024 * 1024,
  nameCharacters: 255,
  urlCharacters: 2_048,
  pairs: 100_000,
  questionCharacters: 2_000,
  answerCharacters: 50_000,
};

/** Part of every content hash: raised when splitting or terms change, so that documents are indexed again. */
export const INDEX_VERSION = 1;
/** Milliseconds of indexing after which others get their turn. */
const SLICE_MS = 10;

/**
 * Splits a document and stores it with its chunks, replacing an earlier one of the same name. Nothing is done
 * when that one has the same text, format and address: `changed` is then false.
 * Two nodes that import a new name at the same moment both store it; the next import keeps one.
 * Rejects with `request_invalid` naming what is empty or too big; nothing is then stored.
 */
export async function importDocument(
  { store }: Services,
  document: NewDocument,
): Promise<{ documentId: DocumentId; chunks: number; changed: boolean }> {
  checkLength("name", document.name, KNOWLEDGE_LIMITS.nameCharacters, 1);
  checkLength("url", document.url, KNOWLEDGE_LIMITS.urlCharacters, 0);
  checkDocumentSize(document.text);
  const { baseId, format } = document;
  const name = storable(document.name);
  const url = storable(document.url);
  const text = storable(document.text);
  const contentHash = sha256(JSON.stringify([INDEX_VERSION, format, url, text]));
  const [existing, ...doubles] = (await store.knowledge.listDocuments(baseId)).filter(
    (other) => other.name === name,
  );
  for (const { id } of doubles) await store.knowledge.deleteDocument(id);
  if (existing?.contentHash === contentHash) return { documentId: existing.id, chunks: 0, changed: false };

  const documentId = existing?.id ?? store.newId<DocumentId>();
  const stored: KnowledgeDocument = { id: documentId, knowledgeBaseId: baseId, name, url, contentHash };
  const pieces = format === "markdown" ? splitMarkdown(text) : splitText(text);
  const chunks = await inSlices(pieces, (piece, position) => passageChunk(store, stored, piece, position));
  await store.knowledge.saveDocument(stored, chunks);
  return { documentId, chunks: chunks.length, changed: true };
}

/** Deletes the base's documents that have none of these names. Returns how many. */
export async function removeDocumentsExcept(
  { store }: Services,
  baseId: KnowledgeBaseId,
  names: string[],
): Promise<number> {
  const kept = new Set(names.map(storable));
  const gone = (await store.knowledge.listDocuments(baseId)).filter(({ name }) => !kept.has(name));
  for (const { id } of gone) await store.knowledge.deleteDocument(id);
  return gone.length;
}

/**
 * Makes these the base's question–answer pairs that belong to no document, in this order.
 * Rejects with `request_invalid` naming the pair that is empty or too long; nothing is then changed.
 */
export async function replacePairs(
  { store }: Services,
  baseId: KnowledgeBaseId,
  pairs: { question: string; answer: string }[],
): Promise<void> {
  checkPairs(pairs);
  const chunks = await inSlices(pairs, (pair, position): Chunk => {
    const id = store.newId<ChunkId>();
    const question = storable(pair.question).trim();
    const text = storable(pair.answer).trim();
    const terms = indexTerms(question);
    return { id, knowledgeBaseId: baseId, kind: "pair", position, headings: [], text, question, terms };
  });
  await store.knowledge.replacePairs(baseId, chunks);
}

function passageChunk(
  store: Services["store"],
  document: KnowledgeDocument,
  { headings, text }: Piece,
  position: number,
): Chunk {
  return {
    id: store.newId<ChunkId>(),
    knowledgeBaseId: document.knowledgeBaseId,
    documentId: document.id,
    kind: "passage",
    position,
    headings,
    text,
    question: "",
    terms: [document.name, ...headings, text].flatMap(indexTerms),
  };
}

async function inSlices<T, R>(items: T[], work: (item: T, index: number) => R): Promise<R[]> {
  const results: R[] = [];
  let sliceStart = performance.now();
  for (const [index, item] of items.entries()) {
    results.push(work(item, index));
    if (performance.now() - sliceStart < SLICE_MS) continue;
    await letOthersRun();
    sliceStart = performance.now();
  }
  return results;
}

/** Half surrogate pairs and NUL characters cannot be stored by every engine. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll("\0", "");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function checkLength(field: string, value: string, maxCharacters: number, minCharacters: 0 | 1): void {
  if (value.trim().length < minCharacters)
    throw new DomainError("request_invalid", `${field} is empty`, { field });
  if (value.length > maxCharacters) throw tooBig(field, `${maxCharacters} characters`);
}

function checkPairs(pairs: { question: string; answer: string }[]): void {
  if (pairs.length > KNOWLEDGE_LIMITS.pairs) throw tooBig("pairs", `${KNOWLEDGE_LIMITS.pairs} pairs`);
  pairs.forEach(({ question, answer }, index) => {
    checkLength(`pairs[${index}].question`, question, KNOWLEDGE_LIMITS.questionCharacters, 1);
    checkLength(`pairs[${index}].answer`, answer, KNOWLEDGE_LIMITS.answerCharacters, 1);
  });
}

function checkDocumentSize(text: string): void {
  const { documentBytes } = KNOWLEDGE_LIMITS;
  if (Buffer.byteLength(text) > documentBytes) throw tooBig("text", `${documentBytes} bytes`);
}

function tooBig(field: string, limit: string): DomainError {
  return new DomainError("request_invalid", `${field} is longer than ${limit}`, { field });
}
