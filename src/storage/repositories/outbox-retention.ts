import { setImmediate } from "node:timers/promises";
import { sql } from "kysely";
import { firstIdAt } from "../../domain/ids.ts";
import type { Session } from "../session.ts";
import type { Outbox } from "../store.ts";

/**
 * Up to which id old events and bodies were looked at: what must stay is not looked at again until all the rest was.
 * Shared by all sessions of one store.
 */
export interface RetentionCursors {
  events: number;
  bodies: number;
}

/** Events or bodies looked at in one transaction. */
const LOOKED_AT = 200;

/** What one look found: up to which id it looked, and how many rows it deleted. `isPart`: it is to look there again. */
interface Look {
  last: number;
  deleted: number;
  isPart?: boolean;
}

/** Deletes what has been kept long enough. */
export function outboxRetention(session: Session, cursors: RetentionCursors): Pick<Outbox, "forget"> {
  async function forgetNext(
    kind: keyof RetentionCursors,
    look: (inside: Session, after: number) => Promise<Look | undefined>,
  ): Promise<number> {
    for (;;) {
      const found = await session.atomically((inside) => look(inside, cursors[kind]));
      if (found === undefined) {
        cursors[kind] = 0;
        return 0;
      }
      if (found.isPart !== true) cursors[kind] = found.last;
      if (found.deleted > 0) return found.deleted;
      await setImmediate();
    }
  }

  return {
    async forget(before, limit) {
      await dropAtDeleted(session);
      const bodies = await forgetNext("bodies", (inside, after) =>
        forgetBodies(inside, after, before.deliveredBodies, limit),
      );
      if (bodies > 0) return bodies;
      return forgetNext("events", (inside, after) => forgetEvents(inside, after, before.events, limit));
    },
  };
}

/** What was written for an endpoint while it was being deleted. Questions are ended by those who ask them. */
async function dropAtDeleted({ db }: Session): Promise<void> {
  for (const state of ["pending", "held"] as const) {
    await sql`update deliveries set state = 'dropped', ended_at = created_at where id in (
      select left_over.id from endpoints
      join deliveries left_over on left_over.endpoint_id = endpoints.id and left_over.state = ${sql.lit(state)}
      where endpoints.deleted_at is not null and left_over.trigger <> 'sync')`.execute(db);
  }
}

/** Bodies of which only deliveries are made that arrived, or whose place a later one took. */
async function forgetBodies(
  { db }: Session,
  after: number,
  before: Date,
  limit: number,
): Promise<Look | undefined> {
  const rows = await db
    .selectFrom("event_bodies")
    .select(["id", "event_id"])
    .where("id", ">", after)
    .where("id", "<", firstIdAt(before.getTime()))
    .orderBy("id")
    .limit(Math.min(limit, LOOKED_AT))
    .execute();
  const last = rows.at(-1);
  if (last === undefined) return undefined;
  const eventIds = rows.map((row) => row.event_id);
  const needed = await db
    .selectFrom("deliveries")
    .select("body_id")
    .distinct()
    .where("event_id", "in", eventIds)
    .where("state", "not in", ["delivered", "superseded"])
    .execute();
  const keep = new Set(needed.map((row) => row.body_id));
  const ids = rows.map((row) => row.id).filter((id) => !keep.has(id));
  if (ids.length > 0) await db.deleteFrom("event_bodies").where("id", "in", ids).execute();
  return { last: last.id, deleted: ids.length };
}

/** Events with nothing left to send, with their deliveries, attempts and bodies; of large ones a part at a time. */
async function forgetEvents(
  session: Session,
  after: number,
  before: Date,
  limit: number,
): Promise<Look | undefined> {
  const { db } = session;
  const rows = await db
    .selectFrom("events")
    .select(["id", "is_fanned_out"])
    .where("id", ">", after)
    .where("id", "<", firstIdAt(before.getTime()))
    .orderBy("id")
    .limit(Math.min(limit, LOOKED_AT))
    .execute();
  const last = rows.at(-1);
  if (last === undefined) return undefined;
  const ids = rows.filter((row) => row.is_fanned_out === 1).map((row) => row.id);
  const keep = await unfinishedOf(session, ids);
  const events = ids.filter((id) => !keep.has(id));
  if (events.length === 0) return { last: last.id, deleted: 0 };
  const deliveries = await forgetDeliveries(session, events, limit);
  if (deliveries === limit) return { last: last.id, deleted: deliveries, isPart: true };
  await db.deleteFrom("event_bodies").where("event_id", "in", events).execute();
  await db.deleteFrom("events").where("id", "in", events).execute();
  return { last: last.id, deleted: deliveries + events.length };
}

/** Those of these events that are still to be sent somewhere. */
async function unfinishedOf({ db }: Session, events: number[]): Promise<Set<number>> {
  if (events.length === 0) return new Set();
  const rows = await db
    .selectFrom("deliveries")
    .select("event_id")
    .distinct()
    .where("event_id", "in", events)
    .where("state", "in", ["pending", "leased", "held"])
    .execute();
  return new Set(rows.map((row) => row.event_id));
}

/** Resolves with how many there were, at most `limit`. */
async function forgetDeliveries({ db }: Session, events: number[], limit: number): Promise<number> {
  const rows = await db
    .selectFrom("deliveries")
    .select("id")
    .where("event_id", "in", events)
    .limit(limit)
    .execute();
  const ids = rows.map((row) => row.id);
  if (ids.length === 0) return 0;
  await db.deleteFrom("attempts").where("delivery_id", "in", ids).execute();
  await db.deleteFrom("deliveries").where("id", "in", ids).execute();
  return ids.length;
}
