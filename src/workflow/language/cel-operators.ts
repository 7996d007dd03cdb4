import { Duration, failed, isEqual, isMap, kindOf } from "./cel-values.ts";
import { type Effort, weigh } from "./effort.ts";

/** What stands between two values, both of which were evaluated. Numbers are JSON's: there is one kind of them. */
export function operate(operator: string, left: unknown, right: unknown, effort: Effort): unknown {
  switch (operator) {
    case "==":
    case "!=":
      spendOn(effort, left, right);
      return isEqual(left, right) === (operator === "==");
    case "in":
      spendOn(effort, left, right);
      return isIn(left, right);
    case "<":
    case "<=":
    case ">":
    case ">=":
      spendOn(effort, left, right);
      return isInOrder(operator, left, right);
    case "+":
      spendOn(effort, left, right);
      return add(left, right);
    case "-":
      return subtract(left, right);
    case "*":
    case "/":
    case "%":
      return multiply(operator, left, right);
    default:
      throw failed(`the operator ${operator} is not known`);
  }
}

function spendOn(effort: Effort, left: unknown, right: unknown): void {
  effort.spend((weigh(left) + weigh(right)) / 20);
}

function isIn(left: unknown, right: unknown): boolean {
  if (Array.isArray(right)) return right.some((entry) => isEqual(left, entry));
  if (isMap(right)) return typeof left === "string" && Object.hasOwn(right, left);
  throw misfit("in", left, right);
}

function isInOrder(operator: string, left: unknown, right: unknown): boolean {
  const order = compare(operator, left, right);
  if (operator === "<") return order < 0;
  if (operator === "<=") return order <= 0;
  return operator === ">" ? order > 0 : order >= 0;
}

/** Negative: the left one comes first. Text is compared by code points. */
function compare(operator: string, left: unknown, right: unknown): number {
  if (typeof left === "string" && typeof right === "string") return left < right ? -1 : left > right ? 1 : 0;
  const [first, second] = [measure(left), measure(right)];
  if (kindOf(left) !== kindOf(right) || first === undefined || second === undefined) {
    throw misfit(operator, left, right);
  }
  return first - second;
}

function measure(value: unknown): number | undefined {
  if (typeof value === "number" || typeof value === "boolean") return Number(value);
  if (value instanceof Date) return value.getTime();
  return value instanceof Duration ? value.milliseconds : undefined;
}

function add(left: unknown, right: unknown): unknown {
  if (typeof left === "number" && typeof right === "number") return finite(left + right);
  if (typeof left === "string" && typeof right === "string") return left + right;
  if (Array.isArray(left) && Array.isArray(right)) return [...left, ...right];
  if (left instanceof Duration) {
    if (right instanceof Duration) return new Duration(left.milliseconds + right.milliseconds);
    if (right instanceof Date) return instant(right.getTime() + left.milliseconds);
  }
  if (left instanceof Date && right instanceof Duration) return instant(left.getTime() + right.milliseconds);
  throw misfit("+", left, right);
}

function subtract(left: unknown, right: unknown): unknown {
  if (typeof left === "number" && typeof right === "number") return finite(left - right);
  if (left instanceof Duration && right instanceof Duration) {
    return new Duration(left.milliseconds - right.milliseconds);
  }
  if (left instanceof Date) {
    if (right instanceof Date) return new Duration(left.getTime() - right.getTime());
    if (right instanceof Duration) return instant(left.getTime() - right.milliseconds);
  }
  throw misfit("-", left, right);
}

function multiply(operator: "*" | "/" | "%", left: unknown, right: unknown): number {
  if (typeof left !== "number" || typeof right !== "number") throw misfit(operator, left, right);
  if (operator === "*") return finite(left * right);
  if (right === 0) throw failed("a number is divided by 0");
  return finite(operator === "/" ? left / right : left % right);
}

/** A number that JSON can hold. */
export function finite(value: number): number {
  if (!Number.isFinite(value)) throw failed("a number becomes too big");
  return value === 0 ? 0 : value;
}

/** A point in time that a `Date` can hold. */
export function instant(milliseconds: number): Date {
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) throw failed("there is no such point in time");
  return date;
}

function misfit(operator: string, left: unknown, right: unknown): Error {
  return failed(`${kindOf(left)} ${operator} ${kindOf(right)} means nothing`);
}
