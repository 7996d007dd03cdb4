import { z } from "zod";
import { memberName } from "../language/value-type-schema.ts";
import { NodeError } from "../node-error.ts";
import type { FrameResult, NodeCall, NodeOutcome } from "../node-kind.ts";
import { defineNode } from "../node-parts/define-node.ts";
import { CollectedSizes, collectedSources, splitCollected, toCollect } from "../run/collecting.ts";
import { isFatal } from "../run/run-failure.ts";

/** Most items of one batch. */
const MOST_ITEMS = 10_000;

const members = z.strictObject({
  atOnce: z.int().min(1).max(50).default(5).describe("Items that are worked on at once."),
  onItemError: z
    .enum(["fail", "null", "skip"])
    .default("fail")
    .describe("An item fails: so does the node; or its place in the lists holds null; or it has none."),
  outputs: z
    .record(memberName, z.unknown())
    .default({})
    .describe("Lists with an entry for each item, in their order: input values that see what the body gave."),
});

type Members = z.output<typeof members>;

/** What came of an item: what was collected, or why it failed. */
type ItemResult = { collected: Record<string, unknown> } | { error: NodeError } | "waiting";

export const batchNode = defineNode({
  type: "batch",
  category: "calculation",
  summary: "Runs its body once for each of its `items`, several at once.",
  example: {
    inputs: { items: { ref: "start.questions" } },
    atOnce: 5,
    onItemError: "null",
    outputs: { answers: { ref: "answer.text" } },
    body: [{ id: "answer", type: "llm", prompt: "{{ batch.item }}" }],
    next: "tell",
  },
  members,
  timeoutSeconds: 86_400,
  describe: (own) => ({
    inputs: { items: { type: "array", required: true } },
    hasOpenInputs: true,
    outputs: {
      count: { type: "integer" },
      errors: { type: "array" },
      ...Object.fromEntries(Object.keys(own.outputs).map((name) => [name, { type: "array" as const }])),
    },
    sources: collectedSources(own),
  }),
  run: (call, own) => runBatch(call, own),
});

async function runBatch(call: NodeCall, own: Members): Promise<NodeOutcome> {
  const { items } = call.inputs;
  const all = Array.isArray(items) ? items : [];
  if (all.length > MOST_ITEMS) throw new NodeError("run_limit", `it has more than ${MOST_ITEMS} items`);
  const results: ItemResult[] = [];
  const sizes = new CollectedSizes();
  let next = 0;
  const work = async () => {
    for (let index = next++; index < all.length; index = next++) {
      const result = await runItem(call, own, { item: all[index], index });
      if (typeof result === "object" && "collected" in result) sizes.count(splitCollected(result.collected));
      results[index] = result;
    }
  };
  await Promise.all(Array.from({ length: Math.min(own.atOnce, all.length) }, work));
  if (results.includes("waiting")) return { kind: "waiting" };
  return { kind: "done", outputs: { ...gather(own, results), count: all.length } };
}

async function runItem(
  call: NodeCall,
  own: Members,
  batch: { item: unknown; index: number },
): Promise<ItemResult> {
  try {
    const result: FrameResult = await call.frames.run({
      key: `#${batch.index}`,
      nodes: call.node.body ?? [],
      values: { batch },
      collect: toCollect(own),
    });
    return result.kind === "waiting" ? "waiting" : { collected: result.collected };
  } catch (error) {
    if (own.onItemError === "fail" || isFatal(error) || !(error instanceof NodeError)) throw error;
    return { error };
  }
}

function gather(own: Members, results: readonly ItemResult[]): Record<string, unknown> {
  const lists: Record<string, unknown[]> = Object.fromEntries(
    Object.keys(own.outputs).map((name) => [name, []]),
  );
  const errors: { index: number; code: string; message: string }[] = [];
  for (const [index, result] of results.entries()) {
    if (result === "waiting") continue;
    if ("error" in result) errors.push({ index, code: result.error.code, message: result.error.message });
    if ("error" in result && own.onItemError === "skip") continue;
    const outputs = "error" in result ? {} : splitCollected(result.collected).outputs;
    for (const [name, list] of Object.entries(lists)) list.push(outputs[name] ?? null);
  }
  return { ...lists, errors };
}
