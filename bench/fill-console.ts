import { ID_EPOCH_MS, idSource } from "../src/domain/ids.ts";
import { repositories, sharedParts } from "../src/storage/repositories/index.ts";
import type { Session } from "../src/storage/session.ts";
import { copy } from "./copy-rows.ts";
import { type FilledDatabase, runStatements, serveFilling } from "./processes/filling.ts";
import { sampleClosedTurn, sampleConversation, sampleOpenTurn } from "./sample-turn.ts";

/** What to put into a store that a server with one agent and one endpoint has already made. */
export interface ConsoleFillOrder extends FilledDatabase {
  conversations: number;
  attempts: number;
}

/** Names in the console's addresses. */
export interface FilledInstallation {
  agentId: string;
  endpointId: string;
  deliveryId: string;
  conversationId: string;
}

const QUESTION = "订单已经付款，什么时候发货？能不能改收货地址？";
const ANSWER = "已付款的订单一般在二十四小时内发货；发货之前可以在订单详情里修改收货地址。";
const DAYS_MS = 90 * 86_400_000;
const TURNS_EACH = 3;
const AGENTS = 20;
const ENDPOINTS = 20;
/** Ids of one millisecond lie so far apart; see `domain/ids.ts`. */
const ID_STEP = 8_192;
/** Agents and endpoints are made within the first seconds of it all. */
const PLACES = { agent: 11, endpoint: 12, audit: 13, conversation: 20, exchange: 21, question: 22 };
const MORE_PLACES = { turn: 23, answer: 24, event: 30, body: 31, delivery: 32, attempt: 33 };

serveFilling(fill);

async function fill(session: Session, order: ConsoleFillOrder): Promise<FilledInstallation> {
  const startMs = Date.now() - DAYS_MS;
  const rows = await templates(session);
  const statements = [
    ...peopleStatements(rows, startMs),
    ...chatStatements(rows, startMs, order.conversations),
    ...callbackStatements(rows, startMs, order.attempts),
  ];
  await runStatements(session, statements);
  const middleOf = (count: number, place: number) =>
    String(idAt(startMs + Math.floor(count / 2) * Math.floor(DAYS_MS / count), place));
  return {
    agentId: String(idAt(startMs, PLACES.agent)),
    endpointId: String(idAt(startMs, PLACES.endpoint)),
    deliveryId: middleOf(deliveriesOf(order.attempts), MORE_PLACES.delivery),
    conversationId: middleOf(order.conversations, PLACES.conversation),
  };
}

interface Templates {
  workspaceId: number;
  userId: number;
  agent: object;
  /** The one that somebody made. */
  endpoint: object;
  conversation: object;
  exchange: object;
  question: object;
  answer: object;
  turn: object;
}

/** A turn that was stored as the server stores it. */
async function templates(session: Session): Promise<Templates> {
  const { db } = session;
  const agent = await db.selectFrom("agents").selectAll().executeTakeFirstOrThrow();
  const user = await db.selectFrom("users").select("id").executeTakeFirstOrThrow();
  const newId = idSource(session.engine.node);
  const store = repositories(session, sharedParts(newId));
  const conversation = sampleConversation(newId, {
    agentId: agent.id as never,
    workspaceId: agent.workspace_id as never,
  });
  await store.conversations.insert(conversation);
  const turn = sampleOpenTurn(newId, conversation, QUESTION);
  await store.turns.open(turn);
  await store.turns.close(sampleClosedTurn(turn.turnId, ANSWER));
  const row = (table: "conversations" | "exchanges" | "messages" | "turns", id: number): Promise<object> =>
    db.selectFrom(table).selectAll().where("id", "=", id).executeTakeFirstOrThrow();
  return {
    workspaceId: agent.workspace_id,
    userId: user.id,
    agent,
    endpoint: await db.selectFrom("endpoints").selectAll().executeTakeFirstOrThrow(),
    conversation: await row("conversations", conversation.id),
    exchange: await row("exchanges", turn.exchangeId),
    question: await row("messages", turn.question?.messageId ?? 0),
    answer: await row("messages", turn.answerMessageId),
    turn: await row("turns", turn.turnId),
  };
}

function idAt(ms: number, place: number): number {
  return (ms - ID_EPOCH_MS) * ID_STEP + place;
}

