import { type SelectQueryBuilder, sql } from "kysely";
import type { AttemptId, EndpointId } from "../../domain/ids.ts";
import type { Schema } from "../schema.ts";
import type { Session } from "../session.ts";
import type { AttemptLine, AttemptScope, EndpointCounts, Outbox } from "../store.ts";
import { type AttemptLineRow, leastIdOf, toAttemptLine } from "./outbox-rows.ts";

const LINE_COLUMNS = [
  "id",
  "delivery_id",
  "endpoint_id",
  "number",
  "trigger",
  "outcome",
  "error_code",
  "error_message",
  "url",
  "started_at",
  "timings",
  "status",
] as const satisfies (keyof AttemptLineRow)[];

/** What people watch: attempts of all deliveries, and how much each endpoint has left to do. */
export function attemptLog(
  session: Session,
): Pick<Outbox, "listAttempts" | "attemptsAfter" | "attemptLines" | "endpointCounts"> {
  const { db } = session;
  return {
    async listAttempts({ of, before, limit }) {
      const rows = await within(db.selectFrom("attempts"), of)
        .select(LINE_COLUMNS)
        .$if(before !== undefined, (query) => query.where("id", "<", before ?? 0))
        .orderBy("id", "desc")
        .limit(limit)
        .execute();
      return withTypes(session, rows);
    },

    async attemptsAfter({ of, after, limit }) {
      const rows = await within(db.selectFrom("attempts"), of)
        .select("id")
        .where("id", ">", after)
        .orderBy("id")
        .limit(limit)
        .execute();
      return rows.map(({ id }) => id as AttemptId);
    },

    async attemptLines(ids) {
      if (ids.length === 0) return [];
      const rows = await db
        .selectFrom("attempts")
        .select(LINE_COLUMNS)
        .where("id", "in", ids)
        .orderBy("id")
        .execute();
      return withTypes(session, rows);
    },

    endpointCounts: (ids, options) => Promise.all(ids.map((id) => countsOf(session, id, options))),
  };
}

function within<Row>(
  rows: SelectQueryBuilder<Schema, "attempts", Row>,
  of: AttemptScope,
): SelectQueryBuilder<Schema, "attempts", Row> {
  if ("endpointId" in of) return rows.where("endpoint_id", "=", of.endpointId);
  return rows.where("workspace_id", "=", of.workspaceId);
}

/** The type of an event stands with its delivery. */
async function withTypes({ db }: Session, rows: readonly AttemptLineRow[]): Promise<AttemptLine[]> {
  if (rows.length === 0) return [];
  const deliveries = await db
    .selectFrom("deliveries")
    .select(["id", "event_type"])
    .where("id", "in", [...new Set(rows.map((row) => row.delivery_id))])
    .execute();
  const types = new Map(deliveries.map(({ id, event_type }) => [id, event_type]));
  return rows.flatMap((row) => {
    const type = types.get(row.delivery_id);
    return type === undefined ? [] : [toAttemptLine(row, type)];
  });
}

async function countsOf(
  { db }: Session,
  endpointId: EndpointId,
  { failedSince, limit }: { failedSince: Date; limit: number },
): Promise<EndpointCounts> {
  const {
    rows: [row],
  } = await sql<EndpointCounts>`
    select
      (select count(*) from (select 1 from deliveries
        where endpoint_id = ${endpointId} and state = 'pending' limit ${limit}) waiting) as pending,
      (select count(*) from (select 1 from deliveries
        where endpoint_id = ${endpointId} and state = 'held' limit ${limit}) held) as held,
      (select count(*) from (select 1 from deliveries
        where endpoint_id = ${endpointId} and state = 'exhausted' and id >= ${leastIdOf(failedSince)}
        limit ${limit}) failing) as failed`.execute(db);
  return row ?? { pending: 0, held: 0, failed: 0 };
}
