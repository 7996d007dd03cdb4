import { conversationNotFound, createConversation } from "../../chat/conversations.ts";
import type { Agent } from "../../domain/agent.ts";
import type { Conversation } from "../../domain/conversation.ts";
import { DomainError } from "../../domain/errors.ts";
import type { ConversationId } from "../../domain/ids.ts";
import type { InsightServices } from "./endpoint.ts";
import { formatUuid, parseUuid } from "./ids.ts";

/** What callers know a conversation by: what they chose, or its own id where another family made it. */
export function sessionIdOf({ id, sessionId }: Pick<Conversation, "id" | "sessionId">): string {
  return sessionId ?? formatUuid("conversation", id);
}

/** The agent's conversation behind a `sessionId`; undefined when there is none. */
export async function findSession(
  { store }: Pick<InsightServices, "store">,
  agent: Pick<Agent, "id">,
  sessionId: string,
): Promise<Conversation | undefined> {
  const named = await store.conversations.findBySession(agent.id, sessionId);
  if (named !== undefined) return named;
  const id = parseUuid<ConversationId>("conversation", sessionId);
  const found = id === undefined ? undefined : await store.conversations.get(id);
  return found?.agentId === agent.id ? found : undefined;
}

/** The same; rejects with `conversation_not_found` when there is none. */
export async function requireSession(
  services: Pick<InsightServices, "store">,
  agent: Pick<Agent, "id">,
  sessionId: string,
): Promise<Conversation> {
  const found = await findSession(services, agent, sessionId);
  if (found === undefined) throw conversationNotFound();
  return found;
}

/**
 * The agent's conversation behind a `sessionId`, begun where there is none: then as that of `contactId`, or else of a
 * user named like the session, with `inputs`; both are not looked at otherwise. Of several who begin it at once all get
 * the same. It would survive a power cut when this resolves. Rejects with `request_invalid` naming the input that does
 * not fit.
 */
export async function openSession(
  services: Pick<InsightServices, "store" | "facts">,
  agent: Agent,
  wanted: { sessionId: string; contactId?: string | undefined; inputs?: Record<string, string> },
): Promise<Conversation> {
  const { sessionId, contactId = sessionId, inputs = {} } = wanted;
  const found = await findSession(services, agent, sessionId);
  if (found !== undefined) return found;
  const fresh = { agent, userId: contactId, name: "", inputs, requireInputs: false, sessionId };
  try {
    return await createConversation(services, fresh);
  } catch (error) {
    const isTaken = error instanceof DomainError && error.code === "request_repeated";
    const other = isTaken ? await findSession(services, agent, sessionId) : undefined;
    if (other === undefined) throw error;
    return other;
  }
}
