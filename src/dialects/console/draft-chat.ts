import { z } from "zod";
import { requireAgentAccess } from "../../access/permissions.ts";
import { chooseAnswer, type Opinion, rateAnswer } from "../../chat/answers.ts";
import {
  conversationNotFound,
  conversationOf,
  type NewConversation,
  updateConversation,
} from "../../chat/conversations.ts";
import type { RunningTurn } from "../../chat/turns.ts";
import type { TokenCaller } from "../../domain/access.ts";
import type { Agent } from "../../domain/agent.ts";
import { type Conversation, linkedFile } from "../../domain/conversation.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AgentId, ConversationId, ExchangeId } from "../../domain/ids.ts";
import type { Store } from "../../storage/store.ts";
import {
  draftConversationAnswer,
  exchangeAnswer,
  presentConversation,
  presentExchange,
} from "./draft-exchanges.ts";
import { EventStream, type Invocation, type Operation, operation } from "./operation.ts";
import { logFrames, turnEventSchema } from "./turn-events.ts";
import { reachedTurn, turnFrames } from "./turn-reach.ts";
import { countedPage, formatId, idOf, pageOf, pageOfSchema, paging, wireId, wireText } from "./wire.ts";

/** Where people try drafts. Nothing is ever live there. */
const DRAFT_CHANNEL = "draft";
const TEXT_LIMIT = 100_000;
const URL_LIMIT = 8_000;
const FILE_LIMIT = 20;
const VALUE_LIMIT = 10_000;
const NAME_LIMIT = 200;
const COMMENT_LIMIT = 5_000;

const attachment = z.strictObject({
  kind: z.enum(["image", "file", "audio"], { error: "must be image, file or audio" }),
  url: wireText(URL_LIMIT),
  name: wireText(500).default(""),
});

const opinionBody = {
  rating: z
    .enum(["like", "dislike", "none"], { error: "must be like, dislike or none" })
    .describe("`none` takes back what was said."),
  categories: z.array(wireText(NAME_LIMIT)).default([]).describe("Reasons, at most 20."),
  comment: wireText(COMMENT_LIMIT).default("").describe("In words."),
};

/**
 * Trying an agent as it is being worked on, for those who may chat with it. The conversations belong to the person who is
 * signed in: other families neither list nor show them to anybody's end users.
 */
