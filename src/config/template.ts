import { Template } from "@huggingface/jinja";

/** Names that the template language sets itself; it refuses to render with a value called so. */
export const TEMPLATE_WORDS: ReadonlySet<string> = new Set([
  "true",
  "True",
  "false",
  "False",
  "none",
  "None",
  "range",
  "namespace",
  "raise_exception",
  "strftime_now",
]);

/** Whether a text can be parsed as a Jinja template. */
export function isTemplate(text: string): boolean {
  try {
    return new Template(text) instanceof Template;
  } catch {
    return false;
  }
}

/**
 * Whether a text is a template that everybody may be given to write: rendering it takes about as long as reading it,
 * whatever its values are. Variables, comparisons, choices and a few filters; no loops, calls and assignments, with
 * which a few words could keep the whole server busy.
 */
export function isPlainTemplate(text: string): boolean {
  try {
    return isPlain(new Template(text).parsed);
  } catch {
    return false;
  }
}

const PLAIN_NODES: ReadonlySet<unknown> = new Set([
  "Program",
  "Comment",
  "If",
  "Ternary",
  "SelectExpression",
  "BinaryExpression",
  "UnaryExpression",
  "TestExpression",
  "FilterExpression",
  "Identifier",
  "StringLiteral",
  "IntegerLiteral",
  "FloatLiteral",
]);

const PLAIN_OPERATORS: ReadonlySet<unknown> = new Set([
  "==",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "and",
  "or",
  "not",
  "+",
  "~",
]);

const PLAIN_FILTERS: ReadonlySet<unknown> = new Set([
  "capitalize",
  "default",
  "length",
  "lower",
  "title",
  "trim",
  "upper",
]);

function isPlain(node: unknown): boolean {
  if (Array.isArray(node)) return node.every(isPlain);
  if (typeof node !== "object" || node === null) return true;
  const { type, operator, filter, ...parts }: Record<string, unknown> = { ...node };
  if (!PLAIN_NODES.has(type)) return false;
  if (operator !== undefined && !PLAIN_OPERATORS.has(memberOf(operator, "value"))) return false;
  return (filter === undefined || isPlainFilter(filter)) && Object.values(parts).every(isPlain);
}

/** A name, or a name with arguments. */
function isPlainFilter(filter: unknown): boolean {
  const callee = memberOf(filter, "callee");
  const name = memberOf(callee ?? filter, "value");
  return PLAIN_FILTERS.has(name) && isPlain(memberOf(filter, "args"));
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
