import { type Kysely, sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type AgentId,
  type ConversationId,
  idSource,
  type TurnId,
  type WorkflowRunId,
  type WorkflowStepId,
  type WorkspaceId,
} from "../domain/ids.ts";
import { aConversation, anEnd, aTurn, NOW } from "./conformance/factories.ts";
import { aRun, aStep, endRun, makeWait } from "./conformance/workflow-factories.ts";
import { repositories, sharedParts } from "./repositories/index.ts";
import type { Schema } from "./schema.ts";
import type { MergedTurn, Repositories, Store } from "./store.ts";
import { type Growing, type Watched, watchedEngines } from "./testing/watched-plans.ts";

const GROWING: Growing = {
  tables: ["workflow_runs", "workflow_steps", "turns"],
  aliases: [],
  smallIndexes: ["workflow_runs_open", "workflow_runs_wake", "turns_running"],
};

const RUNS = 40_000;
const STEPS_EACH = 2;
const newId = idSource(0);
const AGENT = 5 as AgentId;
const WORKSPACE = 0 as WorkspaceId;
const CONVERSATION = 1_000_008 as ConversationId;

/** Half of all runs are one workflow's, and ended long ago; a few hundred run or wait. */
async function fill(db: Kysely<Schema>): Promise<void> {
  const numbers = (count: number) => sql`with recursive numbers(n) as (
    select 0 union all select n + 1 from numbers where n < ${sql.lit(count - 1)})`;
  const isOpen = sql`n % 200 in (7, 8)`;
  const status = sql`case n % 200 when 7 then 'running' when 8 then 'waiting' else 'completed' end`;
  await sql`insert into workflow_runs (id, workspace_id, agent_id, version_id, status, how, is_test, dialect, user_id,
      caller_id, on_behalf_of, conversation_id, turn_id, input, outcome, resume_count, input_tokens, output_tokens, cost,
      currency, step_count, active_ms, created_at, updated_at, ended_at, wake_at, node, claim, cancel_wanted)
    ${numbers(RUNS)} select 1 + n, n % 400, case n % 2 when 0 then 5 else 100 + n % 500 end, 0, ${status}, 'async', 0,
      'coze', 'u', 0, case n % 3 when 0 then 7 else 0 end, 1000000 + n / 4, case n % 3 when 0 then 2000000 + n else 0 end,
      '{"input":{},"entries":[]}', '', 0, 0, 0, '0', '', 2, 0, n, n, case when ${isOpen} then null else n end,
      case when n % 400 = 8 then n end, case when n % 200 = 7 then 9 end, 1, 0 from numbers`.execute(db);
  await sql`insert into workflow_steps (id, run_id, path, node_id, kind, title, status, port, attempts, input, outcome,
      input_tokens, output_tokens, cost, currency, sub_run_id, started_at, ended_at, sequence)
    ${numbers(RUNS * STEPS_EACH)} select 1 + n, 1 + n / ${sql.lit(STEPS_EACH)}, 'n' || n, 'n', 'text', '', 'completed',
      'next', 1, '{}', '', 0, 0, '0', '', case n % 10 when 0 then 9000000 + n else 0 end, n, n, 1 + n % 2
    from numbers`.execute(db);
  await sql`insert into turns (id, exchange_id, conversation_id, agent_id, user_id, answer_message_id, node, status,
      created_at, input_tokens, output_tokens, first_token_ms, latency_ms, used_knowledge, cost, currency, suggestions,
      meta, version_id, trigger_type, trigger_id, actions, action_types, model, is_held, merged_into)
    ${numbers(RUNS)} select 2000000 + n, 3000000 + n, 1000000 + n, 5, 'u', 1, 9,
      case n % 200 when 7 then 'running' else 'completed' end, n, 0, 0, 0, 0, 0, 0, '', '[]', '{}', 0, '', 0, '', '', '', 0,
      case n % 10 when 0 then 2000000 + n + 1 else 0 end from numbers`.execute(db);
  await sql`insert into turn_standings (turn_id, state) select id, '{}' from turns where status = 'running'`.execute(
    db,
  );
}

