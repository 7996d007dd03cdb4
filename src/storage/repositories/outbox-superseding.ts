import { sql } from "kysely";
import type { Session } from "../session.ts";
import { jsonRows, type RowColumns, type Step, statement } from "../statement.ts";
import type { NewDelivery } from "../store.ts";

/** A subject of an endpoint: what keeps its order. */
export interface Subject {
  endpoint_id: number;
  order_key: string;
}

/** What a new delivery does to older ones of its subject that it says all of, as a follow-up of a guard. */
export function supersedingSteps(deliveries: readonly NewDelivery[]): Step<unknown>[] {
  const rows = coalescing(deliveries);
  return rows.length === 0 ? [] : [supersedeOlder({ rows: jsonRows(rows) })];
}

/**
 * Writes deliveries while nobody says what came of one of their subjects that is under way: on PostgreSQL neither would
 * see the other, and what failed would be sent once more.
 */
export async function whileNothingReturns<T>(
  session: Session,
  deliveries: readonly NewDelivery[],
  write: (inside: Session) => Promise<T>,
): Promise<T> {
  const rows = coalescing(deliveries);
  if (rows.length === 0 || session.engine.name !== "postgres") return write(session);
  return session.atomically(async (inside) => {
    await inside.run(lockSubjects({ rows: jsonRows(rows) }));
    return write(inside);
  });
}

function coalescing(deliveries: readonly NewDelivery[]) {
  return deliveries
    .filter(({ isCoalescing, orderKey }) => isCoalescing === true && orderKey !== "")
    .map((delivery) => ({
      endpoint_id: delivery.endpointId,
      order_key: delivery.orderKey,
      event_id: delivery.eventId,
      now: delivery.createdAt.getTime(),
    }));
}

/**
 * Ends those that were under way, are to be sent again, and have a newer one of their subject waiting at an endpoint that
 * coalesces; what somebody had sent once more counts as none. Resolves with their subjects.
 */
export async function supersedeStale(
  session: Session,
  rows: readonly { id: number; order_key: string; now: number }[],
): Promise<Subject[]> {
  const ordered = rows.filter(({ order_key }) => order_key !== "");
  if (ordered.length === 0) return [];
  return session.run(supersedeReturned({ rows: jsonRows(ordered) }));
}

/** Lets the oldest unfinished one of each subject go. */
export async function letNextGo(session: Session, subjects: readonly Subject[]): Promise<void> {
  const ordered = subjects.filter(({ order_key }) => order_key !== "");
  if (ordered.length > 0) await session.run(nextOfSubjects({ rows: jsonRows(ordered) }));
}

const SUBJECT_COLUMNS = { endpoint_id: "integer", order_key: "text" } satisfies RowColumns;

/** In the order in which results are written: two that go the other way round would wait for each other. */
const lockSubjects = statement<{ rows: string }, { id: number }>(({ db, value, fragments }) => ({
  compile: () =>
    sql<{ id: number }>`select deliveries.id from deliveries
      join ${fragments.rows(value("rows"), "newer", SUBJECT_COLUMNS)}
        on deliveries.endpoint_id = newer.endpoint_id and deliveries.order_key = newer.order_key
      where deliveries.order_key <> '' and deliveries.state in ('pending', 'leased', 'held')
      order by deliveries.id for update of deliveries`.compile(db),
}));

/** By events: the same one sent once more does not take its own place. */
const supersedeOlder = statement<{ rows: string }, unknown>(({ db, value, fragments }) => ({
  compile: () =>
    sql`update deliveries set state = 'superseded', ended_at = newer.now
      from ${fragments.rows(value("rows"), "newer", { ...SUBJECT_COLUMNS, event_id: "integer", now: "integer" })}
      where deliveries.endpoint_id = newer.endpoint_id and deliveries.order_key = newer.order_key
        and deliveries.order_key <> '' and deliveries.state in ('pending', 'leased', 'held')
        and deliveries.state <> 'leased' and deliveries.${sql.ref("trigger")} <> 'sync'
        and deliveries.event_id < newer.event_id and ${fragments.guardPassed}`.compile(db),
}));

const supersedeReturned = statement<{ rows: string }, Subject>(({ db, value, fragments }) => ({
  compile: () =>
    sql<Subject>`update deliveries set state = 'superseded', ended_at = stale.now
      from ${fragments.rows(value("rows"), "stale", { id: "integer", now: "integer" })}
      where deliveries.id = stale.id and deliveries.state in ('pending', 'held')
        and (select endpoints.is_coalescing from endpoints where endpoints.id = deliveries.endpoint_id) = 1
        and (
          select newer.id from deliveries newer
          where newer.endpoint_id = deliveries.endpoint_id and newer.order_key = deliveries.order_key
            and newer.order_key <> '' and newer.state in ('pending', 'leased', 'held')
            and newer.event_id > deliveries.event_id and newer.${sql.ref("trigger")} = 'event'
          limit 1) is not null
      returning deliveries.endpoint_id, deliveries.order_key`.compile(db),
}));

const nextOfSubjects = statement<{ rows: string }, unknown>(({ db, value, fragments }) => ({
  compile: () =>
    sql`update deliveries set is_behind = 0 where is_behind = 1 and id in (
      select (
        select next.id from deliveries next
        where next.endpoint_id = subject.endpoint_id and next.order_key = subject.order_key
          and next.order_key <> '' and next.state in ('pending', 'leased', 'held')
        order by next.id limit 1
      ) from ${fragments.rows(value("rows"), "subject", SUBJECT_COLUMNS)}
    )`.compile(db),
}));