/** The id of row `n`, one every `everyMs`. */
function id(startMs: number, everyMs: number, place: number, n = "n"): string {
  return `((${startMs - ID_EPOCH_MS} + (${n}) * ${everyMs}) * ${ID_STEP} + ${place})`;
}

function peopleStatements({ agent, workspaceId, userId }: Templates, startMs: number): string[] {
  return [
    copy("agents", AGENTS, agent, {
      id: id(startMs, 1, PLACES.agent),
      slug: "'agent-' || n",
      name: "'客服 ' || n",
      created_at: `${startMs} + n`,
    }),
    copy(
      "audit_entries",
      50_000,
      {
        ...{ id: 0, workspace_id: workspaceId, user_id: userId, via: "session", family: "console" },
        ...{ action: "PATCH /agents/:agentId", subject: "agents/1", fields: '["name"]', request_id: "r" },
        ...{ address: "127.0.0.1", created_at: 0 },
      },
      {
        id: id(startMs, 150_000, PLACES.audit),
        created_at: `${startMs} + n * 150000`,
        action: "case when n % 500 = 0 then 'POST /agents' else 'PATCH /agents/:agentId' end",
        subject: "'agents/' || (n % 40)",
      },
    ),
  ];
}

function chatStatements(rows: Templates, startMs: number, conversations: number): string[] {
  const turns = conversations * TURNS_EACH;
  const everyMs = Math.floor(DAYS_MS / conversations);
  const betweenMs = Math.floor(everyMs / TURNS_EACH);
  const own = id(startMs, everyMs, PLACES.conversation, `n / ${TURNS_EACH}`);
  const agentOf = (n: string) => id(startMs, 1, PLACES.agent, `${n} % ${AGENTS}`);
  const userOf = (n: string) => `'user-' || (${n} % 20000)`;
  const at = `${startMs} + n * ${betweenMs}`;
  const exchange = id(startMs, betweenMs, PLACES.exchange);
  const turn = id(startMs, betweenMs, MORE_PLACES.turn);
  const began = `${startMs} + n * ${everyMs}`;
  const inExchange = { exchange_id: exchange, created_at: at };
  return [
    copy("conversations", conversations, rows.conversation, {
      id: id(startMs, everyMs, PLACES.conversation),
      agent_id: agentOf("n"),
      user_id: userOf("n"),
      session_id: `'session-' || n`,
      name: `'会话 ' || n`,
      channel: "case n % 4 when 0 then 'api' when 1 then 'chat-sdk' else 'web' end",
      created_at: began,
      last_turn_at: `${began} + ${everyMs - betweenMs}`,
      active_at: `${began} + ${everyMs - betweenMs}`,
    }),
    copy("exchanges", turns, rows.exchange, {
      ...{ id: exchange, conversation_id: own, chosen_turn_id: turn, created_at: at },
    }),
    copy("messages", turns, rows.question, {
      ...inExchange,
      id: id(startMs, betweenMs, PLACES.question),
      text: `'${QUESTION} 第 ' || n || ' 问'`,
    }),
    copy("messages", turns, rows.answer, {
      ...inExchange,
      id: id(startMs, betweenMs, MORE_PLACES.answer),
      turn_id: turn,
    }),
    copy("turns", turns, rows.turn, {
      ...inExchange,
      id: turn,
      conversation_id: own,
      agent_id: agentOf(`(n / ${TURNS_EACH})`),
      user_id: userOf(`(n / ${TURNS_EACH})`),
      answer_message_id: id(startMs, betweenMs, MORE_PLACES.answer),
      family: "case n % 4 when 0 then 'hiagent' when 1 then 'coze' when 2 then 'insight' else 'share' end",
      model: "case n % 3 when 0 then 'deepseek-chat' else 'qwen-plus' end",
      status: "case when n % 60 = 7 then 'failed' else 'completed' end",
      ended_at: `${at} + 900 + n % 9000`,
      latency_ms: "900 + n % 9000",
      first_token_ms: "200 + n % 900",
      cost: "0.002",
      currency: "'CNY'",
    }),
    copy(
      "feedback",
      Math.floor(turns / 20),
      { turn_id: 0, rater: "u", rating: "like", categories: "[]", comment: "", revision: 1, updated_at: 0 },
      {
        turn_id: id(startMs, betweenMs, MORE_PLACES.turn, "n * 20"),
        rating: "case when n % 3 = 0 then 'dislike' else 'like' end",
        comment: "case when n % 9 = 0 then '没有回答问题' else '' end",
        updated_at: `${startMs} + n * ${betweenMs * 20} + 60000`,
      },
    ),
  ];
}

