import { sql } from "kysely";
import type { Replay } from "../../domain/endpoint.ts";
import type { EndpointId, EventId, ReplayId, UserId } from "../../domain/ids.ts";
import type { ReplayRow } from "../schema.ts";
import type { Session } from "../session.ts";
import type { ReplayStore } from "../store.ts";
import { insertDeliveries } from "./outbox-events.ts";

export function replayStore(session: Session): ReplayStore {
  const { db } = session;
  return {
    async insert(replay) {
      await db.insertInto("replays").values(toRow(replay)).execute();
    },

    async find(id) {
      const row = await db.selectFrom("replays").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toReplay(row);
    },

    async list(endpointId, limit) {
      const rows = await db
        .selectFrom("replays")
        .selectAll()
        .where("endpoint_id", "=", endpointId)
        .orderBy("id", "desc")
        .limit(limit)
        .execute();
      return rows.map(toReplay);
    },

    async listRunning() {
      const rows = await db
        .selectFrom("replays")
        .selectAll()
        .where("state", "=", sql.lit("running"))
        .orderBy("id")
        .execute();
      return rows.map(toReplay);
    },

    async advance({ id, cursor, bodies, deliveries, isDone, now }) {
      return session.atomically(async (inside) => {
        const { numUpdatedRows } = await inside.db
          .updateTable("replays")
          .set(({ eb }) => ({
            cursor,
            sent_count: eb("sent_count", "+", deliveries.length),
            ...(isDone ? { state: "done", ended_at: now.getTime() } : {}),
          }))
          .where("id", "=", id)
          .where("state", "=", "running")
          // What another node has done of it meanwhile is not done again.
          .where("cursor", "<=", cursor)
          .executeTakeFirstOrThrow();
        if (numUpdatedRows === 0n) return false;
        await insertDeliveries(inside, bodies, deliveries);
        return true;
      });
    },

    async setState(id, state, now) {
      const { numUpdatedRows } = await db
        .updateTable("replays")
        .set({ state, ended_at: state === "cancelled" ? now.getTime() : null })
        .where("id", "=", id)
        .where("state", "in", ["running", "paused"])
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n;
    },
  };
}

function toRow(replay: Replay): ReplayRow {
  return {
    id: replay.id,
    endpoint_id: replay.endpointId,
    since: replay.since.getTime(),
    until: replay.until.getTime(),
    event_types: JSON.stringify(replay.eventTypes),
    is_only_failed: replay.isOnlyFailed ? 1 : 0,
    rate_per_second: replay.ratePerSecond,
    state: replay.state,
    cursor: replay.cursor,
    sent_count: replay.sentCount,
    created_by: replay.createdBy ?? null,
    created_at: replay.createdAt.getTime(),
    ended_at: replay.endedAt?.getTime() ?? null,
  };
}

function toReplay(row: ReplayRow): Replay {
  return {
    id: row.id as ReplayId,
    endpointId: row.endpoint_id as EndpointId,
    since: new Date(row.since),
    until: new Date(row.until),
    eventTypes: JSON.parse(row.event_types),
    isOnlyFailed: row.is_only_failed === 1,
    ratePerSecond: row.rate_per_second,
    state: row.state as Replay["state"],
    cursor: row.cursor as EventId,
    sentCount: row.sent_count,
    ...(row.created_by === null ? {} : { createdBy: row.created_by as UserId }),
    createdAt: new Date(row.created_at),
    ...(row.ended_at === null ? {} : { endedAt: new Date(row.ended_at) }),
  };
}
