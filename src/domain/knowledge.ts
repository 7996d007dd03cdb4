import type { ChunkId, DocumentId, KnowledgeBaseId, WorkspaceId } from "./ids.ts";

export interface KnowledgeBase {
  id: KnowledgeBaseId;
  workspaceId: WorkspaceId;
  /** Stable name inside the installation's configuration file; unique in the workspace. */
  slug: string;
  name: string;
}

export interface KnowledgeDocument {
  id: DocumentId;
  knowledgeBaseId: KnowledgeBaseId;
  name: string;
  /** Where it came from; empty when it has no address. */
  url: string;
  /** SHA-256 of the content in hex: an unchanged document is not indexed again. */
  contentHash: string;
}

/** A piece of a document, or one question–answer pair: what a search finds. */
export interface Chunk {
  id: ChunkId;
  knowledgeBaseId: KnowledgeBaseId;
  /** Absent for a question–answer pair given without a document. */
  documentId?: DocumentId;
  kind: "passage" | "pair";
  /** Place inside the document, from 0. */
  position: number;
  /** Headings above the passage, outermost first; empty for a pair. */
  headings: string[];
  /** The passage, or the pair's answer. */
  text: string;
  /** The pair's question; empty for a passage. */
  question: string;
  /** Words of the passage with its headings, or of the pair's question, as the index sees them. */
  terms: string[];
}

/** A search result: a chunk, where it stands, and how well it fits. */
export interface Passage {
  chunkId: ChunkId;
  knowledgeBaseId: KnowledgeBaseId;
  knowledgeBaseName: string;
  /** Absent for a pair without a document. */
  documentId?: DocumentId;
  documentName: string;
  documentUrl: string;
  headings: string[];
  text: string;
  /** The matched question, for a pair; empty otherwise. */
  question: string;
  /** 0 to 1, the same on every engine. */
  score: number;
}
