import { z } from "zod";
import { requireAgentAccess } from "../../access/permissions.ts";
import { messageNotFound } from "../../chat/answers.ts";
import { conversationOf, visibleConversation } from "../../chat/conversations.ts";
import { followTurn } from "../../chat/turn-log.ts";
import { pendingCalls, type RunningTurn } from "../../chat/turns.ts";
import type { TokenCaller } from "../../domain/access.ts";
import type { Agent } from "../../domain/agent.ts";
import type { Answer, Conversation, Exchange } from "../../domain/conversation.ts";
import { DomainError } from "../../domain/errors.ts";
import type { ConversationId, MessageId, SectionId, TurnId } from "../../domain/ids.ts";
import { callableAgent } from "./callable-agent.ts";
import { channelOf } from "./channels.ts";
import { chatMessages } from "./chat-messages.ts";
import { type ChatRequest, chatBody, promptValues, type Subject, subjectOf } from "./chat-request.ts";
import { type CozeServices, type Endpoint, endpoint, type Invocation, type Outcome } from "./endpoint.ts";
import { placeOf, presentChat } from "./present.ts";
import { placeOfRunning, turnFrames } from "./turn-frames.ts";
import { wireBoolean, wireId, wireText } from "./wire.ts";
import { readParameters } from "./workflow-request.ts";

/** Longest id of a tool call: some model servers write into it what the model thought. */
const CALL_ID_LIMIT = 20_000;

/** Which chat is meant. */
const chatQuery = { conversation_id: wireId<ConversationId>(), chat_id: wireId<TurnId>() };

/** Source: spec page §6. */
export const chatEndpoints: Endpoint[] = [
  endpoint({
    route: "POST /v3/chat",
    section: "§6",
    permission: "chat",
    summary: "ask, streaming or not",
    query: { conversation_id: wireId<ConversationId>().optional() },
    body: chatBody,
    async run(invocation) {
      const { services, caller, query, body } = invocation;
      if (!body.auto_save_history && !body.stream) {
        throw new DomainError("request_invalid", "a chat that is not saved must be streamed", {
          field: "auto_save_history",
        });
      }
      const agent = await callableAgent(services.store, caller, {
        agentId: body.bot_id,
        channel: channelOf(body.connector_id),
        isDraft: body.publish_status === "unpublished_draft",
        version: body.bot_version,
      });
      const given = await givenConversation(services, caller, agent, query.conversation_id);
      const subject = await subjectOf(services.store, caller, agent, given, body);
      const conversation = given ?? newConversation(services, caller, agent, body);
      const turn = await begin(invocation, agent, { conversation, isNew: given === undefined }, subject);
      const insertedIds = body.auto_save_history ? broughtBy(subject, turn) : [];
      return answerWith(invocation, turn, conversation.sectionId, insertedIds);
    },
  }),
  endpoint({
    route: "GET|POST /v3/chat/retrieve",
    isReading: true,
    section: "§6",
    permission: "getChat",
    summary: "the state of a chat",
    query: chatQuery,
    async run({ services, caller, query }) {
      const chat = await findChat(services, caller, query.conversation_id, query.chat_id);
      return { data: await presentState(services, chat) };
    },
  }),
  endpoint({
    route: "GET /v3/chat/message/list",
    section: "§6",
    permission: "listMessage",
    summary: "what a chat made: answer, middle messages, follow-ups",
    query: chatQuery,
    async run({ services, caller, query }) {
      const { exchange, answer } = await findChat(services, caller, query.conversation_id, query.chat_id);
      const trace = await services.store.turns.trace(answer.turn.id);
      return { data: chatMessages(exchange, answer, trace) };
    },
  }),
  endpoint({
    route: "POST /v3/chat/submit_tool_outputs",
    section: "§6",
    permission: "submitToolChat",
    summary: "hand over what the caller's tools gave, streaming or not",
    query: chatQuery,
    body: {
      tool_outputs: z
        .array(z.object({ tool_call_id: wireText(CALL_ID_LIMIT), output: wireText(100_000).default("") }))
        .max(128, { error: "more than 128 outputs" }),
      stream: wireBoolean.default(false),
    },
    async run(invocation) {
      const { services, caller, query, body } = invocation;
      const chat = await findChat(services, caller, query.conversation_id, query.chat_id).catch(notStored);
      const { conversation, exchange, answer } = chat;
      const turn = await services.turns.resume({
        agent: await agentOfChat(services, caller, answer),
        conversation,
        userId: answer.turn.userId,
        turnId: answer.turn.id,
        outputs: body.tool_outputs.map(({ tool_call_id: callId, output: text }) => ({ callId, text })),
        ...askedBy(invocation),
      });
      return answerWith(invocation, turn, exchange.sectionId, []);
    },
  }),
  endpoint({
    route: "POST /v3/chat/cancel",
    section: "§6",
    permission: "cancelChat",
    summary: "stop a running chat; the text so far is kept",
    body: chatQuery,
    async run({ services, caller, body }) {
      const { conversation_id: conversationId, chat_id: turnId } = body;
      const conversation = await visibleConversation(services.store, caller, conversationId, "member");
      const running = services.turns.find(turnId);
      if (running?.conversation.id !== conversationId) {
        const { answer } = await findChat(services, caller, conversationId, turnId);
        if (answer.turn.status !== "running") {
          throw new DomainError("turn_not_running", "the chat does not run");
        }
      }
      await services.turns.stop(turnId);
      const exchange = await services.store.exchanges.ofTurn(conversationId, conversation.userId, turnId);
      const answer = exchange?.answers.find(({ turn }) => turn.id === turnId);
      if (exchange !== undefined && answer !== undefined) {
        return { data: await presentState(services, { conversation, exchange, answer }) };
      }
      if (running === undefined) throw messageNotFound();
      const place = placeOfRunning(running, running.conversation.sectionId);
      return { data: presentChat(place, { meta: running.meta }, { status: "stopped" }) };
    },
  }),
];

