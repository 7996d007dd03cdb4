import { setImmediate } from "node:timers/promises";
import { type RawBuilder, sql } from "kysely";
import type { ProductEvent } from "../../domain/event.ts";
import { type EndpointId, type EventId, idTimeMs } from "../../domain/ids.ts";
import type { EventBodyRow, EventRow } from "../schema.ts";
import type { Session } from "../session.ts";
import { jsonRows, type RowColumns, type Step, statement } from "../statement.ts";
import type { Emission, NewDelivery, Outbox } from "../store.ts";
import { greatestIdOf, leastIdOf, toEvent, toEventRow } from "./outbox-rows.ts";
import { supersedingSteps, whileNothingReturns } from "./outbox-superseding.ts";

/** Events looked at in one statement of a replay; between two of them others get their turn. */
const REPLAY_SCAN = 500;

/** Events and the deliveries made of them. */
export function outboxEvents(
  session: Session,
): Pick<
  Outbox,
  "add" | "findEvent" | "listEvents" | "eventsToReplay" | "unfinished" | "fanOut" | "addDeliveries"
> {
  const { db } = session;
  return {
    async add(emission) {
      await whileNothingReturns(session, emission.deliveries, (inside) =>
        inside.change(always({}), emissionSteps([emission])),
      );
    },

    async findEvent(id) {
      const row = await db.selectFrom("events").selectAll().where("id", "=", id).executeTakeFirst();
      return row && toEvent(row);
    },

    async listEvents(query) {
      const { types, subject } = query;
      if (types === undefined || subject !== undefined) return (await eventPage(session, query)).map(toEvent);
      // Each type by itself: few events are of most of them, and they have an index of their own.
      const rows: EventRow[] = [];
      for (const type of new Set(types))
        rows.push(...(await eventPage(session, { ...query, types: [type] })));
      return rows
        .sort((one, other) => other.id - one.id)
        .slice(0, query.limit)
        .map(toEvent);
    },

    eventsToReplay: (query) => eventsToReplay(session, query),

    async unfinished(limit) {
      const rows = await db
        .selectFrom("events")
        .selectAll()
        .where("is_fanned_out", "=", sql.lit(0))
        .orderBy("id")
        .limit(limit)
        .execute();
      return rows.map((row) => ({ event: toEvent(row), cursor: row.fan_out_cursor as EndpointId }));
    },

    async fanOut({ eventId, bodies, deliveries, isFannedOut, cursor }) {
      const step = moveFanOut({ eventId, isFannedOut: isFannedOut ? 1 : 0, cursor });
      await whileNothingReturns(session, deliveries, (inside) =>
        inside.change(step, [
          insertBodies({ rows: jsonRows(bodyRows(bodies, eventId)) }),
          ...supersedingSteps(deliveries),
          insertDeliveryRows({ rows: jsonRows(deliveryRows(deliveries)) }),
        ]),
      );
    },

    addDeliveries: (bodies, deliveries) => insertDeliveries(session, bodies, deliveries),
  };
}

function eventPage(
  { db }: Session,
  { workspaceId, types, subject, before, limit }: Parameters<Outbox["listEvents"]>[0],
): Promise<EventRow[]> {
  return db
    .selectFrom("events")
    .selectAll()
    .where("workspace_id", "=", workspaceId)
    .$if(types !== undefined, (query) => query.where("type", "in", types ?? []))
    .$if(subject !== undefined, (query) => query.where("subject", "=", subject ?? ""))
    .$if(before !== undefined, (query) => query.where("id", "<", before ?? 0))
    .orderBy("id", "desc")
    .limit(limit)
    .execute();
}

/** What puts events into the outbox, as follow-ups of the guard that lets them happen. */
export function emissionSteps(emissions: readonly Emission[]): Step<unknown>[] {
  if (emissions.length === 0) return [];
  const deliveries = emissions.flatMap((emission) => emission.deliveries);
  const bodies = emissions.flatMap((emission) => bodyRows(emission.bodies, emission.event.id));
  return [
    insertEvents({ rows: jsonRows(emissions.map((emission) => toEventRow(emission.event, emission))) }),
    insertBodies({ rows: jsonRows(bodies) }),
    ...supersedingSteps(deliveries),
    insertDeliveryRows({ rows: jsonRows(deliveryRows(deliveries)) }),
  ];
}

