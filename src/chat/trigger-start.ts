import { type Agent, API_CHANNEL } from "../domain/agent.ts";
import type { HistoryItem } from "../domain/conversation.ts";
import { DomainError } from "../domain/errors.ts";
import { isMessage, type TriggerRecord } from "../domain/trigger.ts";
import type { Store } from "../storage/store.ts";
import { eventLimit } from "./event-data.ts";
import { gatherMessages } from "./merging.ts";
import { HeldError } from "./opening.ts";
import { questionOfTrigger } from "./trigger-question.ts";
import type { RunningTurn, Turns } from "./turns.ts";

/** Links of a chain of events. Source: spec page of Insight §14, "Guards". */
const DEPTH_LIMIT = 20;

export interface StartServices {
  store: Pick<Store, "agents" | "conversations" | "triggers">;
  turns: Pick<Turns, "start">;
  /** How long a turn may take. */
  timeLimitMs: number;
}

/** When a trigger is to be looked at again. */
export interface Postponement {
  waitsUntil: Date;
}

/** Why a trigger starts no turn. */
export interface Verdict {
  state: "recorded" | "cancelled" | "failed";
  /** A short word. */
  reason: string;
}

/**
 * Starts the turn of a claimed trigger, as the agent is live now; that it has started would survive a power cut when this
 * resolves. A message starts the turn of the newest that waits with it, which answers all of them. Resolves with a verdict
 * when there is nothing to start, with a postponement while more messages may come. Rejects like `Turns.start`: with `request_repeated`
 * when the trigger is no longer due.
 */
export async function startTriggered(
  services: StartServices,
  record: TriggerRecord,
  signal: AbortSignal,
): Promise<RunningTurn | Verdict | Postponement> {
  if (record.depth > DEPTH_LIMIT) return { state: "failed", reason: "chain_too_long" };
  const conversation = await services.store.conversations.get(record.conversationId);
  if (conversation === undefined) return { state: "failed", reason: "conversation_deleted" };
  const agent = await findAgent(services, record);
  if ("reason" in agent) return agent;
  if (await isPastLimit(services, agent, record)) return { state: "cancelled", reason: "event_limit" };
  const gathered = await gatherMessages(services.store, agent, record, new Date());
  if ("waitsUntil" in gathered) return gathered;
  const { newest, merges, history } = gathered;
  const { question, variables } = questionOfTrigger(newest.trigger);
  try {
    return await services.turns.start({
      agent,
      conversation,
      dialect: "trigger",
      requestId: `trigger-${record.id}`,
      signal,
      question,
      variables,
      timeLimitMs: services.timeLimitMs,
      trigger: newest,
      merges,
      // Whoever calls the API with a message waits for its reply.
      isToldActions: newest.source === "api" && isMessage(newest.trigger),
      ...(history !== undefined && { history: historyBefore(history, question.text) }),
    });
  } catch (error) {
    if (error instanceof HeldError) return { state: "recorded", reason: "held" };
    const verdict = error instanceof DomainError ? NOT_TO_START.get(error.code) : undefined;
    if (verdict === undefined) throw error;
    return verdict;
  }
}

/** The workflow that is to answer was changed since, or is not there any more. */
const NOT_TO_START: ReadonlyMap<string, Verdict> = new Map([
  ["trigger_not_subscribed", { state: "recorded", reason: "not_subscribed" }],
  ["agent_not_published", { state: "failed", reason: "workflow_not_published" }],
  ["not_supported", { state: "failed", reason: "workflow_not_drawn" }],
]);

/** A turn that emits an event counts before it ends; others may have triggered the event by then. */
async function isPastLimit(
  { store: { triggers } }: StartServices,
  agent: Agent,
  { trigger, source, conversationId }: TriggerRecord,
): Promise<boolean> {
  if (source !== "action" || trigger.type !== "canvas-event-trigger") return false;
  const { eventId } = trigger.payload;
  const limit = eventLimit(agent, eventId);
  return limit !== undefined && (await triggers.countEvents(conversationId, eventId)) > limit;
}

/** Senders put the message itself at the end. Source: spec page of Insight §4.4. */
export function historyBefore(history: HistoryItem[], question: string): HistoryItem[] {
  const last = history.at(-1);
  return last?.role === "user" && last.text === question ? history.slice(0, -1) : history;
}

async function findAgent({ store }: StartServices, { agentId }: TriggerRecord): Promise<Agent | Verdict> {
  const live = await store.agents.findLive(agentId, API_CHANNEL);
  const agent = live ?? (await store.agents.find(agentId));
  if (agent === undefined) return { state: "failed", reason: "agent_deleted" };
  if (live === undefined) return { state: "failed", reason: "agent_not_published" };
  if (!live.apiEnabled) return { state: "failed", reason: "access_disabled" };
  const mayChat = live.kind === "chat" || live.settings.graph?.mode === "chatflow";
  return mayChat ? live : { state: "failed", reason: "agent_not_chat" };
}

/** Whether the same start may succeed a little later. */
export function mayPass(error: unknown): boolean {
  return error instanceof DomainError && PASSING.has(error.code);
}

const PASSING: ReadonlySet<string> = new Set([
  "conversation_busy",
  "rate_limited",
  "too_many_turns",
  "storage_failed",
]);