interface FoundChat {
  conversation: Conversation;
  exchange: Exchange;
  answer: Answer;
}

/** One of the chats of a conversation that the caller sees. Rejects with `message_not_found`. */
async function findChat(
  { store }: CozeServices,
  caller: TokenCaller,
  conversationId: ConversationId,
  turnId: TurnId,
): Promise<FoundChat> {
  const conversation = await visibleConversation(store, caller, conversationId, "viewer");
  const exchange = await store.exchanges.ofTurn(conversationId, conversation.userId, turnId);
  const answer = exchange?.answers.find(({ turn }) => turn.id === turnId);
  if (exchange === undefined || answer === undefined) throw messageNotFound();
  return { conversation, exchange, answer };
}

/** The state a caller polls for: a chat runs until its follow-ups are known too. */
async function presentState({ store, turns }: CozeServices, { exchange, answer }: FoundChat) {
  const { turn } = answer;
  const status = turns.find(turn.id) === undefined ? turn.status : "running";
  const calls = status === "waiting" ? await pendingCalls(store, turn.id) : [];
  const { endedAt, error, usage, meta } = turn;
  return presentChat(placeOf(exchange, answer), { meta }, { status, endedAt, error, usage, calls });
}

async function givenConversation(
  { store }: CozeServices,
  caller: TokenCaller,
  agent: Agent,
  id: ConversationId | undefined,
): Promise<Conversation | undefined> {
  if (id === undefined) return undefined;
  const conversation = await visibleConversation(store, caller, id, "member");
  if (conversation.agentId !== undefined && conversation.agentId !== agent.id) {
    throw new DomainError("request_invalid", "the conversation is one with another bot", {
      field: "conversation_id",
    });
  }
  return conversation;
}

function newConversation(
  { store }: CozeServices,
  { user, token }: TokenCaller,
  agent: Agent,
  body: ChatRequest,
): Conversation {
  return conversationOf(store, {
    agent,
    userId: body.user_id,
    name: "",
    inputs: {},
    requireInputs: false,
    creatorId: user.id,
    sessionName: token.sessionName,
    channel: channelOf(body.connector_id),
  });
}

function begin(
  invocation: Invocation<unknown, ChatRequest>,
  agent: Agent,
  place: { conversation: Conversation; isNew: boolean },
  subject: Subject,
): Promise<RunningTurn> {
  const { services, body } = invocation;
  const asking = {
    agent,
    ...place,
    userId: body.user_id,
    variables: promptValues(agent, body),
    callerTools: agent.settings.callerTools,
    workflowInput: readParameters(invocation.call.body),
    meta: body.meta_data,
    isStored: body.auto_save_history,
    ...askedBy(invocation),
  };
  if (subject.kind === "open") return services.turns.answer({ ...asking, exchange: subject.exchange });
  const { question, insertedBefore } = subject;
  return services.turns.start({
    ...asking,
    question: { text: question.text, attachments: question.attachments },
    questionMeta: question.meta,
    insertedBefore,
  });
}

/** The messages of the request that are stored now; a shortcut's question is none of them. */
function broughtBy(subject: Subject, turn: RunningTurn): MessageId[] {
  if (subject.kind === "open") return [];
  return subject.isShortcut ? turn.insertedIds : [...turn.insertedIds, turn.questionMessageId];
}

/** A second chat of a conversation is refused at once, and what it waits for is told. Source: spec page §6. */
function askedBy({ call }: Invocation<unknown, unknown>) {
  const { requestId, signal } = call;
  return { dialect: "coze", requestId, signal, busy: "reject" as const, canWait: true };
}

/** Streams a chat that has begun, or tells that it is in progress. */
function answerWith(
  { services, body, call }: Invocation<unknown, { stream: boolean; auto_save_history?: boolean }>,
  turn: RunningTurn,
  sectionId: SectionId,
  insertedIds: MessageId[],
): Outcome {
  const place = placeOfRunning(turn, sectionId);
  const { answerMessageId, meta, isHeld, before } = turn;
  if (!body.stream) return { data: presentChat(place, { meta, insertedIds }, { status: "running" }) };
  if (services.options.abortOnDisconnect || body.auto_save_history === false) {
    const stop = () => void services.turns.stopHere(turn.turnId);
    if (call.signal.aborted) stop();
    else call.signal.addEventListener("abort", stop);
  }
  const context = { place, answerMessageId, meta, insertedIds, isHeld, before };
  return { frames: turnFrames(followTurn(turn.log), context) };
}

/** The agent a waiting chat was begun with, for somebody who may still chat with it. */
async function agentOfChat({ store }: CozeServices, caller: TokenCaller, { turn }: Answer): Promise<Agent> {
  const agent = await store.agents.find(turn.agentId);
  if (agent === undefined) throw new DomainError("not_found", "no such bot");
  requireAgentAccess(caller, agent, agent.kind === "workflow" ? "run" : "chat");
  return agent;
}

/** Source: spec page §6, row of `auto_save_history`. */
function notStored(error: unknown): never {
  if (!(error instanceof DomainError) || error.code !== "message_not_found") throw error;
  throw new DomainError("turn_not_stored", "no such chat, or it was not saved and cannot go on", {
    cause: error,
  });
}
