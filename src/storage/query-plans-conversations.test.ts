import { type Kysely, sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AgentId, ConversationId, TurnId, WorkspaceId } from "../domain/ids.ts";
import { idSource } from "../domain/ids.ts";
import { repositories, sharedParts } from "./repositories/index.ts";
import type { Schema } from "./schema.ts";
import type { ConversationQuery } from "./store.ts";
import { type Growing, type Watched, watchedEngines } from "./testing/watched-plans.ts";

const GROWING: Growing = {
  tables: ["agents", "conversations", "exchanges", "messages", "turns", "feedback"],
  aliases: ["conversation", "exchange"],
  smallIndexes: ["conversations_held", "turns_broken"],
};

const CONVERSATIONS = 20_000;
const EXCHANGES = 2 * CONVERSATIONS;
const WORKSPACE = 3 as WorkspaceId;
const FIRST = {
  conversation: 1_000_000,
  exchange: 2_000_000,
  turn: 3_000_000,
  question: 4_000_000,
  answer: 5_000_000,
};

/** Half of all conversations are of one workspace with few agents; of its turns few fail and few are disliked. */
async function fill(db: Kysely<Schema>): Promise<void> {
  const numbers = (count: number) => sql`with recursive numbers(n) as (
    select 0 union all select n + 1 from numbers where n < ${sql.lit(count - 1)})`;
  const workspaceId = sql`case n % 2 when 0 then 3 else 100 + n % 50 end`;
  await sql`insert into agents (id, workspace_id, slug, name, kind, api_enabled, settings, revision, created_at,
      updated_at)
    ${numbers(5_000)} select n + 1, case when n < 10 then 3 else 100 + n % 50 end, 's' || n, '', 'chat', 1, '{}', 1, 0, 0
    from numbers`.execute(db);
  await sql`insert into conversations (id, workspace_id, agent_id, user_id, name, inputs, section_id, created_at,
      pinned_at, active_at, session_name, channel, meta, creator_id, updated_at, session_id, held_at)
    ${numbers(CONVERSATIONS)} select ${sql.lit(FIRST.conversation)} + n, ${workspaceId},
      case n % 2 when 0 then 1 + n % 10 else 11 + n % 4000 end, 'u' || n % 3000, '', '{}', 1, n, 0, n * 1000, '', 'api', '{}',
      0, 0, '', case n % 4000 when 0 then n end from numbers`.execute(db);
  await sql`insert into exchanges (id, conversation_id, section_id, chosen_turn_id, answer_count, created_at)
    ${numbers(EXCHANGES)} select ${sql.lit(FIRST.exchange)} + n, ${sql.lit(FIRST.conversation)} + n / 2, 1,
      ${sql.lit(FIRST.turn)} + n, 1, n from numbers`.execute(db);
  for (const [first, turnId] of [
    [FIRST.question, sql`null`],
    [FIRST.answer, sql`${sql.lit(FIRST.turn)} + n`],
  ] as const) {
    await sql`insert into messages (id, exchange_id, turn_id, kind, role, text, reasoning, attachments, created_at, meta,
        updated_at)
      ${numbers(EXCHANGES)} select ${sql.lit(first)} + n, ${sql.lit(FIRST.exchange)} + n, ${turnId}, 'answer', 'user',
        'text ' || n, '', '[]', n, '{}', 0 from numbers`.execute(db);
  }
  await sql`insert into turns (id, exchange_id, conversation_id, agent_id, user_id, answer_message_id, node, status,
      created_at, input_tokens, output_tokens, first_token_ms, latency_ms, used_knowledge, cost, currency, suggestions,
      meta, version_id, trigger_type, trigger_id, actions, action_types, model, is_held)
    ${numbers(EXCHANGES)} select ${sql.lit(FIRST.turn)} + n, ${sql.lit(FIRST.exchange)} + n,
      ${sql.lit(FIRST.conversation)} + n / 2, 1, 'u', ${sql.lit(FIRST.answer)} + n, 0,
      case n % 1000 when 7 then 'failed' else 'completed' end, n, 0, 0, 0, 0, 0, 0, '', '[]', '{}', 0,
      'receive-text-message', 0, '', '', '', 0 from numbers`.execute(db);
  await sql`insert into feedback (turn_id, rater, rating, categories, comment, revision, updated_at)
    ${numbers(EXCHANGES / 2)} select ${sql.lit(FIRST.turn)} + n * 2, 'u',
      case n % 500 when 0 then 'dislike' else 'like' end, '[]', '', 1, n from numbers`.execute(db);
}

const queries: Record<string, Partial<ConversationQuery>> = {
  all: {},
  "a later page": {
    after: { activeAt: new Date(5_000_000), id: (FIRST.conversation + 5_000) as ConversationId },
  },
  "of an agent with many": { agentId: 1 as AgentId },
  "of an agent with few": { agentId: 4_000 as AgentId },
  "of a user": { userId: "u8" },
  "of a user with an agent": { userId: "u8", agentId: 9 as AgentId },
  "of users by prefix": { userPrefix: "u8" },
  "of a channel": { channel: "api" },
  "that are held": { isHeld: true },
  "of a time": { since: new Date(1_000_000), until: new Date(2_000_000) },
  "that are liked": { turn: { ratings: ["like"] } },
  "that are disliked": { turn: { ratings: ["dislike"], hasComment: true } },
  "of a family": { turn: { family: "coze" } },
  "with failed turns": { turn: { statuses: ["failed", "interrupted"] } },
  "with completed turns": { turn: { statuses: ["completed"] } },
  "that say something": { text: "TEXT 39999" },
  "that say something Chinese": { text: "退货" },
  "with everything asked for": {
    agentId: 1 as AgentId,
    userPrefix: "u",
    channel: "api",
    isHeld: false,
    turn: { statuses: ["completed"], ratings: ["like"] },
    text: "text",
    since: new Date(0),
    until: new Date(90_000_000),
  },
};

describe.each(watchedEngines)("$name with many thousands of conversations", ({ open }) => {
  let watched: Watched;
  beforeAll(async () => {
    watched = await open(GROWING, fill);
  }, 60_000);
  afterAll(() => watched?.close());

  it.each(Object.entries(queries))(
    "looks for those %s without reading a table from end to end",
    async (_, query) => {
      const { conversations } = repositories(watched.session, sharedParts(idSource(0)));
      const look = () => conversations.search({ workspaceId: WORKSPACE, limit: 20, budgetMs: 30, ...query });
      expect(await watched.badPlans(look)).toEqual([]);
    },
  );

  it("looks for the runs of an exchange by their keys", async () => {
    const { runs } = repositories(watched.session, sharedParts(idSource(0)));
    const load = () => runs.load([FIRST.turn as TurnId, (FIRST.turn + 1) as TurnId]);
    expect(await watched.badPlans(load)).toEqual([]);
  });
});
