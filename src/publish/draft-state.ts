import { isDeepStrictEqual } from "node:util";
import type { Agent } from "../domain/agent.ts";
import type { AgentId } from "../domain/ids.ts";
import type { LiveVersion, Repositories } from "../storage/store.ts";

/** A version that is live somewhere, beside the draft. */
export interface LiveState extends Omit<LiveVersion, "settings"> {
  /** Whether the draft would answer otherwise. */
  isBehind: boolean;
}

/** What is live of each of these drafts, and whether the draft has changed since. */
export async function liveStates(
  { versions }: Pick<Repositories, "versions">,
  drafts: readonly Agent[],
): Promise<Map<AgentId, LiveState[]>> {
  const byId = new Map(drafts.map((draft) => [draft.id, draft]));
  const states = new Map<AgentId, LiveState[]>(drafts.map(({ id }) => [id, []]));
  for (const { settings, ...live } of await versions.liveOf([...byId.keys()])) {
    const draft = byId.get(live.agentId);
    const isBehind =
      live.name !== draft?.name || (settings !== undefined && !isDeepStrictEqual(settings, draft.settings));
    states.get(live.agentId)?.push({ ...live, isBehind });
  }
  return states;
}
