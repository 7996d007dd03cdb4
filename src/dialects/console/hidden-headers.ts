import type { HttpTool } from "../../domain/agent.ts";
import { DomainError } from "../../domain/errors.ts";
import type { GraphNode, WorkflowGraph, WorkflowTool } from "../../domain/workflow.ts";

/** Stands for the value of a header, which may be a secret and is never shown. */
const HIDDEN = "(hidden)";

/** Something that sends headers: a node that sends requests, or a tool. */
interface Sender {
  url?: unknown;
  headers?: unknown;
}

/** The graph with `hide` of the values of all headers of its nodes and tools in their places. */
export function hideHeaders(
  graph: WorkflowGraph,
  hide: (value: string) => string = () => HIDDEN,
): WorkflowGraph {
  return withHeaders(graph, hide);
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

/** Tools of an agent with `hide` of every header's value in its place. */
export function hideToolHeaders(
  tools: readonly HttpTool[],
  hide: (value: string) => string = () => HIDDEN,
): HttpTool[] {
  return tools.map((tool) => ({
    ...tool,
    headers: Object.fromEntries(headersOf(tool).map(([name, value]) => [name, hide(value)])),
  }));
}

/**
 * Tools of an agent with the values that are kept where they have `HIDDEN`: of the tool of this name, or else of any
 * other that sends the header to the same host. Throws `request_invalid` where there is none.
 */
export function restoreToolHeaders(tools: readonly HttpTool[], kept: readonly HttpTool[]): HttpTool[] {
  return tools.map((tool, index) => {
    const known = kept
      .filter((before) => originOf(before) === originOf(tool))
      .toSorted((one, other) => Number(other.name === tool.name) - Number(one.name === tool.name))
      .flatMap(headersOf);
    const headers = headersOf(tool).map(([name, value]): [string, string] => {
      if (value !== HIDDEN) return [name, value];
      const [, secret] = known.find(([each]) => each.toLowerCase() === name.toLowerCase()) ?? [];
      if (secret !== undefined) return [name, secret];
      const field = `settings.tools.${index}.headers.${name}`;
      throw new DomainError("request_invalid", `${field}: is hidden, and must be given anew`, { field });
    });
    return { ...tool, headers: Object.fromEntries(headers) };
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
