import type { ASTNode } from "@marcbachmann/cel-js";
import { bindOf, macroOf, nameOf, parseExpression } from "../language/cel-parser.ts";
import { sourceOf } from "../language/input-source.ts";
import { pathOf } from "../language/scope.ts";
import { parseTemplate } from "../language/template.ts";
import { namesIn } from "../language/template-names.ts";
import type { Source } from "../node-kind.ts";
import type { GraphPath } from "./graph-problems.ts";

/** One use of a name in a node, with the path below it as far as it is written there. */
export interface Reference {
  /** Where in the node. */
  field: GraphPath;
  name: string;
  path: readonly (string | number)[];
}

/** Everything that a node refers to. Throws a `NodeError` for templates and expressions that cannot be read. */
export function referencesIn(inputs: Record<string, unknown>, sources: readonly Source[]): Reference[] {
  return [
    ...Object.entries(inputs).flatMap(([name, value]) => inValue(value, ["inputs", name])),
    ...sources.flatMap(({ field, language, text }) => inSource([field], language, text)),
  ];
}

const MAX_DEPTH = 64;

/** What an input value refers to. */
export function inValue(value: unknown, field: GraphPath): Reference[] {
  if (typeof value !== "object" || value === null || field.length > MAX_DEPTH) return [];
  if (Array.isArray(value)) return value.flatMap((entry, index) => inValue(entry, [...field, index]));
  const source = sourceOf(value);
  if (source === undefined) {
    return Object.entries(value).flatMap(([name, member]) => inValue(member, [...field, name]));
  }
  if (source.kind === "value") return [];
  if (source.kind !== "ref") {
    return inSource(field, source.kind === "cel" ? "expression" : "template", source.text);
  }
  const [name, ...path] = pathOf(source.text) ?? [];
  return name === undefined ? [] : [{ field, name: String(name), path }];
}

/** What a template or an expression refers to. */
export function inSource(field: GraphPath, language: Source["language"], text: string): Reference[] {
  return language === "template" ? inTemplate(field, text) : inExpression(field, text);
}

function inTemplate(field: GraphPath, text: string): Reference[] {
  if (!text.includes("{")) return [];
  return [...namesIn(parseTemplate(text))].flatMap(([name, paths]) =>
    paths.map((path) => ({ field, name, path })),
  );
}

function inExpression(field: GraphPath, text: string): Reference[] {
  const found: Reference[] = [];
  walk(parseExpression(text), new Set(), (name, path) => found.push({ field, name, path }));
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
