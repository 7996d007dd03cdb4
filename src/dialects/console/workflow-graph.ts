import type { GraphProblem, WorkflowGraph } from "../../domain/workflow.ts";
import { graphField, refuseProblems } from "../../publish/workflow-check.ts";
import { readGraph } from "../../workflow/graph/read-graph.ts";

/** A graph that may run. Throws `request_invalid` naming `graph.nodes.<id>.<field>` of the first problem and telling all. */
export function requireGraph(value: unknown): WorkflowGraph {
  const { graph, problems } = readGraph(value);
  refuseProblems(problems);
  if (graph === undefined) throw new Error("a graph without problems was not read");
  return graph;
}

export function presentProblems(problems: readonly GraphProblem[]) {
  return problems.map((problem) => ({
    nodeId: problem.nodeId ?? null,
    field: graphField(problem),
    message: problem.message,
  }));
}
