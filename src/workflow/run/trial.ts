import type { ValueType } from "../../domain/workflow.ts";
import type { NodeDescription, RunHost } from "../node-kind.ts";

/** What a node gives that is left out in a trial: nothing of each kind. */
export function trialOutputs({ outputs }: NodeDescription): Record<string, unknown> {
  return Object.fromEntries(Object.entries(outputs).map(([name, type]) => [name, blank(type)]));
}

function blank({ type }: ValueType): unknown {
  switch (type) {
    case "string":
      return "";
    case "integer":
    case "number":
      return 0;
    case "boolean":
      return false;
    case "array":
      return [];
    case "object":
      return {};
    default:
      return null;
  }
}

/** Surroundings in which nothing can be done: of trials, and of runs without a conversation. */
export const NO_HOST: RunHost = {
  async act(decision, nodeId) {
    const { cancelOnMessage: _, ...action } = decision;
    return { ...action, status: "skip", nodeId };
  },
  async values() {
    return {};
  },
  async setValues() {},
  async history() {
    return [];
  },
};
