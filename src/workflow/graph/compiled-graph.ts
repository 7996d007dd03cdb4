import type { GraphNode, ValueType, WorkflowTool } from "../../domain/workflow.ts";
import { streamParts } from "../language/template.ts";
import { referencesIn } from "./graph-references.ts";
import { type DescribedNode, NodeDescriptions } from "./node-descriptions.ts";
import { type Wiring, wire } from "./wiring.ts";

/** A node with what its kind says of it. */
export interface CompiledNode extends DescribedNode {
  /**
   * Whether it may begin while these nodes before it still write: it tells text as it goes, and asks of each of them
   * nothing but the text that it writes.
   */
  mayBeginWith(awaited: readonly string[]): boolean;
}

/** One level of a graph: its own nodes, or those of a body. */
export interface CompiledGraph {
  readonly nodes: readonly CompiledNode[];
  readonly wiring: Wiring;
  readonly byId: ReadonlyMap<string, CompiledNode>;
  /** What its nodes may call. */
  readonly tools: readonly WorkflowTool[];
  /** Type of an input value that a node of it has, as far as it is known before the run. */
  typeOf(value: unknown): ValueType;
}

const compiled = new WeakMap<readonly GraphNode[], CompiledGraph>();

/**
 * Compiles nodes, and the bodies among them, once for as long as they and the tools are the same objects. Throws only
 * for nodes that `checkGraph` does not accept.
 */
export function compileGraph(nodes: readonly GraphNode[], tools: readonly WorkflowTool[]): CompiledGraph {
  const known = compiled.get(nodes);
  if (known?.tools === tools) return known;
  return compileLevel(nodes, tools, undefined);
}

function compileLevel(
  nodes: readonly GraphNode[],
  tools: readonly WorkflowTool[],
  outside: NodeDescriptions | undefined,
): CompiledGraph {
  const descriptions = new NodeDescriptions(nodes, tools, { outside });
  const all = nodes.map(({ id }) => compileNode(id, descriptions));
  const firstPorts = all.map(({ description }) => description.ports[0]);
  const byId = new Map(all.map((node) => [node.node.id, node]));
  const typeOf = (value: unknown) => descriptions.typeOf(value);
  const graph = { nodes: all, wiring: wire(nodes, firstPorts), byId, tools, typeOf };
  compiled.set(nodes, graph);
  for (const { body } of nodes) if (body !== undefined) compileLevel(body, tools, descriptions);
  return graph;
}

function compileNode(id: string, descriptions: NodeDescriptions): CompiledNode {
  const described = descriptions.find(id);
  if (described === undefined) throw new Error(`node "${id}" cannot be described`);
  return { ...described, mayBeginWith: (awaited) => mayBegin(described, awaited, descriptions) };
}

function mayBegin(
  { node, description: { sources } }: DescribedNode,
  awaited: readonly string[],
  descriptions: NodeDescriptions,
): boolean {
  if (node["stream"] !== true) return false;
  const [shown, ...others] = sources.filter(({ text }) => text !== "");
  if (shown?.language !== "template") return false;
  const parts = streamParts(shown.text) ?? [];
  const asked = referencesIn(node.inputs ?? {}, others).map(({ name }) => name);
  return awaited.every((id) => {
    const streamed = descriptions.find(id)?.description.streams;
    const paths = parts.flatMap((part) => ("path" in part && part.path[0] === id ? [part.path] : []));
    const isOnlyText = paths.every((path) => path.length === 2 && path[1] === streamed);
    return streamed !== undefined && paths.length > 0 && isOnlyText && !asked.includes(id);
  });
}
