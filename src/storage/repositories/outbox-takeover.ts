import { setImmediate } from "node:timers/promises";
import { sql } from "kysely";
import type { Attempt } from "../../domain/endpoint.ts";
import type { AttemptId, DeliveryId, EndpointId, NewId } from "../../domain/ids.ts";
import type { DeliveryRow } from "../schema.ts";
import type { Session } from "../session.ts";
import { jsonRows, statement } from "../statement.ts";
import type { Outbox } from "../store.ts";
import { BATCH, inBatches } from "./batches.ts";
import { saveAttempts } from "./outbox-results.ts";
import { letNextGo, supersedeStale } from "./outbox-superseding.ts";

/** How many times as long as a look took, until the next one. */
const LOOK_REST = 20;

/** Deliveries that change hands: from nodes that are gone, and with their endpoint. */
export function outboxTakeover(
  session: Session,
  newId: NewId,
): Pick<Outbox, "takeBack" | "hold" | "release"> {
  let nextLookMs = Number.NEGATIVE_INFINITY;
  /** For what transactions that did not see one another left behind: the more there is to look at, the less often. */
  async function look(inside: Session): Promise<{ endpoint_id: number }[]> {
    const startMs = performance.now();
    if (startMs < nextLookMs) return [];
    const found = [...(await letForgottenGo(inside)), ...(await moveAstray(inside))];
    const endMs = performance.now();
    nextLookMs = endMs + (endMs - startMs) * LOOK_REST;
    return found;
  }

  return {
    async takeBack(options) {
      return session.atomically(async (inside) => {
        const rows = await abandoned(inside, options);
        await takeBack(inside, rows, options.now);
        const now = options.now.getTime();
        const returned = rows.map(({ id, order_key }) => ({ id, order_key, now }));
        await letNextGo(inside, await supersedeStale(inside, returned));
        await saveAttempts(
          inside,
          rows.map((row) => unknownAttempt(row, newId())),
        );
        const forgotten = inside.engine.name === "postgres" ? await look(inside) : [];
        return [...new Set([...rows, ...forgotten].map((row) => row.endpoint_id as EndpointId))];
      });
    },

    hold: (endpointId) => inBatches((limit) => hold(session, endpointId, limit)),

    async release(endpointId, into, now) {
      return session.atomically(async (inside) => {
        if (into === "pending") return releasePending(inside, endpointId, now);
        const count = await inBatches((limit) => dropHeld(inside, endpointId, now, limit));
        await letGo(inside, endpointId);
        return count;
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

/** One look by index for each that waits: the limit keeps the planner from reading everything unfinished for all of them. */
const isFirst = sql<boolean>`(
  select older.id from deliveries older
  where older.endpoint_id = waiting.endpoint_id and older.order_key = waiting.order_key and older.order_key <> ''
    and older.state in ('pending', 'leased', 'held') and older.id < waiting.id
  limit 1) is null`;

/**
 * On PostgreSQL a delivery may be written while its endpoint is disabled or enabled: neither transaction sees the
 * other. Looks at the endpoints that have something to hold or to send, by index.
 */
async function moveAstray({ db }: Session): Promise<{ endpoint_id: number }[]> {
  await sql`update deliveries set state = 'held' where state = 'pending' and id in (
    select astray.id from endpoints cross join lateral (
      select id from deliveries where endpoint_id = endpoints.id and state = 'pending' limit ${BATCH}
    ) astray where endpoints.state = 'disabled' and endpoints.deleted_at is null)`.execute(db);
  const { rows } = await sql<{ endpoint_id: number }>`with recursive holding as (
      (select endpoint_id from deliveries where state = 'held' order by endpoint_id limit 1)
      union all
      select following.endpoint_id from holding cross join lateral (
        select endpoint_id from deliveries where state = 'held' and endpoint_id > holding.endpoint_id
        order by endpoint_id limit 1
      ) following
    )
    update deliveries set state = 'pending' where state = 'held' and id in (
      select astray.id from holding
      join endpoints on endpoints.id = holding.endpoint_id
      cross join lateral (
        select id from deliveries
        where endpoint_id = endpoints.id and state = 'held' and trigger <> 'sync' limit ${BATCH}
      ) astray where endpoints.state <> 'disabled' and endpoints.deleted_at is null) returning endpoint_id`.execute(
    db,
  );
  return rows;
}

async function hold({ db }: Session, endpointId: EndpointId, limit: number): Promise<number> {
  const { numAffectedRows = 0n } = await sql`update deliveries set state = 'held'
    where state = 'pending' and id in (
      select id from deliveries where endpoint_id = ${endpointId} and state = 'pending' limit ${limit})`.execute(
    db,
  );
  return Number(numAffectedRows);
}

/** All due, each a millisecond after the one before it. Those a caller waits for are not for others to send. */
async function releasePending(session: Session, endpointId: EndpointId, now: Date): Promise<number> {
  const { rows } = await sql<{ id: number }>`select id from deliveries
    where endpoint_id = ${endpointId} and state = 'held' and trigger <> 'sync' order by due_at, id`.execute(
    session.db,
  );
  const firstAt = now.getTime() - rows.length + 1;
  for (let start = 0; start < rows.length; start += BATCH) {
    const batch = rows
      .slice(start, start + BATCH)
      .map(({ id }, index) => ({ id, due_at: firstAt + start + index }));
    await session.run(makeDue({ rows: jsonRows(batch) }));
    await setImmediate();
  }
  return rows.length;
}

const makeDue = statement<{ rows: string }, unknown>(({ db, value, fragments }) => ({
  compile: () =>
    sql`update deliveries set state = 'pending', due_at = released.due_at
      from ${fragments.rows(value("rows"), "released", { id: "integer", due_at: "integer" })}
      where deliveries.id = released.id and deliveries.state = 'held'`.compile(db),
}));

async function dropHeld({ db }: Session, endpointId: EndpointId, now: Date, limit: number): Promise<number> {
  const { numAffectedRows = 0n } =
    await sql`update deliveries set state = 'dropped', ended_at = ${now.getTime()}
    where state = 'held' and id in (
      select id from deliveries
      where endpoint_id = ${endpointId} and state = 'held' and trigger <> 'sync' limit ${limit})`.execute(db);
  return Number(numAffectedRows);
}
