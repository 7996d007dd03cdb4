import type { Agent } from "../domain/agent.ts";
import type { Passage } from "../domain/knowledge.ts";
import type { TurnEvent } from "../domain/turn-event.ts";
import { searchPairs, searchPassages } from "../knowledge/knowledge.ts";
import type { Store } from "../storage/store.ts";

/** Pairs looked at; the best one answers. */
const PAIRS_TOP_K = 3;

/** Looks for a pair that answers directly. Announced only when there is one. */
export async function findPair(
  services: { store: Store },
  agent: Agent,
  query: string,
  announce: (event: TurnEvent) => void,
): Promise<Passage | undefined> {
  const { baseIds, pairThreshold } = agent.settings.knowledge;
  const startedAt = performance.now();
  const pairs = await searchPairs(services, {
    baseIds,
    query,
    topK: PAIRS_TOP_K,
    scoreThreshold: pairThreshold,
  });
  if (pairs.length === 0) return undefined;
  announce({ type: "qa-search-start", query, knowledgeBaseIds: baseIds });
  announce({
    type: "qa-search-end",
    query,
    knowledgeBaseIds: baseIds,
    passages: pairs,
    latencyMs: performance.now() - startedAt,
  });
  return pairs[0];
}

/** Looks for passages in the agent's knowledge and announces what was found. */
export async function findPassages(
  services: { store: Store },
  agent: Agent,
  query: string,
  announce: (event: TurnEvent) => void,
): Promise<Passage[]> {
  const { baseIds, topK, scoreThreshold } = agent.settings.knowledge;
  const startedAt = performance.now();
  announce({ type: "knowledge-search-start", query, knowledgeBaseIds: baseIds, topK, scoreThreshold });
  const passages = await searchPassages(services, { baseIds, query, topK, scoreThreshold });
  announce({ type: "knowledge-search-end", passages, latencyMs: performance.now() - startedAt });
  return passages;
}
