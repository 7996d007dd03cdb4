import type { ValueType } from "../../domain/workflow.ts";

/** A JSON Schema as graphs write it. */
export type JsonSchema = Record<string, unknown>;

export interface SchemaProblem {
  /** Path of the value or of the part of the schema, such as `items[0].name`; empty: all of it. */
  path: string;
  message: string;
}

/** Longest schema, as JSON text in UTF-16 units. */
const SCHEMA_LIMIT = 32_768;
const DEPTH_LIMIT = 12;
/** Problems told of one value. */
const PROBLEM_LIMIT = 5;

const TYPES = ["string", "number", "integer", "boolean", "object", "array", "null"];
/** They say something to people and models; nothing is checked by them. */
const ANNOTATIONS = new Set(["$schema", "title", "description", "default", "examples", "format"]);
const COUNTS = new Set(["minLength", "maxLength", "minItems", "maxItems"]);

/**
 * What is wrong with a schema. Understood are the keywords that every model's server knows: types, properties, items,
 * choices, limits and `anyOf`; neither references nor patterns, whose checks have no bounds.
 */
export function schemaProblems(schema: JsonSchema): SchemaProblem[] {
  if (JSON.stringify(schema).length > SCHEMA_LIMIT) {
    return [{ path: "", message: `is longer than ${SCHEMA_LIMIT} characters` }];
  }
  return inSchema(schema, "", 0);
}

function inSchema(schema: unknown, path: string, depth: number): SchemaProblem[] {
  const problem = (message: string): SchemaProblem[] => [{ path, message }];
  if (!isObject(schema)) return problem("must be an object");
  if (depth > DEPTH_LIMIT) return problem(`is deeper than ${DEPTH_LIMIT} levels`);
  return Object.entries(schema).flatMap(([keyword, value]) => {
    const at = joined(path, keyword);
    const check = KEYWORDS[keyword];
    if (ANNOTATIONS.has(keyword)) return [];
    if (COUNTS.has(keyword)) {
      return Number.isSafeInteger(value) ? [] : [{ path: at, message: "must be a whole number" }];
    }
    if (check === undefined || !Object.hasOwn(KEYWORDS, keyword)) {
      return [{ path: at, message: "is not understood here" }];
    }
    return check(value, at, depth + 1);
  });
}

const KEYWORDS: Record<string, (value: unknown, path: string, depth: number) => SchemaProblem[]> = {
  type: (value, path) => {
    const names = Array.isArray(value) ? value : [value];
    const isGood = names.length > 0 && names.every((name) => TYPES.includes(String(name)));
    return isGood ? [] : [{ path, message: `must be one of ${TYPES.join(", ")}` }];
  },
  properties: (value, path, depth) =>
    isObject(value)
      ? Object.entries(value).flatMap(([name, of]) => inSchema(of, joined(path, name), depth))
      : [{ path, message: "must be an object" }],
  required: (value, path) =>
    Array.isArray(value) && value.every((name) => typeof name === "string")
      ? []
      : [{ path, message: "must be a list of names" }],
  additionalProperties: (value, path, depth) =>
    typeof value === "boolean" ? [] : inSchema(value, path, depth),
  items: inSchema,
  anyOf: (value, path, depth) =>
    Array.isArray(value) && value.length > 0
      ? value.flatMap((of, index) => inSchema(of, `${path}[${index}]`, depth))
      : [{ path, message: "must be a list of schemas" }],
  enum: (value, path) =>
    Array.isArray(value) && value.length > 0 ? [] : [{ path, message: "must be a list of values" }],
  const: () => [],
  minimum: isNumber,
  maximum: isNumber,
};

function isNumber(value: unknown, path: string): SchemaProblem[] {
  return Number.isFinite(value) ? [] : [{ path, message: "must be a number" }];
}

/** What is wrong with a value, the first few things; empty: it fits. Total over whatever `schemaProblems` accepts. */
export function valueProblems(schema: JsonSchema, value: unknown): SchemaProblem[] {
  return inValue(schema, value, "").slice(0, PROBLEM_LIMIT);
}

