import type { ASTNode } from "@marcbachmann/cel-js";
import { NodeError } from "../node-error.ts";
import { FUNCTIONS, methodNamed } from "./cel-functions.ts";
import { finite, operate } from "./cel-operators.ts";
import { bindOf, type Macro, macroOf, nameOf } from "./cel-parser.ts";
import { failed, isMap, kindOf } from "./cel-values.ts";
import { type Effort, EffortError, namesOf, weigh } from "./effort.ts";

/** Names that an expression sees; undefined: there is none. */
export type Names = (name: string) => unknown;

/**
 * What a parsed expression comes to. Its own evaluator and not the parser's, so that numbers are JSON's (`count + 1`,
 * `1 == 1.0`, `total / 2` for whatever number is there) and every bit of work is counted.
 */
export function evaluate(ast: ASTNode, names: Names, effort: Effort): unknown {
  effort.spend(1);
  switch (ast.op) {
    case "value":
      return literal(ast.args);
    case "id":
      return known(names(nameOf(ast.args)), nameOf(ast.args));
    case ".":
      return field(evaluate(ast.args[0], names, effort), ast.args[1]);
    case "[]":
      return entry(evaluate(ast.args[0], names, effort), evaluate(ast.args[1], names, effort));
    case "call":
      return call(ast.args, names, effort);
    case "rcall":
      return callOn(ast, names, effort);
    case "list":
      return made(ast.args.map((each) => evaluate(each, names, effort)));
    case "map":
      return made(mapOf(ast.args, names, effort));
    case "?:":
      return choose(ast.args, names, effort);
    case "||":
    case "&&":
      return combine(ast.op, ast.args, names, effort);
    case "!_":
      return !truth(evaluate(ast.args, names, effort));
    case "-_":
      return negative(evaluate(ast.args, names, effort));
    case ".?":
    case "[?]":
      throw failed("optional members are not known");
    default:
      return made(
        operate(ast.op, evaluate(ast.args[0], names, effort), evaluate(ast.args[1], names, effort), effort),
      );
  }
}

function literal(value: unknown): unknown {
  if (typeof value !== "bigint" && (typeof value !== "object" || value === null)) return value;
  if (value instanceof Uint8Array) throw failed("bytes are not known");
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw failed("a number is too big");
  return number;
}

function known(value: unknown, name: string): unknown {
  if (value === undefined) throw failed(`there is no \`${name}\``);
  return value;
}

/** Something that was just made, unless it is too big. */
function made(value: unknown): unknown {
  weigh(value);
  return value;
}

function field(value: unknown, name: string): unknown {
  if (!isMap(value)) throw failed(`${kindOf(value)} has no \`${name}\``);
  if (!Object.hasOwn(value, name)) throw failed(`there is no \`${name}\``);
  return known(value[name], name);
}

function entry(value: unknown, index: unknown): unknown {
  if (Array.isArray(value)) {
    const found: unknown = typeof index === "number" ? value[index] : undefined;
    if (found === undefined) throw failed(`the list has no entry ${String(index).slice(0, 50)}`);
    return found;
  }
  if (typeof index !== "string") throw failed(`${kindOf(value)} has no entry of that kind`);
  return field(value, index);
}

function truth(value: unknown): boolean {
  if (typeof value !== "boolean") throw failed(`true or false is needed, not ${kindOf(value)}`);
  return value;
}

function negative(value: unknown): number {
  if (typeof value !== "number") throw failed(`-${kindOf(value)} means nothing`);
  return finite(-value);
}

function choose([condition, yes, no]: readonly [ASTNode, ASTNode, ASTNode], names: Names, effort: Effort) {
  return evaluate(truth(evaluate(condition, names, effort)) ? yes : no, names, effort);
}

/** Where one side decides, it does not matter what the other one fails with. */
function combine(
  operator: "||" | "&&",
  [left, right]: readonly [ASTNode, ASTNode],
  names: Names,
  effort: Effort,
) {
  const deciding = operator === "||";
  const first = attempt(() => truth(evaluate(left, names, effort)), effort);
  if (first === deciding) return deciding;
  const second = truth(evaluate(right, names, effort));
  if (second === deciding) return deciding;
  if (first instanceof NodeError) throw first;
  return second;
}

/** An error is dearer than most of what can fail. */
const ERROR_EFFORT = 20;

