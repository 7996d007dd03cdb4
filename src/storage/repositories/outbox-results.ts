import { sql } from "kysely";
import type { Attempt } from "../../domain/endpoint.ts";
import type { AttemptRow, EndpointHealthRow } from "../schema.ts";
import type { Session } from "../session.ts";
import { type Draft, jsonRows, type RowColumns, statement } from "../statement.ts";
import type { DeliveryResult, Outbox } from "../store.ts";
import { toHealthRow } from "./endpoint-rows.ts";
import { columnsOf, stateAtEndpoint } from "./outbox-events.ts";
import { toAttemptRow } from "./outbox-rows.ts";
import { letNextGo, type Subject, supersedeStale } from "./outbox-superseding.ts";

/** What came of claimed deliveries. */
export function outboxResults(session: Session): Pick<Outbox, "record" | "markGap"> {
  return {
    async record(results, health) {
      if (results.length === 0 && health.length === 0) return;
      await session.atomically(async (inside) => {
        if (results.length > 0) await recordResults(inside, results);
        if (health.length > 0) await inside.run(saveHealth({ rows: jsonRows(health.map(toHealthRow)) }));
      });
    },

    async markGap(endpointId, orderKey, after) {
      await session.run(markGap({ endpointId, orderKey, after }));
    },
  };
}

async function recordResults(session: Session, results: readonly DeliveryResult[]): Promise<void> {
  const attempts = results.flatMap((result) => (result.attempt === undefined ? [] : [result.attempt]));
  await saveAttempts(session, attempts);
  // In the order of whoever else changes several of them: two that go the other way round would wait for each other.
  const inOrder = results.toSorted((one, other) => one.deliveryId - other.deliveryId);
  const moved = await session.run(moveDeliveries({ rows: jsonRows(inOrder.map(toResultRow)) }));
  const ended = moved.filter((row) => row.ended_at !== null);
  const times = new Map<number, number>(results.map(({ deliveryId, now }) => [deliveryId, now.getTime()]));
  const again = moved
    .filter((row) => row.ended_at === null)
    .map(({ id, order_key }) => ({ id, order_key, now: times.get(id) ?? 0 }));
  await letNextGo(session, [...ended, ...(await supersedeStale(session, again))]);
}

/** Attempts that are in the log already are left as they are. */
export async function saveAttempts(session: Session, attempts: readonly Attempt[]): Promise<void> {
  if (attempts.length > 0) await session.run(insertAttempts({ rows: jsonRows(attempts.map(toAttemptRow)) }));
}

function toResultRow(result: DeliveryResult) {
  return {
    id: result.deliveryId,
    token: result.token,
    state: result.to,
    due_at: result.dueAt?.getTime() ?? null,
    is_tried: result.attempt === undefined ? 0 : 1,
    is_failure: result.isFailure ? 1 : 0,
    last_error: result.lastError,
    now: result.now.getTime(),
  };
}

const RESULT_COLUMNS = {
  id: "integer",
  token: "text",
  state: "text",
  due_at: "integer",
  is_tried: "integer",
  is_failure: "integer",
  last_error: "text",
  now: "integer",
} satisfies RowColumns;

interface MovedRow extends Subject {
  id: number;
  ended_at: number | null;
}

const stateNow = stateAtEndpoint({
  state: sql`result.state`,
  trigger: sql`deliveries.${sql.ref("trigger")}`,
  endpointId: sql`deliveries.endpoint_id`,
});

/** Only those that are still leased under the claim the result is of. */
const moveDeliveries = statement<{ rows: string }, MovedRow>(({ db, value, fragments }) => ({
  compile: () =>
    sql<MovedRow>`update deliveries set
        state = ${stateNow},
        ended_at = case when ${stateNow} in ('delivered', 'exhausted', 'dropped') then result.now end,
        due_at = coalesce(result.due_at, deliveries.due_at),
        attempt_count = deliveries.attempt_count - (1 - result.is_tried),
        failure_count = deliveries.failure_count + result.is_failure,
        last_error = result.last_error,
        node = null, claim_token = null, leased_at = null, lease_until = null
      from ${fragments.rows(value("rows"), "result", RESULT_COLUMNS)}
      where deliveries.id = result.id and deliveries.state = 'leased' and deliveries.claim_token = result.token
      returning deliveries.id, deliveries.endpoint_id, deliveries.order_key, deliveries.ended_at`.compile(db),
}));

const markGap = statement((draft: Draft<{ endpointId: number; orderKey: string; after: number }>) => {
  const { db, value } = draft;
  return {
    compile: () =>
      sql`update deliveries set has_gap = 1 where id = (
        select next.id from deliveries next
        where next.endpoint_id = ${value("endpointId")} and next.order_key = ${value("orderKey")}
          and next.order_key <> '' and next.state in ('pending', 'leased', 'held') and next.id > ${value("after")}
        order by next.id limit 1)`.compile(db),
  };
});

const ATTEMPT_COLUMNS: { [Column in keyof Omit<AttemptRow, "workspace_id">]: RowColumns[string] } = {
  id: "integer",
  delivery_id: "integer",
  endpoint_id: "integer",
  number: "integer",
  trigger: "text",
  outcome: "text",
  error_code: "text",
  error_message: "text",
  url: "text",
  started_at: "integer",
  timings: "text",
  remote_address: "text",
  status: "integer",
  request_headers: "text",
  response_headers: "text",
  response_prefix: "text",
  is_truncated: "integer",
};

const insertAttempts = statement<{ rows: string }, unknown>(({ db, value, fragments }) => {
  const columns = columnsOf(ATTEMPT_COLUMNS);
  return {
    compile: () =>
      sql`insert into attempts (${columns}, workspace_id) select ${columns}, (
          select deliveries.workspace_id from deliveries where deliveries.id = new.delivery_id)
        from ${fragments.rows(value("rows"), "new", ATTEMPT_COLUMNS)} where true
        on conflict (id) do nothing`.compile(db),
  };
});

const HEALTH_COLUMNS: { [Column in keyof EndpointHealthRow]: RowColumns[string] } = {
  endpoint_id: "integer",
  failing_since: "integer",
  last_success_at: "integer",
  last_attempt_at: "integer",
  consecutive_failures: "integer",
  breaker_opened_at: "integer",
  breaker_until: "integer",
  breaker_backoff_ms: "integer",
};

const saveHealth = statement<{ rows: string }, unknown>(({ db, value, fragments }) => {
  const columns = columnsOf(HEALTH_COLUMNS);
  const { endpoint_id, ...changing } = HEALTH_COLUMNS;
  const changes = sql.join(
    Object.keys(changing).map((column) => sql`${sql.ref(column)} = ${sql.ref(`excluded.${column}`)}`),
  );
  return {
    compile: () =>
      sql`insert into endpoint_health (${columns}) select ${columns}
        from ${fragments.rows(value("rows"), "new", HEALTH_COLUMNS)} where true
        on conflict (endpoint_id) do update set ${changes}`.compile(db),
  };
});
