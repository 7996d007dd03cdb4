import { NodeError } from "../node-error.ts";
import { failed } from "./cel-values.ts";
import { Effort, spendCopy } from "./effort.ts";
import type { Scope } from "./scope.ts";
import { BoundedInterpreter, nameOf, partOf } from "./template-interpreter.ts";
import {
  Environment,
  type Program,
  parseProgram,
  type Statement,
  type TemplateEnvironment,
} from "./template-library.ts";
import { namesIn } from "./template-names.ts";

/** Longest template, in UTF-16 units. */
const MAX_TEMPLATE_LENGTH = 100_000;

/** Longest result, in UTF-16 units. */
const MAX_RESULT_LENGTH = 1_000_000;

const programs = new Map<string, Program>();

/** Most characters of templates that are kept parsed, which is many times as much memory. */
const MAX_KEPT_LENGTH = 1_000_000;
let keptLength = 0;

/** Parses Jinja. Throws a `NodeError` that says what is wrong. */
export function parseTemplate(text: string): Program {
  const known = programs.get(text);
  if (known !== undefined) return known;
  if (text.length > MAX_TEMPLATE_LENGTH) {
    throw failed(`a template is longer than ${MAX_TEMPLATE_LENGTH} characters`);
  }
  // The parser looks at runs of white space again and again.
  if (/\s{200}/.test(text)) throw failed("a template has more than 200 spaces or empty lines in a row");
  try {
    const program = parseProgram(text);
    if (programs.size >= 1_000 || keptLength + text.length > MAX_KEPT_LENGTH) {
      programs.clear();
      keptLength = 0;
    }
    keptLength += text.length;
    programs.set(text, program);
    return program;
  } catch (cause) {
    throw failed(`the template cannot be read: ${wordsOf(cause)}`);
  }
}

/**
 * What a Jinja template comes to. Values are put in as they are and never read as a template; what is missing leaves no
 * trace; objects and lists print as JSON. It always ends: there are limits to the work and to the size of values.
 * Throws a `NodeError` with `expression_failed`, and nothing else. What it takes comes off `effort`.
 */
export function renderTemplate(text: string, scope: Scope, effort = new Effort()): string {
  if (!text.includes("{")) return text;
  const program = parseTemplate(text);
  const shown = plainText(program, scope);
  if (shown !== undefined) return shown;
  try {
    const environment = environmentFor(program, scope, effort);
    const result = String(new BoundedInterpreter(environment, effort).run(program).value);
    if (result.length <= MAX_RESULT_LENGTH) return result;
  } catch (cause) {
    if (cause instanceof NodeError) throw cause;
    throw failed(`the template cannot be filled in: ${wordsOf(cause)}`);
  }
  throw failed(`a text becomes longer than ${MAX_RESULT_LENGTH} characters`);
}

/** Most numbers that `range` counts. */
const MAX_RANGE = 10_000;

function environmentFor(program: Program, scope: Scope, effort: Effort): TemplateEnvironment {
  const environment = new Environment();
  for (const [name, value] of CONSTANTS) environment.set(name, value);
  environment.set("range", range);
  for (const [name, paths] of namesIn(program)) {
    if (environment.variables.has(name) || !scope.has(name)) continue;
    const value = needed(scope.get(name), paths);
    spendCopy(effort, value);
    environment.set(name, value);
  }
  return environment;
}

/** As much of a value as a template asks for: what it does not is not converted. */
function needed(value: unknown, paths: readonly (readonly string[])[]): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const members = new Map<string, unknown>();
  for (const [member] of paths) {
    if (member === undefined || !Object.hasOwn(value, member)) return value;
    members.set(member, Reflect.get(value, member));
  }
  return Object.fromEntries(members);
}

/** What a template without logic comes to, where all it shows is text or numbers; undefined: it takes more. */
function plainText(program: Program, scope: Scope): string | undefined {
  let text = "";
  for (const part of partsOf(program) ?? [undefined]) {
    const value = part === undefined ? undefined : "text" in part ? part.text : scope.at(part.path);
    if (typeof value !== "string" && !Number.isFinite(value)) return undefined;
    text += value;
  }
  return text.length > MAX_RESULT_LENGTH ? undefined : text;
}

const CONSTANTS: readonly (readonly [string, unknown])[] = [
  ["true", true],
  ["True", true],
  ["false", false],
  ["False", false],
  ["none", null],
  ["None", null],
];

function range(first: unknown, last?: unknown, step: unknown = 1): number[] {
  const [start, end] = last === undefined ? [0, first] : [first, last];
  if (
    !Number.isSafeInteger(start) ||
    !Number.isSafeInteger(end) ||
    !Number.isSafeInteger(step) ||
    step === 0
  ) {
    throw failed("range() needs whole numbers");
  }
  const length = Math.max(0, Math.ceil((Number(end) - Number(start)) / Number(step)));
  if (length > MAX_RANGE) throw failed(`range() counts no more than ${MAX_RANGE} numbers`);
  return Array.from({ length }, (_, index) => Number(start) + index * Number(step));
}

function wordsOf(cause: unknown): string {
  if (cause instanceof RangeError || !(cause instanceof Error)) return "it is nested too deep";
  return cause.message.slice(0, 300);
}

/** A piece of a template without logic: text as it is, or a path such as `answer.text`. */
export type TemplatePart = { text: string } | { path: readonly string[] };

/** The pieces of a template; undefined when it does more than show values, so that all of them must be there. */
export function streamParts(text: string): readonly TemplatePart[] | undefined {
  return partsOf(parseTemplate(text));
}

const known = new WeakMap<Program, readonly TemplatePart[] | "logic">();

function partsOf(program: Program): readonly TemplatePart[] | undefined {
  const found = known.get(program) ?? readParts(program) ?? "logic";
  known.set(program, found);
  return found === "logic" ? undefined : found;
}

function readParts(program: Program): TemplatePart[] | undefined {
  const parts: TemplatePart[] = [];
  for (const statement of program.body) {
    if (statement.type === "Comment") continue;
    const part = statement.type === "StringLiteral" ? { text: nameOf(statement) } : pathPart(statement);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return parts;
}

function pathPart(statement: Statement): TemplatePart | undefined {
  const path: string[] = [];
  let rest: Statement | undefined = statement;
  while (rest?.type === "MemberExpression" && Reflect.get(rest, "computed") !== true) {
    path.unshift(nameOf(partOf(rest, "property")));
    rest = partOf(rest, "object");
  }
  if (rest?.type !== "Identifier") return undefined;
  return { path: [nameOf(rest), ...path] };
}
