import type { DocumentId, KnowledgeBaseId, WorkspaceId } from "../../domain/ids.ts";
import type { Chunk, KnowledgeBase, KnowledgeDocument } from "../../domain/knowledge.ts";

export interface KnowledgeStore {
  /** Inserts, or renames the one with this id. */
  saveBase(base: KnowledgeBase): Promise<void>;
  findBaseBySlug(workspaceId: WorkspaceId, slug: string): Promise<KnowledgeBase | undefined>;
  /** Unknown ids are left out. */
  findBases(ids: KnowledgeBaseId[]): Promise<KnowledgeBase[]>;
  /** Oldest first, as many as the limit and one more, which tells that there are more. */
  pageOfBases(query: {
    workspaceId: WorkspaceId;
    after?: KnowledgeBaseId;
    limit: number;
  }): Promise<(KnowledgeBase & { documentCount: number })[]>;
  /** Oldest first. */
  listDocuments(baseId: KnowledgeBaseId): Promise<KnowledgeDocument[]>;
  /** Stores the document and exactly these chunks, replacing what an earlier version left. */
  saveDocument(document: KnowledgeDocument, chunks: Chunk[]): Promise<void>;
  deleteDocument(id: DocumentId): Promise<void>;
  /** Makes these the base's pairs that belong to no document. */
  replacePairs(baseId: KnowledgeBaseId, pairs: Chunk[]): Promise<void>;
  /** Chunks of the kind that contain at least one of the terms, the most promising first. */
  candidates(query: {
    baseIds: KnowledgeBaseId[];
    kind: Chunk["kind"];
    terms: string[];
    limit: number;
  }): Promise<{ chunk: Chunk; document: KnowledgeDocument | undefined }[]>;
  /** How many chunks of the kind there are, and how many contain each of the terms (absent: none). */
  termCounts(query: {
    baseIds: KnowledgeBaseId[];
    kind: Chunk["kind"];
    terms: string[];
  }): Promise<{ total: number; counts: Map<string, number> }>;
}