function inValue(schema: unknown, value: unknown, path: string): SchemaProblem[] {
  if (!isObject(schema)) return [];
  const types = schema["type"] === undefined ? TYPES : [schema["type"]].flat().map(String);
  if (!types.some((type) => hasType(value, type))) {
    return [{ path, message: `must be ${types.map(word).join(" or ")}` }];
  }
  const choices = Array.isArray(schema["enum"]) ? schema["enum"] : undefined;
  if (choices !== undefined && !choices.some((choice) => isSame(choice, value))) {
    return [
      { path, message: `must be one of ${choices.map((choice) => JSON.stringify(choice)).join(", ")}` },
    ];
  }
  if (Object.hasOwn(schema, "const") && !isSame(schema["const"], value)) {
    return [{ path, message: `must be ${JSON.stringify(schema["const"])}` }];
  }
  const { anyOf } = schema;
  if (Array.isArray(anyOf) && !anyOf.some((of) => inValue(of, value, path).length === 0)) {
    return [{ path, message: "fits none of the forms it may have" }];
  }
  if (typeof value === "string") return inLength(schema, value.length, "Length", "characters", path);
  if (typeof value === "number") return inRange(schema, value, path);
  if (Array.isArray(value)) return inArray(schema, value, path);
  return isObject(value) ? inObject(schema, value, path) : [];
}

function inObject(schema: JsonSchema, value: JsonSchema, path: string): SchemaProblem[] {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const others = schema["additionalProperties"];
  const missing = required
    .filter((name) => !Object.hasOwn(value, name))
    .map((name) => ({ path: joined(path, name), message: "is missing" }));
  const wrong = Object.entries(value).flatMap(([name, member]) => {
    const at = joined(path, name);
    if (Object.hasOwn(properties, name)) return inValue(properties[name], member, at);
    return others === false ? [{ path: at, message: "is not asked for" }] : inValue(others, member, at);
  });
  return [...missing, ...wrong];
}

function inArray(schema: JsonSchema, value: unknown[], path: string): SchemaProblem[] {
  const problems = inLength(schema, value.length, "Items", "items", path);
  for (const [index, item] of value.entries()) {
    if (problems.length >= PROBLEM_LIMIT) break;
    problems.push(...inValue(schema["items"], item, `${path}[${index}]`));
  }
  return problems;
}

function inRange(schema: JsonSchema, value: number, path: string): SchemaProblem[] {
  const { minimum, maximum } = schema;
  if (typeof minimum === "number" && value < minimum)
    return [{ path, message: `must be at least ${minimum}` }];
  if (typeof maximum === "number" && value > maximum)
    return [{ path, message: `must be at most ${maximum}` }];
  return [];
}

function inLength(
  schema: JsonSchema,
  length: number,
  noun: "Length" | "Items",
  unit: string,
  path: string,
): SchemaProblem[] {
  const [least, most] = [schema[`min${noun}`], schema[`max${noun}`]];
  if (typeof least === "number" && length < least) {
    return [{ path, message: `must have at least ${least} ${unit}` }];
  }
  if (typeof most === "number" && length > most) {
    return [{ path, message: `must have at most ${most} ${unit}` }];
  }
  return [];
}

function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case "integer":
      return Number.isInteger(value);
    case "number":
      return Number.isFinite(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return isObject(value);
    case "null":
      return value === null;
    default:
      return typeof value === type;
  }
}

function word(type: string): string {
  if (type === "string") return "a text";
  if (type === "boolean") return "true or false";
  if (type === "integer") return "a whole number";
  if (type === "array") return "a list";
  if (type === "object") return "an object";
  return type === "number" ? "a number" : "null";
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || (typeof one === "object" && JSON.stringify(one) === JSON.stringify(other));
}

/** What a value of this schema is, as far as a `ValueType` can say. */
export function typeOfSchema(schema: unknown): ValueType {
  if (!isObject(schema)) return { type: "any" };
  const { type, description, properties, required, items } = schema;
  const told = typeof description === "string" ? { description } : {};
  if (type === "string" || type === "integer" || type === "number" || type === "boolean") {
    return { type, ...told };
  }
  if (type === "array") {
    return { type, ...told, ...(items === undefined ? {} : { items: typeOfSchema(items) }) };
  }
  if (type !== "object") return { type: "any", ...told };
  if (!isObject(properties)) return { type, ...told };
  const names = Array.isArray(required) ? required : [];
  const members = Object.entries(properties).map(
    ([name, of]) => [name, { ...typeOfSchema(of), required: names.includes(name) }] as const,
  );
  return { type, ...told, properties: Object.fromEntries(members) };
}

/** The members of an object's schema, as a node's inputs. */
export function inputsOfSchema(schema: JsonSchema): Record<string, ValueType & { required: boolean }> {
  const { properties = {} } = typeOfSchema({ ...schema, type: "object" });
  const members = Object.entries(properties).map(
    ([name, type]) => [name, { ...type, required: type.required === true }] as const,
  );
  return Object.fromEntries(members);
}

function joined(path: string, name: unknown): string {
  return path === "" ? String(name) : `${path}.${String(name)}`;
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
