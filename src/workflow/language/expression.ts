import { NodeError } from "../node-error.ts";
import { evaluate } from "./cel-evaluator.ts";
import { parseExpression } from "./cel-parser.ts";
import { failed, toData } from "./cel-values.ts";
import { Effort } from "./effort.ts";
import type { Scope } from "./scope.ts";

/**
 * What a CEL expression comes to, as JSON data. Numbers are JSON's: one kind, divided exactly; sizes and positions of
 * text count code points. It always ends: there are limits to the work and to the size of values. Throws a `NodeError`
 * with `expression_failed`, and nothing else. What it takes comes off `effort`.
 */
export function evaluateExpression(text: string, scope: Scope, effort = new Effort()): unknown {
  const ast = parseExpression(text);
  try {
    return toData(evaluate(ast, (name) => scope.get(name), effort));
  } catch (cause) {
    if (cause instanceof NodeError) throw cause;
    if (cause instanceof RangeError) throw failed("the expression becomes too deep or too big");
    throw cause;
  }
}
