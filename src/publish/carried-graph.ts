import type { GraphNode, WorkflowGraph } from "../domain/workflow.ts";

/**
 * A graph as a copy in another workspace may have it, without headers that may be secrets, and sentences about what in it
 * still names things of the old workspace; publishing it refuses those that are not in the new one.
 */
export function carriedGraph(graph: WorkflowGraph): { graph: WorkflowGraph; left: string[] } {
  const nodes = graph.nodes.map(withoutHeaders);
  const tools = graph.tools.map((tool) => (tool.runBy === "server" ? { ...tool, headers: {} } : tool));
  const had = [...every(graph.nodes), ...graph.tools].some((part) => hasHeaders(part));
  const kinds = new Set(every(graph.nodes).map(({ type }) => type));
  return {
    graph: { ...graph, nodes, tools },
    left: [
      ...(had ? ["headers of requests and tools may hold secrets"] : []),
      ...(kinds.has("knowledge") ? ["knowledge bases of its nodes belong to their workspace"] : []),
      ...(kinds.has("workflow") ? ["workflows inside it belong to their workspace"] : []),
    ],
  };
}

function withoutHeaders(node: GraphNode): GraphNode {
  const { headers: _, ...others } = node;
  const kept: GraphNode = hasHeaders(node) ? { ...others, id: node.id, type: node.type } : node;
  return kept.body === undefined ? kept : { ...kept, body: kept.body.map(withoutHeaders) };
}

/** Nodes of every level. */
function every(nodes: readonly GraphNode[]): GraphNode[] {
  return nodes.flatMap((node) => [node, ...every(node.body ?? [])]);
}

function hasHeaders(part: object): boolean {
  if (!("headers" in part)) return false;
  const { headers } = part;
  return typeof headers === "object" && headers !== null && Object.keys(headers).length > 0;
}
