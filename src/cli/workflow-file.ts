import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import type { GraphProblem, WorkflowGraph } from "../domain/workflow.ts";
import { readGraph } from "../workflow/read-graph.ts";
import { CommandFailure } from "./failure.ts";

/** The graph of a YAML or JSON file. Rejects with a `CommandFailure` that tells everything that is wrong with it. */
export async function readGraphFile(path: string): Promise<WorkflowGraph> {
  const text = await readFile(path, "utf8").catch((cause: Error) => {
    throw new CommandFailure(`${path} cannot be read: ${cause.message}`, "", { cause });
  });
  const { graph, problems } = readGraph(parsedFile(path, text));
  if (graph !== undefined) return graph;
  throw new CommandFailure(problems.map((problem) => `${path}: ${problemLine(problem)}`).join("\n"));
}

function parsedFile(path: string, text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw new CommandFailure(`${path} is neither YAML nor JSON: ${(cause as Error).message}`, "", { cause });
  }
}

function problemLine({ nodeId, field, message }: GraphProblem): string {
  const place = [nodeId, field].filter((part) => part !== undefined && part !== "").join(".");
  return place === "" ? message : `${place}: ${message}`;
}
