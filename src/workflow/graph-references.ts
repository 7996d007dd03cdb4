import type { ASTNode } from "@marcbachmann/cel-js";
import { bindOf, macroOf, nameOf, parseExpression } from "./cel-parser.ts";
import { sourceOf } from "./input-source.ts";
import type { Source } from "./node-kind.ts";
import { pathOf } from "./scope.ts";
import { parseTemplate } from "./template.ts";
import { namesIn } from "./template-names.ts";

/** One use of a name in a node, with the path below it as far as it is written there. */
export interface Reference {
  /** Path below the node, such as `inputs.query`. */
  field: string;
  name: string;
  path: readonly (string | number)[];
  /** What is used as it is, and not within an expression or a template. */
  isWhole: boolean;
}

/** Everything that a node refers to. Throws a `NodeError` for templates and expressions that cannot be read. */
export function referencesIn(node: {
  inputs: Record<string, unknown>;
  sources: readonly Source[];
}): Reference[] {
  const inputs = Object.entries(node.inputs).flatMap(([name, value]) => inValue(value, `inputs.${name}`, 0));
  return [...inputs, ...node.sources.flatMap(({ field, language, text }) => inSource(field, language, text))];
}

const MAX_DEPTH = 32;

function inValue(value: unknown, field: string, depth: number): Reference[] {
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return [];
  if (Array.isArray(value))
    return value.flatMap((entry, index) => inValue(entry, `${field}[${index}]`, depth + 1));
  const source = sourceOf(value);
  if (source === undefined) {
    return Object.entries(value).flatMap(([name, member]) => inValue(member, `${field}.${name}`, depth + 1));
  }
  if (source.kind === "value") return [];
  if (source.kind !== "ref") {
    return inSource(field, source.kind === "cel" ? "expression" : "template", source.text);
  }
  const [name, ...path] = pathOf(source.text) ?? [];
  return name === undefined ? [] : [{ field, name: String(name), path, isWhole: true }];
}

/** What a template or an expression refers to. */
export function inSource(field: string, language: Source["language"], text: string): Reference[] {
  return language === "template" ? inTemplate(field, text) : inExpression(field, text);
}

function inTemplate(field: string, text: string): Reference[] {
  if (!text.includes("{")) return [];
  return [...namesIn(parseTemplate(text))].flatMap(([name, paths]) =>
    paths.map((path) => ({ field, name, path, isWhole: false })),
  );
}

function inExpression(field: string, text: string): Reference[] {
  const found: Reference[] = [];
  walk(parseExpression(text), new Set(), (name, path) => found.push({ field, name, path, isWhole: false }));
  return found;
}

type Tell = (name: string, path: readonly string[]) => void;

function walk(ast: ASTNode, own: ReadonlySet<string>, tell: Tell): void {
  const path = memberPath(ast);
  if (path !== undefined) {
    const [name, ...members] = path;
    if (name !== undefined && !own.has(name)) tell(name, members);
    return;
  }
  const macro = macroOf(ast);
  if (macro !== undefined) {
    walk(macro.over, own, tell);
    const inner = new Set([...own, nameOf(macro.variable)]);
    for (const part of [macro.filter, macro.body]) if (part !== undefined) walk(part, inner, tell);
    return;
  }
  const bound = bindOf(ast);
  if (bound !== undefined) {
    walk(bound.value, own, tell);
    walk(bound.body, new Set([...own, nameOf(bound.variable)]), tell);
    return;
  }
  for (const part of partsOf(ast)) walk(part, own, tell);
}

/** `a.b.c` as a list; undefined: it is something else. */
function memberPath(ast: ASTNode): string[] | undefined {
  const members: string[] = [];
  let rest = ast;
  while (rest.op === ".") {
    members.unshift(rest.args[1]);
    rest = rest.args[0];
  }
  return rest.op === "id" ? [nameOf(rest.args), ...members] : undefined;
}

/** The parts of an expression, in order. */
export function partsOf(ast: ASTNode): readonly ASTNode[] {
  switch (ast.op) {
    case "value":
    case "id":
      return [];
    case ".":
    case ".?":
      return [ast.args[0]];
    case "call":
      return ast.args[1];
    case "rcall":
      return [ast.args[1], ...ast.args[2]];
    case "map":
      return ast.args.flat();
    case "!_":
    case "-_":
      return [ast.args];
    default:
      return ast.args;
  }
}
