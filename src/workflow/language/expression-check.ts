import type { ASTNode } from "@marcbachmann/cel-js";
import type { ValueType } from "../../domain/workflow.ts";
import { partsOf } from "../graph/graph-references.ts";
import { FUNCTIONS, methodNamed } from "./cel-functions.ts";
import { bindOf, macroOf, nameOf } from "./cel-parser.ts";

const ANY: ValueType = { type: "any" };
const BOOLEAN: ValueType = { type: "boolean" };

/** What is wrong with an expression that can be read, whatever its values will be. */
export function expressionProblems(ast: ASTNode): string[] {
  const macro = macroOf(ast);
  if (macro !== undefined) {
    return [macro.over, macro.filter, macro.body].flatMap((part) => (part ? expressionProblems(part) : []));
  }
  const bound = bindOf(ast);
  if (bound !== undefined) return [bound.value, bound.body].flatMap(expressionProblems);
  return [...ownProblems(ast), ...partsOf(ast).flatMap(expressionProblems)];
}

function ownProblems(ast: ASTNode): string[] {
  if (ast.op === "value") {
    if (ast.args instanceof Uint8Array) return ["bytes are not known"];
    return typeof ast.args === "bigint" && !Number.isSafeInteger(Number(ast.args))
      ? ["a number is too big"]
      : [];
  }
  if (ast.op === "call") {
    const [name, args] = ast.args;
    if (name === "has") return args[0]?.op === "." ? [] : ["has() needs a member, such as has(start.query)"];
    return countProblems(`${name}()`, args.length, FUNCTIONS.get(name)?.takes);
  }
  if (ast.op !== "rcall") return [];
  const [name, , args] = ast.args;
  return countProblems(`.${name}()`, args.length, methodNamed(name)?.takes);
}

function countProblems(name: string, count: number, takes: readonly [number, number] | undefined): string[] {
  if (takes === undefined) return [`there is no function ${name}`];
  const [least, most] = takes;
  if (count >= least && count <= most) return [];
  const wanted = least === most ? `${least}` : `${least} or ${most}`;
  return [`${name} takes ${wanted} argument${wanted === "1" ? "" : "s"}, not ${count}`];
}

const BOOLEAN_OPERATORS: readonly string[] = ["==", "!=", "<", "<=", ">", ">=", "in", "&&", "||", "!_"];

/** Type of what an expression comes to, as far as that is sure. `typeOf`: of a name and the members below it. */
export function typeOfExpression(ast: ASTNode, typeOf: (path: readonly string[]) => ValueType): ValueType {
  const path = pathOfMembers(ast);
  if (path !== undefined) return typeOf(path);
  if (BOOLEAN_OPERATORS.includes(ast.op)) return BOOLEAN;
  switch (ast.op) {
    case "value":
      return literalType(ast.args);
    case "list":
      return { type: "array" };
    case "map":
      return { type: "object" };
    case "-":
    case "*":
    case "/":
    case "%":
    case "-_":
      return arithmeticType(ast, typeOf);
    case "+":
      return sumType(ast.args, typeOf);
    case "?:": {
      const [, yes, no] = ast.args.map((part) => typeOfExpression(part, typeOf));
      return yes !== undefined && yes.type === no?.type ? { type: yes.type } : ANY;
    }
    case "call":
      return { type: ast.args[0] === "has" ? "boolean" : (FUNCTIONS.get(ast.args[0])?.gives ?? "any") };
    case "rcall":
      return methodType(ast);
    default:
      return ANY;
  }
}

function pathOfMembers(ast: ASTNode): string[] | undefined {
  if (ast.op === "id") return [nameOf(ast.args)];
  if (ast.op !== ".") return undefined;
  const path = pathOfMembers(ast.args[0]);
  return path === undefined ? undefined : [...path, ast.args[1]];
}

function literalType(value: unknown): ValueType {
  if (typeof value === "string") return { type: "string" };
  if (typeof value === "boolean") return BOOLEAN;
  if (typeof value === "bigint") return { type: "integer" };
  return typeof value === "number" ? { type: "number" } : ANY;
}

/** Numbers, unless points in time may be among them. */
function arithmeticType(ast: ASTNode, typeOf: (path: readonly string[]) => ValueType): ValueType {
  const types = partsOf(ast).map((part) => typeOfExpression(part, typeOf).type);
  return types.every((type) => type === "integer" || type === "number") ? { type: "number" } : ANY;
}

function sumType(parts: readonly ASTNode[], typeOf: (path: readonly string[]) => ValueType): ValueType {
  const types = parts.map((part) => typeOfExpression(part, typeOf).type);
  if (types.every((type) => type === "integer" || type === "number")) return { type: "number" };
  const [first] = types;
  return first !== undefined && types.every((type) => type === first) ? { type: first } : ANY;
}

function methodType(ast: ASTNode & { op: "rcall" }): ValueType {
  const macro = macroOf(ast);
  if (macro !== undefined)
    return { type: macro.kind === "map" || macro.kind === "filter" ? "array" : "boolean" };
  return { type: bindOf(ast) === undefined ? (methodNamed(ast.args[0])?.gives ?? "any") : "any" };
}