export const draftChatOperations: Operation[] = [
  operation({
    route: "POST /agents/:agentId/draft-chat",
    permission: "chat",
    role: "member",
    summary:
      "ask the agent's draft; answers with server-sent events, which go on at `GET /api/turns/:turnId/events` when the connection breaks",
    body: {
      conversationId: wireId<ConversationId>("One of the caller's own. Absent: a new one.").optional(),
      text: wireText(TEXT_LIMIT).describe("What is asked."),
      variables: z
        .record(wireText(NAME_LIMIT), wireText(VALUE_LIMIT))
        .describe("Values of the agent's variables, kept with the conversation.")
        .optional(),
      attachments: z
        .array(attachment)
        .max(FILE_LIMIT, { error: `more than ${FILE_LIMIT} files` })
        .default([])
        .describe("Files beside it: `kind`, `url` and perhaps `name`."),
    },
    async run(invocation) {
      const { services, body } = invocation;
      if (body.text.trim() === "" && body.attachments.length === 0) {
        throw new DomainError("request_invalid", "must not be empty", { field: "text" });
      }
      const agent = await draftToAsk(invocation);
      const conversation = await conversationToAsk(invocation, agent);
      const attachments = body.attachments.map(({ kind, url, name }) => linkedFile(kind, url, name));
      const turn = await services.turns.start({
        ...askingOf(invocation, agent),
        conversation,
        isNew: body.conversationId === undefined,
        question: { text: body.text, attachments },
      });
      return streamOf(turn);
    },
  }),
  operation({
    route: "GET /agents/:agentId/draft-conversations",
    permission: "chat",
    role: "member",
    summary: "the caller's own conversations with the agent's draft, newest first",
    query: paging,
    answer: pageOfSchema(draftConversationAnswer),
    async run(invocation) {
      const { services, caller, query } = invocation;
      const { cursor = 0, limit } = query;
      const { id: agentId } = await draftToAsk(invocation);
      const found = await services.store.conversations.listOfCreator({
        agentId,
        channel: DRAFT_CHANNEL,
        creatorId: caller.user.id,
        withAppKeys: false,
        order: "desc",
        offset: cursor,
        limit,
      });
      const total = cursor + found.length;
      return countedPage({ items: found.slice(0, limit), total }, query, presentConversation);
    },
  }),
  operation({
    route: "GET /draft-conversations/:conversationId",
    permission: "chat",
    role: "member",
    summary: "one of the caller's own conversations with a draft, and the values of its variables",
    answer: draftConversationAnswer,
    run: async ({ services, caller, params }) =>
      presentConversation(await ownConversation(services.store, caller, params["conversationId"])),
  }),
  operation({
    route: "GET /draft-conversations/:conversationId/exchanges",
    permission: "chat",
    role: "member",
    summary: "what was said in it, each question with all its answers, newest first",
    query: paging,
    answer: pageOfSchema(exchangeAnswer),
    async run({ services: { store }, caller, params, query: { cursor, limit } }) {
      const { id: conversationId } = await ownConversation(store, caller, params["conversationId"]);
      const rater = consoleRater(caller);
      const found = await store.exchanges.page({
        ...{ conversationId, rater, order: "desc", limit: limit + 1 },
        ...(cursor !== undefined && { from: (cursor - 1) as ExchangeId }),
      });
      const { items, nextCursor } = pageOf(found, limit, (exchange) => exchange);
      const shown = items.map((exchange) => presentExchange(store, exchange, rater));
      return { items: await Promise.all(shown), nextCursor };
    },
  }),
  operation({
    route: "POST /turns/:turnId/regenerate",
    permission: "chat",
    role: "member",
    summary:
      "ask a question of a draft conversation of the caller's own again; answers with events like `GET /api/turns/:turnId/events`",
    async run(invocation) {
      const { services, caller, params } = invocation;
      const { conversation, exchange } = await reachedTurn(services.store, caller, params["turnId"], "chat");
      requireOwn(caller, conversation);
      const agent = await draftOf(services.store, caller, conversation.agentId);
      const turn = await services.turns.regenerate({
        ...askingOf(invocation, agent),
        conversation,
        exchange,
      });
      return streamOf(turn);
    },
  }),
  operation({
    route: "POST /turns/:turnId/choose",
    permission: "chat",
    role: "member",
    summary: "make an answer of a draft conversation of the caller's own the one that the agent remembers",
    async run({ services: { store }, caller, params }) {
      const { conversation, answer } = await reachedTurn(store, caller, params["turnId"], "chat");
      requireOwn(caller, conversation);
      const agent = await draftOf(store, caller, conversation.agentId);
      await chooseAnswer(store, agent, conversation.userId, answer.turn.id);
      return {};
    },
  }),
  operation({
    route: "POST /turns/:turnId/stop",
    permission: "chat",
    role: "member",
    summary:
      "stop a running answer, on whatever node: the connection to its model is closed, the text so far is kept",
    answer: z.object({ isStopped: z.boolean() }),
    async run({ services, caller, params }) {
      const { answer } = await reachedTurn(services.store, caller, params["turnId"], "chat");
      const isRunning = answer.turn.status === "running";
      if (isRunning) await services.turns.stop(answer.turn.id);
      return { isStopped: isRunning };
    },
  }),
  operation({
    route: "PUT /turns/:turnId/feedback",
    permission: "chat",
    role: "member",
    summary: "say what one thinks of an answer; each person has one opinion, the newest counts",
    body: opinionBody,
    answer: z.object({ isChanged: z.boolean() }),
    async run({ services, caller, params, body }) {
      const { conversation, answer } = await reachedTurn(services.store, caller, params["turnId"], "chat");
      const opinion: Opinion = body;
      const { workspaceId } = conversation;
      const rated = { rater: consoleRater(caller), ...opinion };
      const { isChanged } = await rateAnswer(services, { workspaceId, turn: answer.turn }, rated);
      return { isChanged };
    },
  }),
  operation({
    route: "GET /turns/:turnId/events",
    permission: "viewConversations",
    role: "viewer",
    summary:
      "a turn as server-sent events, while it runs and afterwards, on any node; goes on behind `Last-Event-ID` or `after`",
    query: {
      after: z
        .string()
        .max(100)
        .describe("The `id` of the last event that was read. Absent: from the beginning.")
        .optional(),
    },
    events: turnEventSchema,
    async run({ services, caller, params, query, signal, lastEventId }) {
      const reached = await reachedTurn(services.store, caller, params["turnId"], "listen");
      return new EventStream(await turnFrames(services, reached, query.after ?? lastEventId, signal));
    },
  }),
];

