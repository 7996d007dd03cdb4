import { z } from "zod";
import { requireAgentAccess, requireMembership } from "../../access/permissions.ts";
import type { Role, TokenCaller } from "../../domain/access.ts";
import type { Conversation } from "../../domain/conversation.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AgentId, ConversationId } from "../../domain/ids.ts";
import type { Store } from "../../storage/store.ts";
import type { ConsoleServices } from "./operation.ts";
import { formatId, idOf, wireMoment } from "./wire.ts";

export const conversationAnswer = z.object({
  id: z.string(),
  /** What callers of the Insight family know it by. */
  insightSessionId: z.string(),
  workspaceId: z.string(),
  /** Null: nobody has asked yet. */
  agentId: z.string().nullable(),
  /** Null: it has none, or the agent is gone. */
  agentName: z.string().nullable(),
  userId: z.string(),
  channel: z.string(),
  name: z.string(),
  /** With a person since; null: with its agent. */
  heldAt: wireMoment.nullable(),
  createdAt: wireMoment,
  lastTurnAt: wireMoment.nullable(),
});

export const changedConversationAnswer = conversationAnswer.extend({
  /** False: it was so before. */
  isChanged: z.boolean(),
});

/** Finds names of agents, each once. */
export type AgentName = (id: AgentId | undefined) => Promise<string | null>;

export function agentNamesOf({ agents }: Pick<Store, "agents">): AgentName {
  const known = new Map<AgentId, Promise<string | null>>();
  return async (id) => {
    if (id === undefined) return null;
    const name = known.get(id) ?? agents.find(id).then((agent) => agent?.name ?? null);
    known.set(id, name);
    return name;
  };
}

export async function presentConversation(
  { insightSessionId, store }: Pick<ConsoleServices, "insightSessionId" | "store">,
  conversation: Conversation,
  nameOf: AgentName = agentNamesOf(store),
): Promise<z.input<typeof conversationAnswer>> {
  const { id, workspaceId, agentId, userId, channel, name, heldAt, createdAt, lastTurnAt } = conversation;
  return {
    id: formatId(id),
    insightSessionId: insightSessionId(conversation),
    workspaceId: formatId(workspaceId),
    agentId: agentId === undefined ? null : formatId(agentId),
    agentName: await nameOf(agentId),
    userId,
    channel,
    name,
    heldAt: heldAt ?? null,
    createdAt,
    lastTurnAt: lastTurnAt ?? null,
  };
}

/** A conversation of a workspace of the caller. Rejects with `not_found`, `permission_denied` for those who may not. */
export async function seenConversation(
  { conversations }: Pick<Store, "conversations">,
  caller: TokenCaller,
  text: string | undefined,
  least: Role = "viewer",
): Promise<Conversation> {
  const found = await conversations.get(idOf<ConversationId>(text));
  const isSeen = caller.memberships.some(({ workspaceId }) => workspaceId === found?.workspaceId);
  if (found === undefined || !isSeen) throw new DomainError("not_found", "there is no such conversation");
  const { workspaceId } = requireMembership(caller, found.workspaceId, least);
  if (found.agentId !== undefined) requireAgentAccess(caller, { id: found.agentId, workspaceId }, "listen");
  return found;
}
