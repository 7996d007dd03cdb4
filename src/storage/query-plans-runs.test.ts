import { type Kysely, sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type {
  AgentId,
  ConversationId,
  EventBodyId,
  ReceivedFeedbackId,
  TriggerId,
  TurnId,
  UserId,
  WorkspaceId,
} from "../domain/ids.ts";
import { firstIdAt, idSource } from "../domain/ids.ts";
import { aConversation, anEnd, aTurn, begin, NOW } from "./conformance/factories.ts";
import { aTrigger } from "./conformance/insight-factories.ts";
import { repositories, sharedParts } from "./repositories/index.ts";
import type { Schema } from "./schema.ts";
import type { Repositories, Store } from "./store.ts";
import { type Growing, type Watched, watchedEngines } from "./testing/watched-plans.ts";

const GROWING: Growing = {
  tables: [
    "conversations",
    "exchanges",
    "messages",
    "turns",
    "feedback",
    "triggers",
    "request_keys",
    "received_feedback",
    "agent_versions",
  ],
  aliases: ["due", "older", "claimed", "turn", "exchange", "opinion"],
  smallIndexes: [
    "turns_running",
    "triggers_due",
    "triggers_waiting",
    "triggers_claimed",
    "conversations_held",
  ],
};

const TURNS = 40_000;
const newId = idSource(0);
const AGENT = 5 as AgentId;
const WORKSPACE = 3 as WorkspaceId;
/** Ids of one kind beside one another; those of turns tell the time they began. */
const FIRST = { conversation: 1_000_000, exchange: 2_000_000, message: 3_000_000, trigger: 5_000_000 };
const BEGAN_MS = Date.UTC(2026, 0, 1);
const FIRST_TURN = firstIdAt(BEGAN_MS);
/** Turns are a minute apart. */
const TURN_STEP = firstIdAt(BEGAN_MS + 60_000) - FIRST_TURN;

/** Half of all turns are one agent's; of the triggers a thousandth waits. */
async function fill(db: Kysely<Schema>): Promise<void> {
  const numbers = sql`with recursive numbers(n) as (
    select 0 union all select n + 1 from numbers where n < ${sql.lit(TURNS - 1)})`;
  const turnId = sql`${sql.lit(FIRST_TURN)} + n * cast(${sql.lit(TURN_STEP)} as bigint)`;
  const agentId = sql`case n % 2 when 0 then 5 else 100 + n % 500 end`;
  const at = sql`${sql.lit(BEGAN_MS)} + n * cast(60000 as bigint)`;
  await sql`insert into conversations (id, workspace_id, agent_id, user_id, name, inputs, section_id, created_at,
      pinned_at, active_at, session_name, channel, meta, creator_id, updated_at, session_id, held_at)
    ${numbers} select ${sql.lit(FIRST.conversation)} + n, n % 100, ${agentId}, 'u' || n, '', '{}', 1, ${at}, 0, ${at},
      '', 'api', '{}', 0, 0, 's' || n, case n % 4000 when 0 then ${at} end from numbers`.execute(db);
  await sql`insert into exchanges (id, conversation_id, section_id, chosen_turn_id, answer_count, created_at)
    ${numbers} select ${sql.lit(FIRST.exchange)} + n, ${sql.lit(FIRST.conversation)} + n / 4, 1, ${turnId}, 1, ${at}
    from numbers`.execute(db);
  for (const [offset, turn] of [
    [0, sql`null`],
    [TURNS, turnId],
  ] as const) {
    await sql`insert into messages (id, exchange_id, turn_id, kind, role, text, reasoning, attachments, created_at,
        meta, updated_at)
      ${numbers} select ${sql.lit(FIRST.message + offset)} + n, ${sql.lit(FIRST.exchange)} + n, ${turn}, 'answer', 'user',
        'text ' || n, '', '[]', ${at}, '{}', 0 from numbers`.execute(db);
  }
  await sql`insert into turns (id, exchange_id, conversation_id, agent_id, user_id, answer_message_id, node, status,
      created_at, input_tokens, output_tokens, first_token_ms, latency_ms, used_knowledge, cost, currency, suggestions,
      meta, version_id, trigger_type, trigger_id, actions, action_types, model, is_held)
    ${numbers} select ${turnId}, ${sql.lit(FIRST.exchange)} + n, ${sql.lit(FIRST.conversation)} + n / 4, ${agentId}, 'u',
      ${sql.lit(FIRST.message + TURNS)} + n, 0, 'completed', ${at}, 0, 0, 0, 0, 0, 0, '', '[]', '{}', 0,
      'receive-text-message', case n % 3 when 0 then ${sql.lit(FIRST.trigger)} + n else 0 end, '', '', '', 0
    from numbers`.execute(db);
  await sql`insert into feedback (turn_id, rater, rating, categories, comment, revision, updated_at)
    ${numbers} select ${turnId}, 'u', case n % 2 when 0 then 'like' else 'dislike' end, '[]', '', 1, ${at}
    from numbers`.execute(db);
  await sql`insert into triggers (id, workspace_id, agent_id, conversation_id, type, event_id, content, source, adapter_id,
      state, reason, turn_id, due_at, cancel_on_message, parent_turn_id, root_turn_id, depth, created_at, node)
    ${numbers} select ${sql.lit(FIRST.trigger)} + n, n % 100, ${agentId}, ${sql.lit(FIRST.conversation)} + n / 4, 'tag-event',
      case n % 2 when 0 then 'e' else '' end, '{}', 'api', 0, case n % 1000 when 7 then 'due' else 'started' end, '',
      ${turnId}, n, 0, 0, 0, 0, ${at}, case n % 4000 when 7 then 9 end from numbers`.execute(db);
  await sql`insert into agent_versions (id, agent_id, number, name, settings, changelog, created_at)
    ${numbers} select 1 + n, n % 500, n, '', '{}', '', n from numbers`.execute(db);
  await sql`insert into request_keys (scope, key, subject_id, expires_at)
    ${numbers} select 'chat:' || n % 100, 'k' || n, n, n from numbers`.execute(db);
  await sql`insert into received_feedback (id, webhook_id, revision, rater, body, received_at)
    ${numbers} select 1 + n, 'fb_' || n, 1, '', '{}', n from numbers`.execute(db);
}

const month = {
  since: new Date(BEGAN_MS),
  until: new Date(BEGAN_MS + 31 * 86_400_000),
  offset: 0,
  limit: 10,
};
const CONVERSATION = (FIRST.conversation + 8) as ConversationId;
const TURN = (FIRST_TURN + 32 * TURN_STEP) as TurnId;
const TRIGGER = (FIRST.trigger + 7) as TriggerId;

/** Just enough of a store for the factories. */
const factory = { newId } as Store;
const conversation = aConversation(factory, { id: CONVERSATION, workspaceId: WORKSPACE, agentId: AGENT });

/** Everything that reads or changes a large table. */
const calls: Record<string, (all: Repositories) => Promise<unknown>> = {
  "find a run": ({ runs }) => runs.find(TURN),
  "list runs of a month": ({ runs }) => runs.list({ agentId: AGENT, ...month }),
  "list runs with everything asked for": ({ runs }) =>
    runs.list({
      agentId: AGENT,
      ...month,
      triggerType: "receive-text-message",
      actionType: "send-text-message",
      keyword: "TEXT 1",
      rating: "like",
      statuses: ["completed"],
      isFlawless: false,
    }),
  "list runs of a conversation": ({ runs }) =>
    runs.list({ agentId: AGENT, ...month, conversationId: CONVERSATION }),
  "list one run": ({ runs }) => runs.list({ agentId: AGENT, ...month, turnId: TURN }),
  "list rated runs": ({ runs }) => runs.listRated({ workspaceId: WORKSPACE, limit: 10 }),
  "list rated runs of agents": ({ runs }) =>
    runs.listRated({
      workspaceId: WORKSPACE,
      agentIds: [AGENT],
      ratings: ["dislike"],
      since: new Date(0),
      until: NOW,
      after: { turnId: TURN, rater: "u" },
      limit: 10,
    }),
  "opinions of a turn": ({ feedback }) => feedback.list(TURN),
  "claim triggers": ({ triggers }) => triggers.claim({ now: NOW, limit: 10 }),
  "next trigger": ({ triggers }) => triggers.nextDueAt(),
  "take triggers back": ({ triggers }) => triggers.takeBack({ inHand: new Set() }),
  "settle a trigger": ({ triggers }) => triggers.settle(TRIGGER, { state: "failed", reason: "x" }),
  "cancel triggers": ({ triggers }) => triggers.cancelOnMessage(CONVERSATION),
  "count events": ({ triggers }) => triggers.countEvents(CONVERSATION, "e"),
  "triggers that wait": ({ triggers }) => triggers.waiting(CONVERSATION, 10),
  "count due triggers": ({ triggers }) => triggers.countDue(CONVERSATION, 10),
  "last adapter": ({ triggers }) => triggers.lastAdapter(CONVERSATION),
  "forget triggers": ({ triggers }) => triggers.forget(new Date(100), 10),
  "list triggers": ({ triggers }) =>
    triggers.list({ conversationId: CONVERSATION, before: TRIGGER, limit: 10 }),
  "trigger of a turn": ({ triggers }) => triggers.ofTurn(TURN),
  "open and close a turn": async (all) => {
    const turn = aTurn(factory, conversation, {
      trigger: aTrigger(factory, conversation),
      key: { scope: "s", key: "k", expiresAt: NOW },
    });
    await all.turns.open(turn);
    await all.turns.close(anEnd(turn, { handsOver: true, triggers: [aTrigger(factory, conversation)] }));
    await all.conversations.release(CONVERSATION, new Date(0));
    await all.conversations.release(CONVERSATION);
  },
  "request keys": async ({ requestKeys }) => {
    const key = { scope: "chat:7", key: "k7" };
    await requestKeys.find(key, NOW);
    await requestKeys.add({ ...key, expiresAt: NOW }, 1, NOW);
    await requestKeys.forget(new Date(100), 10);
  },
  "received feedback": async ({ receivedFeedback }) => {
    const received = { webhookId: "fb_1", revision: 1, rater: "", body: "", receivedAt: NOW };
    await receivedFeedback.add({ id: newId<ReceivedFeedbackId>(), ...received });
    await receivedFeedback.list({ before: 999 as ReceivedFeedbackId, limit: 10 });
    await receivedFeedback.forget(new Date(100), 10);
  },
  sessions: async ({ conversations }) => {
    await conversations.findBySession(AGENT, "s8");
    await conversations.findNamed({ agentId: AGENT, creatorId: 8 as UserId, sessionName: "s8", name: "c" });
    await conversations.hold(CONVERSATION, NOW);
    await conversations.listHeld({ idleSince: NOW, after: CONVERSATION, limit: 10 });
  },
  "a conversation of a session": (all) =>
    begin({ ...all, newId } as Store, { agentId: AGENT, sessionId: "new" }),
  "headers of a body": ({ outbox }) => outbox.bodyHeaders(1 as EventBodyId),
};

describe.each(watchedEngines)("$name with many thousands of turns", ({ open }) => {
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
