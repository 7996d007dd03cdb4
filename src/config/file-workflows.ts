import { resolve } from "node:path";
import { type FieldPath, type FileProblem, type FileSource, readSource } from "./file-source.ts";
import { readText } from "./file-text.ts";
import type { Environment } from "./variable-reader.ts";

/** Checks a graph as it was parsed; `others` are the workflows it may run. */
export type ReadWorkflow<Graph> = (
  value: unknown,
  others?: { self: string; find(name: string): { name: string; graph?: Graph } | undefined },
) => { graph?: Graph | undefined; problems: readonly WorkflowProblem[] };

/** Something wrong at a place of a graph; `nodeId` is absent where it is no node. */
interface WorkflowProblem {
  nodeId?: string;
  path: FieldPath;
  message: string;
}

export interface LoadedWorkflows<Graph> {
  /** By the slug of their agent. */
  graphs: Map<string, Graph>;
  problems: FileProblem[];
}

/** A graph as it is written: in the file itself, below `path`, or in one of its own. */
interface WrittenWorkflow {
  slug: string;
  source: FileSource;
  path: FieldPath;
  value: unknown;
}

const MAX_BYTES = 4 * 1024 * 1024;

/** Reads the graphs of all agents, from the file itself and from those it names, and checks them together. */
export async function loadWorkflows<Graph>(
  source: FileSource,
  { folder, environment, read }: { folder: string; environment: Environment; read: ReadWorkflow<Graph> },
): Promise<LoadedWorkflows<Graph>> {
  const problems: FileProblem[] = [];
  const written: WrittenWorkflow[] = [];
  for (const entry of workflowEntries(source.value)) {
    if (typeof entry.value !== "string") {
      written.push({ ...entry, source });
      continue;
    }
    const text = await readText(entry.value, { folder, maxBytes: MAX_BYTES });
    if (typeof text !== "string") {
      problems.push(source.problemAt(entry.path, text.problem));
      continue;
    }
    const own = readWorkflowSource(resolve(folder, entry.value), text, environment);
    problems.push(...own.problems);
    if (own.value !== undefined) written.push({ slug: entry.slug, source: own, path: [], value: own.value });
  }
  return checkTogether(written, problems, read);
}

/** The text of a file that is a graph. Variables are filled in everywhere but in the code of nodes. */
export function readWorkflowSource(file: string, text: string, environment: Environment): FileSource {
  return readSource(file, text, environment, { isLiteral: isCode });
}

/** Whether a value is the program of a node, whose `${}` are its own. */
export function isCode(path: FieldPath): boolean {
  const [list, position, member] = path.slice(-3);
  return member === "code" && typeof position === "number" && (list === "nodes" || list === "body");
}

function checkTogether<Graph>(
  written: readonly WrittenWorkflow[],
  problems: FileProblem[],
  read: ReadWorkflow<Graph>,
): LoadedWorkflows<Graph> {
  const alone = new Map(written.map(({ slug, value }) => [slug, read(value).graph]));
  const graphs = new Map<string, Graph>();
  for (const { slug, source, path, value } of written) {
    const find = (name: string) => {
      const graph = alone.get(name);
      if (!alone.has(name)) return undefined;
      return graph === undefined ? { name } : { name, graph };
    };
    const result = read(value, { self: slug, find });
    if (result.graph !== undefined) graphs.set(slug, result.graph);
    problems.push(
      ...result.problems.map((problem) =>
        source.problemAt([...path, ...problem.path], problemWords(problem)),
      ),
    );
  }
  return { graphs, problems };
}

/** What is wrong, and with which node. */
function problemWords({ nodeId, message }: WorkflowProblem): string {
  return nodeId === undefined ? message : `node ${nodeId}: ${message}`;
}

/** What agents have as their workflow, whatever that is. */
function workflowEntries(value: unknown): { slug: string; path: FieldPath; value: unknown }[] {
  const agents = memberOf(value, "agents");
  if (!Array.isArray(agents)) return [];
  return agents.flatMap((agent: unknown, index) => {
    const [slug, workflow] = [memberOf(agent, "slug"), memberOf(agent, "workflow")];
    if (typeof slug !== "string" || workflow === undefined) return [];
    return [{ slug, path: ["agents", index, "workflow"], value: workflow }];
  });
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
