import { DomainError } from "../../domain/errors.ts";
import type { GraphNode, WorkflowGraph, WorkflowTool } from "../../domain/workflow.ts";

/** Stands for the value of a header, which may be a secret and is never shown. */
const HIDDEN = "(hidden)";

/** Something that sends headers: a node that sends requests, or a tool. */
interface Sender {
  url?: unknown;
  headers?: unknown;
}

/** The graph with `HIDDEN` for the values of all headers of its nodes and tools. */
export function hideHeaders(graph: WorkflowGraph): WorkflowGraph {
  return withHeaders(graph, () => HIDDEN);
}

/**
 * The graph with the values that are kept where it has `HIDDEN`. They stay with the host that they were given for:
 * throws `request_invalid` where there is none, or where the address leads elsewhere now.
 */
export function restoreHeaders(graph: WorkflowGraph, kept: WorkflowGraph | undefined): WorkflowGraph {
  const known = new Map<string, Sender>();
  if (kept !== undefined) {
    withHeaders(kept, (value, { place, sender }) => {
      known.set(place, sender);
      return value;
    });
  }
  return withHeaders(graph, (value, { place, sender, name }) => {
    if (value !== HIDDEN) return value;
    const before = known.get(place);
    const headers = before === undefined ? [] : headersOf(before);
    const [, secret] = headers.find(([each]) => each.toLowerCase() === name.toLowerCase()) ?? [];
    if (secret !== undefined && before !== undefined && originOf(before) === originOf(sender)) return secret;
    const field = `graph.${place}.headers.${name}`;
    throw new DomainError("request_invalid", `${field}: is hidden, and must be given anew`, { field });
  });
}

interface HeaderPlace {
  /** `nodes.<id>` or `tools.<name>`. */
  place: string;
  sender: Sender;
  name: string;
}

function withHeaders(
  graph: WorkflowGraph,
  change: (value: string, at: HeaderPlace) => string,
): WorkflowGraph {
  const changed = (sender: Sender, place: string): Record<string, string> =>
    Object.fromEntries(
      headersOf(sender).map(([name, value]) => [name, change(value, { place, sender, name })]),
    );
  const ofNode = (node: GraphNode): GraphNode => ({
    ...node,
    ...(node.type === "http" && {
      headers: changed({ url: node["url"], headers: node["headers"] }, `nodes.${node.id}`),
    }),
    ...(node.body !== undefined && { body: node.body.map(ofNode) }),
  });
  const ofTool = (tool: WorkflowTool): WorkflowTool =>
    tool.runBy === "server" ? { ...tool, headers: changed(tool, `tools.${tool.name}`) } : tool;
  return { ...graph, nodes: graph.nodes.map(ofNode), tools: graph.tools.map(ofTool) };
}

function headersOf({ headers }: Sender): [string, string][] {
  if (typeof headers !== "object" || headers === null) return [];
  return Object.entries(headers).map(([name, value]) => [name, String(value)]);
}

/** Scheme, host and port, none of which a template can change. */
function originOf({ url }: Sender): string {
  return /^https?:\/\/[^/?#]*/i.exec(String(url))?.[0].toLowerCase() ?? "";
}
