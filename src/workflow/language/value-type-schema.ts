import { z } from "zod";
import type { ValueType, WorkflowInput } from "../../domain/workflow.ts";

const type = z.enum([
  "any",
  "string",
  "integer",
  "number",
  "boolean",
  "object",
  "array",
  "file",
  "datetime",
] satisfies ValueType["type"][]);

const description = z.string().max(2_000).exactOptional().describe("What it is, for people and models.");

const propertyName = z
  .string()
  .min(1)
  .max(64)
  .refine((name) => name !== "__proto__", "cannot be the name of a member");

/** A `ValueType` as graphs write it. */
export const valueTypeSchema: z.ZodType<ValueType> = z.strictObject({
  type,
  description,
  get items() {
    return valueTypeSchema.exactOptional().describe("Of an `array`: what is in it. Absent: anything.");
  },
  get properties() {
    return propertiesSchema.exactOptional().describe("Of an `object`: its members. Absent: anything.");
  },
});

const propertiesSchema: z.ZodType<Record<string, ValueType & { required?: boolean }>> = z.record(
  propertyName,
  z.strictObject({
    type,
    description,
    items: z.lazy(() => valueTypeSchema).exactOptional(),
    properties: z.lazy(() => propertiesSchema).exactOptional(),
    required: z.boolean().exactOptional(),
  }),
);

/** Name of an input or an output, as expressions know it. */
export const memberName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, "must be letters, digits and _, no digit first")
  .refine((name) => name !== "__proto__", "cannot be a name");

/** A `WorkflowInput` as graphs write it: of a start node, or asked of a person. */
export const workflowInputSchema: z.ZodType<WorkflowInput> = z.strictObject({
  name: memberName.describe("What expressions know it by."),
  type: type.default("string"),
  description,
  items: valueTypeSchema.exactOptional().describe("Of an `array`: what is in it. Absent: anything."),
  properties: propertiesSchema.exactOptional().describe("Of an `object`: its members, by name."),
  required: z.boolean().default(true),
  default: z.unknown().exactOptional().describe("Used where none was given."),
  choices: z
    .array(z.string().min(1).max(1_000))
    .min(1)
    .max(100)
    .exactOptional()
    .describe("Of a `string`: the only ones accepted."),
});
