import type { Agent } from "../domain/agent.ts";
import type { Trigger } from "../domain/trigger.ts";

/** A trigger with both id and name of the agent's own event, by whichever of them its sender knows it. */
export function namedTrigger({ settings }: Pick<Agent, "settings">, trigger: Trigger): Trigger {
  if (trigger.type !== "canvas-event-trigger") return trigger;
  const { eventId: known } = trigger.payload;
  const event = settings.events?.find(({ id, name }) => id === known || name === known);
  if (event === undefined) return trigger;
  const { id: eventId, name: eventName } = event;
  return { ...trigger, payload: { ...trigger.payload, eventId, eventName } };
}
