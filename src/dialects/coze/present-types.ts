import type { ValueType, WorkflowInput } from "../../domain/workflow.ts";

/** One parameter in this family's words. Source: spec page §8, `required_parameters`. */
export interface WireParameter {
  type: string;
  required: boolean;
  description?: string;
  default_value?: string;
  items?: WireParameter;
  properties?: Record<string, WireParameter>;
}

/** Members of a JSON Schema (object) as parameters. */
export function presentInputs(schema: Record<string, unknown>): Record<string, WireParameter> {
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  return Object.fromEntries(
    Object.entries(recordOf(schema["properties"])).map(([name, member]) => [
      name,
      ofSchema(recordOf(member), required.includes(name)),
    ]),
  );
}

function ofSchema(schema: Record<string, unknown>, required: boolean): WireParameter {
  const { type, description, default: standard, items, properties } = schema;
  return {
    type: typeof type === "string" ? type : "any",
    required,
    ...(typeof description === "string" && description !== "" ? { description } : {}),
    ...(standard === undefined ? {} : { default_value: asText(standard) }),
    ...(items === undefined ? {} : { items: ofSchema(recordOf(items), false) }),
    ...(properties === undefined ? {} : { properties: presentInputs(schema) }),
  };
}

/** What a workflow is given. */
export function presentWorkflowInputs(inputs: readonly WorkflowInput[]): Record<string, WireParameter> {
  return Object.fromEntries(
    inputs.map((input) => [
      input.name,
      {
        ...presentType(input, input.required),
        ...(input.default === undefined ? {} : { default_value: asText(input.default) }),
      },
    ]),
  );
}

/** Values by name, as far as a graph says what they are. */
export function presentValues(types: Record<string, ValueType>): Record<string, WireParameter> {
  return Object.fromEntries(Object.entries(types).map(([name, type]) => [name, presentType(type, false)]));
}

function presentType(value: ValueType & { required?: boolean }, required: boolean): WireParameter {
  const { type, description, items, properties } = value;
  return {
    type,
    required,
    ...(description === undefined ? {} : { description }),
    ...(items === undefined ? {} : { items: presentType(items, false) }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, member]) => [
              name,
              presentType(member, member.required ?? false),
            ]),
          ),
        }),
  };
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}
