import type { WorkflowGraph } from "../../domain/workflow.ts";
import type { WorkflowRun, WorkflowStep } from "../../domain/workflow-run.ts";
import { checkGraph } from "../graph/read-graph.ts";
import type { NodeServices } from "../node-kind.ts";
import { memoryParts, memoryPlan } from "../run/memory-runs.ts";
import { RunWork } from "../run/run-work.ts";
import { DyingJournal } from "./dying-journal.ts";

/** A run as its last process left it. */
export interface Life {
  run: WorkflowRun;
  steps: WorkflowStep[];
  writes: number;
  work: RunWork;
}

export interface LifeOptions {
  services?: Partial<NodeServices>;
  /** After so many writes the process dies. Absent: it does not. */
  writes?: number;
  /** What earlier processes left. */
  before?: Pick<Life, "run" | "steps">;
  now?: () => Date;
  /** Called when it has begun. */
  during?: (work: RunWork) => void;
}

/** What a node may ask for that a test does not give. */
export const NO_SERVICES = {} as NodeServices;

/** Runs a graph in one process, from its beginning or from what earlier ones left, until it settles or dies. */
export async function live(
  graph: WorkflowGraph,
  input: Record<string, unknown>,
  options: LifeOptions = {},
): Promise<Life> {
  const { services = {}, writes, before, now } = options;
  const [problem] = checkGraph(graph);
  if (problem !== undefined) throw new Error(`${problem.nodeId} ${problem.field}: ${problem.message}`);
  const parts = memoryParts(graph, input);
  const run = { ...parts.run, ...(before !== undefined && { id: before.run.id }) };
  const journals: DyingJournal[] = [];
  const work = new RunWork({
    ...parts,
    run,
    ...(now !== undefined && { shared: { ...parts.shared, now } }),
    steps: before?.steps ?? [],
    services: { ...NO_SERVICES, ...services },
    openJournal: (onLost) => {
      const journal = new DyingJournal(onLost, {
        steps: before?.steps ?? [],
        ...(writes !== undefined && { writes }),
      });
      journals.push(journal);
      return journal;
    },
  });
  work.begin(memoryPlan(graph, input));
  options.during?.(work);
  const settled = await work.settled;
  const [journal] = journals;
  return { run: settled, steps: journal?.steps ?? [], writes: journal?.writes ?? 0, work };
}

/** Lets a run die after each number of writes, and after each of those once more; resolves with how each ended. */
export async function liveThroughCrashes(
  graph: WorkflowGraph,
  input: Record<string, unknown>,
  options: Omit<LifeOptions, "writes" | "before"> & { answer?: (steps: WorkflowStep[]) => void } = {},
): Promise<{ whole: Life; lives: Life[] }> {
  const whole = await live(graph, input, options);
  const lives: Life[] = [];
  for (let writes = 0; writes < whole.writes; writes += 1) {
    const first = await live(graph, input, { ...options, writes });
    const second = await live(graph, input, { ...options, before: first, writes: Math.floor(writes / 2) });
    lives.push(
      second.run.status === "running" ? await live(graph, input, { ...options, before: second }) : second,
    );
  }
  return { whole, lives };
}