/** Adds deliveries of events that are there; ones that exist are left as they are. */
export async function insertDeliveries(
  session: Session,
  bodies: (Emission["bodies"][number] & { eventId: EventId })[],
  deliveries: NewDelivery[],
): Promise<void> {
  if (deliveries.length === 0 && bodies.length === 0) return;
  const rows = bodies.flatMap((body) => bodyRows([body], body.eventId));
  await session.change(always({}), [
    insertBodies({ rows: jsonRows(rows) }),
    ...supersedingSteps(deliveries),
    insertDeliveryRows({ rows: jsonRows(deliveryRows(deliveries)) }),
  ]);
}

/**
 * Those that match among the events after `after`, found a few hundred at a time: on SQLite the whole server would
 * wait for a longer look.
 */
async function eventsToReplay(
  session: Session,
  query: Parameters<Outbox["eventsToReplay"]>[0],
): Promise<ProductEvent[]> {
  if (query.workspaceIds.length === 0) return [];
  const found: ProductEvent[] = [];
  const types = new Set<string>(query.types);
  const until = query.until.getTime();
  // Ids are made of the time, by clocks that may differ.
  let cursor: number = Math.max(query.after, leastIdOf(query.since));
  for (;;) {
    const rows = await session.db
      .selectFrom("events")
      .selectAll()
      .where("id", ">", cursor)
      // Of several workspaces no index has the events in their order: all events are looked at.
      .where(
        query.workspaceIds.length === 1 ? "workspace_id" : sql`workspace_id + 0`,
        "in",
        query.workspaceIds,
      )
      .orderBy("id")
      .limit(REPLAY_SCAN)
      .execute();
    const matching = rows.filter(
      (row) => row.created_at >= query.since.getTime() && row.created_at <= until && types.has(row.type),
    );
    const settled = await settledAt(session, query, matching);
    for (const row of matching) {
      if (!settled.has(row.id)) found.push(toEvent(row));
      if (found.length === query.limit) return found;
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < REPLAY_SCAN) return found;
    if (last.id > greatestIdOf(query.until)) return found;
    cursor = last.id;
    await setImmediate();
  }
}

/** Those of the events that the replay leaves out because the endpoint got them or will get them. */
async function settledAt(
  { db }: Session,
  { endpointId, isOnlyFailed }: Parameters<Outbox["eventsToReplay"]>[0],
  events: readonly EventRow[],
): Promise<Set<number>> {
  if (!isOnlyFailed || events.length === 0) return new Set();
  const rows = await db
    .selectFrom("deliveries")
    .select("event_id")
    .distinct()
    .where(
      "event_id",
      "in",
      events.map(({ id }) => id),
    )
    .where("endpoint_id", "=", endpointId)
    .where("state", "not in", ["exhausted", "dropped"])
    .execute();
  return new Set(rows.map((row) => row.event_id));
}

function bodyRows(bodies: Emission["bodies"], eventId: EventId) {
  return bodies.map(({ id, text, headers }) => ({
    id,
    event_id: eventId,
    text,
    headers: headers === undefined ? "" : JSON.stringify(headers),
    created_at: idTimeMs(id),
  }));
}

/** In one statement rows do not see one another: which of them is behind another one of them is said here. */
function deliveryRows(deliveries: readonly NewDelivery[]) {
  const subjects = new Set<string>();
  return deliveries.map((delivery) => {
    const subject = `${delivery.endpointId} ${delivery.orderKey}`;
    const isBehind = delivery.orderKey !== "" && subjects.has(subject);
    subjects.add(subject);
    return {
      id: delivery.id,
      event_id: delivery.eventId,
      endpoint_id: delivery.endpointId,
      workspace_id: delivery.workspaceId,
      event_type: delivery.eventType,
      wire_id: delivery.wireId,
      body_id: delivery.bodyId,
      trigger: delivery.trigger,
      replay_id: delivery.replayId ?? 0,
      state: delivery.state,
      due_at: delivery.dueAt.getTime(),
      order_key: delivery.orderKey,
      is_behind: isBehind ? 1 : 0,
      is_coalescing: delivery.isCoalescing === true ? 1 : 0,
      created_at: delivery.createdAt.getTime(),
    };
  });
}

/** A guard that always passes. */
const always = statement<Record<never, never>, { passed: number }>(({ db }) => ({
  compile: () => sql<{ passed: number }>`select 1 as passed`.compile(db),
}));

const moveFanOut = statement<{ eventId: number; isFannedOut: number; cursor: number }, { id: number }>(
  ({ db, value }) =>
    db
      .updateTable("events")
      .set({ is_fanned_out: value("isFannedOut"), fan_out_cursor: value("cursor") })
      .where("id", "=", value("eventId"))
      // What another node has done of it meanwhile is not done again.
      .where("fan_out_cursor", "<=", value("cursor"))
      .returning("id"),
);

