import { type SelectQueryBuilder, sql } from "kysely";
import type { DeliveryState } from "../../domain/endpoint.ts";
import type { DeliveryRow, Schema } from "../schema.ts";
import type { Session } from "../session.ts";
import type { Outbox } from "../store.ts";
import { greatestIdOf, leastIdOf, toAttempt, toBodyHeaders, toDelivery } from "./outbox-rows.ts";

type DeliveryQuery = Parameters<Outbox["listDeliveries"]>[0];

/** What people look at: deliveries, attempts and how much there is to do. */
export function outboxLog({
  db,
}: Session): Pick<
  Outbox,
  "findDelivery" | "body" | "bodyHeaders" | "listDeliveries" | "attempts" | "counts"
> {
  const page = (query: DeliveryQuery, state?: DeliveryState) =>
    matching(db.selectFrom("deliveries").selectAll(), query, state)
      .orderBy("id", "desc")
      .limit(query.limit)
      .execute();

  return {
    async findDelivery(id) {
      const row = await db.selectFrom("deliveries").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toDelivery(row);
    },

    async body(id) {
      const row = await db.selectFrom("event_bodies").select("text").where("id", "=", id).executeTakeFirst();
      return row?.text;
    },

    async bodyHeaders(id) {
      const row = await db
        .selectFrom("event_bodies")
        .select("headers")
        .where("id", "=", id)
        .executeTakeFirst();
      return toBodyHeaders(row?.headers ?? "");
    },

    /** Each state by itself: few are in most of them, and those have indexes of their own. */
    async listDeliveries(query) {
      if (query.types?.length === 0) return [];
      if (query.states === undefined) return (await page(query)).map(toDelivery);
      const rows: DeliveryRow[] = [];
      for (const state of new Set(query.states)) rows.push(...(await page(query, state)));
      return rows
        .sort((one, other) => other.id - one.id)
        .slice(0, query.limit)
        .map(toDelivery);
    },

    async attempts(deliveryId) {
      const rows = await db
        .selectFrom("attempts")
        .selectAll()
        .where("delivery_id", "=", deliveryId)
        .orderBy("number")
        .orderBy("id")
        .execute();
      return rows.map(toAttempt);
    },

    async counts() {
      const {
        rows: [row],
      } = await sql<{ pending: number; due: number | null; held: number; leased: number }>`
        select waits.count as pending, waits.due as due, rests.count as held, runs.count as leased
        from
          (select count(*) as count, min(case is_behind when 0 then due_at end) as due
            from deliveries where state = 'pending') waits,
          (select count(*) as count from deliveries where state = 'held') rests,
          (select count(*) as count from deliveries where state = 'leased') runs`.execute(db);
      return {
        pending: row?.pending ?? 0,
        held: row?.held ?? 0,
        leased: row?.leased ?? 0,
        ...(row?.due == null ? {} : { oldestDueAt: new Date(row.due) }),
      };
    },
  };
}

function matching<Row>(
  rows: SelectQueryBuilder<Schema, "deliveries", Row>,
  { workspaceId, endpointId, eventId, types, since, until, before }: DeliveryQuery,
  state: DeliveryState | undefined,
): SelectQueryBuilder<Schema, "deliveries", Row> {
  let query = rows;
  if (state !== undefined) query = query.where("state", "=", sql.lit(state));
  if (workspaceId !== undefined) query = query.where("workspace_id", "=", workspaceId);
  if (endpointId !== undefined) query = query.where("endpoint_id", "=", endpointId);
  if (eventId !== undefined) query = query.where("event_id", "=", eventId);
  if (types !== undefined) query = query.where("event_type", "in", types);
  if (before !== undefined) query = query.where("id", "<", before);
  if (since !== undefined) {
    query = query.where("created_at", ">=", since.getTime()).where("id", ">=", leastIdOf(since));
  }
  if (until !== undefined) {
    query = query.where("created_at", "<=", until.getTime()).where("id", "<=", greatestIdOf(until));
  }
  return query;
}
