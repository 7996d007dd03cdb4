import type { ValueType } from "../../domain/workflow.ts";

/** What came of checking a value: as it is to be used, or what is wrong with it. */
export type CheckedValue = { value: unknown } | { problem: string };

/** Objects and lists inside one another; deeper ones are refused. */
const MAX_DEPTH = 32;

/**
 * Whether a value is of a type. Numbers and truth values are taken for a `string`, as their text; text is never taken
 * for anything else. `problem` names the member, below `path`.
 */
export function checkValue(value: unknown, type: ValueType, path: string, depth = 0): CheckedValue {
  if (depth > MAX_DEPTH) return { problem: `\`${path}\` is nested too deep` };
  switch (type.type) {
    case "any":
      return { value };
    case "string":
      return typeof value === "number" || typeof value === "boolean"
        ? { value: String(value) }
        : matched(typeof value === "string", value, type, path);
    case "integer":
      return matched(Number.isSafeInteger(value), value, type, path);
    case "number":
      return matched(Number.isFinite(value), value, type, path);
    case "boolean":
      return matched(typeof value === "boolean", value, type, path);
    case "datetime":
      return matched(isDatetime(value), value, type, path);
    case "file":
      return matched(typeof value === "string" || isObject(value), value, type, path);
    case "array":
      return checkArray(value, type, path, depth);
    case "object":
      return checkObject(value, type, path, depth);
  }
}

function matched(isMatch: boolean, value: unknown, type: ValueType, path: string): CheckedValue {
  return isMatch
    ? { value }
    : { problem: `\`${path}\` must be ${TYPE_WORDS[type.type]}, not ${wordFor(value)}` };
}

function checkArray(value: unknown, type: ValueType, path: string, depth: number): CheckedValue {
  const { items } = type;
  if (!Array.isArray(value)) return matched(false, value, type, path);
  if (items === undefined || items.type === "any") return { value };
  const entries: unknown[] = [];
  for (const [index, entry] of value.entries()) {
    const checked = checkValue(entry, items, `${path}[${index}]`, depth + 1);
    if ("problem" in checked) return checked;
    entries.push(checked.value);
  }
  return { value: entries };
}

function checkObject(value: unknown, type: ValueType, path: string, depth: number): CheckedValue {
  if (!isObject(value)) return matched(false, value, type, path);
  if (type.properties === undefined) return { value };
  const members = new Map(Object.entries(value));
  for (const [name, property] of Object.entries(type.properties)) {
    const member = members.get(name);
    if (member === undefined || (member === null && property.type !== "any")) {
      if (property.required === true) return { problem: `\`${path}.${name}\` is missing` };
      members.delete(name);
      continue;
    }
    const checked = checkValue(member, property, `${path}.${name}`, depth + 1);
    if ("problem" in checked) return checked;
    members.set(name, checked.value);
  }
  return { value: Object.fromEntries(members) };
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isDatetime(value: unknown): boolean {
  return typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value) && !Number.isNaN(Date.parse(value));
}

const TYPE_WORDS: Record<ValueType["type"], string> = {
  any: "anything",
  string: "text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  object: "an object",
  array: "a list",
  file: "a file",
  datetime: "a date with time, such as 2025-01-31T12:00:00Z",
};

/** What a type is called in messages. */
export function typeWords({ type }: ValueType): string {
  return TYPE_WORDS[type];
}

function wordFor(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  return typeWords(typeOfData(value));
}

/** Type of plain data. */
export function typeOfData(value: unknown): ValueType {
  if (Array.isArray(value)) return { type: "array" };
  switch (typeof value) {
    case "string":
      return { type: "string" };
    case "number":
      return { type: Number.isSafeInteger(value) ? "integer" : "number" };
    case "boolean":
      return { type: "boolean" };
    case "object":
      return { type: value === null ? "any" : "object" };
    default:
      return { type: "any" };
  }
}

/** Whether a value of type `from` may be one of type `to`. Types that are not known well enough may. */
export function mayBe(from: ValueType, to: ValueType): boolean {
  if (from.type === "any" || to.type === "any") return true;
  if (from.type === "array" && to.type === "array") {
    return from.items === undefined || to.items === undefined || mayBe(from.items, to.items);
  }
  return from.type === to.type || MAY_BE[to.type].includes(from.type);
}

/** By what is asked for: what else may be given. */
const MAY_BE: Record<ValueType["type"], readonly ValueType["type"][]> = {
  any: [],
  string: ["integer", "number", "boolean", "datetime", "file"],
  integer: ["number"],
  number: ["integer"],
  boolean: [],
  object: ["file"],
  array: [],
  file: ["string", "object"],
  datetime: ["string"],
};

/** Type of what is at a path below a value, as far as it is known. */
export function typeAt(type: ValueType, path: readonly (string | number)[]): ValueType {
  return path.reduce<ValueType>((at, member) => {
    if (typeof member === "number") return at.items ?? { type: "any" };
    const { properties } = at;
    if (properties === undefined || !Object.hasOwn(properties, member)) return { type: "any" };
    return properties[member] ?? { type: "any" };
  }, type);
}
