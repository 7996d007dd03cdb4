import type { z } from "zod";
import { issueWords } from "../../config/file-problems.ts";
import { nearestName } from "../../config/nearest-name.ts";
import type { GraphNode, WorkflowGraph, WorkflowTool } from "../../domain/workflow.ts";
import type { NodeKind } from "../node-kind.ts";
import { NODE_KINDS, nodeKind } from "../nodes/index.ts";
import { checkLevels, type KnownWorkflows, type ReadNode } from "./check-graph.ts";
import { type FoundProblem, type GraphPath, GraphProblems, type NodePlace } from "./graph-problems.ts";
import {
  commonPart,
  graphShape,
  hasBody,
  MAX_NESTING,
  MAX_NODES,
  nodeSchema,
  toolSchema,
} from "./graph-schema.ts";
import { plainData } from "./plain-data.ts";

/** Most characters of a graph as JSON. */
const MAX_GRAPH_LENGTH = 1_000_000;

/** A graph that may run; or everything that is wrong with it. */
export type ReadGraph =
  | { graph: WorkflowGraph; problems: readonly [] }
  | { graph?: undefined; problems: readonly FoundProblem[] };

/**
 * Reads a graph from data as it was parsed, whatever that is: checked as a whole, copied, with defaults filled in.
 * Never throws; what is wrong is told all at once.
 */
export function readGraph(value: unknown, workflows: KnownWorkflows = {}): ReadGraph {
  const problems = new GraphProblems();
  const data = plainData(value, (path, message) => problems.add(undefined, path, message));
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    problems.add(undefined, [], "must be an object with `version` and `nodes`");
    return { problems: problems.list };
  }
  if (JSON.stringify(data).length > MAX_GRAPH_LENGTH) {
    problems.add(undefined, [], `is longer than ${MAX_GRAPH_LENGTH} characters`);
    return { problems: problems.list };
  }
  const graph = readShape(data, problems, workflows);
  const { list } = problems;
  return graph === undefined || list.length > 0 ? { problems: list } : { graph, problems: [] };
}

/** What is wrong with a graph that is kept; empty: it may run. */
export function checkGraph(graph: WorkflowGraph, workflows: KnownWorkflows = {}): readonly FoundProblem[] {
  return readGraph(graph, workflows).problems;
}

function readShape(
  data: object,
  problems: GraphProblems,
  workflows: KnownWorkflows,
): WorkflowGraph | undefined {
  const shape = graphShape.safeParse(data);
  if (!shape.success) tellIssues(shape.error.issues, { schema: graphShape, value: data, problems });
  const nodes = listOf(data, "nodes");
  const tools = listOf(data, "tools").flatMap((tool, index) => readTool(tool, index, problems));
  const reader = new NodeReader(problems);
  const read = reader.readLevel(nodes, ["nodes"], 0);
  const mode = Reflect.get(data, "mode") === "chatflow" ? "chatflow" : "workflow";
  checkLevels({ nodes: read, tools, mode, workflows, problems });
  if (!shape.success) return undefined;
  return { ...shape.data, nodes: read.map(({ node }) => node), tools };
}

function listOf(data: object, name: string): readonly unknown[] {
  const list: unknown = Reflect.get(data, name);
  return Array.isArray(list) ? list.slice(0, MAX_NODES) : [];
}

function readTool(value: unknown, index: number, problems: GraphProblems): WorkflowTool[] {
  const isObject = typeof value === "object" && value !== null;
  const given = isObject && !Object.hasOwn(value, "runBy") ? { runBy: "server", ...value } : value;
  const parsed = toolSchema.safeParse(given);
  if (parsed.success) {
    const { title, ...tool } = parsed.data;
    return [{ ...tool, title: title ?? tool.name }];
  }
  tellIssues(parsed.error.issues, { schema: toolSchema, value: given, problems, below: ["tools", index] });
  return [];
}

class NodeReader {
  readonly #problems: GraphProblems;
  #count = 0;

  constructor(problems: GraphProblems) {
    this.#problems = problems;
  }

