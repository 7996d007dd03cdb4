import { type ASTNode, Environment } from "@marcbachmann/cel-js";
import { failed } from "./cel-values.ts";

const MAX_EXPRESSION_LENGTH = 10_000;

/** Only its parser is used: values are evaluated as JSON has them, see `cel-evaluator.ts`. */
const environment = new Environment({
  limits: {
    maxAstNodes: 1_000,
    maxDepth: 50,
    maxListElements: 500,
    maxMapEntries: 500,
    maxCallArguments: 10,
  },
});

/** The language keeps `loop` for itself, graphs use it: it goes through the parser as a name of the same length. */
const LOOP_WORDS =
  /[rR]?(?:"""[\s\S]*?"""|'''[\s\S]*?''')|[rR]"[^"]*"|[rR]'[^']*'|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\bloop\b/g;
const LOOP = "l00p";

const parsed = new Map<string, ASTNode>();

/** What a name in an expression is called outside. */
export function nameOf(id: string): string {
  return id === LOOP ? "loop" : id;
}

/** Parses CEL. Throws a `NodeError` that says what is wrong. */
export function parseExpression(text: string): ASTNode {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const ast = parse(text);
  if (parsed.size >= 2_000) parsed.clear();
  parsed.set(text, ast);
  return ast;
}

function parse(text: string): ASTNode {
  if (text.length > MAX_EXPRESSION_LENGTH) {
    throw failed(`an expression is longer than ${MAX_EXPRESSION_LENGTH} characters`);
  }
  try {
    return environment.parse(text.replaceAll(LOOP_WORDS, (found) => (found === "loop" ? LOOP : found))).ast;
  } catch (cause) {
    throw failed(`the expression cannot be read: ${summaryOf(cause)}`);
  }
}

/** One line of what the parser says; it adds a picture of the place. */
function summaryOf(cause: unknown): string {
  if (cause instanceof RangeError || !(cause instanceof Error)) return "it is nested too deep";
  const [line = ""] = cause.message.split("\n");
  return line.replaceAll(LOOP, "loop").slice(0, 300);
}

/** Macros: the first argument is the name of each entry. */
const MACROS: ReadonlyMap<string, readonly number[]> = new Map([
  ["all", [2]],
  ["exists", [2]],
  ["exists_one", [2]],
  ["filter", [2]],
  ["map", [2, 3]],
]);

/** A call that runs over a list: `orders.map(order, order.total)`. */
export interface Macro {
  kind: string;
  over: ASTNode;
  variable: string;
  /** Of `map` with three arguments: which entries. */
  filter?: ASTNode;
  /** What is asked of each, or made of it. */
  body: ASTNode;
}

export function macroOf(ast: ASTNode): Macro | undefined {
  if (ast.op !== "rcall") return undefined;
  const [kind, over, args] = ast.args;
  const [variable, second, third] = args;
  if (MACROS.get(kind)?.includes(args.length) !== true) return undefined;
  if (variable?.op !== "id" || second === undefined) return undefined;
  const common = { kind, over, variable: variable.args };
  return third === undefined ? { ...common, body: second } : { ...common, filter: second, body: third };
}

/** `cel.bind(name, value, expression)`. */
export function bindOf(ast: ASTNode): { variable: string; value: ASTNode; body: ASTNode } | undefined {
  if (ast.op !== "rcall") return undefined;
  const [name, receiver, [variable, value, body]] = ast.args;
  if (name !== "bind" || receiver.op !== "id" || receiver.args !== "cel") return undefined;
  if (variable?.op !== "id" || value === undefined || body === undefined) return undefined;
  return { variable: variable.args, value, body };
}
