import { z } from "zod";
import { homeMembership, requireAgentAccess } from "../../access/permissions.ts";
import {
  conversationOf,
  createConversation,
  type NewMessage,
  visibleConversation,
} from "../../chat/conversations.ts";
import { followTurn } from "../../chat/turn-log.ts";
import type { RunningTurn } from "../../chat/turns.ts";
import type { TokenCaller } from "../../domain/access.ts";
import type { Agent } from "../../domain/agent.ts";
import type { Conversation } from "../../domain/conversation.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AgentId, ConversationId } from "../../domain/ids.ts";
import { agentToView } from "../../publish/agents.ts";
import { botOf, callableWorkflow, workflowToView } from "./callable-workflow.ts";
import { channelOf } from "./channels.ts";
import { chatflowFrames } from "./chatflow-frames.ts";
import { type CozeServices, type Endpoint, endpoint, type Invocation } from "./endpoint.ts";
import { EnterMessage, readMessages } from "./enter-message.ts";
import { CozeError } from "./errors.ts";
import { formatId } from "./ids.ts";
import { presentConversation } from "./present.ts";
import { placeOfRunning } from "./turn-frames.ts";
import { wireBoolean, wireId, wireMeta, wireText } from "./wire.ts";
import { readParameters, runBody } from "./workflow-request.ts";
import { debugUrlFor, RUN_WORKFLOW } from "./workflow-runs.ts";

const section = "§8";

/** The parameter that names a conversation. Source: spec page §8.2. */
const NAME_PARAMETER = "CONVERSATION_NAME";
const NAME_LIMIT = 100;
const NAME_UNKNOWN = 720702204;

const chatBody = {
  ...runBody,
  additional_messages: z
    .array(EnterMessage)
    .min(1, { error: "is empty: the last message is the question" })
    .max(50, { error: "more than 50 messages" }),
  conversation_id: wireId<ConversationId>().optional(),
};

type ChatflowRequest = z.output<z.ZodObject<typeof chatBody>>;

const chat = endpoint({
  route: "POST /v1/workflows/chat",
  section,
  permission: RUN_WORKFLOW,
  summary: "ask a chatflow, or answer what it asks; always a stream",
  body: chatBody,
  async run(invocation) {
    const { services, caller, body, call } = invocation;
    const parameters = readParameters(call.body);
    const workflow = await callableWorkflow(services.store, caller, {
      workflowId: body.workflow_id,
      channel: channelOf(body.connector_id),
      version: body.workflow_version,
    });
    if (workflow.settings.graph?.mode !== "chatflow") {
      throw new DomainError("request_invalid", "is no chatflow", { field: "workflow_id" });
    }
    const bot = await botOf(services.store, caller, workflow, body);
    const messages = await readMessages(
      services.store,
      caller,
      body.additional_messages,
      "additional_messages",
    );
    const question = messages.pop();
    if (question?.role !== "user") {
      throw new DomainError("request_invalid", "the last message must be the user's", {
        field: "additional_messages",
      });
    }
    const place = await placeOfChat(invocation, bot ?? workflow, parameters);
    const { [NAME_PARAMETER]: _, ...workflowInput } = parameters;
    const asked = { question, insertedBefore: messages };
    const turn = await begin(invocation, workflow, workflowInput, place, asked);
    return { frames: streamed(invocation, turn) };
  },
});

const createNamed = endpoint({
  route: "POST /v1/workflow/conversation/create",
  section,
  permission: ["createConversation", ...RUN_WORKFLOW],
  summary:
    "begin a conversation that chatflows find by its name, or with `get_or_create` use the one there is",
  body: {
    workflow_id: wireId<AgentId>().optional(),
    bot_id: wireId<AgentId>().optional(),
    conversation_name: wireText(NAME_LIMIT),
    get_or_create: wireBoolean.default(false),
    connector_id: wireText(64).optional(),
    meta_data: wireMeta.default({}),
  },
  async run({ services, caller, body }) {
    const { store } = services;
    const agent = await agentOfName(store, caller, body);
    const name = body.conversation_name;
    if (body.get_or_create && agent !== undefined) {
      const found = await findNamed(services, caller, agent, name);
      if (found !== undefined) return { data: presentConversation(found) };
    }
    const conversation = await createConversation(services, {
      ...(agent === undefined ? { workspaceId: homeMembership(caller, "member").workspaceId } : { agent }),
      userId: "",
      name,
      inputs: {},
      requireInputs: false,
      creatorId: caller.user.id,
      sessionName: caller.token.sessionName,
      channel: channelOf(body.connector_id),
      meta: body.meta_data,
    });
    return { data: presentConversation(conversation) };
  },
});

export const chatflowEndpoints: Endpoint[] = [chat, createNamed];

