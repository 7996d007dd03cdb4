import type { Agent } from "../../src/domain/agent.ts";
import type { VersionId } from "../../src/domain/ids.ts";
import type { GraphNode } from "../../src/domain/workflow.ts";
import { openPostgresStore } from "../../src/storage/postgres/open.ts";
import { openSqliteStore } from "../../src/storage/sqlite/open.ts";
import type { Store } from "../../src/storage/store.ts";
import { runInMemory } from "../../src/workflow/run/memory-runs.ts";
import { aGraph, aWorkflow, someServices } from "../../src/workflow/testing/runs.ts";
import { WorkflowRuns } from "../../src/workflow/workflow-runs.ts";
import { type Contender, STEPS } from "./steps.ts";

/** `text`: every step makes text of the one before. `effects`: every step does something that must not happen twice. */
export type StepKind = "text" | "effects";

const LIMIT_OF_RUNS = 100_000;
/** Runs are of a version, as those of callers are: it was checked when it was published. */
const VERSION = 1 as VersionId;

/** The engine without a store: what a step costs by itself. */
export async function openInMemory(): Promise<Contender> {
  const store = await openSqliteStore({ path: ":memory:" });
  const services = someServices(store);
  const graph = graphOf("text");
  return {
    run: async (text) => (await runInMemory(graph, { text }, services).settled).answer ?? "",
    close: () => store.close(),
  };
}

/** The engine as the server has it: that a run was accepted and what became of it would survive a power cut. */
export async function openDurable(
  place: { databaseUrl: string } | { path: string },
  kind: StepKind,
): Promise<Contender> {
  const store: Store =
    "path" in place ? await openSqliteStore(place) : await openPostgresStore({ url: place.databaseUrl });
  const workflow = { ...(await aWorkflow(store, graphOf(kind))), versionId: VERSION };
  const runs = new WorkflowRuns(someServices(store), { atOnce: LIMIT_OF_RUNS });
  await runs.open();
  return {
    async run(given) {
      const running = await runs.start(requestOf(workflow, given));
      return (await running.settled).answer ?? "";
    },
    async close() {
      await runs.drain(0);
      await store.close();
    },
  };
}

function requestOf(workflow: Agent, text: string) {
  return { workflow, input: { text }, how: "sync" as const, dialect: "bench", requestId: "" };
}

/** A start and an end beside the steps that are counted. */
function graphOf(kind: StepKind) {
  const names = Array.from({ length: STEPS }, (_, step) => `step${step}`);
  const steps = names.map((id, step): GraphNode => {
    const next = names[step + 1] ?? "end";
    const before = step === 0 ? "start.text" : `${names[step - 1]}.text`;
    return kind === "text"
      ? { id, next, type: "text", template: `{{ ${before} }}x` }
      : { id, next, type: "send-text-message", inputs: { text: { ref: "start.text" } } };
  });
  const answer = kind === "text" ? `{{ ${names.at(-1)}.text }}` : `{{ start.text }}${"x".repeat(STEPS)}`;
  return aGraph([
    { id: "start", type: "start", inputs: [{ name: "text", type: "string" }], next: names[0] },
    ...steps,
    { id: "end", type: "end", answer },
  ] as GraphNode[]);
}