  /** Nodes that have a name at least; those with something wrong in their members say so. */
  readLevel(values: readonly unknown[], path: GraphPath, depth: number): ReadNode[] {
    if (depth > MAX_NESTING) {
      this.#problems.add(undefined, path, `is nested deeper than ${MAX_NESTING} levels`);
      return [];
    }
    return values.flatMap((value, index) => this.#readNode(value, [...path, index], depth));
  }

  #readNode(value: unknown, path: GraphPath, depth: number): ReadNode[] {
    if (++this.#count > MAX_NODES) {
      this.#problems.add(
        undefined,
        ["nodes"],
        `are more than ${MAX_NODES} nodes, those in bodies among them`,
      );
      return [];
    }
    const { id, type } = namesOf(value);
    if (typeof value !== "object" || value === null || id === undefined) {
      const isNode = typeof value === "object" && value !== null && !Array.isArray(value);
      this.#problems.add(
        undefined,
        isNode ? [...path, "id"] : path,
        isNode ? "is missing" : "must be a node",
      );
      return [];
    }
    const place = { id, path };
    const kind = nodeKind(type ?? "");
    const body = this.#readBody(value, type, path, depth);
    if (kind === undefined) {
      this.#problems.add(place, ["type"], unknownKind(type));
      return [{ node: bareNode(value, id, type), place, body, isBroken: true }];
    }
    const schema = nodeSchema(kind);
    const parsed = schema.safeParse(value);
    if (!parsed.success) {
      const telling = { schema, value, problems: this.#problems, place, inputs: inputsOfKind(kind) };
      tellIssues(parsed.error.issues, telling);
      return [{ node: bareNode(value, id, type), place, body, isBroken: true }];
    }
    const inner = body === undefined ? {} : { body: body.map(({ node }) => node) };
    return [{ node: { ...parsed.data, id, type: kind.type, ...inner }, place, body, isBroken: false }];
  }

  #readBody(value: object, type: string | undefined, path: GraphPath, depth: number): ReadNode[] | undefined {
    const body: unknown = Reflect.get(value, "body");
    if (!hasBody(type ?? "") || !Array.isArray(body)) return undefined;
    return this.readLevel(body, [...path, "body"], depth + 1);
  }
}

function namesOf(value: unknown): { id?: string; type?: string } {
  if (typeof value !== "object" || value === null) return {};
  const [id, type]: unknown[] = [Reflect.get(value, "id"), Reflect.get(value, "type")];
  return { ...(typeof id === "string" ? { id } : {}), ...(typeof type === "string" ? { type } : {}) };
}

/** As much of a broken node as others ask for: who it is, and where it leads. */
function bareNode(value: object, id: string, type: string | undefined): GraphNode {
  const parsed = commonPart.safeParse({ next: Reflect.get(value, "next") });
  return { id, type: type ?? "", ...(parsed.success ? { next: parsed.data.next ?? [] } : {}) };
}

function unknownKind(type: string | undefined): string {
  if (type === undefined) return "is missing";
  const kinds = NODE_KINDS.map((kind) => kind.type);
  const nearest = nearestName(type.slice(0, 100), kinds);
  return nearest === undefined
    ? `is no kind of node; there are ${kinds.join(", ")}`
    : `is no kind of node; did you mean ${nearest}?`;
}

/** Names that its example is given; which of them a node has may depend on its members. */
function inputsOfKind(kind: NodeKind): readonly string[] {
  const node = { id: "example", ...kind.example, type: kind.type };
  return Object.keys(kind.describe(node, { tools: [], typeOf: () => ({ type: "any" }) }).inputs);
}

interface Telling {
  schema: z.ZodType;
  value: unknown;
  problems: GraphProblems;
  place?: NodePlace;
  below?: GraphPath;
  /** What stands below `inputs`, and is often written beside them. */
  inputs?: readonly string[];
}

function tellIssues(issues: readonly z.core.$ZodIssue[], telling: Telling): void {
  const { problems, place, below = [], inputs = [] } = telling;
  for (const issue of issues) {
    for (const { path, key, message } of issueWords(issue, telling.schema, telling.value)) {
      const steps = [...path, ...(key === undefined ? [] : [key])].filter((step) => typeof step !== "symbol");
      const isInput =
        issue.code === "unrecognized_keys" && steps.length === 1 && inputs.includes(String(key));
      problems.add(place, [...below, ...steps], isInput ? "is an input: write it below `inputs`" : message);
    }
  }
}
