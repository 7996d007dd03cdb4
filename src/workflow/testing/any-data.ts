import fc from "fast-check";

type Schema = Record<string, unknown>;

const DEPTH = 4;

/** Data that a JSON Schema accepts, as zod writes them; what only refinements know is not kept to. */
export function anyData(schema: Schema, root: Schema = schema, depth = 0): fc.Arbitrary<unknown> {
  const { $ref, anyOf, type } = schema;
  if (typeof $ref === "string") return anyData(definition(root, $ref), root, depth);
  if (Array.isArray(anyOf)) return fc.oneof(...anyOf.map((of) => anyData(asSchema(of), root, depth + 1)));
  if (Array.isArray(schema["enum"])) return fc.constantFrom(...schema["enum"]);
  if (Object.hasOwn(schema, "const")) return fc.constant(schema["const"]);
  switch (type) {
    case "string":
      return anyText(schema);
    case "integer":
      return fc.integer(bounds(schema));
    case "number":
      return fc.double({ ...bounds(schema), noNaN: true, noDefaultInfinity: true });
    case "boolean":
      return fc.boolean();
    case "array":
      return fc.array(anyData(asSchema(schema["items"]), root, depth + 1), {
        minLength: asNumber(schema["minItems"]) ?? 0,
        maxLength:
          depth > DEPTH ? (asNumber(schema["minItems"]) ?? 0) : 3 + (asNumber(schema["minItems"]) ?? 0),
      });
    case "object":
      return anyObject(schema, root, depth);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function anyObject(schema: Schema, root: Schema, depth: number): fc.Arbitrary<unknown> {
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const members = Object.entries(asSchema(schema["properties"]))
    .filter(([name]) => depth <= DEPTH || required.includes(name))
    .map(([name, of]) => [name, anyData(asSchema(of), root, depth + 1)] as const);
  const named = fc.record(Object.fromEntries(members), {
    requiredKeys: members.map(([name]) => name).filter((name) => required.includes(name)),
  });
  const { propertyNames, additionalProperties } = schema;
  if (typeof additionalProperties !== "object" || depth > DEPTH) return named;
  const keys = propertyNames === undefined ? fc.string() : anyData(asSchema(propertyNames), root);
  const values = anyData(asSchema(additionalProperties), root, depth + 1);
  return fc.dictionary(keys.map(String), values, { maxKeys: 3 });
}

const NASTY = [
  "{{",
  "{{ x }}",
  "{% if %}",
  "1 +",
  "start.a",
  "__proto__",
  "\0",
  "\ud800",
  "https://a.example/{{ x.y }}",
];

function anyText(schema: Schema): fc.Arbitrary<string> {
  const { pattern, minLength = 0, maxLength = 1_000_000 } = schema;
  if (typeof pattern === "string") return fc.stringMatching(new RegExp(pattern, "u"), { size: "small" });
  const fits = (text: string) => text.length >= Number(minLength) && text.length <= Number(maxLength);
  return fc.oneof(
    fc.string({ minLength: Number(minLength), maxLength: Number(minLength) + 20 }),
    fc.constantFrom(...NASTY).filter(fits),
  );
}

function bounds(schema: Schema): { min: number; max: number } {
  return { min: asNumber(schema["minimum"]) ?? -1_000, max: asNumber(schema["maximum"]) ?? 1_000 };
}

function definition(root: Schema, reference: string): Schema {
  const name = reference.replace(/^#\/\$defs\//, "");
  return asSchema(asSchema(root["$defs"])[name]);
}

function asSchema(value: unknown): Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function asNumber(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
