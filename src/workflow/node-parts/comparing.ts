import { Effort } from "../language/effort.ts";
import { matchesPattern } from "../language/pattern.ts";
import { NodeError } from "../node-error.ts";

/** How two values are compared, in words; the last four look at one value alone. */
export const OPERATORS = [
  "eq",
  "ne",
  "gt",
  "ge",
  "lt",
  "le",
  "contains",
  "not_contains",
  "starts_with",
  "ends_with",
  "in",
  "not_in",
  "matches",
  "empty",
  "not_empty",
  "true",
  "false",
] as const;

export interface Comparison {
  left: unknown;
  operator: (typeof OPERATORS)[number];
  right: unknown;
}

/**
 * Whether a comparison holds. Values of different types are never equal, but numbers equal their text. Throws a
 * `NodeError` where the values cannot be compared so. What it takes comes off `effort`.
 */
export function compare({ left, operator, right }: Comparison, effort = new Effort()): boolean {
  switch (operator) {
    case "eq":
      return isSame(left, right);
    case "ne":
      return !isSame(left, right);
    case "gt":
      return order(left, right, operator) > 0;
    case "ge":
      return order(left, right, operator) >= 0;
    case "lt":
      return order(left, right, operator) < 0;
    case "le":
      return order(left, right, operator) <= 0;
    case "contains":
      return contains(left, right);
    case "not_contains":
      return !contains(left, right);
    case "starts_with":
      return textOf(left, operator).startsWith(textOf(right, operator));
    case "ends_with":
      return textOf(left, operator).endsWith(textOf(right, operator));
    case "in":
      return contains(right, left);
    case "not_in":
      return !contains(right, left);
    case "matches":
      return matchesPattern(textOf(right, operator), textOf(left, operator), effort);
    case "empty":
      return isEmpty(left);
    case "not_empty":
      return !isEmpty(left);
    case "true":
      return left === true;
    case "false":
      return left === false;
  }
}

function isSame(left: unknown, right: unknown): boolean {
  if (typeof left === "number" && typeof right === "string") return String(left) === right;
  if (typeof left === "string" && typeof right === "number") return left === String(right);
  if (typeof left !== "object" || typeof right !== "object") return (left ?? null) === (right ?? null);
  if (left === null || right === null) return left === right;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every(
      (name) => Object.hasOwn(right, name) && isSame(Reflect.get(left, name), Reflect.get(right, name)),
    )
  );
}

function order(left: unknown, right: unknown, operator: string): number {
  const [first, second] = [numberOf(left), numberOf(right)];
  if (first !== undefined && second !== undefined) return first - second;
  const [one, other] = [textOf(left, operator), textOf(right, operator)];
  return one < other ? -1 : one > other ? 1 : 0;
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

function contains(whole: unknown, part: unknown): boolean {
  if (Array.isArray(whole)) return whole.some((entry) => isSame(entry, part));
  if (whole === null || whole === undefined) return false;
  if (typeof whole === "object") return typeof part === "string" && Object.hasOwn(whole, part);
  return textOf(whole, "contains").includes(textOf(part, "contains"));
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** What is missing is empty text. */
function textOf(value: unknown, operator: string): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "object") return String(value);
  throw new NodeError("expression_failed", `"${operator}" cannot look at a list or an object`);
}
