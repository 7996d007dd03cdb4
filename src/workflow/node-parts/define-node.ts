import type { z } from "zod";
import type { GraphNode } from "../../domain/workflow.ts";
import type { GraphSurroundings, NodeCall, NodeDescription, NodeKind, NodeOutcome } from "../node-kind.ts";

/** A kind of node as its file writes it: what it does is told its own members, typed by their schema. */
export interface NodeDefinition<Members extends z.ZodObject>
  extends Pick<NodeKind, "type" | "category" | "summary" | "example" | "timeoutSeconds"> {
  /** Strict, without transformations: what it accepts it accepts again. */
  readonly members: Members;
  /** What is not said is: one port `next`, no inputs, no outputs, no effects, no problems. */
  describe(members: z.output<Members>, graph: GraphSurroundings, node: GraphNode): Partial<NodeDescription>;
  run(call: NodeCall, members: z.output<Members>): Promise<NodeOutcome>;
}

/** Makes a kind of its definition. Members are parsed once for each node. */
export function defineNode<Members extends z.ZodObject>(definition: NodeDefinition<Members>): NodeKind {
  const { type, category, summary, example, members, timeoutSeconds } = definition;
  const names = Object.keys(members.shape);
  const parsed = new WeakMap<GraphNode, z.output<Members>>();
  const membersOf = (node: GraphNode): z.output<Members> => {
    const known = parsed.get(node);
    if (known !== undefined) return known;
    const own = names.filter((name) => Object.hasOwn(node, name)).map((name) => [name, node[name]]);
    const read = members.parse(Object.fromEntries(own));
    parsed.set(node, read);
    return read;
  };
  return {
    type,
    category,
    summary,
    example,
    members,
    timeoutSeconds,
    describe: (node, graph) => ({ ...PLAIN, ...definition.describe(membersOf(node), graph, node) }),
    run: async (call) => definition.run(call, membersOf(call.node)),
  };
}

const PLAIN: NodeDescription = {
  ports: ["next"],
  inputs: {},
  hasOpenInputs: false,
  outputs: {},
  sources: [],
  hasEffects: false,
  problems: [],
};
