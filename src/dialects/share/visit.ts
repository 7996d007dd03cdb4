import { type Agent, API_CHANNEL } from "../../domain/agent.ts";
import type { Conversation } from "../../domain/conversation.ts";
import { DomainError } from "../../domain/errors.ts";
import type { ConversationId, TurnId } from "../../domain/ids.ts";
import type { ShareLink } from "../../domain/share-link.ts";
import type { Call } from "../../http/route.ts";
import type { Store } from "../../storage/store.ts";
import type { ShareServices } from "./services.ts";
import { visitorOf } from "./visitor.ts";

/** One call of a visitor. */
export interface Visit {
  link: ShareLink;
  visitorId: string;
  call: Call;
}

/** The link that an address names, as long as it is switched on. Rejects with `not_found`. */
export async function openLink(
  { shareLinks }: Pick<Store, "shareLinks">,
  { params }: Pick<Call, "params">,
): Promise<ShareLink> {
  const link = await shareLinks.findByKey(params["key"] ?? "");
  if (link === undefined || !link.isEnabled)
    throw new DomainError("not_found", "there is no such share link");
  return link;
}

/** Rejects with `not_found`, `credential_missing` or `credential_invalid`. */
export async function openVisit({ store, secretKey }: ShareServices, call: Call): Promise<Visit> {
  const link = await openLink(store, call);
  return { link, visitorId: visitorOf(secretKey, link, call), call };
}

/** The agent as it is live. Rejects with `agent_not_published`. */
export async function liveAgent({ agents }: Pick<Store, "agents">, { agentId }: ShareLink): Promise<Agent> {
  const agent = await agents.findLive(agentId, API_CHANNEL);
  if (agent === undefined) throw new DomainError("agent_not_published", "the agent is not available");
  return agent;
}

/** A conversation of this visitor with this agent. Rejects with `conversation_not_found`. */
export async function visitedConversation(
  { conversations }: Pick<Store, "conversations">,
  { link, visitorId }: Visit,
  id: ConversationId,
): Promise<Conversation> {
  const found = await conversations.get(id);
  if (found === undefined || found.userId !== visitorId || found.agentId !== link.agentId) {
    throw new DomainError("conversation_not_found", "there is no such conversation");
  }
  return found;
}

/** The id behind its digits; 0, which nothing has, where it is none. */
export function idOf<T extends ConversationId | TurnId>(text: unknown): T {
  return (typeof text === "string" && /^[1-9]\d{0,15}$/.test(text) ? Number(text) : 0) as T;
}
