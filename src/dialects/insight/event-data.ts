import type { AgentEvent, EventVariableType } from "../../domain/agent.ts";
import { InputError, type InputProblem } from "./wire.ts";

/**
 * The values of an event's variables among those that were given, and the names of the others. Throws an `InputError`
 * naming each variable without a value, or with one of another type. Source: spec page of Insight §12.4, `params`.
 */
export function eventData(
  { variables }: Pick<AgentEvent, "variables">,
  params: Record<string, unknown>,
): { data: Record<string, unknown>; dropped: string[] } {
  const given = new Map(Object.entries(params));
  const problems = variables.flatMap(({ name, type }): InputProblem[] => {
    const value = given.get(name);
    const field = `params.${name}`;
    if (value === undefined || value === null) return [{ field, rule: "required", message: "is required" }];
    if (isOfType(value, type)) return [];
    return [{ field, rule: "invalid_type", message: `must be ${NAMES[type]}` }];
  });
  if (problems.length > 0) throw new InputError(problems);
  const declared = new Set(variables.map(({ name }) => name));
  return {
    data: Object.fromEntries(variables.map(({ name }) => [name, given.get(name)])),
    dropped: [...given.keys()].filter((name) => !declared.has(name)),
  };
}

const NAMES: Readonly<Record<EventVariableType, string>> = {
  string: "a text",
  number: "a number",
  boolean: "true or false",
  datetime: "a time",
  date: "a date",
  time: "a time",
  array: "a list",
  object: "an object",
};

/** Callers write numbers as texts and the other way round; what cannot be meant is refused. */
function isOfType(value: unknown, type: EventVariableType): boolean {
  switch (type) {
    case "string":
      return typeof value !== "object";
    case "number":
      return typeof value === "number" || (typeof value === "string" && isNumber(value));
    case "boolean":
      return typeof value === "boolean" || value === "true" || value === "false";
    case "datetime":
    case "date":
    case "time":
      return typeof value === "number" || (typeof value === "string" && value !== "");
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && !Array.isArray(value);
    default:
      return type satisfies never;
  }
}

function isNumber(text: string): boolean {
  return text.trim() !== "" && Number.isFinite(Number(text));
}
