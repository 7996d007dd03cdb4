import { nearestName } from "../../config/nearest-name.ts";
import type { ReadNode } from "./check-graph.ts";
import type { NodeView, Tell } from "./check-node.ts";
import type { Reference } from "./graph-references.ts";
import { BODY_WORDS, KNOWN_WORDS } from "./graph-words.ts";

/**
 * Tells what references mean nothing. A node may refer to every node that leads to it by some way, in its own level and
 * in those around it; one that was not reached has no outputs, and a reference to it is a value that is missing. What
 * several branches give is taken with `aggregate`, after them.
 */
export function checkReferences(references: readonly Reference[], around: NodeView, tell: Tell): void {
  for (const { field, name, path } of references) {
    const message = wordProblem(name, path, around) ?? nodeProblem(name, path, around);
    if (message !== undefined && message !== "") tell(field, message);
  }
}

/** Empty: it is a word and fine. Undefined: it is none. */
function wordProblem(
  name: string,
  path: readonly (string | number)[],
  { words, inner, isInside }: NodeView,
): string | undefined {
  if (Object.hasOwn(KNOWN_WORDS, name)) return memberProblem(name, KNOWN_WORDS[name], path);
  const body = Object.values(BODY_WORDS).find(({ word }) => word === name);
  if (body === undefined) return undefined;
  if (!(isInside ? inner : words).has(name))
    return `refers to \`${name}\`, which is only known inside a ${name}`;
  return memberProblem(name, body.type, path);
}

function memberProblem(
  name: string,
  type: { properties?: Record<string, unknown> } | undefined,
  [member]: readonly (string | number)[],
): string {
  const { properties } = type ?? {};
  if (properties === undefined || member === undefined || Object.hasOwn(properties, member)) return "";
  return `refers to \`${name}.${member}\`, which is not there; there are ${Object.keys(properties).join(", ")}`;
}

function nodeProblem(name: string, path: readonly (string | number)[], around: NodeView): string | undefined {
  const target = around.places.get(name);
  if (target === undefined) {
    const nearest = nearestName(name.slice(0, 100), [...around.known, ...Object.keys(KNOWN_WORDS)]);
    return `refers to \`${name.slice(0, 100)}\`, which is not there${nearest === undefined ? "" : `; did you mean ${nearest}?`}`;
  }
  const inBody = around.isInside
    ? (around.read?.body?.find(({ node }) => node.id === name) ?? undefined)
    : undefined;
  if (inBody !== undefined) return undefined;
  if (!around.known.has(name)) return orderProblem(name, target, around);
  return outputProblem(name, target, path, around);
}

function orderProblem(name: string, target: ReadNode, around: NodeView): string | undefined {
  if (around.read === target) return `refers to \`${name}\`, the node itself`;
  const path = target.place.path.join("/");
  const own = around.read.place.path.join("/");
  if (own.startsWith(`${path}/`))
    return `refers to \`${name}\`, which is the node around it; inside it is known as \`${target.node.type}\``;
  const isInside = target.place.path.length > around.read.place.path.length;
  if (isInside) return `refers to \`${name}\`, which is inside a body that it is not in`;
  if (!around.isSure) return undefined;
  return `refers to \`${name}\`, which does not lead to it: it comes later, or is on another branch`;
}

function outputProblem(
  name: string,
  { node, isBroken }: ReadNode,
  [output]: readonly (string | number)[],
  { descriptions }: NodeView,
): string | undefined {
  const described = isBroken ? undefined : descriptions.find(name);
  if (described === undefined || output === undefined) return undefined;
  const outputs = Object.keys(described.description.outputs);
  if (outputs.includes(String(output)) || (output === "error" && node.onError === "branch")) return undefined;
  if (outputs.length === 0) return `refers to \`${name}.${output}\`, but \`${name}\` gives nothing`;
  const nearest = nearestName(String(output).slice(0, 100), outputs);
  const hint = nearest === undefined ? `it gives ${outputs.join(", ")}` : `did you mean ${nearest}?`;
  return `refers to \`${name}.${String(output).slice(0, 100)}\`, which is not there; ${hint}`;
}
