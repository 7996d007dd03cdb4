import { type Kysely, sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDatabase } from "../../test/support/databases.ts";
import type {
  AgentId,
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
import { later, NOW } from "./conformance/factories.ts";
import { openPostgresDatabase } from "./postgres/open.ts";
import { repositories, sharedParts } from "./repositories/index.ts";
import type { Schema } from "./schema.ts";
import type { Session } from "./session.ts";
import { openSqliteDatabase } from "./sqlite/open.ts";
import type { Repositories } from "./store.ts";

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
/** Indexes that hold only what is unfinished: reading one from its start to its end is what is asked for. */
const SMALL_INDEXES = [
  "deliveries_due",
  "deliveries_behind",
  "deliveries_held",
  "deliveries_leased",
  "deliveries_unasked",
  "events_unfinished",
  "replays_running",
  "submissions_open",
  "submissions_current",
];

const EVENTS = 40_000;

interface Watched {
  session: Session;
  /** The statements of `work`, each with what is wrong with the way it reads a large table. */
  badPlans(work: () => Promise<unknown>): Promise<string[]>;
  close(): Promise<void>;
}

async function openSqlite(): Promise<Watched> {
  const { connection, session, close } = await openSqliteDatabase({ path: ":memory:" });
  const execute = connection.execute.bind(connection);
  return {
    session,
    close,
    async badPlans(work) {
      const bad: string[] = [];
      connection.execute = (text, parameters = []) => {
        if (/^\s*(select|insert|update|delete|with)\b/i.test(text)) {
          const { rows } = execute(`explain query plan ${text}`, parameters);
          for (const row of rows as { detail: string }[]) {
            if (isBadSqliteStep(row.detail)) bad.push(`${row.detail}: ${text}`);
          }
        }
        return execute(text, parameters);
      };
      try {
        await work();
      } finally {
        connection.execute = execute;
      }
      return bad;
    },
  };
}

function isBadSqliteStep(detail: string): boolean {
  const [, table = "", index = ""] = /^SCAN (\w+)(?:.* INDEX (\w+))?/.exec(detail) ?? [];
  return [...LARGE, ...ALIASES].includes(table) && !SMALL_INDEXES.includes(index);
}

/** How statements call a large table. */
const ALIASES = ["due", "older", "next", "held", "waiting", "left_over"];

async function openPostgres(): Promise<Watched> {
  const { connections, session, close } = await openPostgresDatabase({ url: await createDatabase() });
  const execute = connections.execute.bind(connections);
  const connect = connections.connect.bind(connections);
  return {
    session,
    close,
    async badPlans(work) {
      const seen: { text: string; values: readonly unknown[] }[] = [];
      connections.execute = (text, values, name) => {
        seen.push({ text, values });
        return execute(text, values, name);
      };
      connections.connect = async () => {
        const client = await connect();
        const query = client.query.bind(client);
        client.query = ((text: string, values: readonly unknown[] = []) => {
          if (/^\s*(select|insert|update|delete|with)\b/i.test(text)) seen.push({ text, values });
          return query(text, values);
        }) as typeof client.query;
        return client;
      };
      try {
        await work();
      } finally {
        connections.execute = execute;
        connections.connect = connect;
      }
      const bad: string[] = [];
      for (const { text, values } of seen) {
        const [row] = (await execute(`explain (format json) ${text}`, values)) as {
          "QUERY PLAN": { Plan: PlanNode }[];
        }[];
        for (const step of badPostgresSteps(row?.["QUERY PLAN"][0]?.Plan)) bad.push(`${step}: ${text}`);
      }
      return bad;
    },
  };
}

interface PlanNode {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  "Index Cond"?: string;
  Plans?: PlanNode[];
}

function badPostgresSteps(node: PlanNode | undefined): string[] {
  if (node === undefined) return [];
  const { "Node Type": type, "Relation Name": table = "", "Index Name": index = "" } = node;
  const readsAll =
    type.includes("Scan") &&
    LARGE.includes(table) &&
    !type.includes("Bitmap Heap") &&
    node["Index Cond"] === undefined;
  const inner = (node.Plans ?? []).flatMap(badPostgresSteps);
  return readsAll && !SMALL_INDEXES.includes(index) ? [`${type} ${table} ${index}`, ...inner] : inner;
}

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
      url, started_at, timings, request_headers, response_headers, response_prefix, is_truncated)
    ${numbers} select ${sql.lit(FIRST.attempt)} + n, ${sql.lit(FIRST.delivery)} + n, ${ENDPOINT_OF}, 1,
      'event', 'ok', '', '', '', n, '{}', '{}', '{}', '', 0 from numbers`.execute(db);
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
  record: ({ outbox }) =>
    outbox.record(
      [
        {
          deliveryId: (FIRST.delivery + 7) as DeliveryId,
          endpointId: ENDPOINT,
          token: "plan",
          to: "delivered",
          isFailure: false,
          lastError: "",
          now: NOW,
        },
      ],
      [{ endpointId: ENDPOINT, consecutiveFailures: 0 }],
    ),
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
  "deliveries of an endpoint": ({ outbox }) => outbox.listDeliveries({ endpointId: OTHER, limit: 10 }),
  "deliveries of an endpoint by state": ({ outbox }) =>
    outbox.listDeliveries({ endpointId: OTHER, states: ["exhausted", "pending", "held"], limit: 10 }),
  "deliveries of a workspace": ({ outbox }) => outbox.listDeliveries({ workspaceId: WORKSPACE, limit: 10 }),
  "deliveries of a workspace by state": ({ outbox }) =>
    outbox.listDeliveries({ workspaceId: WORKSPACE, states: ["exhausted"], limit: 10 }),
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

/** What PostgreSQL knows of the tables decides how it reads them; nothing may be learned between two statements. */
async function learn(db: Kysely<Schema>, statement: string): Promise<void> {
  for (const table of LARGE) {
    await sql`alter table ${sql.table(table)} set (autovacuum_enabled = false)`.execute(db);
  }
  await sql.raw(statement).execute(db);
}

for (const [name, open, statement] of [
  ["SQLite", openSqlite],
  ["PostgreSQL", openPostgres, "analyze"],
  ["PostgreSQL after a vacuum,", openPostgres, "vacuum analyze"],
] as const) {
  describe(`${name} with many thousands of events`, () => {
    let watched: Watched;
    beforeAll(async () => {
      watched = await open();
      await fill(watched.session.db);
      if (statement !== undefined) await learn(watched.session.db, statement);
    }, 60_000);
    afterAll(() => watched.close());

    it.each(Object.entries(calls))("%s reads no large table from end to end", async (_, call) => {
      const all = repositories(watched.session, sharedParts(newId));
      expect(await watched.badPlans(() => call(all))).toEqual([]);
    });
  });
}
