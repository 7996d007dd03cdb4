import { z } from "zod";
import { homeMembership, requireAgentAccess } from "../../access/permissions.ts";
import {
  createConversation,
  deleteConversation,
  newSection,
  renameConversation,
  visibleConversation,
} from "../../chat/conversations.ts";
import type { TokenCaller } from "../../domain/access.ts";
import type { Agent } from "../../domain/agent.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AgentId, ConversationId } from "../../domain/ids.ts";
import type { Store } from "../../storage/store.ts";
import { channelOf } from "./channels.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { EnterMessage, readMessages } from "./enter-message.ts";
import { formatId } from "./ids.ts";
import { presentConversation } from "./present.ts";
import { idOf, pageNumber, pageSize, wireId, wireMeta, wireText } from "./wire.ts";

const NAME_LIMIT = 100;
/** Source: spec page §6, `additional_messages`; unverified for new conversations. */
const MESSAGE_LIMIT = 100;

const connectorId = wireText(64).optional();

/** Source: spec page §4. */
export const conversationEndpoints: Endpoint[] = [
  endpoint({
    route: "POST /v1/conversation/create",
    section: "§4",
    permission: "createConversation",
    summary: "begin a conversation",
    body: {
      bot_id: wireId<AgentId>().optional(),
      name: wireText(NAME_LIMIT).default(""),
      messages: z.array(EnterMessage).max(MESSAGE_LIMIT).default([]),
      connector_id: connectorId,
      meta_data: wireMeta.default({}),
    },
    async run({ services, caller, body }) {
      const { store } = services;
      const agent = body.bot_id === undefined ? undefined : await agentOf(store, caller, body.bot_id, "chat");
      const conversation = await createConversation(services, {
        ...(agent === undefined ? { workspaceId: homeMembership(caller, "member").workspaceId } : { agent }),
        userId: "",
        name: body.name,
        inputs: {},
        requireInputs: false,
        creatorId: caller.user.id,
        sessionName: caller.token.sessionName,
        channel: channelOf(body.connector_id),
        meta: body.meta_data,
        messages: await readMessages(store, caller, body.messages, "messages"),
      });
      return { data: presentConversation(conversation) };
    },
  }),
  endpoint({
    route: "GET /v1/conversation/retrieve",
    section: "§4",
    permission: "retrieveConversation",
    summary: "one conversation",
    query: { conversation_id: wireId<ConversationId>() },
    async run({ services, caller, query }) {
      const conversation = await visibleConversation(services.store, caller, query.conversation_id, "viewer");
      return { data: presentConversation(conversation) };
    },
  }),
  endpoint({
    route: "GET /v1/conversations",
    section: "§4",
    permission: "listConversation",
    summary: "the caller's conversations with a bot",
    query: {
      bot_id: wireId<AgentId>(),
      page_num: pageNumber,
      page_size: pageSize(50, 50),
      sort_order: z.enum(["ASC", "DESC", "asc", "desc"]).default("DESC"),
      connector_id: connectorId,
    },
    async run({ services: { store }, caller, query }) {
      const { id: agentId } = await agentOf(store, caller, query.bot_id, "listen");
      const { page_num: page, page_size: size } = query;
      const { sessionName } = caller.token;
      const found = await store.conversations.listOfCreator({
        agentId,
        channel: channelOf(query.connector_id),
        creatorId: caller.user.id,
        ...(sessionName === "" ? {} : { sessionName }),
        withAppKeys: sessionName === "",
        order: query.sort_order.toLowerCase() === "asc" ? "asc" : "desc",
        offset: (page - 1) * size,
        limit: size + 1,
      });
      const conversations = found.slice(0, size).map(presentConversation);
      return { data: { conversations, has_more: found.length > size } };
    },
  }),
  endpoint({
    route: "PUT /v1/conversations/:conversation_id",
    section: "§4",
    permission: "editConversation",
    summary: "rename a conversation",
    body: { name: wireText(NAME_LIMIT) },
    async run({ services: { store }, caller, params, body }) {
      const { id } = await conversationOf(store, caller, params);
      return { data: presentConversation(await renameConversation(store, id, body.name)) };
    },
  }),
  endpoint({
    route: "DELETE /v1/conversations/:conversation_id",
    section: "§4",
    permission: "editConversation",
    summary: "delete a conversation",
    async run({ services: { store }, caller, params }) {
      const { id } = await conversationOf(store, caller, params);
      await deleteConversation(store, id);
      return { members: {} };
    },
  }),
  endpoint({
    route: "POST /v1/conversations/:conversation_id/clear",
    section: "§4",
    permission: "editConversation",
    summary: "begin a new section: what was said before leaves the model's context",
    async run({ services: { store }, caller, params }) {
      const { id } = await conversationOf(store, caller, params);
      const sectionId = await newSection(store, id);
      return { data: { id: formatId(sectionId), conversation_id: formatId(id) } };
    },
  }),
];

/** The conversation a path names, to be changed. Rejects with `conversation_not_found`. */
export function conversationOf(store: Store, caller: TokenCaller, params: Record<string, string>) {
  return visibleConversation(store, caller, idOf<ConversationId>(params["conversation_id"] ?? ""), "member");
}

/** Rejects with `not_found` when the caller knows of no such agent. */
async function agentOf(
  store: Store,
  caller: TokenCaller,
  agentId: AgentId,
  use: "chat" | "listen",
): Promise<Agent> {
  const agent = await store.agents.find(agentId);
  if (agent === undefined) throw new DomainError("not_found", "no such bot");
  requireAgentAccess(caller, agent, use);
  return agent;
}
