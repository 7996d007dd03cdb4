import { type AgentId, idSource, type WorkflowRunId, type WorkspaceId } from "../../domain/ids.ts";
import type { WorkflowGraph } from "../../domain/workflow.ts";
import type { WorkflowRun } from "../../domain/workflow-run.ts";
import { compileGraph } from "../graph/compiled-graph.ts";
import type { NodeServices, RunHost } from "../node-kind.ts";
import { Deadlines } from "./deadlines.ts";
import { MemoryJournal } from "./journal.ts";
import { nothingDoneBy } from "./new-run.ts";
import { type RunParts, type RunPlan, RunWork, type SharedParts } from "./run-work.ts";
import { NO_HOST } from "./trial.ts";
import { Turnstile } from "./turnstile.ts";

const shared: SharedParts = {
  turnstile: new Turnstile(),
  deadlines: new Deadlines(),
  newId: idSource(0),
  now: () => new Date(),
};

/** Runs a graph that keeps nothing and that nobody resumes: for measurements. */
export function runInMemory(
  graph: WorkflowGraph,
  input: Record<string, unknown>,
  services: NodeServices,
): RunWork {
  const openJournal = () => new MemoryJournal();
  const work = new RunWork({ ...memoryParts(graph, input), openJournal, steps: [], services });
  work.begin(memoryPlan(graph, input));
  return work;
}

/** A run of nobody's workflow, that begins at the start node. */
export function memoryParts(
  graph: WorkflowGraph,
  input: Record<string, unknown>,
): Pick<RunParts, "run" | "host" | "shared"> {
  const now = new Date();
  const run: WorkflowRun = {
    id: shared.newId<WorkflowRunId>(),
    workspaceId: 0 as WorkspaceId,
    agentId: 0 as AgentId,
    status: "running",
    how: "sync",
    isTest: false,
    dialect: "",
    userId: "",
    input,
    entries: graph.nodes.flatMap(({ id, type }) => (type === "start" ? [id] : [])),
    ...nothingDoneBy(now),
  };
  const host: RunHost = NO_HOST;
  return { run, host, shared };
}

export function memoryPlan(graph: WorkflowGraph, input: Record<string, unknown>): RunPlan {
  const { nodes, tools, limits, afterCrash } = graph;
  return { graph: compileGraph(nodes, tools), tools, limits, afterCrash, words: {}, given: input };
}
