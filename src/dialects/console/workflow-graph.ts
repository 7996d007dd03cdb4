import { DomainError } from "../../domain/errors.ts";
import type { GraphProblem, WorkflowGraph } from "../../domain/workflow.ts";
import { readGraph } from "../../workflow/read-graph.ts";

/** A graph that may run. Throws `request_invalid` naming `graph.nodes.<id>.<field>` of the first problem and telling all. */
export function requireGraph(value: unknown): WorkflowGraph {
  const { graph, problems } = readGraph(value);
  const [first] = problems;
  if (graph !== undefined && first === undefined) return graph;
  const message = problems.map((problem) => `${fieldOf(problem)}: ${problem.message}`).join("; ");
  throw new DomainError("request_invalid", message, first === undefined ? {} : { field: fieldOf(first) });
}

/** What is wrong with a graph; empty: it may run. */
export function presentProblems(problems: readonly GraphProblem[]) {
  return problems.map((problem) => ({
    nodeId: problem.nodeId ?? null,
    field: fieldOf(problem),
    message: problem.message,
  }));
}

function fieldOf({ nodeId, field }: GraphProblem): string {
  return ["graph", ...(nodeId === undefined ? [] : ["nodes", nodeId]), field].filter(Boolean).join(".");
}
