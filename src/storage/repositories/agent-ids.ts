import type { AgentId } from "../../domain/ids.ts";

/** For `in (…)`, which holds something always: 0, which no agent has, where there is none. */
export function amongAgents(ids: readonly AgentId[]): readonly number[] {
  return ids.length === 0 ? [0] : ids;
}
