import { type Kysely, sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { firstIdAt, idSource, type WorkspaceId } from "../domain/ids.ts";
import { repositories, sharedParts } from "./repositories/index.ts";
import type { Schema } from "./schema.ts";
import type { Repositories } from "./store.ts";
import { type Growing, type Watched, watchedEngines } from "./testing/watched-plans.ts";

const GROWING: Growing = {
  tables: ["turns", "conversations", "deliveries", "events", "live_changes"],
  aliases: ["running"],
  smallIndexes: ["turns_running"],
};

const ROWS = 30_000;
const NOW = new Date("2026-03-01T08:00:00Z");
const WORKSPACE = 3 as WorkspaceId;
const newId = idSource(0);

/** One row a minute, until now. */
async function fill(db: Kysely<Schema>): Promise<void> {
  const began = NOW.getTime() - ROWS * 60_000;
  const at = sql.raw(`(${began} + n * 60000)`);
  const id = sql.raw(`(${firstIdAt(began)} + n * ${60_000 * 8_192})`);
  const numbers = sql`with recursive numbers(n) as (
    select cast(0 as bigint) union all select n + 1 from numbers where n < ${sql.lit(ROWS - 1)})`;
  await sql`insert into agents (id, workspace_id, slug, name, kind, api_enabled, settings, revision, created_at,
      updated_at)
    ${numbers} select n + 1, n % 20, 'a' || n, 'a', 'chat', 1, '{}', 1, 0, 0 from numbers where n < 200`.execute(
    db,
  );
  await sql`insert into conversations (id, workspace_id, agent_id, user_id, name, inputs, section_id, created_at,
      pinned_at, active_at)
    ${numbers} select ${id}, n % 20, 1 + n % 200, 'u', '', '{}', 0, ${at}, 0, ${at} from numbers`.execute(db);
  await sql`insert into turns (id, exchange_id, conversation_id, agent_id, user_id, answer_message_id, node, status,
      created_at, ended_at, input_tokens, output_tokens, first_token_ms, latency_ms, cost, currency, used_knowledge,
      suggestions)
    ${numbers} select ${id}, n, ${id}, 1 + n % 200, 'u', n, 0,
      case when n % 3000 = 7 then 'running' else 'completed' end, ${at},
      case when n % 3000 = 7 then null else ${at} end, 1, 1, 1, 1, 0, '', 0, '[]' from numbers`.execute(db);
  await sql`insert into events (id, workspace_id, type, subject, data, created_at, is_fanned_out, fan_out_cursor)
    ${numbers} select ${id}, n % 20, 'agent.published', 's', '{}', ${at}, 1, 0 from numbers`.execute(db);
  await sql`insert into deliveries (id, event_id, endpoint_id, workspace_id, event_type, wire_id, body_id, "trigger",
      replay_id, state, attempt_count, failure_count, due_at, order_key, is_behind, has_gap, last_error, created_at)
    ${numbers} select ${id}, ${id}, 7, n % 20, 'agent.published', 'w', n, 'event', 0, 'delivered', 1, 0, n, '', 0, 0,
      '', ${at} from numbers`.execute(db);
  await sql`insert into live_changes (workspace_id, topic, at)
    ${numbers} select n % 20, 'agents', ${at} from numbers`.execute(db);
  await sql`update statistics_state set counted_until = ${NOW.getTime() - 600_000}`.execute(db);
}

const calls: Record<string, (all: Repositories) => Promise<unknown>> = {
  "what changed lately": ({ changes }) => changes.marks([WORKSPACE], NOW),
  "forgetting what changed": ({ changes }) => changes.forget(new Date(0)),
  "turns that run": ({ runningTurns }) => runningTurns.list({ workspaceId: WORKSPACE, limit: 20 }),
  "counting turns": ({ statistics }) => statistics.countTurns(NOW),
  "counting opinions": ({ statistics }) => statistics.countFeedback(),
  "looking at an hour again": ({ statistics }) =>
    statistics.verify(Math.floor(NOW.getTime() / 3_600_000) - 3),
  "sums of a month": ({ statistics }) => statistics.totals(monthOf(), { group: "agent", limit: 10 }),
  "a month by the day": ({ statistics }) =>
    statistics.series(monthOf(), { unit: "day", offsets: [{ fromHour: 0, minutes: 480 }] }),
  "a month by the day and agent": ({ statistics }) =>
    statistics.turnSeries(
      monthOf(),
      { unit: "day", offsets: [{ fromHour: 0, minutes: 480 }] },
      { group: "agent", keys: ["7", "8"] },
    ),
};

function monthOf() {
  const until = Math.floor(NOW.getTime() / 3_600_000);
  return { workspaceId: WORKSPACE, hours: { from: until - 720, until }, only: {} };
}

describe.each(watchedEngines)("$name reads what the overview shows by index", ({ open }) => {
  let store: Watched;
  beforeAll(async () => {
    store = await open(GROWING, fill);
  });
  afterAll(() => store.close());

  it.each(Object.keys(calls))("%s", async (name) => {
    const all = repositories(store.session, sharedParts(newId));
    expect(await store.badPlans(() => calls[name]?.(all) ?? Promise.resolve())).toEqual([]);
  });
});