/** Nine of ten deliveries arrive at once, one is tried again. */
function deliveriesOf(attempts: number): number {
  return Math.floor((attempts * 10) / 11);
}

function callbackStatements(rows: Templates, startMs: number, attempts: number): string[] {
  const { workspaceId } = rows;
  const deliveries = deliveriesOf(attempts);
  const everyMs = Math.floor(DAYS_MS / deliveries);
  const endpoint = id(startMs, 1, PLACES.endpoint, `n % ${ENDPOINTS}`);
  const at = `${startMs} + n * ${everyMs}`;
  const ids = (place: number) => id(startMs, everyMs, place);
  const type = "case when n % 1000 = 3 then 'agent.deleted' else 'feedback.changed' end";
  const attempt = {
    ...{ id: 0, delivery_id: 0, endpoint_id: 0, workspace_id: workspaceId, number: 1, trigger: "event" },
    ...{ outcome: "ok", error_code: "", error_message: "", url: "http://127.0.0.1:9/hooks", started_at: 0 },
    ...{ timings: '{"total":12}', status: 200, request_headers: "{}", response_headers: "{}" },
    ...{ response_prefix: "ok", is_truncated: 0 },
  };
  return [
    copy("endpoints", ENDPOINTS, rows.endpoint, {
      id: id(startMs, 1, PLACES.endpoint),
      name: "'endpoint ' || n",
      state: "'paused'",
    }),
    ...rowsOf(),
  ];

  function rowsOf(): string[] {
    const event = {
      ...{ id: 0, workspace_id: workspaceId, type: "", subject: "", data: "{}", created_at: 0 },
      ...{ is_fanned_out: 1, fan_out_cursor: 0 },
    };
    const delivery = {
      ...{ id: 0, event_id: 0, endpoint_id: 0, workspace_id: workspaceId, event_type: "", wire_id: "w" },
      ...{ body_id: 0, trigger: "event", replay_id: 0, state: "delivered", attempt_count: 1 },
      ...{ failure_count: 0, due_at: 0, order_key: "", is_behind: 0, has_gap: 0, last_error: "" },
      ...{ created_at: 0, ended_at: 0 },
    };
    return [
      copy("events", deliveries, event, {
        ...{ id: ids(MORE_PLACES.event), type, subject: "'turn:' || n % 5000", created_at: at },
      }),
      copy(
        "event_bodies",
        deliveries,
        { id: 0, event_id: 0, text: "{}", created_at: 0 },
        {
          ...{ id: ids(MORE_PLACES.body), event_id: ids(MORE_PLACES.event), created_at: at },
        },
      ),
      copy("deliveries", deliveries, delivery, {
        ...{ id: ids(MORE_PLACES.delivery), event_id: ids(MORE_PLACES.event), endpoint_id: endpoint },
        ...{ event_type: type, body_id: ids(MORE_PLACES.body), due_at: at, created_at: at, ended_at: at },
        state: "case when n % 200 = 9 then 'exhausted' else 'delivered' end",
        attempt_count: "case when n % 10 = 9 then 2 else 1 end",
      }),
      copy("attempts", deliveries, attempt, {
        ...{ id: ids(MORE_PLACES.attempt), delivery_id: ids(MORE_PLACES.delivery), endpoint_id: endpoint },
        outcome: "case when n % 10 = 9 then 'fail' else 'ok' end",
        started_at: at,
      }),
      copy(
        "attempts",
        attempts - deliveries,
        { ...attempt, number: 2 },
        {
          id: id(startMs, everyMs, MORE_PLACES.attempt + 1, "n * 10 + 9"),
          delivery_id: id(startMs, everyMs, MORE_PLACES.delivery, "n * 10 + 9"),
          endpoint_id: id(startMs, 1, PLACES.endpoint, `(n * 10 + 9) % ${ENDPOINTS}`),
          started_at: `${startMs} + (n * 10 + 9) * ${everyMs}`,
        },
      ),
    ];
  }
}
