import { z } from "zod";
import type { Endpoint } from "../../../src/dialects/coze/endpoint.ts";

/** One field that an endpoint reads, however deep. */
export interface InputField {
  /** Such as `additional_messages.0.role`. */
  path: string;
  schema: z.ZodType;
  /** Must be there, when what holds it is. */
  isRequired: boolean;
}

/** All fields of a query or a body: lists by their first item, maps as a whole. */
export function fieldsOf(schema: z.ZodObject, prefix = ""): InputField[] {
  return Object.entries(schema.shape).flatMap(([key, value]) => {
    const field = value as z.ZodType;
    const path = `${prefix}${key}`;
    return [{ path, schema: field, isRequired: !field.safeParse(undefined).success }, ...below(field, path)];
  });
}

function below(schema: z.ZodType, path: string): InputField[] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) return fieldsOf(inner, `${path}.`);
  const item = itemOf(inner);
  if (item === undefined) return [];
  return [{ path: `${path}.0`, schema: item, isRequired: false }, ...below(item, `${path}.0`)];
}

/** The schema of a list's first item; undefined when it is no list. */
function itemOf(schema: z.ZodType): z.ZodType | undefined {
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType;
  return schema instanceof z.ZodTuple ? (schema.def.items[0] as z.ZodType) : undefined;
}

/** What is read, without what is done to it afterwards. */
function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable)
    return unwrap(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return unwrap(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodPipe) return unwrap(schema.in as z.ZodType);
  return schema;
}

const TRIED = ["1", "1024", 1, true, "https://a.example/b", {}, [], ["1"], { k: "v" }];

/** A value that a field takes. Fails when there is none among the usual ones. */
function validValue(schema: z.ZodType): unknown {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodEnum) return inner.options[0];
  if (inner instanceof z.ZodLiteral) return inner.value;
  if (inner instanceof z.ZodObject) return validObject(inner);
  const item = itemOf(inner);
  if (item !== undefined) return [validValue(item)];
  const found = TRIED.find((value) => schema.safeParse(value).success);
  if (found === undefined)
    throw new Error(`no value fits ${JSON.stringify(z.toJSONSchema(schema, { io: "input" }))}`);
  return found;
}

/** An object with every required field, and nothing else. */
export function validObject(schema: z.ZodObject): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schema.shape)
      .filter(([, value]) => !(value as z.ZodType).safeParse(undefined).success)
      .map(([key, value]) => [key, validValue(value as z.ZodType)]),
  );
}

/** The object with something else at one place; lists and objects on the way are made. `undefined` takes it away. */
export function withValue(
  object: Record<string, unknown>,
  path: string,
  value: unknown,
): Record<string, unknown> {
  const copy = structuredClone(object);
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  let place: Record<string, unknown> = copy;
  for (const [index, key] of keys.entries()) {
    const next = place[key];
    if (typeof next !== "object" || next === null) place[key] = (keys[index + 1] ?? last) === "0" ? [] : {};
    place = place[key] as Record<string, unknown>;
  }
  if (value === undefined) delete place[last];
  else place[last] = value;
  return copy;
}

/** The endpoint's path with something in every place. */
export function pathOf(endpoint: Endpoint): `/${string}` {
  return `/${endpoint.path.slice(1).replaceAll(/:[a-z_]+/g, "1")}`;
}

/** `?a=b`, of values that a query can hold. */
export function queryOf(values: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) query.set(key, String(value));
  return query.size === 0 ? "" : `?${query}`;
}
