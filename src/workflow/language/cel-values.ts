import { NodeError } from "../node-error.ts";

/** A span of time within an expression. */
export class Duration {
  readonly milliseconds: number;

  constructor(milliseconds: number) {
    this.milliseconds = milliseconds;
  }
}

/** Everything that goes wrong in an expression. */
export function failed(message: string): NodeError {
  return new NodeError("expression_failed", message);
}

/** Name of what a value is, as CEL calls it. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  if (value instanceof Date) return "timestamp";
  if (value instanceof Duration) return "duration";
  switch (typeof value) {
    case "string":
      return "string";
    case "number":
      return "number";
    case "boolean":
      return "bool";
    case "object":
      return "map";
    default:
      return "nothing";
  }
}

/** Whether a value is an object of plain data. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return kindOf(value) === "map";
}

/** As equal as JSON data can be; values of different kinds are just not equal. */
export function isEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (left instanceof Date) return right instanceof Date && left.getTime() === right.getTime();
  if (left instanceof Duration) return right instanceof Duration && left.milliseconds === right.milliseconds;
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false;
    return left.every((entry, index) => isEqual(entry, right[index]));
  }
  if (!isMap(left) || !isMap(right)) return false;
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  return names.every((name) => Object.hasOwn(right, name) && isEqual(left[name], right[name]));
}

/** What an expression came to, as JSON data: times as ISO text, spans as seconds such as `1.5s`. */
export function toData(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Duration) return `${value.milliseconds / 1000}s`;
  if (Array.isArray(value)) return value.some(isSpecial) ? value.map(toData) : value;
  if (!isMap(value) || !Object.values(value).some(isSpecial)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toData(member)]));
}

function isSpecial(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
