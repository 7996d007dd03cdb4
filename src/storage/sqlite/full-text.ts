import { sql } from "kysely";
import type { ChunkId } from "../../domain/ids.ts";
import type { FullText, FullTextQuery } from "../session.ts";

/**
 * FTS5 without stored content. `scope` holds base and kind, so that a question about one base never walks
 * through the others; it weighs nothing in the rank. The ascii tokenizer splits only at ASCII characters
 * other than letters, digits and `_`, of which `indexTerm` leaves none inside a term.
 */
export const sqliteFullText: FullText = {
  async createIndex(db) {
    await sql`create virtual table chunk_index using fts5(
      scope, terms, content = '', contentless_delete = 1, tokenize = "ascii tokenchars '_'"
    )`.execute(db);
    await sql`insert into chunk_index (chunk_index, rank) values ('rank', 'bm25(0.0, 1.0)')`.execute(db);
  },

  async add({ db }, chunks) {
    const rows = chunks.map(
      (chunk) => sql`(${chunk.id}, ${scope(chunk.knowledgeBaseId, chunk.kind)}, ${chunk.terms.join(" ")})`,
    );
    await sql`insert into chunk_index (rowid, scope, terms) values ${sql.join(rows)}`.execute(db);
  },

  async remove({ db }, chunkIds) {
    await sql`delete from chunk_index where rowid in (${sql.join(chunkIds)})`.execute(db);
  },

  async search({ db }, { terms, limit, ...where }) {
    const { rows } = await sql<{ id: ChunkId }>`
      select rowid as id from chunk_index
      where chunk_index match ${matchAny(where, terms)} order by rank limit ${limit}`.execute(db);
    return rows.map((row) => row.id);
  },

  async counts({ db }, { terms, ...where }) {
    const questions = JSON.stringify(terms.map((term) => matchAny(where, [term])));
    const { rows } = await sql<{ place: number; count: number }>`
      select question.key as place,
        (select count(*) from chunk_index where chunk_index match question.value) as count
      from json_each(${questions}) as question`.execute(db);
    return new Map(rows.map((row) => [terms[row.place] ?? "", row.count]));
  },
};

function scope(baseId: number, kind: string): string {
  return `${baseId}${kind}`;
}

function matchAny({ baseIds, kind }: Omit<FullTextQuery, "terms">, terms: string[]): string {
  const scopes = baseIds.map((id) => `"${scope(id, kind)}"`).join(" OR ");
  return `scope : (${scopes}) AND terms : (${terms.map((term) => `"${term}"`).join(" OR ")})`;
}
