import { type Agent, API_CHANNEL } from "../domain/agent.ts";
import type { Conversation, Exchange } from "../domain/conversation.ts";
import { DomainError } from "../domain/errors.ts";
import { type ExchangeId, firstIdAt } from "../domain/ids.ts";
import { isMessage, type TriggerRecord } from "../domain/trigger.ts";
import type { Store } from "../storage/store.ts";
import { questionOfTrigger } from "./trigger-question.ts";
import type { RunningTurn, Turns } from "./turns.ts";

/** Links of a chain of events. Source: spec page of Insight §14, "Guards". */
const DEPTH_LIMIT = 20;
const PAGE_EXCHANGES = 20;

export interface StartServices {
  store: Pick<Store, "agents" | "conversations" | "exchanges" | "triggers">;
  turns: Pick<Turns, "start">;
}

/** Why a trigger starts no turn. */
export interface Verdict {
  state: "recorded" | "cancelled" | "failed";
  /** A short word. */
  reason: string;
}

/**
 * Starts the turn of a claimed trigger, as the agent is live now; that it has started would survive a power cut when this
 * resolves. Resolves with a verdict when there is nothing to start. Rejects like `Turns.start`: with `request_repeated`
 * when the trigger is no longer due.
 */
export async function startTriggered(
  services: StartServices,
  record: TriggerRecord,
  signal: AbortSignal,
): Promise<RunningTurn | Verdict> {
  const { trigger, history } = record;
  if (record.depth > DEPTH_LIMIT) return { state: "failed", reason: "chain_too_long" };
  const conversation = await services.store.conversations.get(record.conversationId);
  if (conversation === undefined) return { state: "failed", reason: "conversation_deleted" };
  const agent = await findAgent(services, record);
  if ("reason" in agent) return agent;
  if (record.cancelOnMessage && (await hasMessageSince(services, conversation, record.createdAt))) {
    return { state: "cancelled", reason: "message" };
  }
  if (conversation.heldAt !== undefined && !isMessage(trigger)) return { state: "recorded", reason: "held" };
  const { question, variables } = questionOfTrigger(trigger);
  return services.turns.start({
    agent,
    conversation,
    dialect: "trigger",
    requestId: `trigger-${record.id}`,
    signal,
    question,
    variables,
    trigger: record,
    ...(history !== undefined && { history }),
  });
}

async function findAgent({ store }: StartServices, { agentId }: TriggerRecord): Promise<Agent | Verdict> {
  const live = await store.agents.findLive(agentId, API_CHANNEL);
  const agent = live ?? (await store.agents.find(agentId));
  if (agent === undefined) return { state: "failed", reason: "agent_deleted" };
  if (live === undefined) return { state: "failed", reason: "agent_not_published" };
  if (!live.apiEnabled) return { state: "failed", reason: "access_disabled" };
  return live.kind === "chat" ? live : { state: "failed", reason: "agent_not_chat" };
}

/** Whether the user has said something since; what events made the agent say does not count. */
async function hasMessageSince(
  { store }: StartServices,
  { id: conversationId, userId: rater, lastTurnAt }: Conversation,
  since: Date,
): Promise<boolean> {
  if (lastTurnAt === undefined || lastTurnAt <= since) return false;
  let from = firstIdAt(since.getTime()) as ExchangeId;
  for (;;) {
    const page = await store.exchanges.page({
      ...{ conversationId, rater, order: "asc", from, limit: PAGE_EXCHANGES },
    });
    for (const exchange of page) if (await isSaid(store, exchange, since)) return true;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_EXCHANGES) return false;
    from = (last.id + 1) as ExchangeId;
  }
}

async function isSaid(
  { triggers }: Pick<Store, "triggers">,
  { question, answers }: Exchange,
  since: Date,
): Promise<boolean> {
  if (question.role !== "user" || question.createdAt <= since) return false;
  const turnId = answers[0]?.turn.id;
  const started = turnId === undefined ? undefined : await triggers.ofTurn(turnId);
  return started === undefined || isMessage(started.trigger);
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
