export interface KnowledgeBaseRow {
  id: number;
  workspace_id: number;
  slug: string;
  name: string;
}

export interface DocumentRow {
  id: number;
  knowledge_base_id: number;
  name: string;
  url: string;
  content_hash: string;
}

export interface ChunkRow {
  id: number;
  knowledge_base_id: number;
  document_id: number | null;
  kind: string;
  position: number;
  headings: string;
  text: string;
  question: string;
  terms: string;
}
