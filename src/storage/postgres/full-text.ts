import { sql } from "kysely";
import type { ChunkId } from "../../domain/ids.ts";
import type { FullText, FullTextQuery } from "../session.ts";

/**
 * A `tsvector` of the terms as they are, past every text-search parser, under a GIN index. Base and kind stand in
 * it as one more lexeme, so that a question about one base never walks through the others.
 */
export const postgresFullText: FullText = {
  async createIndex(db) {
    await sql`create table chunk_index (chunk_id bigint primary key, terms tsvector not null)`.execute(db);
    await sql`create index chunk_index_terms on chunk_index using gin (terms)`.execute(db);
  },

  async add({ db }, chunks) {
    const rows = chunks.map(({ id, knowledgeBaseId, kind, terms }) => {
      const lexemes = [scope(knowledgeBaseId, kind), ...terms];
      return sql`(${id}, array_to_tsvector(${lexemes}::text[]))`;
    });
    await sql`insert into chunk_index (chunk_id, terms) values ${sql.join(rows)}`.execute(db);
  },

  async remove({ db }, chunkIds) {
    await sql`delete from chunk_index where chunk_id = any(${chunkIds}::bigint[])`.execute(db);
  },

  async search({ db }, { terms, limit, ...where }) {
    const anyTerm = terms.map(exactly).join(" | ");
    const { rows } = await sql<{ id: ChunkId }>`
      select chunk_id as id from chunk_index
      where terms @@ cast(${`${anyScope(where)} & (${anyTerm})`} as tsquery)
      order by ts_rank(terms, cast(${anyTerm} as tsquery)) desc, chunk_id
      limit ${limit}`.execute(db);
    return rows.map((row) => row.id);
  },

  async counts({ db }, { terms, ...where }) {
    const questions = terms.map((term) => `${anyScope(where)} & ${exactly(term)}`);
    const { rows } = await sql<{ place: number; count: number }>`
      select place, (
        select count(*) from chunk_index where terms @@ cast(wanted as tsquery)
      ) as count
      from unnest(${questions}::text[]) with ordinality as question (wanted, place)`.execute(db);
    return new Map(rows.map((row) => [terms[row.place - 1] ?? "", row.count]));
  },
};

/** No index form has capitals, so this is never taken for a term. */
function scope(baseId: number, kind: string): string {
  return `S${baseId}${kind}`;
}

function anyScope({ baseIds, kind }: Omit<FullTextQuery, "terms">): string {
  return `(${baseIds.map((id) => exactly(scope(id, kind))).join(" | ")})`;
}

/** A `tsquery` for one lexeme; none of ours holds quotes or backslashes. */
function exactly(lexeme: string): string {
  return `'${lexeme}'`;
}
