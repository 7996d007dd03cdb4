import { z } from "zod";
import { installationSchema } from "./file-schema.ts";
import type { FieldPath, FileProblem, FileSource } from "./file-source.ts";
import { nearestName } from "./nearest-name.ts";

type Issue = z.core.$ZodIssue;

/** Says what zod found in the words of somebody who writes the file, at the place where it stands. */
export function shapeProblems(source: FileSource, issues: readonly Issue[]): FileProblem[] {
  return issues
    .flatMap((issue) => issueWords(issue, installationSchema, source.value))
    .map(({ path, key, message }) =>
      key === undefined ? source.problemAt(path, message) : source.problemAtKey(path, key, message),
    );
}

/** What zod found, in words. */
export interface IssueWords {
  path: FieldPath;
  /** The key of the object at the path that is meant, and not a value. */
  key?: string;
  message: string;
}

/** Says what zod found in a value that this schema does not accept. */
export function issueWords(issue: Issue, schema: z.ZodType, value: unknown): IssueWords[] {
  return wordsAt(issue, issue.path, schema, value);
}

function wordsAt(issue: Issue, path: FieldPath, schema: z.ZodType, value: unknown): IssueWords[] {
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schema, path);
    return issue.keys.map((key) => ({ path, key, message: unknownKey(key, known) }));
  }
  if (issue.code === "invalid_union") {
    const meant = issue.errors.find(
      (branch) => !branch.some((inner) => inner.path.length === 0 && isTypeIssue(inner)),
    );
    if (meant === undefined) return [{ path, message: unionWords(issue.message) }];
    return meant.flatMap((inner) => wordsAt(inner, [...path, ...inner.path], schema, value));
  }
  if (issue.code === "invalid_key") {
    return [{ path: path.slice(0, -1), key: String(path.at(-1)), message: keyWords(issue) }];
  }
  return [{ path, message: words(issue, valueAt(value, path)) }];
}

/** What the schema says itself is better than what can be said of all of them. */
function unionWords(message: string): string {
  return message === "Invalid input" ? "has the wrong shape" : message;
}

function isTypeIssue(issue: Issue): boolean {
  return issue.code === "invalid_type";
}

function words(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      return typeWords(issue.expected, value);
    case "invalid_value":
      return valueWords(issue.values, value);
    case "too_small":
      return sizeWords("at least", issue.origin, Number(issue.minimum));
    case "too_big":
      return sizeWords("at most", issue.origin, Number(issue.maximum));
    default:
      return issue.message;
  }
}

const TYPE_WORDS: Record<string, string> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a block of keys",
  record: "a block of keys",
};

function typeWords(expected: string, value: unknown): string {
  if (value === undefined) return "is missing";
  const wanted = `must be ${TYPE_WORDS[expected] ?? expected}`;
  if (value === null) return `${wanted}, but is empty`;
  if (expected === "string" && typeof value !== "object") return `${wanted}: put it in quotes`;
  if (expected === "number" && typeof value === "string") return `${wanted}, without quotes or variables`;
  return wanted;
}

function valueWords(allowed: readonly unknown[], value: unknown): string {
  if (value === undefined) return "is missing";
  const choices = allowed.map(String);
  const nearest = typeof value === "string" ? nearestName(value, choices) : undefined;
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  return `must be ${choices.length === 1 ? "" : "one of "}${choices.join(", ")}${hint}`;
}

function sizeWords(bound: "at least" | "at most", origin: string, size: number): string {
  if (origin === "string" && bound === "at least" && size === 1) return "must not be empty";
  if (origin === "string") return `must have ${bound} ${size} characters`;
  if (origin === "array") return `must have ${bound} ${size} entries`;
  return `must be ${bound} ${size}`;
}

function keyWords(issue: Extract<Issue, { code: "invalid_key" }>): string {
  return issue.issues[0]?.message ?? "is not allowed as a key";
}

function unknownKey(key: string, known: string[]): string {
  const nearest = nearestName(key, known);
  if (nearest !== undefined) return `is not a known key; did you mean ${nearest}?`;
  return `is not a known key; known here: ${known.join(", ")}`;
}

function valueAt(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>(
    (holder, step) => (isRecord(holder) || Array.isArray(holder) ? Reflect.get(holder, step) : undefined),
    value,
  );
}

/** The keys an object at this path may have, read off the JSON Schema. */
function knownKeys(schema: z.ZodType, path: FieldPath): string[] {
  const root: unknown = z.toJSONSchema(schema, { io: "input" });
  return path.reduce<unknown[]>(stepInto, [root]).flatMap((schema) => Object.keys(propertiesOf(schema)));
}

function stepInto(schemas: unknown[], step: PropertyKey): unknown[] {
  return schemas
    .map((schema) => {
      if (typeof step === "number") return isRecord(schema) ? Reflect.get(schema, "items") : undefined;
      return propertiesOf(schema)[String(step)];
    })
    .flatMap((schema) => alternatives(schema) ?? [schema]);
}

function alternatives(schema: unknown): unknown[] | undefined {
  const branches: unknown = isRecord(schema) ? Reflect.get(schema, "anyOf") : undefined;
  return Array.isArray(branches) ? branches : undefined;
}

function propertiesOf(schema: unknown): Record<string, unknown> {
  const properties: unknown = isRecord(schema) ? Reflect.get(schema, "properties") : undefined;
  return isRecord(properties) ? properties : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
