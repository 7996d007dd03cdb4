import type { Agent } from "../domain/agent.ts";
import type { Conversation } from "../domain/conversation.ts";
import { DomainError } from "../domain/errors.ts";
import { DEFAULT_TRIGGERS, isMessage, type Trigger, type TriggerType } from "../domain/trigger.ts";
import type { Store } from "../storage/store.ts";
import { entriesFor } from "../workflow/graph/entries.ts";
import { findWorkflow, isAnsweredByWorkflow, waitingRun } from "./responder.ts";
import { namedTrigger } from "./trigger-names.ts";

/** What somebody sent for an agent. */
interface Sent {
  agent: Agent;
  conversation: Pick<Conversation, "id">;
  trigger: Trigger;
}

/** Why something starts no turn, in a short word; empty: it does. An agent's own event is known by its id or its name. */
export async function reasonToIgnore(
  store: Pick<Store, "agents" | "workflowRuns">,
  { agent, conversation, trigger }: Sent,
): Promise<string> {
  const { triggers, events = [] } = agent.settings;
  if (isMessage(trigger) && trigger.payload.isCoworker === true) return "coworker";
  if (trigger.type === "canvas-event-trigger") {
    const { eventId } = trigger.payload;
    if (!events.some(({ id, name }) => id === eventId || name === eventId)) return "not_subscribed";
  }
  if (isAnsweredByWorkflow({ agent })) return reasonOfWorkflow(store, { agent, conversation, trigger });
  const wanted: readonly TriggerType[] = triggers ?? DEFAULT_TRIGGERS;
  return wanted.includes(trigger.type) ? "" : "not_subscribed";
}

/** Rejects with `trigger_not_subscribed` when a workflow is to answer and does not wait for this; like `findWorkflow`. */
export async function requireEntry(
  store: Pick<Store, "agents" | "workflowRuns">,
  { agent, conversation, trigger }: Sent,
): Promise<void> {
  if (!isAnsweredByWorkflow({ agent }) || (await hasEntry(store, agent, trigger))) return;
  if (isMessage(trigger) && (await waitingRun(store, { agent, conversation }))) return;
  throw new DomainError("trigger_not_subscribed", "no entry of the bot's workflow waits for this");
}

/** What a workflow waits for is decided by its graph; what it asked, by the user. */
async function reasonOfWorkflow(
  store: Pick<Store, "agents" | "workflowRuns">,
  {
    agent,
    conversation,
    trigger,
  }: { agent: Agent; conversation: Pick<Conversation, "id">; trigger: Trigger },
): Promise<string> {
  try {
    if (await hasEntry(store, agent, trigger)) return "";
    return isMessage(trigger) && (await waitingRun(store, { agent, conversation })) ? "" : "not_subscribed";
  } catch (error) {
    if (!(error instanceof DomainError) || error.code === "storage_failed") throw error;
    return error.code;
  }
}

async function hasEntry(store: Pick<Store, "agents">, agent: Agent, trigger: Trigger): Promise<boolean> {
  const { settings } = await findWorkflow(store, { agent });
  return entriesFor(settings.graph, namedTrigger(agent, trigger)).length > 0;
}
