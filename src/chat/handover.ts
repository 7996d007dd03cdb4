import { setImmediate } from "node:timers/promises";
import type { PlainFact } from "../callbacks/emit.ts";
import { type Agent, API_CHANNEL } from "../domain/agent.ts";
import type { Conversation } from "../domain/conversation.ts";
import { DomainError } from "../domain/errors.ts";
import type { EventData, HandoverEventData } from "../domain/event.ts";
import type { AgentId, ConversationId, WorkspaceId } from "../domain/ids.ts";
import type { Repositories, Store } from "../storage/store.ts";
import { conversationNotFound } from "./conversations.ts";
import type { Facts } from "./facts.ts";

interface HandoverServices {
  store: Store;
  facts: Pick<Facts, "prepare" | "wake">;
}

/** Conversations looked at together by the sweep of those that were quiet for long. */
const PAGE_SIZE = 200;
const MINUTE_MS = 60_000;

/**
 * Gives a conversation to a person: its messages are kept and not answered until it is released. A turn that runs in it
 * goes on to its end. Resolves, with false when it was with a person already, when that would survive a power cut.
 * Rejects with `conversation_not_found` when it is gone, with `request_invalid` when it has no agent yet.
 */
export function holdConversation(
  services: HandoverServices,
  { id }: Pick<Conversation, "id">,
  { reason = "" }: { reason?: string | undefined } = {},
): Promise<boolean> {
  const now = new Date();
  return changeHands(services, id, {
    change: ({ conversations }) => conversations.hold(id, now),
    factOf: (about, data) => ({
      ...about,
      type: "conversation.handed-over",
      at: now,
      data: { ...data, message: "", reason },
    }),
  });
}

/**
 * Gives a conversation back to its agent, which answers the next message and then knows everything that was said.
 * Resolves and rejects like `holdConversation`; with `idleSince` only where nothing has happened in it since.
 */
export function releaseConversation(
  services: HandoverServices,
  { id }: Pick<Conversation, "id">,
  { by, idleSince }: { by: EventData["conversation.released"]["by"]; idleSince?: Date },
): Promise<boolean> {
  return changeHands(services, id, {
    change: ({ conversations }) => conversations.release(id, idleSince),
    factOf: (about, data) => ({
      ...about,
      type: "conversation.released",
      at: new Date(),
      data: { ...data, by },
    }),
  });
}

/** Whether these words give a conversation that is with a person back to the agent. */
export function isReleaseCommand({ settings }: Pick<Agent, "settings">, text: string): boolean {
  const command = settings.handover?.releaseCommand?.trim() ?? "";
  return command !== "" && text.trim() === command;
}

/**
 * Gives back what was quiet for as long as its agent says, or for `idleMinutes` where it does not; 0: never. Resolves
 * with how many.
 */
export async function releaseIdle(
  services: HandoverServices,
  { now, idleMinutes }: { now: Date; idleMinutes: number },
): Promise<number> {
  const { conversations } = services.store;
  const minutesOf = idleMinutesOf(services.store, idleMinutes);
  // No agent can ask for less than a minute.
  const idleSince = new Date(now.getTime() - MINUTE_MS);
  let count = 0;
  for (let after: ConversationId | undefined; ; ) {
    const page = await conversations.listHeld({
      idleSince,
      limit: PAGE_SIZE,
      ...(after !== undefined && { after }),
    });
    for (const { conversation, quietSince } of page) {
      const minutes = await minutesOf(conversation.agentId);
      const latest = new Date(now.getTime() - minutes * MINUTE_MS);
      if (minutes === 0 || quietSince > latest) continue;
      if (await releaseQuiet(services, conversation, latest)) count += 1;
    }
    after = page.at(-1)?.conversation.id;
    if (page.length < PAGE_SIZE) return count;
    await setImmediate();
  }
}

async function releaseQuiet(
  services: HandoverServices,
  conversation: Conversation,
  idleSince: Date,
): Promise<boolean> {
  try {
    return await releaseConversation(services, conversation, { by: "idle", idleSince });
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== "conversation_not_found") throw error;
    return false;
  }
}

/** How long conversations of an agent may be quiet, as its live version says; asked once for each agent. */
function idleMinutesOf({ agents }: Store, otherwise: number): (id: AgentId | undefined) => Promise<number> {
  const known = new Map<AgentId, number>();
  return async (id) => {
    if (id === undefined) return otherwise;
    const minutes = known.get(id);
    if (minutes !== undefined) return minutes;
    const agent = (await agents.findLive(id, API_CHANNEL)) ?? (await agents.find(id));
    const found = agent?.settings.handover?.idleMinutes ?? otherwise;
    known.set(id, found);
    return found;
  };
}

/** Changes who has a conversation and tells of it, both or neither. */
async function changeHands(
  { store, facts }: HandoverServices,
  id: ConversationId,
  {
    change,
    factOf,
  }: {
    change: (inside: Repositories) => Promise<boolean>;
    factOf: (about: { workspaceId: WorkspaceId; subject: string }, data: HandoverEventData) => PlainFact;
  },
): Promise<boolean> {
  const changed = await store.transaction(async (inside) => {
    const conversation = await inside.conversations.getToChange(id);
    if (conversation === undefined) throw conversationNotFound();
    if (!(await change(inside))) return undefined;
    const about = { workspaceId: conversation.workspaceId, subject: `conversation:${id}` };
    const emission = await facts.prepare(inside, factOf(about, handoverData(conversation)));
    if (emission !== undefined) await inside.outbox.add(emission);
    return { emissions: emission === undefined ? [] : [emission] };
  });
  // That it was so already may have been written a moment ago by another request.
  await store.flushed();
  if (changed === undefined) return false;
  facts.wake(changed.emissions);
  return true;
}

function handoverData({ id, agentId, sessionId = "", userId, channel }: Conversation): HandoverEventData {
  if (agentId === undefined) {
    throw new DomainError("request_invalid", "the conversation has no agent yet", { field: "conversation" });
  }
  return { conversationId: id, agentId, sessionId, userId, channel };
}
