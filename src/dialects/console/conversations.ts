import { homeMembership, requireMembership } from "../../access/permissions.ts";
import { holdConversation, releaseConversation } from "../../chat/handover.ts";
import type { Role, TokenCaller } from "../../domain/access.ts";
import type { Conversation } from "../../domain/conversation.ts";
import { DomainError } from "../../domain/errors.ts";
import type { ConversationId, WorkspaceId } from "../../domain/ids.ts";
import type { Store } from "../../storage/store.ts";
import { type ConsoleServices, type Operation, operation } from "./operation.ts";
import { formatId, idOf, pageOf, paging, wireId, wireText } from "./wire.ts";

const REASON_LIMIT = 1_000;

/** Conversations of all families, as far as people have them, for members of their workspace. */
export const conversationOperations: Operation[] = [
  operation({
    route: "GET /held-conversations",
    permission: "viewConversations",
    role: "viewer",
    summary: "conversations that are with a person, oldest first",
    query: {
      workspaceId: wireId<WorkspaceId>("The workspace. Absent: the caller's oldest.").optional(),
      ...paging,
    },
    async run({ services, caller, query: { workspaceId, cursor, limit } }) {
      const place = requireMembership(caller, workspaceId ?? homeMembership(caller).workspaceId, "viewer");
      const found = await services.store.conversations.listHeld({
        workspaceId: place.workspaceId,
        idleSince: new Date(),
        limit: limit + 1,
        ...(cursor !== undefined && { after: cursor as ConversationId }),
      });
      const held = found.map(({ conversation, quietSince }) => ({ ...conversation, quietSince }));
      return pageOf(held, limit, ({ quietSince, ...conversation }) => ({
        ...present(services, conversation),
        quietSince,
      }));
    },
  }),
  operation({
    route: "GET /conversations/:conversationId",
    permission: "viewConversations",
    role: "viewer",
    summary: "one conversation: whose it is, and whether the agent or a person has it",
    async run({ services, caller, params }) {
      return present(services, await seenConversation(services.store, caller, params["conversationId"]));
    },
  }),
  operation({
    route: "POST /conversations/:conversationId/hold",
    permission: "manageConversations",
    role: "member",
    summary: "give it to a person: its messages are kept and not answered",
    body: { reason: wireText(REASON_LIMIT).default("").describe("For people.") },
    async run({ services, caller, params, body }) {
      const { id } = await seenConversation(services.store, caller, params["conversationId"], "member");
      const isChanged = await holdConversation(services, { id }, body);
      const now = await seenConversation(services.store, caller, formatId(id));
      return { ...present(services, now), isChanged };
    },
  }),
  operation({
    route: "POST /conversations/:conversationId/release",
    permission: "manageConversations",
    role: "member",
    summary: "give it back to its agent, which then knows everything that was said",
    async run({ services, caller, params }) {
      const { id } = await seenConversation(services.store, caller, params["conversationId"], "member");
      const isChanged = await releaseConversation(services, { id }, { by: "api" });
      const now = await seenConversation(services.store, caller, formatId(id));
      return { ...present(services, now), isChanged };
    },
  }),
];

/** A conversation of a workspace of the caller. Rejects with `not_found`. */
async function seenConversation(
  { conversations }: Pick<Store, "conversations">,
  caller: TokenCaller,
  text: string | undefined,
  least: Role = "viewer",
): Promise<Conversation> {
  const found = await conversations.get(idOf<ConversationId>(text));
  const isSeen = caller.memberships.some(({ workspaceId }) => workspaceId === found?.workspaceId);
  if (found === undefined || !isSeen) throw new DomainError("not_found", "there is no such conversation");
  requireMembership(caller, found.workspaceId, least);
  return found;
}

function present({ insightSessionId }: ConsoleServices, conversation: Conversation) {
  const { id, workspaceId, agentId, userId, channel, name, heldAt, createdAt, lastTurnAt } = conversation;
  return {
    id: formatId(id),
    insightSessionId: insightSessionId(conversation),
    workspaceId: formatId(workspaceId),
    agentId: agentId === undefined ? null : formatId(agentId),
    userId,
    channel,
    name,
    heldAt: heldAt ?? null,
    createdAt,
    lastTurnAt: lastTurnAt ?? null,
  };
}
