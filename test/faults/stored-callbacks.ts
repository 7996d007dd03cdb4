import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";

/** One delivery as it lies in the database. */
export interface StoredDelivery {
  id: number;
  eventId: number;
  endpointId: number;
  replayId: number;
  eventType: string;
  wireId: string;
  body: string | null;
  trigger: string;
  state: string;
  attemptCount: number;
  failureCount: number;
  dueAt: number;
  lastError: string;
}

export interface StoredAttempt {
  deliveryId: number;
  number: number;
  trigger: string;
  outcome: string;
  errorCode: string;
  status: number | null;
  startedAt: number;
  isTruncated: number;
}

export interface StoredRating {
  rater: string;
  rating: string;
  /** JSON. */
  categories: string;
  comment: string;
  revision: number;
}

/** A look into the database past the server, as an operator with a database tool has it. Reads only. */
export interface StoredCallbacks {
  /** Oldest first; of one endpoint, or all. */
  deliveries(endpointId?: number): Promise<StoredDelivery[]>;
  /** In the order they were made; of one endpoint, or all. */
  attempts(endpointId?: number): Promise<StoredAttempt[]>;
  /** What everybody thinks of every answer now. */
  ratings(): Promise<StoredRating[]>;
  /** Ids of all events. */
  events(): Promise<number[]>;
  /** How many rows a condition of the test's own finds. */
  count(table: string, where: string): Promise<number>;
  close(): Promise<void>;
}

const ofEndpoint = (endpointId: number | undefined) =>
  endpointId === undefined ? "" : `where d.endpoint_id = ${endpointId}`;

const deliveriesSql = (endpointId: number | undefined) => `
  select d.id, d.event_id as "eventId", d.endpoint_id as "endpointId", d.replay_id as "replayId",
    d.event_type as "eventType", d.wire_id as "wireId", b.text as body, d.trigger, d.state,
    d.attempt_count as "attemptCount", d.failure_count as "failureCount", d.due_at as "dueAt",
    d.last_error as "lastError"
  from deliveries d left join event_bodies b on b.id = d.body_id ${ofEndpoint(endpointId)} order by d.id`;

const attemptsSql = (endpointId: number | undefined) => `
  select d.delivery_id as "deliveryId", d.number, d.trigger, d.outcome, d.error_code as "errorCode", d.status,
    d.started_at as "startedAt", d.is_truncated as "isTruncated"
  from attempts d ${ofEndpoint(endpointId)} order by d.delivery_id, d.number, d.id`;

export function storedCallbacks(place: { path: string; databaseUrl: string | undefined }): StoredCallbacks {
  const { rows, close } = place.databaseUrl === undefined ? sqlite(place.path) : postgres(place.databaseUrl);
  return {
    deliveries: (endpointId) => rows<StoredDelivery>(deliveriesSql(endpointId)),
    attempts: (endpointId) => rows<StoredAttempt>(attemptsSql(endpointId)),
    ratings: () => rows<StoredRating>("select rater, rating, categories, comment, revision from feedback"),
    events: async () => (await rows<{ id: number }>("select id from events order by id")).map(({ id }) => id),
    count: async (table, where) => {
      const [row] = await rows<{ count: number }>(`select count(*) as count from ${table} where ${where}`);
      return row?.count ?? 0;
    },
    close,
  };
}

interface Reading {
  rows<Row>(sql: string): Promise<Row[]>;
  close(): Promise<void>;
}

function sqlite(path: string): Reading {
  return {
    rows: async <Row>(sql: string) => {
      const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
      try {
        return database.prepare(sql).all() as Row[];
      } finally {
        database.close();
      }
    },
    close: async () => {},
  };
}

function postgres(url: string): Reading {
  let connecting: Promise<Client> | undefined;
  const connect = async () => {
    const client = new Client({ connectionString: url, types: { getTypeParser: () => textOrNumber } });
    // The server may crash: whoever looks next gets a new connection.
    client.on("error", () => {
      connecting = undefined;
    });
    await client.connect();
    return client;
  };
  return {
    rows: async <Row>(sql: string) => {
      connecting ??= connect();
      return (await (await connecting).query(sql)).rows as Row[];
    },
    close: async () => (await connecting)?.end(),
  };
}

const LONGEST_NUMBER = 16;

/** Integers come as text, because theirs may be longer than ours. */
function textOrNumber(text: string): string | number {
  return /^-?\d+$/.test(text) && text.length <= LONGEST_NUMBER ? Number(text) : text;
}
