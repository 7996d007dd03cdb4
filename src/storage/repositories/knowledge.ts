import type { ChunkId, DocumentId, KnowledgeBaseId, WorkspaceId } from "../../domain/ids.ts";
import type { Chunk, KnowledgeBase, KnowledgeDocument } from "../../domain/knowledge.ts";
import { indexTerm } from "../index-term.ts";
import type { ChunkRow, DocumentRow, KnowledgeBaseRow } from "../schema.ts";
import type { IndexedChunk, Session } from "../session.ts";
import type { KnowledgeStore } from "../store.ts";

/** Rows in one insert: below every engine's limit of bound values. */
const ROWS_AT_ONCE = 100;

export function knowledgeStore(session: Session): KnowledgeStore {
  const { db } = session;
  const { fullText } = session.engine;
  return {
    async saveBase({ id, workspaceId, slug, name }) {
      await db
        .insertInto("knowledge_bases")
        .values({ id, workspace_id: workspaceId, slug, name })
        .onConflict((conflict) => conflict.column("id").doUpdateSet({ slug, name }))
        .execute();
    },

    async findBaseBySlug(workspaceId, slug) {
      const row = await db
        .selectFrom("knowledge_bases")
        .selectAll()
        .where("workspace_id", "=", workspaceId)
        .where("slug", "=", slug)
        .executeTakeFirst();
      return row && toBase(row);
    },

    async findBases(ids) {
      if (ids.length === 0) return [];
      const rows = await db
        .selectFrom("knowledge_bases")
        .selectAll()
        .where("id", "in", ids)
        .orderBy("id")
        .execute();
      return rows.map(toBase);
    },

    async pageOfBases({ workspaceId, after = 0, limit }) {
      const rows = await db
        .selectFrom("knowledge_bases")
        .selectAll()
        .select((outer) =>
          outer
            .selectFrom("documents")
            .select(({ fn }) => fn.countAll().as("count"))
            .whereRef("documents.knowledge_base_id", "=", "knowledge_bases.id")
            .as("document_count"),
        )
        .where("workspace_id", "=", workspaceId)
        .where("id", ">", after)
        .orderBy("id")
        .limit(limit + 1)
        .execute();
      return rows.map((row) => ({ ...toBase(row), documentCount: Number(row.document_count) }));
    },

    async listDocuments(baseId) {
      const rows = await db
        .selectFrom("documents")
        .selectAll()
        .where("knowledge_base_id", "=", baseId)
        .orderBy("id")
        .execute();
      return rows.map(toDocument);
    },

    async saveDocument(document, chunks) {
      const { id, ...columns } = toDocumentRow(document);
      await session.atomically(async (inside) => {
        await inside.db
          .insertInto("documents")
          .values({ id, ...columns })
          .onConflict((conflict) => conflict.column("id").doUpdateSet(columns))
          .execute();
        await deleteChunksOfDocument(inside, id);
        await insertChunks(inside, chunks);
      });
    },

    async deleteDocument(id) {
      await session.atomically(async (inside) => {
        await deleteChunksOfDocument(inside, id);
        await inside.db.deleteFrom("documents").where("id", "=", id).execute();
      });
    },

    async replacePairs(baseId, pairs) {
      await session.atomically(async (inside) => {
        const old = await inside.db
          .deleteFrom("chunks")
          .where("knowledge_base_id", "=", baseId)
          .where("kind", "=", "pair")
          .where("document_id", "is", null)
          .returning("id")
          .execute();
        await forget(inside, old);
        await insertChunks(inside, pairs);
      });
    },

    async candidates({ terms, limit, ...where }) {
      const forms = toForms(terms);
      if (forms.length === 0 || where.baseIds.length === 0) return [];
      const ids = await fullText.search(session, { ...where, terms: forms, limit });
      return loadChunks(session, ids);
    },

    async termCounts({ terms, ...where }) {
      if (where.baseIds.length === 0) return { total: 0, counts: new Map() };
      const { total } = await db
        .selectFrom("chunks")
        .select(({ fn }) => fn.countAll<number>().as("total"))
        .where("knowledge_base_id", "in", where.baseIds)
        .where("kind", "=", where.kind)
        .executeTakeFirstOrThrow();
      const found = await fullText.counts(session, { ...where, terms: toForms(terms) });
      const counts = new Map<string, number>();
      for (const term of terms) {
        const count = found.get(indexTerm(term)) ?? 0;
        if (count > 0) counts.set(term, count);
      }
      return { total: Number(total), counts };
    },
  };
}

