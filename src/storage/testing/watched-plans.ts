import { type Kysely, sql } from "kysely";
import { createDatabase } from "../../../test/support/databases.ts";
import { openPostgresDatabase } from "../postgres/open.ts";
import type { Schema } from "../schema.ts";
import type { Session } from "../session.ts";
import { openSqliteDatabase } from "../sqlite/open.ts";

/** What must never be read from its start to its end. */
export interface Growing {
  tables: readonly string[];
  /** How statements call one of them. */
  aliases: readonly string[];
  /** Indexes that hold only what is unfinished: reading one from its start to its end is what is asked for. */
  smallIndexes: readonly string[];
}

/** A store whose statements are looked at. */
export interface Watched {
  session: Session;
  /** The statements of `work`, each with what is wrong with the way it reads a growing table. */
  badPlans(work: () => Promise<unknown>): Promise<string[]>;
  close(): Promise<void>;
}

type Fill = (db: Kysely<Schema>) => Promise<void>;

/** Every engine, and PostgreSQL also with what it knows after a vacuum, which is other than what it knows before. */
export const watchedEngines = [
  { name: "SQLite", open: openSqlite },
  { name: "PostgreSQL", open: (growing: Growing, fill: Fill) => openPostgres(growing, fill, "analyze") },
  {
    name: "PostgreSQL after a vacuum,",
    open: (growing: Growing, fill: Fill) => openPostgres(growing, fill, "vacuum analyze"),
  },
];

async function openSqlite(growing: Growing, fill: Fill): Promise<Watched> {
  const { connection, session, close } = await openSqliteDatabase({ path: ":memory:" });
  await fill(session.db);
  const execute = connection.execute.bind(connection);
  return {
    session,
    close,
    async badPlans(work) {
      const bad: string[] = [];
      connection.execute = (text, parameters = []) => {
        if (/^\s*(select|insert|update|delete|with)\b/i.test(text)) {
          const { rows } = execute(`explain query plan ${text}`, parameters);
          const details = (rows as { detail: string }[]).map(({ detail }) => detail);
          for (const detail of badSqliteSteps(details, growing)) bad.push(`${detail}: ${text}`);
        }
        return execute(text, parameters);
      };
      try {
        await work();
      } finally {
        connection.execute = execute;
      }
      return bad;
    },
  };
}

function badSqliteSteps(details: readonly string[], growing: Growing): string[] {
  const made = details.flatMap((detail) => /^(?:CO-ROUTINE|MATERIALIZE) (\w+)/.exec(detail)?.[1] ?? []);
  return details.filter((detail) => {
    const [, table = "", index = ""] = /^SCAN (\w+)(?:.* INDEX (\w+))?/.exec(detail) ?? [];
    const isLarge = [...growing.tables, ...growing.aliases].includes(table) && !made.includes(table);
    return isLarge && !growing.smallIndexes.includes(index);
  });
}

async function openPostgres(growing: Growing, fill: Fill, learn: string): Promise<Watched> {
  const { connections, session, close } = await openPostgresDatabase({ url: await createDatabase() });
  await fill(session.db);
  // What PostgreSQL knows of the tables decides how it reads them; nothing may be learned between two statements.
  for (const table of growing.tables) {
    await sql`alter table ${sql.table(table)} set (autovacuum_enabled = false)`.execute(session.db);
  }
  await sql.raw(learn).execute(session.db);
  const execute = connections.execute.bind(connections);
  const connect = connections.connect.bind(connections);
  return {
    session,
    close,
    async badPlans(work) {
      const seen: { text: string; values: readonly unknown[] }[] = [];
      connections.execute = (text, values, name) => {
        seen.push({ text, values });
        return execute(text, values, name);
      };
      connections.connect = async () => {
        const client = await connect();
        const query = client.query.bind(client);
        client.query = ((text: string, values: readonly unknown[] = []) => {
          if (/^\s*(select|insert|update|delete|with)\b/i.test(text)) seen.push({ text, values });
          return query(text, values);
        }) as typeof client.query;
        return client;
      };
      try {
        await work();
      } finally {
        connections.execute = execute;
        connections.connect = connect;
      }
      const bad: string[] = [];
      for (const { text, values } of seen) {
        const [row] = (await execute(`explain (format json) ${text}`, values)) as {
          "QUERY PLAN": { Plan: PlanNode }[];
        }[];
        for (const step of badPostgresSteps(row?.["QUERY PLAN"][0]?.Plan, growing))
          bad.push(`${step}: ${text}`);
      }
      return bad;
    },
  };
}

interface PlanNode {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  "Index Cond"?: string;
  Plans?: PlanNode[];
}

function badPostgresSteps(node: PlanNode | undefined, growing: Growing): string[] {
  if (node === undefined) return [];
  const { "Node Type": type, "Relation Name": table = "", "Index Name": index = "" } = node;
  const readsAll =
    type.includes("Scan") &&
    growing.tables.includes(table) &&
    !type.includes("Bitmap Heap") &&
    node["Index Cond"] === undefined;
  const inner = (node.Plans ?? []).flatMap((plan) => badPostgresSteps(plan, growing));
  return readsAll && !growing.smallIndexes.includes(index) ? [`${type} ${table} ${index}`, ...inner] : inner;
}
