import type { GraphNode, ValueType, WorkflowGraph, WorkflowTool } from "../../domain/workflow.ts";
import { sourceOf } from "../language/input-source.ts";
import { pathOf } from "../language/scope.ts";
import { typeAt, typeOfData } from "../language/value-type.ts";
import type { NodeDescription, NodeKind } from "../node-kind.ts";
import { nodeKind } from "../nodes/index.ts";

export interface DescribedNode {
  readonly node: GraphNode;
  readonly kind: NodeKind;
  readonly description: NodeDescription;
  /** Trials go on without it: it would do something outside. Actions are decided in trials too, and not carried out. */
  readonly isLeftOutInTests: boolean;
}

/**
 * What the kinds say of the nodes of one level, and of those around it. A node is described when it is first asked for:
 * what one is may depend on what another one gives.
 */
export class NodeDescriptions {
  readonly #known = new Map<string, DescribedNode>();
  readonly #open: Map<string, GraphNode>;
  readonly #tools: readonly WorkflowTool[];
  readonly #outside: NodeDescriptions | undefined;
  readonly #mode: WorkflowGraph["mode"] | undefined;

  /** All nodes are accepted by the schema of their kind. */
  constructor(
    nodes: readonly GraphNode[],
    tools: readonly WorkflowTool[],
    { outside, mode }: { outside?: NodeDescriptions | undefined; mode?: WorkflowGraph["mode"] } = {},
  ) {
    this.#open = new Map(nodes.map((node) => [node.id, node]));
    this.#tools = tools;
    this.#outside = outside;
    this.#mode = mode;
  }

  /** Undefined: there is no such node here or around, or it is being described just now. */
  find(id: string): DescribedNode | undefined {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const node = this.#open.get(id);
    if (node === undefined) return this.#outside?.find(id);
    this.#open.delete(id);
    const described = this.#describe(node);
    this.#known.set(id, described);
    return described;
  }

  #describe(node: GraphNode): DescribedNode {
    const kind = nodeKind(node.type);
    if (kind === undefined) throw new Error(`node "${node.id}" is of no known kind`);
    const typeOf = (value: unknown) => this.typeOf(value);
    const described = kind.describe(node, { mode: this.#mode, tools: this.#tools, typeOf });
    const hasEffects = node.idempotent === undefined ? described.hasEffects : !node.idempotent;
    const isOutside = (described.hasEffects || hasEffects) && kind.category !== "action";
    const isLeftOutInTests = isOutside && node.allowInTests !== true;
    return { node, kind, description: { ...described, hasEffects }, isLeftOutInTests };
  }

  /** Type of an input value as a graph has it, as far as it is known before the run. */
  typeOf(value: unknown): ValueType {
    const source =
      typeof value === "object" && value !== null && !Array.isArray(value) ? sourceOf(value) : undefined;
    switch (source?.kind) {
      case undefined:
        return typeOfData(value);
      case "value":
        return typeOfData(source.value);
      case "template":
        return { type: "string" };
      case "cel":
        return { type: "any" };
      case "ref":
        return this.typeOfPath(pathOf(source.text) ?? []);
    }
  }

  /** Type of what a path such as `search.passages[0].text` leads to. */
  typeOfPath([name, output, ...members]: readonly (string | number)[]): ValueType {
    const outputs = name === undefined ? undefined : this.find(String(name))?.description.outputs;
    if (outputs === undefined || typeof output !== "string" || !Object.hasOwn(outputs, output))
      return { type: "any" };
    return typeAt(outputs[output] ?? { type: "any" }, members);
  }
}
