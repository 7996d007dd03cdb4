import { isMessage, type Trigger } from "../../domain/trigger.ts";
import type { GraphNode, WorkflowGraph } from "../../domain/workflow.ts";

/**
 * The entry nodes that a run begins at, by id. Nodes of kind `trigger` take what their `on` or `event` names; the node
 * of kind `start` takes calls without a trigger, and messages that no trigger node takes. Empty: the workflow does not
 * wait for this.
 */
export function entriesFor({ nodes }: Pick<WorkflowGraph, "nodes">, trigger?: Trigger): string[] {
  const taking = trigger === undefined ? [] : nodes.filter((node) => takes(node, trigger));
  if (taking.length > 0) return taking.map(({ id }) => id);
  if (trigger !== undefined && !isMessage(trigger)) return [];
  return nodes.filter(({ type }) => type === "start").map(({ id }) => id);
}

/** An event is known by its id or by its name. */
function takes({ type, on, event }: GraphNode, trigger: Trigger): boolean {
  if (type !== "trigger") return false;
  if (Array.isArray(on) && on.includes(trigger.type)) return true;
  if (trigger.type !== "canvas-event-trigger" || typeof event !== "string") return false;
  const { eventId, eventName } = trigger.payload;
  return event === eventId || event === eventName;
}