const factory = (all: Repositories) => ({ ...all, newId }) as Store;
const conversation = aConversation({ newId } as Store, { id: CONVERSATION, agentId: AGENT });

async function liveOneRun(all: Repositories, isForgotten: boolean): Promise<void> {
  const store = factory(all);
  const run = aRun(store);
  const claim = await all.workflowRuns.open(run);
  await all.workflowRuns.record(claim, [aStep(store, run, 1), aStep(store, run, 2)]);
  await makeWait(store, { run, claim });
  const resumed = await all.workflowRuns.resume(run.id, NOW);
  if (resumed === undefined) throw new Error("the run does not wait");
  await endRun(store, resumed);
  if (isForgotten) await all.workflowRuns.forget(new Date(100), 10);
}

/** Everything that reads or changes a large table. */
const calls: Record<string, (all: Repositories) => Promise<unknown>> = {
  "a run from its beginning to its end": (all) => liveOneRun(all, false),
  "forget runs": (all) => liveOneRun(all, true),
  "a run": ({ workflowRuns }) => workflowRuns.get(9 as WorkflowRunId),
  "steps of a run": ({ workflowRuns }) => workflowRuns.steps(9 as WorkflowRunId),
  "a step": ({ workflowRuns }) => workflowRuns.step(9 as WorkflowStepId),
  "step of an inner run": ({ workflowRuns }) => workflowRuns.stepOfSubRun(9_000_010 as WorkflowRunId),
  "claim abandoned runs": ({ workflowRuns }) =>
    workflowRuns.claimAbandoned({ inHand: new Set(), bound: false, limit: 5 }),
  "claim abandoned runs with their turns": ({ workflowRuns }) =>
    workflowRuns.claimAbandoned({ inHand: new Set(), bound: true, limit: 5 }),
  "claim woken runs": ({ workflowRuns }) => workflowRuns.claimWoken({ now: NOW, limit: 5 }),
  "next time to wake": ({ workflowRuns }) => workflowRuns.nextWakeAt(),
  cancel: async ({ workflowRuns }) => {
    await workflowRuns.cancel(209 as WorkflowRunId, NOW);
    await workflowRuns.cancelWanted([209, 210] as WorkflowRunId[]);
  },
  "run that waits in a conversation": ({ workflowRuns }) =>
    workflowRuns.waitingIn({ conversationId: CONVERSATION, agentId: AGENT }),
  "run of a turn": ({ workflowRuns }) => workflowRuns.ofTurn(2_000_009 as TurnId),
  "list runs of a workspace": ({ workflowRuns }) =>
    workflowRuns.list({ workspaceId: WORKSPACE, offset: 20, limit: 10 }),
  "list runs of a workflow": ({ workflowRuns }) =>
    workflowRuns.list({
      workspaceId: WORKSPACE,
      agentId: AGENT,
      statuses: ["running"],
      offset: 0,
      limit: 10,
    }),
  "turns that were merged": ({ runs }) => runs.find(2_000_011 as TurnId),
  "a turn that answers several questions": async (all) => {
    const { question, turnId, answerMessageId, exchangeId } = aTurn(factory(all), conversation);
    const merged = { turnId, answerMessageId, exchangeId, question, createdAt: NOW } as MergedTurn;
    await all.conversations.insert(conversation);
    const turn = aTurn(factory(all), conversation, { merges: [merged], standing: "{}" });
    await all.turns.open(turn);
    await all.turns.standing(turn.turnId);
    await all.turns.close(anEnd(turn, { hasStanding: true }));
  },
  "take over turns": ({ turns }) => turns.takeOver({ ownTurns: new Set(), limit: 5 }),
  "close abandoned turns": ({ turns }) => turns.closeAbandoned({ now: NOW, ownTurns: new Set() }),
};

describe.each(watchedEngines)("$name with many thousands of runs", ({ open }) => {
  let watched: Watched;
  beforeAll(async () => {
    watched = await open(GROWING, fill);
  }, 60_000);
  afterAll(() => watched?.close());

  it.each(Object.entries(calls))("%s: reads no large table from end to end", async (_, call) => {
    const all = repositories(watched.session, sharedParts(newId));
    expect(await watched.badPlans(() => call(all))).toEqual([]);
  });
});
