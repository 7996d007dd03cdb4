import type { GraphNode } from "../../domain/workflow.ts";

/** How the nodes of one level of a graph follow one another, each by its position in the list. */
export interface Wiring {
  /** Where each leads, by the port that it leaves through. */
  readonly targets: readonly ReadonlyMap<string, readonly number[]>[];
  /** Who leads to each, once for each edge. */
  readonly sources: readonly (readonly number[])[];
  /** Those that nothing leads to. */
  readonly roots: readonly number[];
}

/** What `next` of a node says: its targets by port. A bare list is the port `next`, whatever the first port is called. */
export function edgesOf(node: Pick<GraphNode, "next">): Map<string, string[]> {
  const { next } = node;
  if (next === undefined) return new Map();
  const byPort = typeof next === "string" || Array.isArray(next) ? { next } : next;
  return new Map(
    Object.entries(byPort).map(([port, targets]) => [
      port,
      typeof targets === "string" ? [targets] : targets,
    ]),
  );
}

/** Wires a level. `firstPorts`: where each node usually leaves, for those that do not name their port. */
export function wire(nodes: readonly GraphNode[], firstPorts: readonly (string | undefined)[]): Wiring {
  const positions = new Map(nodes.map(({ id }, position) => [id, position]));
  const sources = nodes.map((): number[] => []);
  const targets = nodes.map((node, position) => {
    const byPort = new Map<string, number[]>();
    const isBare = typeof node.next === "string" || Array.isArray(node.next);
    for (const [port, ids] of edgesOf(node)) {
      const found = ids.map((id) => {
        const target = positions.get(id);
        if (target === undefined) throw new Error(`node "${node.id}" leads to "${id}", which is not there`);
        sources[target]?.push(position);
        return target;
      });
      byPort.set(isBare ? (firstPorts[position] ?? port) : port, found);
    }
    return byPort;
  });
  const roots = nodes.map((_, position) => position).filter((position) => sources[position]?.length === 0);
  return { targets, sources, roots };
}
