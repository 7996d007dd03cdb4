import type { GraphNode, ValueType, WorkflowTool } from "../domain/workflow.ts";
import { referencesIn } from "./graph-references.ts";
import { sourceOf } from "./input-source.ts";
import type { NodeDescription, NodeKind } from "./node-kind.ts";
import { nodeKind } from "./nodes/index.ts";
import { pathOf } from "./scope.ts";
import { streamParts } from "./template.ts";
import { typeAt, typeOfData } from "./value-type.ts";
import { type Wiring, wire } from "./wiring.ts";

/** A node with what its kind says of it. */
export interface CompiledNode {
  readonly node: GraphNode;
  readonly kind: NodeKind;
  readonly description: NodeDescription;
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
}

const compiled = new WeakMap<readonly GraphNode[], CompiledGraph>();

/**
 * Compiles nodes, and the bodies among them, once for as long as they and the tools are the same objects. Throws only
 * for nodes that `checkGraph` does not accept.
 */
export function compileGraph(nodes: readonly GraphNode[], tools: readonly WorkflowTool[]): CompiledGraph {
  const known = compiled.get(nodes);
  if (known?.tools === tools) return known;
  return compileLevel(nodes, tools, () => undefined);
}

type FindNode = (id: string) => CompiledNode | undefined;

function compileLevel(
  nodes: readonly GraphNode[],
  tools: readonly WorkflowTool[],
  outside: FindNode,
): CompiledGraph {
  const byId = new Map<string, CompiledNode>();
  const open = new Map(nodes.map((node) => [node.id, node]));
  const find: FindNode = (id) => {
    const known = byId.get(id);
    if (known !== undefined) return known;
    const node = open.get(id);
    if (node === undefined) return outside(id);
    open.delete(id);
    const made = compileNode(node, tools, find);
    byId.set(id, made);
    return made;
  };
  const all = nodes.map(({ id }) => find(id)).filter((node) => node !== undefined);
  const firstPorts = all.map(({ description }) => description.ports[0]);
  const graph = { nodes: all, wiring: wire(nodes, firstPorts), byId, tools };
  compiled.set(nodes, graph);
  for (const { body } of nodes) if (body !== undefined) compileLevel(body, tools, find);
  return graph;
}

function compileNode(node: GraphNode, tools: readonly WorkflowTool[], find: FindNode): CompiledNode {
  const kind = nodeKind(node.type);
  if (kind === undefined) throw new Error(`node "${node.id}" is of no known kind`);
  const described = kind.describe(node, { tools, typeOf: (value) => typeOfInput(value, find) });
  const description = { ...described, hasEffects: described.hasEffects && node.idempotent !== true };
  return { node, kind, description, mayBeginWith: (awaited) => mayBegin(node, description, awaited, find) };
}

/** Type of an input value as a graph has it, as far as it is known before the run. */
export function typeOfInput(value: unknown, find: FindNode): ValueType {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return typeOfData(value);
  const source = sourceOf(value);
  if (source === undefined) return typeOfData(value);
  switch (source.kind) {
    case "value":
      return typeOfData(source.value);
    case "template":
      return { type: "string" };
    case "cel":
      return { type: "any" };
    case "ref":
      return typeOfReference(source.text, find);
  }
}

function typeOfReference(path: string, find: FindNode): ValueType {
  const [name, output, ...members] = pathOf(path) ?? [];
  const outputs = find(String(name))?.description.outputs;
  if (outputs === undefined || typeof output !== "string" || !Object.hasOwn(outputs, output))
    return { type: "any" };
  return typeAt(outputs[output] ?? { type: "any" }, members);
}

function mayBegin(
  node: GraphNode,
  { sources }: NodeDescription,
  awaited: readonly string[],
  find: FindNode,
): boolean {
  if (node["stream"] !== true) return false;
  const [shown, ...others] = sources.filter(({ text }) => text !== "");
  if (shown?.language !== "template") return false;
  const parts = streamParts(shown.text) ?? [];
  const asked = referencesIn({ inputs: node.inputs ?? {}, sources: others }).map(({ name }) => name);
  return awaited.every((id) => {
    const streamed = find(id)?.description.streams;
    const paths = parts.flatMap((part) => ("path" in part && part.path[0] === id ? [part.path] : []));
    const isOnlyText = paths.every((path) => path.length === 2 && path[1] === streamed);
    return streamed !== undefined && paths.length > 0 && isOnlyText && !asked.includes(id);
  });
}
