import { type Kysely, sql } from "kysely";
import type { ChunkId } from "../../domain/ids.ts";
import type { Schema } from "../schema.ts";
import type { FullText, FullTextQuery } from "../session.ts";

/** A `tsvector` of the terms as they are, past every text-search parser, under a GIN index. */
export const postgresFullText: FullText = {
  async createIndex(db) {
    await sql`create table chunk_index (
      chunk_id bigint primary key,
      knowledge_base_id bigint not null,
      kind text not null,
      terms tsvector not null
    )`.execute(db);
    await sql`create index chunk_index_terms on chunk_index using gin (terms)`.execute(db);
    await sql`create index chunk_index_base on chunk_index (knowledge_base_id, kind)`.execute(db);
  },

  async add({ db }, chunks) {
    const rows = chunks.map(
      ({ id, knowledgeBaseId, kind, terms }) =>
        sql`(${id}, ${knowledgeBaseId}, ${kind}, array_to_tsvector(${terms}::text[]))`,
    );
    await sql`insert into chunk_index (chunk_id, knowledge_base_id, kind, terms)
      values ${sql.join(rows)}`.execute(db);
  },

  async remove({ db }, chunkIds) {
    await sql`delete from chunk_index where chunk_id = any(${chunkIds}::bigint[])`.execute(db);
  },

  async search({ db }, { terms, limit, baseIds, kind }) {
    const anyTerm = terms.map(exactly).join(" | ");
    const { rows } = await sql<{ id: ChunkId }>`
      select chunk_id as id from chunk_index, cast(${anyTerm} as tsquery) as wanted
      where knowledge_base_id = any(${baseIds}::bigint[]) and kind = ${kind} and terms @@ wanted
      order by ts_rank(terms, wanted) desc, chunk_id
      limit ${limit}`.execute(db);
    return rows.map((row) => row.id);
  },

  async counts({ db }, query) {
    const rows = await countEach(db, query);
    return new Map(rows.map((row) => [query.terms[row.place - 1] ?? "", row.count]));
  },
};

async function countEach(db: Kysely<Schema>, { terms, baseIds, kind }: FullTextQuery) {
  const { rows } = await sql<{ place: number; count: number }>`
    select place, (
      select count(*) from chunk_index
      where knowledge_base_id = any(${baseIds}::bigint[]) and kind = ${kind} and terms @@ cast(wanted as tsquery)
    ) as count
    from unnest(${terms.map(exactly)}::text[]) with ordinality as question (wanted, place)`.execute(db);
  return rows;
}

/** A `tsquery` for one index form; forms hold neither quotes nor backslashes. */
function exactly(term: string): string {
  return `'${term}'`;
}