/** Whose conversation it is: the bot's, or else the workflow's. */
async function agentOfName(
  store: CozeServices["store"],
  caller: TokenCaller,
  { workflow_id, bot_id }: { workflow_id?: AgentId | undefined; bot_id?: AgentId | undefined },
): Promise<Agent | undefined> {
  if (bot_id !== undefined) return agentToView(store, caller, bot_id);
  return workflow_id === undefined ? undefined : workflowToView(store, caller, workflow_id);
}

/** The newest of that name that the caller made with the agent. */
function findNamed(
  { store }: Pick<CozeServices, "store">,
  { user, token }: TokenCaller,
  agent: Agent,
  name: string,
): Promise<Conversation | undefined> {
  const { sessionName } = token;
  return store.conversations.findNamed({
    agentId: agent.id,
    creatorId: user.id,
    ...(sessionName === "" ? {} : { sessionName }),
    name,
  });
}

interface ChatPlace {
  /** Whose conversation it is. */
  agent: Agent;
  conversation: Conversation;
  isNew: boolean;
}

/** The conversation that is meant, by id, by name, or a new one. Source: spec page §8.2. */
async function placeOfChat(
  { services, caller, body }: Invocation<unknown, ChatflowRequest>,
  agent: Agent,
  { [NAME_PARAMETER]: name }: Record<string, unknown>,
): Promise<ChatPlace> {
  const { store } = services;
  if (body.conversation_id !== undefined) {
    const conversation = await visibleConversation(store, caller, body.conversation_id, "member");
    return { ...(await partnerIn(store, caller, conversation, agent, body)), conversation, isNew: false };
  }
  if (typeof name === "string" && name !== "") {
    const conversation = await findNamed(services, caller, agent, name);
    if (conversation === undefined) {
      throw new CozeError("conversation_not_found", NAME_UNKNOWN, "there is no conversation of that name");
    }
    return { agent, conversation, isNew: false };
  }
  const conversation = conversationOf(store, {
    agent,
    userId: userOf(body, caller),
    name: "",
    inputs: {},
    requireInputs: false,
    creatorId: caller.user.id,
    sessionName: caller.token.sessionName,
    channel: channelOf(body.connector_id),
  });
  return { agent, conversation, isNew: true };
}

/** Without `bot_id` a conversation with a bot goes on with that bot. */
async function partnerIn(
  store: CozeServices["store"],
  caller: TokenCaller,
  { agentId, workspaceId }: Conversation,
  agent: Agent,
  { bot_id }: ChatflowRequest,
): Promise<{ agent: Agent }> {
  const isSame = agentId === undefined || agentId === agent.id;
  if (isSame && workspaceId === agent.workspaceId) return { agent };
  if (!isSame && bot_id === undefined) {
    const partner = await agentToView(store, caller, agentId);
    if (partner.kind === "chat" && partner.workspaceId === agent.workspaceId) {
      requireAgentAccess(caller, partner, "chat");
      return { agent: partner };
    }
  }
  throw new DomainError("request_invalid", "the conversation is one with another bot", {
    field: "conversation_id",
  });
}

function begin(
  { services, caller, body, call }: Invocation<unknown, ChatflowRequest>,
  workflow: Agent,
  workflowInput: Record<string, unknown>,
  { agent, conversation, isNew }: ChatPlace,
  { question, insertedBefore }: { question: NewMessage; insertedBefore: NewMessage[] },
): Promise<RunningTurn> {
  const { requestId, signal } = call;
  return services.turns.start({
    agent,
    workflow,
    workflowInput,
    canWait: true,
    conversation,
    isNew,
    userId: userOf(body, caller, conversation),
    question: { text: question.text, attachments: question.attachments },
    questionMeta: question.meta,
    insertedBefore,
    dialect: "coze",
    requestId,
    signal,
    busy: "reject",
  });
}

/** For whom it runs: whom `ext` names, whose conversation it is, or who calls. Source: spec page §8, `connector_uid`. */
function userOf({ ext }: ChatflowRequest, { user }: TokenCaller, conversation?: Conversation): string {
  return ext["user_id"] ?? (conversation?.userId || formatId(user.id));
}

function streamed({ services, call }: Invocation<unknown, ChatflowRequest>, turn: RunningTurn) {
  const { answerMessageId, meta, isHeld, before, turnId, conversation } = turn;
  if (services.options.abortOnDisconnect) {
    const stop = () => void services.turns.stopHere(turnId);
    if (call.signal.aborted) stop();
    else call.signal.addEventListener("abort", stop);
  }
  const place = placeOfRunning(turn, conversation.sectionId);
  const context = { place, answerMessageId, meta, insertedIds: turn.insertedIds, isHeld, before };
  return chatflowFrames(followTurn(turn.log), context, async () => {
    const run = await services.store.workflowRuns.ofTurn(turnId);
    return run === undefined ? {} : { debug_url: debugUrlFor(services, call, run) };
  });
}
