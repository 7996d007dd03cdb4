import { sql } from "kysely";
import type { Attempt } from "../../domain/endpoint.ts";
import type { AttemptId, DeliveryId, EndpointId, NewId } from "../../domain/ids.ts";
import type { DeliveryRow } from "../schema.ts";
import type { Session } from "../session.ts";
import type { Outbox } from "../store.ts";
import { saveAttempts } from "./outbox-results.ts";

/** Deliveries that change hands: from nodes that are gone, and with their endpoint. */
export function outboxTakeover(
  session: Session,
  newId: NewId,
): Pick<Outbox, "takeBack" | "hold" | "release"> {
  return {
    async takeBack(options) {
      return session.atomically(async (inside) => {
        const rows = await abandoned(inside, options);
        await takeBack(inside, rows, options.now);
        await saveAttempts(
          inside,
          rows.map((row) => unknownAttempt(row, newId())),
        );
        const forgotten = inside.engine.name === "postgres" ? await letForgottenGo(inside) : [];
        return [...new Set([...rows, ...forgotten].map((row) => row.endpoint_id as EndpointId))];
      });
    },

    async hold(endpointId) {
      const { numUpdatedRows } = await session.db
        .updateTable("deliveries")
        .set({ state: "held" })
        .where("endpoint_id", "=", endpointId)
        .where("state", "=", sql.lit("pending"))
        .executeTakeFirstOrThrow();
      return Number(numUpdatedRows);
    },

    async release(endpointId, into, now) {
      return session.atomically(async (inside) => {
        const change = into === "pending" ? releasePending(endpointId, now) : dropHeld(endpointId, now);
        const { numAffectedRows = 0n } = await change.execute(inside.db);
        if (into === "dropped") await letGo(inside, endpointId);
        return Number(numAffectedRows);
      });
    },
  };
}

type AbandonedRow = DeliveryRow & { url: string | null; endpoint_state: string | null };

/** What nodes hold that are gone or hang, locked. */
async function abandoned(
  session: Session,
  { now, isOwnStart, hangMs }: Parameters<Outbox["takeBack"]>[0],
): Promise<AbandonedRow[]> {
  const { db, engine } = session;
  const holders = await db
    .selectFrom("deliveries")
    .select("node")
    .distinct()
    .where("state", "=", sql.lit("leased"))
    .execute();
  const nodes = holders.flatMap(({ node }) => (node === null ? [] : [node]));
  if (nodes.length === 0) return [];
  const live = new Set(await engine.otherLiveNodes(session));
  const hung = new Set(await engine.hungNodes(session, hangMs));
  const isGone = (node: number) => (node === engine.node ? isOwnStart : !live.has(node));
  const ofNode = (node: number) =>
    db
      .selectFrom("deliveries")
      .leftJoin("endpoints", "endpoints.id", "deliveries.endpoint_id")
      .selectAll("deliveries")
      .select(["endpoints.url", "endpoints.state as endpoint_state"])
      .where("deliveries.state", "=", sql.lit("leased"))
      .where("deliveries.node", "=", node)
      .$if(!isGone(node), (query) => query.where("lease_until", "<=", now.getTime()))
      .$if(engine.name === "postgres", (query) => query.forUpdate("deliveries").skipLocked())
      .execute();
  const rows: AbandonedRow[] = [];
  for (const node of nodes) if (isGone(node) || hung.has(node)) rows.push(...(await ofNode(node)));
  return rows;
}

async function takeBack({ db }: Session, rows: readonly AbandonedRow[], now: Date): Promise<void> {
  const taken = { node: null, claim_token: null, leased_at: null, lease_until: null, last_error: "unknown" };
  for (const state of ["pending", "held"] as const) {
    const ids = rows.filter((row) => stateAfter(row) === state);
    if (ids.length === 0) continue;
    await db
      .updateTable("deliveries")
      .set({ ...taken, due_at: now.getTime(), state })
      .where(
        "id",
        "in",
        ids.map(({ id }) => id),
      )
      .execute();
  }
}

function stateAfter(row: AbandonedRow): "pending" | "held" {
  return row.trigger === "sync" || row.endpoint_state === "disabled" ? "held" : "pending";
}

/** The row of the log of what nobody can tell any more. */
function unknownAttempt(row: AbandonedRow, id: AttemptId): Attempt {
  return {
    id,
    deliveryId: row.id as DeliveryId,
    endpointId: row.endpoint_id as EndpointId,
    number: row.attempt_count,
    trigger: row.trigger as Attempt["trigger"],
    outcome: "unknown",
    errorCode: "unknown",
    errorMessage: "the process that sent it ended before it could say what came of it",
    url: row.url ?? "",
    startedAt: new Date(row.leased_at ?? row.due_at),
    timings: {},
    requestHeaders: {},
    responseHeaders: {},
    responsePrefix: "",
    isTruncated: false,
  };
}

/** Makes those claimable that wait behind nothing any more. */
async function letGo({ db }: Session, endpointId: EndpointId): Promise<void> {
  await sql`update deliveries set is_behind = 0 where id in (
    select waiting.id from deliveries waiting
    where waiting.endpoint_id = ${endpointId} and waiting.state = 'pending' and waiting.is_behind = 1
      and ${isFirst})`.execute(db);
}

/**
 * On PostgreSQL a delivery may be written while the one before it in its subject ends: neither transaction sees the
 * other, and nobody tells it that it is first now. Looks at the oldest that waits of each subject, by index.
 */
async function letForgottenGo({ db }: Session): Promise<{ endpoint_id: number }[]> {
  const { rows } = await sql<{ endpoint_id: number }>`with recursive waiting as (
      (select endpoint_id, order_key, id from deliveries where state = 'pending' and is_behind = 1
        order by endpoint_id, order_key, id limit 1)
      union all
      select following.* from waiting cross join lateral (
        select endpoint_id, order_key, id from deliveries
        where state = 'pending' and is_behind = 1
          and (endpoint_id, order_key) > (waiting.endpoint_id, waiting.order_key)
        order by endpoint_id, order_key, id limit 1
      ) following
    )
    update deliveries set is_behind = 0 where id = any(array(
      select waiting.id from waiting where ${isFirst})) returning endpoint_id`.execute(db);
  return rows;
}

const isFirst = sql<boolean>`not exists (
  select 1 from deliveries older
  where older.endpoint_id = waiting.endpoint_id and older.order_key = waiting.order_key and older.order_key <> ''
    and older.state in ('pending', 'leased', 'held') and older.id < waiting.id)`;

/** All due, each a millisecond after the one before it. Those a caller waits for are not for others to send. */
function releasePending(endpointId: EndpointId, now: Date) {
  return sql`update deliveries set state = 'pending', due_at = ${now.getTime()} - released.after_it
    from (
      select held.id, count(*) over () - row_number() over (order by held.due_at, held.id) as after_it
      from deliveries held
      where held.endpoint_id = ${endpointId} and held.state = 'held' and held.trigger <> 'sync'
    ) released
    where deliveries.id = released.id`;
}

function dropHeld(endpointId: EndpointId, now: Date) {
  return sql`update deliveries set state = 'dropped', ended_at = ${now.getTime()}
    where endpoint_id = ${endpointId} and state = 'held' and trigger <> 'sync'`;
}