function attempt(work: () => boolean, effort: Effort): boolean | NodeError {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof NodeError) || error instanceof EffortError) throw error;
    effort.spend(ERROR_EFFORT);
    return error;
  }
}

function mapOf(entries: readonly (readonly [ASTNode, ASTNode])[], names: Names, effort: Effort) {
  const members = entries.map(([key, value]) => {
    const name = evaluate(key, names, effort);
    if (typeof name !== "string") throw failed(`names of members are text, not ${kindOf(name)}`);
    return [name, evaluate(value, names, effort)] as const;
  });
  return Object.fromEntries(members);
}

function call([name, args]: readonly [string, ASTNode[]], names: Names, effort: Effort): unknown {
  const [only] = args;
  if (name === "has" && only !== undefined) return has(only, names, effort);
  const called = FUNCTIONS.get(name);
  if (called === undefined) throw failed(`there is no function ${name.slice(0, 50)}()`);
  checkCount(name, args.length, called.takes);
  return made(called.run(evaluateAll(args, names, effort), effort));
}

/** Whether there is such a member. What is missing on the way to it is missing too, such as a node that did not run. */
function has(ast: ASTNode, names: Names, effort: Effort): boolean {
  if (ast.op !== ".") throw failed("has() needs a member, such as has(start.query)");
  return present(ast, names, effort) !== undefined;
}

/** Undefined: it is not there. */
function present(ast: ASTNode, names: Names, effort: Effort): unknown {
  effort.spend(1);
  if (ast.op === "id") return names(nameOf(ast.args));
  if (ast.op !== ".") return evaluate(ast, names, effort);
  const [parent, name] = ast.args;
  const value = present(parent, names, effort);
  return isMap(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function callOn(ast: ASTNode & { op: "rcall" }, names: Names, effort: Effort): unknown {
  const macro = macroOf(ast);
  if (macro !== undefined) return made(runMacro(macro, names, effort));
  const bound = bindOf(ast);
  if (bound !== undefined) {
    const value = evaluate(bound.value, names, effort);
    return evaluate(bound.body, beside(names, bound.variable, value), effort);
  }
  const [name, receiver, args] = ast.args;
  const method = methodNamed(name);
  if (method === undefined) throw failed(`there is no function .${name.slice(0, 50)}()`);
  checkCount(name, args.length, method.takes);
  return made(method.run(evaluateAll([receiver, ...args], names, effort), effort));
}

function evaluateAll(args: readonly ASTNode[], names: Names, effort: Effort): unknown[] {
  return args.map((arg) => evaluate(arg, names, effort));
}

function checkCount(name: string, count: number, [least, most]: readonly [number, number]): void {
  if (count < least || count > most) throw failed(`${name}() is given ${count} arguments`);
}

function beside(names: Names, name: string, value: unknown): Names {
  return (asked) => (asked === nameOf(name) ? value : names(asked));
}

function runMacro({ kind, over, variable, filter, body }: Macro, names: Names, effort: Effort): unknown {
  const list = entriesOf(evaluate(over, names, effort), effort);
  effort.spend(list.length);
  const ask = (ast: ASTNode, value: unknown) => evaluate(ast, beside(names, variable, value), effort);
  const isSo = (value: unknown) => truth(ask(body, value));
  switch (kind) {
    case "all":
      return !decides(list, (value) => !isSo(value), effort);
    case "exists":
      return decides(list, isSo, effort);
    case "exists_one":
      return list.filter(isSo).length === 1;
    case "filter":
      return list.filter(isSo);
    default: {
      const chosen = filter === undefined ? list : list.filter((value) => truth(ask(filter, value)));
      return chosen.map((value) => ask(body, value));
    }
  }
}

/** Of an object: the names of its members. */
function entriesOf(value: unknown, effort: Effort): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (isMap(value)) return namesOf(value, effort);
  throw failed(`${kindOf(value)} has no entries`);
}

/** Whether any entry decides; what others fail with does not matter then. */
function decides(list: readonly unknown[], isDeciding: (value: unknown) => boolean, effort: Effort): boolean {
  let failure: NodeError | undefined;
  for (const value of list) {
    const outcome = attempt(() => isDeciding(value), effort);
    if (outcome === true) return true;
    if (outcome instanceof NodeError) failure ??= outcome;
  }
  if (failure !== undefined) throw failure;
  return false;
}
