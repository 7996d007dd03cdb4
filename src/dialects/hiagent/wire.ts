import { z } from "zod";
import { codePoints } from "../../chat/code-points.ts";
import { DomainError } from "../../domain/errors.ts";

/**
 * Reads a request body by its schema the way HiAgent does: keys match in any case (an exact match wins), `null`
 * is the same as absent, unknown keys are ignored. Rejects with `request_invalid` naming every field at fault.
 * Source: HiAgent spec page §1.2.
 */
export function readBody<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new DomainError("request_invalid", `Mismatch type object with value ${kindOf(body)}, field body`);
  }
  const folded = foldKeys(schema, body);
  const result = schema.safeParse(folded);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => explain(issue, folded));
  const field = result.error.issues[0]?.path.join(".");
  throw new DomainError("request_invalid", problems.join("; "), field === undefined ? {} : { field });
}

/** Text of at most `limit` code points, without control characters other than white space. */
export function wireText(limit: number) {
  return z
    .string()
    .refine((text) => codePoints(text) <= limit, { error: `longer than ${limit} characters` })
    .refine((text) => !CONTROL.test(text), { error: "contains control characters" })
    .transform((text) => text.toWellFormed());
}

/** Text whose empty form means absent. */
export function optionalText(limit: number) {
  return wireText(limit)
    .optional()
    .transform((text) => (text === "" ? undefined : text));
}

/** An integer; numeric strings are accepted. */
export const wireInteger = z.union(
  [
    z.int(),
    z
      .string()
      .regex(/^\s*-?\d{1,15}\s*$/)
      .transform(Number),
  ],
  {
    error: (issue) => `Mismatch type i32 with value ${kindOf(issue.input)}`,
  },
);

/**
 * Values for variables, `map<string,string>`: numbers and booleans become text, nulls are dropped, objects are
 * refused.
 */
export const wireInputs = z
  .record(
    wireText(200),
    z
      .union([z.string(), z.number(), z.boolean(), z.null()], {
        error: (issue) => `Mismatch type string with value ${kindOf(issue.input)}`,
      })
      .transform((value) => (value === null ? undefined : String(value)))
      .pipe(wireText(10_000).optional()),
  )
  .transform((values) => {
    const texts: Record<string, string> = {};
    for (const [key, value] of Object.entries(values)) if (value !== undefined) texts[key] = value;
    return texts;
  });

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for.
const CONTROL = /[\u0000-\u0008\u000e-\u001f\u007f]/;

/** Renames keys to the schema's spelling and drops nulls, as deep as the schema knows the shape. */
function foldKeys(schema: z.ZodType, value: unknown): unknown {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray && Array.isArray(value)) {
    const element = inner.element;
    return element instanceof z.ZodType ? value.map((item) => foldKeys(element, item)) : value;
  }
  if (
    !(inner instanceof z.ZodObject) ||
    typeof value !== "object" ||
    value === null ||
    Array.isArray(value)
  ) {
    return value;
  }
  const spellings = spellingsOf(inner);
  const given = new Map<string, unknown>();
  for (const [key, item] of Object.entries(value)) {
    if (item === null) continue;
    const name = spellings.get(key.toLowerCase());
    if (name !== undefined && (key === name || !given.has(name))) given.set(name, item);
  }
  const folded: Record<string, unknown> = {};
  for (const [name, item] of given) {
    const member: unknown = inner.shape[name];
    folded[name] = member instanceof z.ZodType ? foldKeys(member, item) : item;
  }
  return folded;
}

const spellingsBySchema = new WeakMap<z.ZodObject, Map<string, string>>();

function spellingsOf(schema: z.ZodObject): Map<string, string> {
  let spellings = spellingsBySchema.get(schema);
  if (spellings === undefined) {
    spellings = new Map(Object.keys(schema.shape).map((name) => [name.toLowerCase(), name]));
    spellingsBySchema.set(schema, spellings);
  }
  return spellings;
}

function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) {
    const inner: unknown = schema.unwrap();
    return inner instanceof z.ZodType ? unwrap(inner) : schema;
  }
  if (schema instanceof z.ZodPipe) {
    return schema.in instanceof z.ZodType ? unwrap(schema.in) : schema;
  }
  return schema;
}

/** The live server's words for a wrong type, ours for the rest; always with the field. */
function explain(issue: z.core.$ZodIssue, body: unknown): string {
  const field = issue.path.join(".");
  if (issue.code === "invalid_type") {
    const value = issue.path.reduce<unknown>(
      (inner, key) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : undefined),
      body,
    );
    if (value === undefined) return `field ${field} is required`;
    return `Mismatch type ${issue.expected} with value ${kindOf(value)}, field ${field}`;
  }
  return `field ${field}: ${issue.message}`;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
