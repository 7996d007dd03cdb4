import { Socket } from "node:net";
import type { PostgresPool, PostgresQueryResult } from "kysely";
import { type ClientConfig, Pool, type PoolClient, types } from "pg";
import { DomainError } from "../../domain/errors.ts";

const INT8 = 20;

/**
 * The pool of one store. Failures become `storage_failed`; 64-bit integers become numbers, because every
 * integer we keep is below 2^53; U+0000, which PostgreSQL cannot keep, becomes U+FFFD.
 */
export class PostgresConnections implements PostgresPool {
  readonly options: object;
  #failure: DomainError | undefined;
  readonly #pool: Pool;
  readonly #sockets = new Set<Socket>();

  constructor(config: ClientConfig & { max: number }) {
    this.options = {};
    this.#pool = new Pool({ ...config, ...CLIENT_DEFAULTS, stream: () => this.#openSocket() });
    // The pool drops an idle connection that breaks; the next statement opens another.
    this.#pool.on("error", () => {});
    // One that breaks in or between the statements of a transaction fails the next of them: that says enough.
    this.#pool.on("connect", (client) => client.on("error", () => {}));
  }

  /** Set while the store cannot be trusted; every statement is then refused with it. */
  get failure(): DomainError | undefined {
    return this.#failure;
  }

  /**
   * Refuses every statement from now on, also those that still wait for an answer: behind a dead network they
   * would wait for many minutes. `undefined`: takes statements again, over new connections.
   */
  refuse(failure: DomainError | undefined): void {
    this.#failure = failure;
    if (failure !== undefined) for (const socket of this.#sockets) socket.destroy();
  }

  /** Runs one statement, prepared once per connection when it has a name. */
  async execute(text: string, values: readonly unknown[], name?: string): Promise<unknown[]> {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      const prepared = name === undefined ? {} : { name };
      const result = await this.#pool.query({ text, values: values.map(storable), ...prepared });
      return result.rows;
    } catch (error) {
      throw storageFailed(error);
    }
  }

  async connect(): Promise<GuardedClient> {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return new GuardedClient(await this.#pool.connect());
    } catch (error) {
      throw storageFailed(error);
    }
  }

  async end(): Promise<void> {
    await this.#pool.end();
  }

  #openSocket(): Socket {
    const socket = new Socket();
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    return socket;
  }
}

/** Settings every connection of a store has, pooled or not. */
export const CLIENT_DEFAULTS = {
  keepAlive: true,
  connectionTimeoutMillis: 10_000,
  types: {
    getTypeParser: (oid: number, format?: "text" | "binary") =>
      oid === INT8 ? Number : types.getTypeParser(oid, format),
  },
} satisfies ClientConfig;

/** A pooled connection as Kysely uses it. */
class GuardedClient {
  readonly #client: PoolClient;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  query<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query(cursor: unknown): never;
  query(text: unknown, values: readonly unknown[] = []): Promise<PostgresQueryResult<unknown>> {
    if (typeof text !== "string") throw new TypeError("cursors are not used");
    return this.#query(text, values);
  }

  release(): void {
    this.#client.release();
  }

  async #query(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<unknown>> {
    try {
      const result = await this.#client.query({ text, values: values.map(storable) });
      return { command: commandOf(result.command), rowCount: result.rowCount ?? 0, rows: result.rows };
    } catch (error) {
      throw storageFailed(error);
    }
  }
}

const COMMANDS = ["INSERT", "UPDATE", "DELETE", "MERGE", "COMMIT", "ROLLBACK"] as const;

/** The command as far as Kysely tells commands apart; of the others it only reads the rows. */
function commandOf(command: string): (typeof COMMANDS)[number] | "SELECT" {
  return COMMANDS.find((known) => known === command) ?? "SELECT";
}

function storable(value: unknown): unknown {
  return typeof value === "string" && value.includes("\0") ? value.replaceAll("\0", "\uFFFD") : value;
}

function storageFailed(error: unknown): DomainError {
  return new DomainError("storage_failed", "the store failed", { cause: error });
}
