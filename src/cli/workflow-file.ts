import { readFile } from "node:fs/promises";
import type { Environment } from "../config/config.ts";
import { readWorkflowSource } from "../config/file-workflows.ts";
import type { GraphProblem, WorkflowGraph } from "../domain/workflow.ts";
import { readGraph } from "../workflow/graph/read-graph.ts";
import { CommandFailure } from "./failure.ts";

/** The graph of a YAML or JSON file. Rejects with a `CommandFailure` that tells everything that is wrong with it. */
export async function readGraphFile(path: string, environment: Environment): Promise<WorkflowGraph> {
  const { graph, problems } = await checkGraphFile(path, environment);
  if (graph !== undefined) return graph;
  throw new CommandFailure(problems.join("\n"));
}

/**
 * The graph of a file, or everything that is wrong with it, as `refund.yaml:12:5 check.inputs.amount: …`. Rejects with a
 * `CommandFailure` when the file cannot be read.
 */
export async function checkGraphFile(
  path: string,
  environment: Environment,
): Promise<{ graph?: WorkflowGraph; problems: string[] }> {
  const text = await readFile(path, "utf8").catch((cause: Error) => {
    throw new CommandFailure(`${path} cannot be read: ${cause.message}`, "", { cause });
  });
  const source = readWorkflowSource(path, text, environment);
  const broken = source.problems.map(({ field, ...place }) => lineOf(place, field, place.message));
  if (source.value === undefined) {
    return { problems: broken.length > 0 ? broken : [`${path}:1:1 holds nothing`] };
  }
  if (isConfiguration(source.value)) {
    return {
      problems: [`${path}:1:1 is no graph; check configuration files with: antiphon apply --check ${path}`],
    };
  }
  const { graph, problems } = readGraph(source.value);
  const found = problems
    .map((problem) => ({ problem, place: source.problemAt(problem.path, problem.message) }))
    .toSorted((one, other) => one.place.line - other.place.line || one.place.column - other.place.column)
    .map(({ problem, place }) => lineOf(place, fieldOf(problem), problem.message));
  const all = [...broken, ...found];
  return graph === undefined || all.length > 0 ? { problems: all } : { graph, problems: [] };
}

/** One of ours, which may stand in the same folder. */
function isConfiguration(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.hasOwn(value, "agents") && !Object.hasOwn(value, "nodes");
}

function lineOf(
  place: { file: string; line: number; column: number },
  field: string,
  message: string,
): string {
  return `${place.file}:${place.line}:${place.column} ${field === "" ? "" : `${field}: `}${message}`;
}

function fieldOf({ nodeId, field }: GraphProblem): string {
  return [nodeId, field].filter((part) => part !== undefined && part !== "").join(".");
}
