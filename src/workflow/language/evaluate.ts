import type { GraphNode, InputValue } from "../../domain/workflow.ts";
import { NodeError } from "../node-error.ts";
import type { NodeDescription } from "../node-kind.ts";
import { Effort } from "./effort.ts";
import { evaluateExpression } from "./expression.ts";
import { type EvaluatedSource, sourceOf } from "./input-source.ts";
import type { Scope } from "./scope.ts";
import { renderTemplate } from "./template.ts";
import { checkValue } from "./value-type.ts";

/** Plain data of a graph inside plain data. */
const MAX_DEPTH = 32;

/**
 * What a node works on: each input evaluated once, of the type that its kind asks for. Optional ones that are missing
 * or null are left out. Throws a `NodeError`: `input_invalid` naming the input, or `expression_failed`.
 */
export function evaluateInputs(
  { node, description }: { node: GraphNode; description: NodeDescription },
  scope: Scope,
): Record<string, unknown> {
  const given = new Map(Object.entries(node.inputs ?? {}));
  const names = new Set([...Object.keys(description.inputs), ...given.keys()]);
  const inputs: [string, unknown][] = [];
  const effort = new Effort();
  for (const name of names) {
    const type = Object.hasOwn(description.inputs, name) ? description.inputs[name] : undefined;
    const value = named(name, () => evaluateInput(given.get(name), scope, effort));
    if (value === undefined || (value === null && type !== undefined && type.type !== "any")) {
      if (type?.required === true) throw new NodeError("input_invalid", `the input \`${name}\` is missing`);
      continue;
    }
    if (type === undefined) {
      inputs.push([name, value]);
      continue;
    }
    const checked = checkValue(value, type, name);
    if ("problem" in checked) throw new NodeError("input_invalid", `the input ${checked.problem}`);
    inputs.push([name, checked.value]);
  }
  return Object.fromEntries(inputs);
}

/** Says which input it was that could not be evaluated. */
function named<Value>(name: string, evaluate: () => Value): Value {
  try {
    return evaluate();
  } catch (cause) {
    if (!(cause instanceof NodeError)) throw cause;
    throw new NodeError(cause.code, `the input \`${name}\`: ${cause.message}`, { cause });
  }
}

/**
 * What one input value comes to: plain data as it is, what it refers to inside it evaluated. Undefined: missing. What it
 * takes comes off `effort`.
 */
export function evaluateInput(value: InputValue, scope: Scope, effort = new Effort(), depth = 0): unknown {
  if (depth > MAX_DEPTH) throw new NodeError("input_invalid", "a value is nested too deep");
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    return value.map((entry) => evaluateInput(entry, scope, effort, depth + 1) ?? null);
  }
  const source = sourceOf(value);
  if (source !== undefined) return evaluateSource(source, scope, effort);
  const members = Object.entries(value).map(([name, member]) => [
    name,
    evaluateInput(member, scope, effort, depth + 1),
  ]);
  return Object.fromEntries(members.filter(([, member]) => member !== undefined));
}

function evaluateSource(source: EvaluatedSource, scope: Scope, effort: Effort): unknown {
  switch (source.kind) {
    case "ref":
      return scope.lookup(source.text);
    case "cel":
      return evaluateExpression(source.text, scope, effort);
    case "template":
      return renderTemplate(source.text, scope, effort);
    case "value":
      return source.value;
  }
}