/** Who rates, and whose conversations these are, when somebody is signed in here: no end user has such an id. */
function consoleRater({ user }: TokenCaller): string {
  return `console-user-${user.id}`;
}

function askingOf<Query, Body>({ requestId, signal }: Invocation<Query, Body>, agent: Agent) {
  return { agent, requestId, signal, dialect: "console" };
}

function streamOf({ turnId, conversation, exchangeId, log }: RunningTurn): EventStream {
  return new EventStream(logFrames(log, { turnId, conversationId: conversation.id, exchangeId }, undefined));
}

function draftToAsk<Query, Body>({ services, caller, params }: Invocation<Query, Body>): Promise<Agent> {
  return draftOf(services.store, caller, idOf<AgentId>(params["agentId"]));
}

/** Rejects with `not_found`, with `permission_denied` for those who may not chat with it. */
async function draftOf(
  { agents }: Pick<Store, "agents">,
  caller: TokenCaller,
  agentId: AgentId | undefined,
): Promise<Agent> {
  const agent = agentId === undefined ? undefined : await agents.find(agentId);
  if (agent === undefined) throw new DomainError("not_found", "no such agent");
  requireAgentAccess(caller, agent, "chat");
  return agent;
}

/** A new conversation, which is stored with its first turn; or the caller's own, with the values that were sent. */
async function conversationToAsk(
  { services: { store }, caller, body }: Invocation<unknown, AskedBody>,
  agent: Agent,
): Promise<Conversation> {
  const { conversationId, variables } = body;
  if (conversationId === undefined) {
    const beginning: NewConversation = {
      agent,
      userId: consoleRater(caller),
      name: "",
      inputs: variables ?? {},
      requireInputs: true,
      creatorId: caller.user.id,
      channel: DRAFT_CHANNEL,
    };
    return conversationOf(store, beginning);
  }
  const conversation = await ownConversation(store, caller, formatId(conversationId));
  if (conversation.agentId !== agent.id) throw conversationNotFound();
  if (variables === undefined) return conversation;
  await updateConversation(store, agent, conversation, { inputs: variables });
  return ownConversation(store, caller, formatId(conversationId));
}

interface AskedBody {
  conversationId?: ConversationId | undefined;
  variables?: Record<string, string> | undefined;
}

/** Rejects with `conversation_not_found` for everybody else's. */
async function ownConversation(
  { conversations }: Pick<Store, "conversations">,
  caller: TokenCaller,
  text: string | undefined,
): Promise<Conversation> {
  const conversation = await conversations.get(idOf<ConversationId>(text));
  if (conversation === undefined) throw conversationNotFound();
  requireOwn(caller, conversation);
  const { agentId, workspaceId } = conversation;
  if (agentId !== undefined) requireAgentAccess(caller, { id: agentId, workspaceId }, "chat");
  return conversation;
}

function requireOwn({ user }: TokenCaller, { channel, creatorId }: Conversation): void {
  if (channel !== DRAFT_CHANNEL || creatorId !== user.id) throw conversationNotFound();
}
