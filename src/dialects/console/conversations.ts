import { homeMembership, requireMembership } from "../../access/permissions.ts";
import { deleteConversation } from "../../chat/conversations.ts";
import { holdConversation, releaseConversation } from "../../chat/handover.ts";
import type { ConversationId, WorkspaceId } from "../../domain/ids.ts";
import {
  agentNamesOf,
  changedConversationAnswer,
  conversationAnswer,
  presentConversation,
  seenConversation,
} from "./conversation-present.ts";
import { type Operation, operation } from "./operation.ts";
import { heardAgents } from "./reach.ts";
import { formatId, pageOf, pageOfSchema, paging, wireId, wireMoment, wireText } from "./wire.ts";

const REASON_LIMIT = 1_000;

/** Conversations of all families, as far as people have them, for members of their workspace. */
export const conversationOperations: Operation[] = [
  operation({
    route: "GET /held-conversations",
    permission: "viewConversations",
    role: "viewer",
    summary: "conversations that are with a person, oldest first",
    answer: pageOfSchema(conversationAnswer.extend({ quietSince: wireMoment })),
    query: {
      workspaceId: wireId<WorkspaceId>("The workspace. Absent: the caller's oldest.").optional(),
      ...paging,
    },
    async run({ services, caller, query: { workspaceId, cursor, limit } }) {
      const place = requireMembership(caller, workspaceId ?? homeMembership(caller).workspaceId, "viewer");
      const agentIds = heardAgents(caller, place.workspaceId);
      const found = await services.store.conversations.listHeld({
        workspaceId: place.workspaceId,
        ...(agentIds !== undefined && { agentIds }),
        idleSince: new Date(),
        limit: limit + 1,
        ...(cursor !== undefined && { after: cursor as ConversationId }),
      });
      const nameOf = agentNamesOf(services.store);
      const held = found.map(({ conversation, quietSince }) => ({ ...conversation, quietSince }));
      const { items, nextCursor } = pageOf(held, limit, async ({ quietSince, ...conversation }) => ({
        ...(await presentConversation(services, conversation, nameOf)),
        quietSince,
      }));
      return { items: await Promise.all(items), nextCursor };
    },
  }),
  operation({
    route: "GET /conversations/:conversationId",
    permission: "viewConversations",
    role: "viewer",
    summary: "one conversation: whose it is, and whether the agent or a person has it",
    answer: conversationAnswer,
    async run({ services, caller, params }) {
      const conversation = await seenConversation(services.store, caller, params["conversationId"]);
      return presentConversation(services, conversation);
    },
  }),
  operation({
    route: "POST /conversations/:conversationId/hold",
    permission: "manageConversations",
    role: "member",
    summary: "give it to a person: its messages are kept and not answered",
    answer: changedConversationAnswer,
    body: { reason: wireText(REASON_LIMIT).default("").describe("For people.") },
    async run({ services, caller, params, body }) {
      const { id } = await seenConversation(services.store, caller, params["conversationId"], "member");
      const isChanged = await holdConversation(services, { id }, body);
      const now = await seenConversation(services.store, caller, formatId(id));
      return { ...(await presentConversation(services, now)), isChanged };
    },
  }),
  operation({
    route: "POST /conversations/:conversationId/release",
    permission: "manageConversations",
    role: "member",
    summary: "give it back to its agent, which then knows everything that was said",
    answer: changedConversationAnswer,
    async run({ services, caller, params }) {
      const { id } = await seenConversation(services.store, caller, params["conversationId"], "member");
      const isChanged = await releaseConversation(services, { id }, { by: "api" });
      const now = await seenConversation(services.store, caller, formatId(id));
      return { ...(await presentConversation(services, now)), isChanged };
    },
  }),
  operation({
    route: "DELETE /conversations/:conversationId",
    permission: "manageConversations",
    role: "admin",
    summary: "delete a conversation with all that was said in it; answers that are being made go on unseen",
    async run({ services, caller, params }) {
      const { store } = services;
      const { id } = await seenConversation(store, caller, params["conversationId"], "admin");
      await deleteConversation(store, id);
      await store.flushed();
    },
  }),
];
