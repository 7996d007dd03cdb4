import type { ColumnDataType, Kysely, RawBuilder, SqlBool } from "kysely";
import type { ChunkId, KnowledgeBaseId } from "../domain/ids.ts";
import type { Chunk } from "../domain/knowledge.ts";
import type { Schema } from "./schema.ts";
import type { Step } from "./statement.ts";

/**
 * A place to run statements: the whole store, or one transaction in it. What fails rejects with
 * `storage_failed` carrying the engine's error as cause.
 */
export interface Session {
  readonly engine: Engine;
  /** For everything that is not hot; each query is its own transaction outside `atomically`. */
  readonly db: Kysely<Schema>;
  readonly isTransaction: boolean;
  /** Runs one hot statement. */
  run<R>(step: Step<R>): Promise<R[]>;
  /**
   * Runs the guard and, if it returned a row, the rest: all or nothing, in one round trip where there are
   * round trips. The rest must touch other rows than the guard, be independent of one another, and carry
   * `fragments.guardPassed` as a condition. Resolves with the guard's first row.
   */
  change<R>(guard: Step<R>, rest: Step<unknown>[]): Promise<R | undefined>;
  /** Runs independent writes, all or none. */
  runAll(steps: Step<unknown>[]): Promise<void>;
  /** Runs `work` in a transaction, or in the one that is already open. */
  atomically<T>(work: (session: Session) => Promise<T>): Promise<T>;
}

/** A node that has not said for so long that it works hangs: its work is done by others. */
export const HUNG_AFTER_MS = 15_000;

/** Where the engines differ, each difference a small named function. */
export interface Engine {
  readonly name: "sqlite" | "postgres";
  readonly node: number;
  readonly columns: ColumnTypes;
  readonly fullText: FullText;
  /** Whether `keyword` stands in the text, in either case of letters. */
  contains(text: RawBuilder<string>, keyword: string): RawBuilder<SqlBool>;
  /** Whether `error` says that the conversation already has a running turn. */
  isConversationBusy(error: unknown): boolean;
  /** Numbers of the nodes, other than this one, whose processes are alive now. */
  otherLiveNodes(session: Session): Promise<number[]>;
  /** Nodes that have not said for `forMs` that they work, dead ones among them. */
  hungNodes(session: Session, forMs: number): Promise<number[]>;
  /** Inside the migration's transaction: keeps other processes from migrating at the same time. */
  lockForMigration(db: Kysely<Schema>): Promise<void>;
}

/** Column types of the shared migrations. */
interface ColumnTypes {
  /** Holds every integer below 2^53; as a primary key on SQLite it is the row id. */
  readonly integer: ColumnDataType;
}

/** Which chunks a full-text question is about. */
export interface FullTextQuery {
  baseIds: KnowledgeBaseId[];
  kind: Chunk["kind"];
  /** Already passed through `indexTerm`. */
  terms: string[];
}

/** The full-text index over chunks. Terms are `indexTerm` forms: nothing an engine could split or read. */
export interface FullText {
  createIndex(db: Kysely<Schema>): Promise<void>;
  add(session: Session, chunks: IndexedChunk[]): Promise<void>;
  remove(session: Session, chunkIds: number[]): Promise<void>;
  /** Chunks with at least one of the terms, best first by the engine's own rank. */
  search(session: Session, query: FullTextQuery & { limit: number }): Promise<ChunkId[]>;
  /** How many chunks contain each term; zero may be left out. */
  counts(session: Session, query: FullTextQuery): Promise<Map<string, number>>;
}

export interface IndexedChunk {
  id: number;
  knowledgeBaseId: number;
  kind: string;
  /** Already passed through `indexTerm`; never empty strings. */
  terms: string[];
}
