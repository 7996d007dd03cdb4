import type { GraphNode, WorkflowGraph } from "../../domain/workflow.ts";
import { nodeKind } from "../nodes/index.ts";
import { edgesOf } from "./wiring.ts";

/** A picture of a graph as a Mermaid flowchart: bodies in boxes, ports beside their arrows. */
export function mermaidOf({ nodes }: Pick<WorkflowGraph, "nodes">): string {
  return [`flowchart TD`, ...linesOf(nodes, "  ")].join("\n");
}

function linesOf(nodes: readonly GraphNode[], indent: string): string[] {
  return [
    ...nodes.flatMap((node) => nodeLines(node, indent)),
    ...nodes.flatMap((node) => edgeLines(node, indent)),
  ];
}

/** Ids get a letter in front: `end` and others mean something in Mermaid. */
function nameOf(id: string): string {
  return `n_${id}`;
}

function nodeLines(node: GraphNode, indent: string): string[] {
  const { id, type, body } = node;
  const label = labelOf(node);
  if (body !== undefined) {
    return [`${indent}subgraph ${nameOf(id)}["${label}"]`, ...linesOf(body, `${indent}  `), `${indent}end`];
  }
  const [open, close] = shapeOf(type);
  return [`${indent}${nameOf(id)}${open}"${label}"${close}`];
}

function labelOf({ id, type, title }: GraphNode): string {
  return `${escaped(title ?? id)}<br/><small>${escaped(type)}</small>`;
}

function shapeOf(type: string): [string, string] {
  if (type === "condition" || type === "intent") return ["{", "}"];
  switch (nodeKind(type)?.category) {
    case "entry":
      return ["([", "])"];
    case "output":
      return type === "end" ? ["([", "])"] : ["[/", "/]"];
    case "action":
      return ["[[", "]]"];
    case "comment":
      return [">", "]"];
    default:
      return ["[", "]"];
  }
}

function edgeLines(node: GraphNode, indent: string): string[] {
  const hasPorts = typeof node.next === "object" && !Array.isArray(node.next);
  return [...edgesOf(node)].flatMap(([port, targets]) =>
    targets.map((target) => {
      const arrow = port === "error" && hasPorts ? "-.->" : "-->";
      const label = hasPorts && port !== "next" ? `|"${escaped(port)}"|` : "";
      return `${indent}${nameOf(node.id)} ${arrow}${label} ${nameOf(target)}`;
    }),
  );
}

/** Whatever people call a node stays text: letters and numbers as they are, everything else as its number. */
function escaped(text: string): string {
  return [...text]
    .slice(0, 100)
    .map((point) => (/[\p{L}\p{N} _.,-]/u.test(point) ? point : `#${point.codePointAt(0)};`))
    .join("");
}