/** Index forms without repetitions and without empty terms. */
function toForms(terms: string[]): string[] {
  return [...new Set(terms.filter((term) => term !== "").map(indexTerm))];
}

async function insertChunks(session: Session, chunks: Chunk[]): Promise<void> {
  for (const some of slices(chunks)) await insertChunkRows(session, some.map(toChunkRow));
}

/** Stores chunk rows and their index entries; also how a restored backup gets its index. */
export async function insertChunkRows(session: Session, rows: ChunkRow[]): Promise<void> {
  if (rows.length === 0) return;
  await session.db.insertInto("chunks").values(rows).execute();
  await session.engine.fullText.add(session, rows.map(toIndexed));
}

function toIndexed(row: ChunkRow): IndexedChunk {
  const terms: string[] = JSON.parse(row.terms);
  return {
    id: row.id,
    knowledgeBaseId: row.knowledge_base_id,
    kind: row.kind,
    terms: terms.filter((term) => term !== "").map(indexTerm),
  };
}

async function deleteChunksOfDocument(session: Session, documentId: number): Promise<void> {
  const old = await session.db
    .deleteFrom("chunks")
    .where("document_id", "=", documentId)
    .returning("id")
    .execute();
  await forget(session, old);
}

async function forget(session: Session, rows: { id: number }[]): Promise<void> {
  for (const some of slices(rows)) {
    await session.engine.fullText.remove(
      session,
      some.map((row) => row.id),
    );
  }
}

async function loadChunks(
  { db }: Session,
  ids: ChunkId[],
): Promise<{ chunk: Chunk; document: KnowledgeDocument | undefined }[]> {
  if (ids.length === 0) return [];
  const rows = await db.selectFrom("chunks").selectAll().where("id", "in", ids).execute();
  const documentIds = [...new Set(rows.flatMap((row) => row.document_id ?? []))];
  const documentRows =
    documentIds.length === 0
      ? []
      : await db.selectFrom("documents").selectAll().where("id", "in", documentIds).execute();
  const documents = new Map(documentRows.map((row) => [row.id, toDocument(row)]));
  const chunks = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = chunks.get(id);
    if (row === undefined) return [];
    const document = row.document_id === null ? undefined : documents.get(row.document_id);
    return [{ chunk: toChunk(row), document }];
  });
}

function* slices<T>(items: T[]): Generator<T[]> {
  for (let start = 0; start < items.length; start += ROWS_AT_ONCE)
    yield items.slice(start, start + ROWS_AT_ONCE);
}

function toBase(row: KnowledgeBaseRow): KnowledgeBase {
  return {
    id: row.id as KnowledgeBaseId,
    workspaceId: row.workspace_id as WorkspaceId,
    slug: row.slug,
    name: row.name,
  };
}

function toDocument(row: DocumentRow): KnowledgeDocument {
  return {
    id: row.id as DocumentId,
    knowledgeBaseId: row.knowledge_base_id as KnowledgeBaseId,
    name: row.name,
    url: row.url,
    contentHash: row.content_hash,
  };
}

function toDocumentRow(document: KnowledgeDocument): DocumentRow {
  return {
    id: document.id,
    knowledge_base_id: document.knowledgeBaseId,
    name: document.name,
    url: document.url,
    content_hash: document.contentHash,
  };
}

function toChunk(row: ChunkRow): Chunk {
  return {
    id: row.id as ChunkId,
    knowledgeBaseId: row.knowledge_base_id as KnowledgeBaseId,
    ...(row.document_id !== null && { documentId: row.document_id as DocumentId }),
    kind: row.kind as Chunk["kind"],
    position: row.position,
    headings: JSON.parse(row.headings),
    text: row.text,
    question: row.question,
    terms: JSON.parse(row.terms),
  };
}

function toChunkRow(chunk: Chunk): ChunkRow {
  return {
    id: chunk.id,
    knowledge_base_id: chunk.knowledgeBaseId,
    document_id: chunk.documentId ?? null,
    kind: chunk.kind,
    position: chunk.position,
    headings: JSON.stringify(chunk.headings),
    text: chunk.text,
    question: chunk.question,
    terms: JSON.stringify(chunk.terms),
  };
}
