import type { JsonSchema, SchemaProblem } from "../language/json-schema.ts";
import { valueProblems } from "../language/json-schema.ts";

/** What a model wrote where JSON was asked for, as a value or as what is wrong with it. */
export type JsonAnswer = { value: Record<string, unknown> } | { problem: string };

/** Told to a model that is to answer with JSON. */
export function jsonInstruction(schema: JsonSchema): string {
  return `Answer with one JSON object that fits this JSON Schema, and with nothing else:\n${JSON.stringify(schema)}`;
}

/** Reads the object out of an answer: alone, in a fence, or with words around it. Nothing in it is more than data. */
export function readJsonAnswer(text: string, schema: JsonSchema): JsonAnswer {
  const value = objectIn(text);
  if (value === undefined) return { problem: "It is not a JSON object." };
  const problems = valueProblems(schema, value);
  return problems.length === 0 ? { value } : { problem: problems.map(sentence).join(" ") };
}

function sentence({ path, message }: SchemaProblem): string {
  return `${path === "" ? "It" : `"${path}"`} ${message}.`;
}

function objectIn(text: string): Record<string, unknown> | undefined {
  const [start, end] = [text.indexOf("{"), text.lastIndexOf("}")];
  if (start < 0 || end < start) return undefined;
  try {
    const value: unknown = JSON.parse(text.slice(start, end + 1));
    return isPlainObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
