import type { ValueType, WorkflowInput } from "../../domain/workflow.ts";
import type { JsonSchema } from "../language/json-schema.ts";
import { checkValue } from "../language/value-type.ts";

/** What somebody answered, as the fields that were asked for; those that are wrong or missing are in `problems`. */
export interface FieldAnswer {
  /** With the defaults of those that were not given. */
  values: Record<string, unknown>;
  /** In the order of the fields. `message` names the field. */
  problems: { field: WorkflowInput; message: string }[];
}

/**
 * Reads fields out of an object, out of JSON text of one, or out of lines `name: value`. The value of the only field may
 * stand alone. Text is taken for what its field is.
 */
export function readFields(fields: readonly WorkflowInput[], data: unknown): FieldAnswer {
  const given = typeof data === "string" ? membersIn(fields, data) : data;
  const values: [string, unknown][] = [];
  const problems: FieldAnswer["problems"] = [];
  for (const field of fields) {
    const read = readField(field, memberOf(given, field.name));
    if ("problem" in read) problems.push({ field, message: read.problem });
    else if (read.value !== undefined) values.push([field.name, read.value]);
  }
  return { values: Object.fromEntries(values), problems };
}

function readField(field: WorkflowInput, given: unknown): { value: unknown } | { problem: string } {
  const { name, choices } = field;
  if (given === undefined || given === null || given === "") {
    if (field.default !== undefined) return { value: field.default };
    return field.required ? { problem: `\`${name}\` is missing` } : { value: undefined };
  }
  const checked = checkValue(typeof given === "string" ? valueIn(given.trim(), field) : given, field, name);
  if ("problem" in checked || choices === undefined) return checked;
  const choice = choices.find((one) => same(one, String(checked.value)));
  return choice === undefined
    ? { problem: `\`${name}\` must be one of ${choices.join(", ")}` }
    : { value: choice };
}

function same(one: string, other: string): boolean {
  return one.normalize("NFKC").toLowerCase() === other.normalize("NFKC").toLowerCase();
}

const YES = new Set(["true", "yes", "y", "1", "是", "对"]);
const NO = new Set(["false", "no", "n", "0", "否", "不"]);

/** What a text says where a value of another type is asked for; the text itself where it says nothing of the kind. */
function valueIn(text: string, { type }: ValueType): unknown {
  switch (type) {
    case "integer":
    case "number":
      return Number.isNaN(Number(text)) ? text : Number(text);
    case "boolean":
      if (YES.has(text.toLowerCase())) return true;
      return NO.has(text.toLowerCase()) ? false : text;
    case "array":
    case "object":
      return jsonIn(text) ?? text;
    default:
      return text;
  }
}

function membersIn(fields: readonly WorkflowInput[], text: string): unknown {
  const data = jsonIn(text);
  if (typeof data === "object" && data !== null && !Array.isArray(data)) return data;
  const members = text.split("\n").flatMap((line): [string, string][] => {
    const [, name = "", value = ""] = /^\s*([A-Za-z_][A-Za-z0-9_]*)\s*[:：](.*)$/.exec(line) ?? [];
    return fields.some((field) => field.name === name) ? [[name, value]] : [];
  });
  const [only] = fields;
  return members.length === 0 && fields.length === 1 && only !== undefined
    ? { [only.name]: text }
    : Object.fromEntries(members);
}

/** Undefined: it is no JSON. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function memberOf(given: unknown, name: string): unknown {
  if (typeof given !== "object" || given === null || !Object.hasOwn(given, name)) return undefined;
  return Reflect.get(given, name);
}

/** JSON Schema of an object with these fields. */
export function schemaOfFields(fields: readonly WorkflowInput[]): JsonSchema {
  const properties = fields.map((field) => {
    const { name, choices, default: preset } = field;
    const schema = {
      ...schemaOfType(field),
      ...(choices !== undefined && { enum: choices }),
      ...(preset !== undefined && { default: preset }),
    };
    return [name, schema] as const;
  });
  return {
    type: "object",
    properties: Object.fromEntries(properties),
    required: fields.filter((field) => field.required && field.default === undefined).map(({ name }) => name),
  };
}

function schemaOfType({ type, description, items, properties }: ValueType): JsonSchema {
  const told = description === undefined ? {} : { description };
  switch (type) {
    case "any":
    case "file":
      return told;
    case "datetime":
      return { type: "string", format: "date-time", ...told };
    case "array":
      return { type, ...told, ...(items !== undefined && { items: schemaOfType(items) }) };
    case "object":
      return { type, ...told, ...(properties !== undefined && schemaOfMembers(properties)) };
    default:
      return { type, ...told };
  }
}

function schemaOfMembers(properties: NonNullable<ValueType["properties"]>): JsonSchema {
  const members = Object.entries(properties);
  return {
    properties: Object.fromEntries(members.map(([name, type]) => [name, schemaOfType(type)])),
    required: members.filter(([, type]) => type.required === true).map(([name]) => name),
  };
}

/** The fields as outputs of a node; those that need not be there may be null. */
export function typesOfFields(fields: readonly WorkflowInput[]): Record<string, ValueType> {
  return Object.fromEntries(
    fields.map(({ name, type, description, items, properties }) => [
      name,
      {
        type,
        ...(description !== undefined && { description }),
        ...(items !== undefined && { items }),
        ...(properties !== undefined && { properties }),
      },
    ]),
  );
}

/** What is wrong with a list of fields, below `field`; `taken`: names that something else has. */
export function fieldProblems(
  fields: readonly WorkflowInput[],
  field: string,
  taken: readonly string[] = [],
): { field: string; message: string }[] {
  return fields.flatMap(({ name, type, choices, default: preset, ...rest }, index) => {
    const at = `${field}[${index}]`;
    const isTwice = fields.findIndex((other) => other.name === name) < index;
    if (isTwice || taken.includes(name))
      return [{ field: `${at}.name`, message: `"${name}" is there already` }];
    if (choices !== undefined && type !== "string") {
      return [{ field: `${at}.choices`, message: "are only for a string" }];
    }
    if (preset === undefined) return [];
    const checked = checkValue(preset, { type, ...rest }, name);
    return "problem" in checked ? [{ field: `${at}.default`, message: checked.problem }] : [];
  });
}
