import { ID_EPOCH_MS, idSource } from "../src/domain/ids.ts";
import { repositories, sharedParts } from "../src/storage/repositories/index.ts";
import type { Session } from "../src/storage/session.ts";
import { copy } from "./copy-rows.ts";
import { ID_STEP, ID_WITHIN, type PlacedBatch, START_MS } from "./history-layout.ts";
import { type FilledDatabase, runStatements, serveFilling } from "./processes/filling.ts";
import { sampleClosedTurn, sampleConversation, sampleOpenTurn } from "./sample-turn.ts";

/** What to put into a store that a server with one agent has already made. */
export interface FillOrder extends FilledDatabase {
  batches: PlacedBatch[];
}

const QUESTION = "订单已经付款，什么时候发货？能不能改收货地址？";
const ANSWER =
  "已付款的订单一般在二十四小时内发货；发货之前可以在订单详情里修改收货地址，发货之后请联系快递公司改派。如果三天内没有物流信息，请把订单号告诉客服，我们会为您核实并补发。";

serveFilling((session, { batches }: FillOrder) => fill(session, batches));

/**
 * One statement per kind of row: a million rows through the repositories would take minutes. The rows are copies
 * of a turn that was stored through them, with ids, times and users of their own.
 */
async function fill(session: Session, batches: PlacedBatch[]): Promise<void> {
  const template = await storeTemplate(session);
  const statements = batches.flatMap((batch) => copyStatements(template, batch));
  await runStatements(session, statements);
}

/** Rows of one stored turn, by column. */
type Template = Record<"conversation" | "exchange" | "question" | "answer" | "turn", object>;

async function storeTemplate(session: Session): Promise<Template> {
  const { db } = session;
  const agent = await db.selectFrom("agents").select(["id", "workspace_id"]).executeTakeFirstOrThrow();
  const newId = idSource(session.engine.node);
  const store = repositories(session, sharedParts(newId));
  const conversation = sampleConversation(newId, { agentId: agent.id, workspaceId: agent.workspace_id });
  await store.conversations.insert({ ...conversation, userId: "template" });
  const turn = sampleOpenTurn(newId, conversation, QUESTION);
  await store.turns.open(turn);
  await store.turns.close(sampleClosedTurn(turn.turnId, ANSWER));

  const row = (table: "conversations" | "exchanges" | "messages" | "turns", id: number): Promise<object> =>
    db.selectFrom(table).selectAll().where("id", "=", id).executeTakeFirstOrThrow();
  return {
    conversation: await row("conversations", conversation.id),
    exchange: await row("exchanges", turn.exchangeId),
    question: await row("messages", turn.question?.messageId ?? 0),
    answer: await row("messages", turn.answerMessageId),
    turn: await row("turns", turn.turnId),
  };
}

/** The rows of a batch, where `conversationsOf` says they are. */
function copyStatements(template: Template, batch: PlacedBatch): string[] {
  const { firstRow, conversations, exchangesEach, users, userPrefix } = batch;
  const exchanges = conversations * exchangesEach;
  const id = (row: string) => `(${START_MS - ID_EPOCH_MS} + ${row}) * ${ID_STEP}`;
  const conversation = id(`${firstRow} + n`);
  const conversationAt = `${START_MS + firstRow} + n`;
  const place = `n % ${conversations}`;
  const own = id(`${firstRow} + ${place}`);
  const exchange = id(`${firstRow + conversations} + n`);
  const at = `${START_MS + firstRow + conversations} + n`;
  const inExchange = { exchange_id: exchange, created_at: at };
  return [
    copy("conversations", conversations, template.conversation, {
      id: conversation,
      user_id: `'${userPrefix}' || (n % ${users})`,
      section_id: `${conversation} + 1`,
      created_at: conversationAt,
      last_turn_at: conversationAt,
      active_at: conversationAt,
    }),
    copy("exchanges", exchanges, template.exchange, {
      id: exchange,
      conversation_id: own,
      section_id: `${own} + 1`,
      chosen_turn_id: `${exchange} + ${ID_WITHIN.turn}`,
      created_at: at,
    }),
    copy("messages", exchanges, template.question, {
      ...inExchange,
      id: `${exchange} + ${ID_WITHIN.question}`,
    }),
    copy("messages", exchanges, template.answer, {
      ...inExchange,
      id: `${exchange} + ${ID_WITHIN.answer}`,
      turn_id: `${exchange} + ${ID_WITHIN.turn}`,
    }),
    copy("turns", exchanges, template.turn, {
      ...inExchange,
      id: `${exchange} + ${ID_WITHIN.turn}`,
      conversation_id: own,
      user_id: `'${userPrefix}' || (${place} % ${users})`,
      answer_message_id: `${exchange} + ${ID_WITHIN.answer}`,
      ended_at: `${at} + 900`,
    }),
  ];
}
