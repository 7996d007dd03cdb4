import { type Kysely, sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type {
  AgentId,
  AttemptId,
  DeliveryId,
  EndpointId,
  EventBodyId,
  EventId,
  ReplayId,
  SubmissionId,
  UserId,
  WorkspaceId,
} from "../domain/ids.ts";
import { idSource } from "../domain/ids.ts";
import { anEndpoint } from "./conformance/callback-factories.ts";
import { later, NOW } from "./conformance/factories.ts";
import { repositories, sharedParts } from "./repositories/index.ts";
import type { Schema } from "./schema.ts";
import type { DeliveryResult, Repositories, Store } from "./store.ts";
import { type Growing, type Watched, watchedEngines } from "./testing/watched-plans.ts";

/** Tables that grow with what happens; endpoints and channels stay few. */
const LARGE = [
  "events",
  "event_bodies",
  "deliveries",
  "attempts",
  "submissions",
  "submission_changes",
  "replays",
];

const GROWING: Growing = {
  tables: LARGE,
  aliases: ["due", "older", "next", "held", "waiting", "left_over"],
  smallIndexes: [
    "deliveries_due",
    "deliveries_behind",
    "deliveries_held",
    "deliveries_leased",
    "deliveries_unasked",
    "events_unfinished",
    "replays_running",
    "submissions_open",
    "submissions_current",
  ],
};

const EVENTS = 40_000;

const newId = idSource(0);
/** Ids of what was written long ago, those of one kind beside one another. */
const FIRST = { event: 1_000_000, body: 2_000_000, delivery: 3_000_000, attempt: 4_000_000 };
/** Has a backlog. */
const ENDPOINT = 7 as EndpointId;
/** One of a thousand others. */
const OTHER = 1008 as EndpointId;
const ENDPOINT_OF = sql`case n % 40 when 7 then 7 else 1000 + n % 1000 end`;
const WORKSPACE = 3 as WorkspaceId;

/** Most deliveries are done; of one endpoint thousands wait, some behind one another. */
async function fill(db: Kysely<Schema>): Promise<void> {
  const numbers = sql`with recursive numbers(n) as (
    select 0 union all select n + 1 from numbers where n < ${sql.lit(EVENTS - 1)})`;
  await sql`insert into events (id, workspace_id, type, subject, data, created_at, is_fanned_out, fan_out_cursor)
    ${numbers} select ${sql.lit(FIRST.event)} + n, n % 1000, 'agent.published', 'agent:' || n % 5000, '{}', n, 1, 0
    from numbers`.execute(db);
  await sql`insert into event_bodies (id, event_id, text, created_at)
    ${numbers} select ${sql.lit(FIRST.body)} + n, ${sql.lit(FIRST.event)} + n, '{}', n from numbers`.execute(
    db,
  );
  await sql`insert into deliveries (id, event_id, endpoint_id, workspace_id, event_type, wire_id, body_id,
      "trigger", replay_id, state, attempt_count, failure_count, due_at, order_key, is_behind, has_gap, last_error,
      created_at)
    ${numbers} select ${sql.lit(FIRST.delivery)} + n, ${sql.lit(FIRST.event)} + n, ${ENDPOINT_OF}, n % 1000,
      'agent.published', 'w', ${sql.lit(FIRST.body)} + n, 'event', 0,
      case when n % 40 = 7 then 'pending' when n % 400 = 9 then 'exhausted' when n % 400 = 8 then 'held'
        else 'delivered' end,
      1, 0, n, case n % 2 when 0 then '' else 'agent:1' end, case when n % 40 = 7 and n > 7 then 1 else 0 end, 0, '', n
    from numbers`.execute(db);
  await sql`insert into attempts (id, delivery_id, endpoint_id, number, "trigger", outcome, error_code, error_message,
      url, started_at, timings, request_headers, response_headers, response_prefix, is_truncated, workspace_id)
    ${numbers} select ${sql.lit(FIRST.attempt)} + n, ${sql.lit(FIRST.delivery)} + n, ${ENDPOINT_OF}, 1,
      'event', 'ok', '', '', '', n, '{}', '{}', '{}', '', 0, n % 1000 from numbers`.execute(db);
  await sql`insert into submissions (id, workspace_id, agent_id, version_id, version_number, channel, status, reason,
      options, share_link, audit_delivery_id, created_at, expires_at)
    ${numbers} select 1 + n, n % 20, n % 1000, n, n, 'channel', case n % 1000 when 0 then 'auditing' else 'superseded' end,
      '', '{}', '', ${sql.lit(FIRST.delivery)} + n, n, n from numbers`.execute(db);
  await sql`insert into submission_changes (id, submission_id, to_status, reason, by_kind, at)
    ${numbers} select 1 + n, 1 + n, 'auditing', '', 'file', n from numbers`.execute(db);
  await sql`insert into replays (id, endpoint_id, since, until, event_types, is_only_failed, rate_per_second, state,
      cursor, sent_count, created_at)
    ${numbers} select 1 + n, ${ENDPOINT_OF}, 0, 0, '[]', 0, 1, 'done', 0, 0, n from numbers`.execute(db);
}

/** Everything that reads or changes a large table. */
const calls: Record<string, (all: Repositories) => Promise<unknown>> = {
  claim: ({ outbox }) =>
    outbox.claim({
      lanes: [
        { endpointId: ENDPOINT, room: 4 },
        { endpointId: OTHER, room: 4 },
      ],
      now: NOW,
      token: "plan",
      leaseMs: 1000,
    }),
  claimOne: ({ outbox }) =>
    outbox.claimOne({ id: (FIRST.delivery + 8) as DeliveryId, now: NOW, token: "plan", leaseMs: 1000 }),
  nextDue: ({ outbox }) => outbox.nextDue([ENDPOINT, OTHER]),
  giveBack: ({ outbox }) => outbox.giveBack(["nobody's"]),
  leasedElsewhere: ({ outbox }) => outbox.leasedElsewhere(),
  takeBack: ({ outbox }) => outbox.takeBack({ now: NOW, isOwnStart: true, hangMs: 1000 }),
  add: ({ outbox }) => outbox.add(emission()),
  fanOut: ({ outbox }) => {
    const { event, bodies, deliveries } = emission();
    return outbox.fanOut({ eventId: event.id, bodies, deliveries, isFannedOut: true, cursor: ENDPOINT });
  },
  "add what takes another's place": ({ outbox }) => {
    const { deliveries, ...rest } = emission();
    return outbox.add({ ...rest, deliveries: deliveries.map((made) => ({ ...made, isCoalescing: true })) });
  },
  record: ({ outbox }) =>
    outbox.record([aResult("delivered")], [{ endpointId: ENDPOINT, consecutiveFailures: 0 }]),
  "record what comes back": async ({ outbox, endpoints }) => {
    await endpoints.save({ ...anEndpoint(factory, { id: ENDPOINT }), isCoalescing: true });
    const lanes = [{ endpointId: ENDPOINT, room: 9 }];
    const claims = await outbox.claim({ lanes, now: NOW, token: "back", leaseMs: 1000 });
    await outbox.record(
      claims.map(({ delivery }) => ({ ...aResult("pending"), deliveryId: delivery.id, token: "back" })),
      [],
    );
  },
  markGap: ({ outbox }) => outbox.markGap(ENDPOINT, "agent:1", FIRST.delivery as DeliveryId),
  hold: ({ outbox }) => outbox.hold(OTHER),
  release: ({ outbox }) => outbox.release(OTHER, "pending", NOW),
  "release by dropping": ({ outbox }) => outbox.release(OTHER, "dropped", NOW),
  unfinished: ({ outbox }) => outbox.unfinished(10),
  listEvents: ({ outbox }) => outbox.listEvents({ workspaceId: WORKSPACE, limit: 10 }),
  "events of a type": ({ outbox }) =>
    outbox.listEvents({ workspaceId: WORKSPACE, types: ["agent.deleted", "turn.failed"], limit: 10 }),
  "events of a subject": ({ outbox }) =>
    outbox.listEvents({ workspaceId: WORKSPACE, subject: "agent:7", types: ["agent.deleted"], limit: 10 }),
  eventsToReplay: ({ outbox }) =>
    outbox.eventsToReplay({
      endpointId: ENDPOINT,
      workspaceIds: [WORKSPACE],
      types: ["agent.published"],
      since: new Date(0),
      until: later(0),
      after: 0 as EventId,
      isOnlyFailed: true,
      limit: 10,
    }),
  body: ({ outbox }) => outbox.body(FIRST.body as EventBodyId),
  attempts: ({ outbox }) => outbox.attempts(FIRST.delivery as DeliveryId),
  counts: ({ outbox }) => outbox.counts(),
  "attempts of an endpoint": ({ outbox }) => outbox.listAttempts({ of: { endpointId: OTHER }, limit: 10 }),
  "attempts of a workspace": ({ outbox }) =>
    outbox.listAttempts({ of: { workspaceId: WORKSPACE }, limit: 10 }),
  "older attempts of a workspace": ({ outbox }) =>
    outbox.listAttempts({
      of: { workspaceId: WORKSPACE },
      before: (FIRST.attempt + 20_000) as AttemptId,
      limit: 10,
    }),
  "attempts that came since": ({ outbox }) =>
    outbox.attemptsAfter({
      of: { workspaceId: WORKSPACE },
      after: (FIRST.attempt + 20_000) as AttemptId,
      limit: 10,
    }),
  attemptLines: ({ outbox }) => outbox.attemptLines([FIRST.attempt as AttemptId]),
  endpointCounts: ({ outbox }) => outbox.endpointCounts([ENDPOINT, OTHER], { failedSince: NOW, limit: 500 }),
  "deliveries of an endpoint": ({ outbox }) => outbox.listDeliveries({ endpointId: OTHER, limit: 10 }),
  "deliveries of an endpoint by state": ({ outbox }) =>
    outbox.listDeliveries({
      endpointId: OTHER,
      states: ["exhausted", "pending", "held", "superseded"],
      limit: 10,
    }),
  "deliveries of a workspace": ({ outbox }) => outbox.listDeliveries({ workspaceId: WORKSPACE, limit: 10 }),
  "deliveries of a workspace by state": ({ outbox }) =>
    outbox.listDeliveries({ workspaceId: WORKSPACE, states: ["exhausted", "superseded"], limit: 10 }),
  "deliveries of an event": ({ outbox }) =>
    outbox.listDeliveries({ eventId: FIRST.event as EventId, limit: 10 }),
  forget: ({ outbox }) => outbox.forget({ events: NOW, deliveredBodies: NOW }, 100),
  "forget events": ({ outbox }) => outbox.forget({ events: NOW, deliveredBodies: new Date(0) }, 100),
  "delete an endpoint": ({ endpoints }) => endpoints.delete(OTHER, NOW),
  submissions: async ({ submissions }) => {
    const agentId = 5 as AgentId;
    await submissions.find(5 as SubmissionId);
    await submissions.list({ agentId, channel: "channel", offset: 0, limit: 10 });
    await submissions.latest(agentId, "channel");
    await submissions.current({ agentId });
    await submissions.current({ channel: "channel" });
    await submissions.listExpired(NOW, 10);
    await submissions.listUnasked(10);
    await submissions.history({ agentId, offset: 0, limit: 10 });
  },
  replays: async ({ replays }) => {
    await replays.list(OTHER, 10);
    await replays.listRunning();
    await replays.setState(5 as ReplayId, "cancelled", NOW);
  },
};

/** Just enough of a store for the factories. */
const factory = { newId } as Store;

function aResult(to: DeliveryResult["to"]): DeliveryResult {
  return {
    deliveryId: (FIRST.delivery + 7) as DeliveryId,
    endpointId: ENDPOINT,
    token: "plan",
    to,
    isFailure: false,
    lastError: "",
    now: NOW,
  };
}

function emission() {
  const id = newId<EventId>();
  const deliveryOf = (endpointId: EndpointId) => ({
    id: newId<DeliveryId>(),
    eventId: id,
    endpointId,
    workspaceId: WORKSPACE,
    eventType: "agent.published" as const,
    wireId: "w",
    bodyId: (id + 1) as EventBodyId,
    trigger: "event" as const,
    dueAt: NOW,
    orderKey: "agent:1",
    state: "pending" as const,
    createdAt: NOW,
  });
  const data = { agentId: 1 as AgentId, name: "", description: "", channel: "api", accountId: 1 as UserId };
  return {
    event: {
      id,
      type: "agent.published" as const,
      workspaceId: WORKSPACE,
      subject: "agent:1",
      at: NOW,
      data,
    },
    bodies: [{ id: (id + 1) as EventBodyId, text: "{}" }],
    deliveries: [deliveryOf(ENDPOINT), deliveryOf(OTHER)],
    isFannedOut: true,
    fanOutCursor: OTHER,
  };
}

describe.each(watchedEngines)("$name with many thousands of events", ({ open }) => {
  let watched: Watched;
  beforeAll(async () => {
    watched = await open(GROWING, fill);
  }, 60_000);
  afterAll(() => watched?.close());

  it.each(Object.entries(calls))("%s reads no large table from end to end", async (_, call) => {
    const all = repositories(watched.session, sharedParts(newId));
    expect(await watched.badPlans(() => call(all))).toEqual([]);
  });
});