const EVENT_COLUMNS: { [Column in keyof EventRow]: RowColumns[string] } = {
  id: "integer",
  workspace_id: "integer",
  type: "text",
  subject: "text",
  data: "text",
  created_at: "integer",
  is_fanned_out: "integer",
  fan_out_cursor: "integer",
};

const BODY_COLUMNS: { [Column in keyof EventBodyRow]: RowColumns[string] } = {
  id: "integer",
  event_id: "integer",
  text: "text",
  headers: "text",
  created_at: "integer",
};

const DELIVERY_COLUMNS = {
  id: "integer",
  event_id: "integer",
  endpoint_id: "integer",
  workspace_id: "integer",
  event_type: "text",
  wire_id: "text",
  body_id: "integer",
  trigger: "text",
  replay_id: "integer",
  state: "text",
  due_at: "integer",
  order_key: "text",
  is_behind: "integer",
  is_coalescing: "integer",
  created_at: "integer",
} satisfies RowColumns;

const insertEvents = statement<{ rows: string }, unknown>(({ db, value, fragments }) => {
  const columns = columnsOf(EVENT_COLUMNS);
  return {
    compile: () =>
      sql`insert into events (${columns}) select ${columns}
        from ${fragments.rows(value("rows"), "new", EVENT_COLUMNS)} where ${fragments.guardPassed}`.compile(
        db,
      ),
  };
});

const insertBodies = statement<{ rows: string }, unknown>(({ db, value, fragments }) => {
  const columns = columnsOf(BODY_COLUMNS);
  return {
    compile: () =>
      sql`insert into event_bodies (${columns}) select ${columns}
        from ${fragments.rows(value("rows"), "new", BODY_COLUMNS)} where ${fragments.guardPassed}
        on conflict (id) do nothing`.compile(db),
  };
});

/**
 * Where their endpoints were disabled, enabled or deleted meanwhile, they are held, pending or dropped; an ordered one is behind
 * when an older one of its subject is unfinished and not superseded by it.
 */
const insertDeliveryRows = statement<{ rows: string }, unknown>(({ db, value, fragments }) => {
  const { state, is_behind, is_coalescing, ...plain } = DELIVERY_COLUMNS;
  const columns = columnsOf(plain);
  const selected = sql.join(Object.keys(plain).map((column) => sql.ref(`new.${column}`)));
  const given = fragments.rows(value("rows"), "given", DELIVERY_COLUMNS);
  const stateNow = stateAtEndpoint({
    state: sql`given.state`,
    trigger: sql`given.${sql.ref("trigger")}`,
    endpointId: sql`given.endpoint_id`,
  });
  return {
    compile: () =>
      sql`insert into deliveries
          (${columns}, state, ended_at, is_behind, attempt_count, failure_count, has_gap, last_error)
        select ${selected}, new.state_now, case new.state_now when 'dropped' then new.created_at end,
          case when new.order_key = '' then 0
            when new.is_behind = 1 or exists (
              select 1 from deliveries older
              where older.endpoint_id = new.endpoint_id and older.order_key = new.order_key
                and older.order_key <> '' and older.state in ('pending', 'leased', 'held') and older.id < new.id
                and not (new.is_coalescing = 1 and older.state <> 'leased' and older.event_id < new.event_id)
            ) then 1 else 0 end,
          0, 0, 0, ''
        from (select given.*, ${stateNow} as state_now from ${given}) new where ${fragments.guardPassed}
        on conflict do nothing`.compile(db),
  };
});

/**
 * What becomes of a delivery that is to wait, whatever was thought of its endpoint before: `pending`, `held` or, at a
 * deleted one, `dropped`. Others stay as they are, and so do questions, which only who asks them sends.
 */
export function stateAtEndpoint(delivery: {
  state: RawBuilder<unknown>;
  trigger: RawBuilder<unknown>;
  endpointId: RawBuilder<unknown>;
}): RawBuilder<string> {
  const { state, trigger, endpointId } = delivery;
  return sql<string>`case when ${trigger} = 'sync' or ${state} not in ('pending', 'held') then ${state} else coalesce((
    select case when endpoints.deleted_at is not null then 'dropped' when endpoints.state = 'disabled' then 'held' end
    from endpoints where endpoints.id = ${endpointId}), 'pending') end`;
}

export function columnsOf(columns: RowColumns): RawBuilder<unknown> {
  return sql.join(Object.keys(columns).map((column) => sql.ref(column)));
}
