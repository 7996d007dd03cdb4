import { z } from "zod";
import type { KnowledgeBaseId, WorkspaceId } from "../../domain/ids.ts";
import { formatForModel, searchPairs, searchPassages } from "../../knowledge/knowledge.ts";
import type { Store } from "../../storage/store.ts";
import { NodeError } from "../node-error.ts";
import { defineNode } from "../node-parts/define-node.ts";
import { PASSAGE_TYPE, passageData, SEARCH_TYPE } from "../node-parts/passages.ts";

/** Longest query, in UTF-16 units; the rest is not looked for. */
const QUERY_LIMIT = 10_000;

export const knowledgeNode = defineNode({
  type: "knowledge",
  category: "calculation",
  summary: "Searches knowledge bases for passages and for a pair that answers directly.",
  example: { bases: ["faq"], inputs: { query: { ref: "start.query" } }, next: "ask" },
  members: z.strictObject({
    bases: z
      .array(z.string().min(1).max(200))
      .min(1)
      .max(20)
      .describe("Knowledge bases of the workspace, by slug or id."),
    topK: z.int().min(1).max(50).default(5).describe("Most passages."),
    scoreThreshold: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe("Passages that score less are left out; 0 to 1."),
    pairThreshold: z
      .number()
      .min(0)
      .max(1)
      .default(0.8)
      .describe("The best pair that scores at least this is the output `pair`; 0 to 1."),
  }),
  timeoutSeconds: 30,
  describe: () => ({
    inputs: { query: { type: "string", required: true, description: "What to look for." } },
    outputs: {
      passages: { type: "array", items: PASSAGE_TYPE, description: "Best first; may be empty." },
      text: { type: "string", description: "The passages as a model is told them; empty: none." },
      found: { type: "boolean", description: "Whether there are passages or a pair." },
      pair: { ...PASSAGE_TYPE, description: "Question and answer that fit; null: none." },
      search: { ...SEARCH_TYPE, description: "How passages were looked for." },
    },
  }),
  run: async ({ inputs, run, services, signal }, { bases, topK, scoreThreshold, pairThreshold }) => {
    const query = String(inputs["query"]).slice(0, QUERY_LIMIT);
    const baseIds = await findBases(services.store, run.workspaceId, bases);
    signal.throwIfAborted();
    const passages = await searchPassages(services, { baseIds, query, topK, scoreThreshold });
    signal.throwIfAborted();
    const [pair] = await searchPairs(services, { baseIds, query, topK: 1, scoreThreshold: pairThreshold });
    return {
      kind: "done",
      outputs: {
        passages: passages.map(passageData),
        text: formatForModel(passages),
        found: passages.length > 0 || pair !== undefined,
        pair: pair === undefined ? null : passageData(pair),
        search: { bases: baseIds.map(String), topK, scoreThreshold },
      },
    };
  },
});

/** Those of other workspaces are as unknown as those that are not there. */
async function findBases(
  { knowledge }: Pick<Store, "knowledge">,
  workspaceId: WorkspaceId,
  names: readonly string[],
): Promise<KnowledgeBaseId[]> {
  const found = await Promise.all(
    names.map(async (name) => {
      const bySlug = await knowledge.findBaseBySlug(workspaceId, name);
      if (bySlug !== undefined || !/^\d{1,16}$/.test(name)) return bySlug;
      const [byId] = await knowledge.findBases([Number(name) as KnowledgeBaseId]);
      return byId?.workspaceId === workspaceId ? byId : undefined;
    }),
  );
  return found.map((base, index) => {
    if (base !== undefined) return base.id;
    throw new NodeError("node_failed", `bases[${index}]: there is no knowledge base "${names[index]}"`);
  });
}
