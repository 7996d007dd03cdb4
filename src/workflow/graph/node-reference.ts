import { stringify } from "yaml";
import { z } from "zod";
import type { ValueType, WorkflowTool } from "../../domain/workflow.ts";
import type { NodeDescription, NodeKind } from "../node-kind.ts";
import { nodeSchema } from "./graph-schema.ts";

type Schema = Record<string, unknown>;

const HEAD = `# Kinds of nodes

Made from the kinds themselves by \`npm run reference\`; do not edit. [workflows.md](workflows.md) tells how graphs are
drawn and run, [add-a-node.md](add-a-node.md) how to add a kind. The examples refer to nodes such as \`start\` that are
not shown.`;

const CATEGORIES: Record<NodeKind["category"], string> = {
  entry: "A run begins there.",
  calculation: "It computes.",
  action: "It decides something beside speaking, which is told as an action.",
  output: "It speaks, or asks.",
  comment: "It never runs.",
};

/** What examples call. */
const EXAMPLE_TOOL: WorkflowTool = {
  runBy: "caller",
  name: "order_status",
  title: "Order status",
  description: "Looks an order up.",
  parameters: { type: "object", properties: { order: { type: "string" } }, required: ["order"] },
};

/** The page about all kinds of nodes, in Markdown. */
export function nodeReference(kinds: readonly NodeKind[]): string {
  const contents = kinds.map(({ type, summary }) => `* [\`${type}\`](#${type}): ${summary}`);
  return `${[HEAD, contents.join("\n"), commonMembers(kinds), ...kinds.map(section)].join("\n\n")}\n`;
}

/** Members of every node, whatever its kind. */
function commonMembers(kinds: readonly NodeKind[]): string {
  const [shared] = kinds.filter(({ members }) => Object.keys(members.shape).length === 0);
  if (shared === undefined) return "";
  const schema: Schema = z.toJSONSchema(nodeSchema(shared), { io: "input", unrepresentable: "any" });
  const { type: _, ...properties } = asSchema(schema["properties"]);
  return `## Members of every node\n\n${memberTable({ ...schema, properties }, ["id", "type"])}`;
}

function section(kind: NodeKind): string {
  const { type, summary, category, example, members, timeoutSeconds } = kind;
  const node = { id: "example", type, ...example };
  const described = kind.describe(node, { tools: [EXAMPLE_TOOL], typeOf: () => ({ type: "any" }) });
  const schema: Schema = z.toJSONSchema(members, { io: "input", unrepresentable: "any" });
  return [
    `## ${type}`,
    `${summary} ${CATEGORIES[category]}`,
    `\`\`\`yaml\n${stringify([node], { lineWidth: 100 })}\`\`\``,
    ...(Object.keys(members.shape).length === 0 ? [] : [memberTable(schema)]),
    facts(described, timeoutSeconds),
  ].join("\n\n");
}

/** As the example is described: inputs, outputs and ports may follow from members. */
function facts(described: NodeDescription, timeoutSeconds: number): string {
  const { inputs, hasOpenInputs, outputs, ports, hasEffects, streams } = described;
  const taken = Object.entries(inputs).map(([name, type]) => valueLine(name, type, type.required));
  const more = hasOpenInputs ? ["anything, by names of your own"] : [];
  const given = Object.entries(outputs).map(([name, type]) => valueLine(name, type, true));
  const lines = [
    ...listed("Inputs", [...taken, ...more]),
    ...listed("Outputs", given),
    `* Ports: ${ports.length === 0 ? "none" : ports.map((port) => `\`${port}\``).join(", ")}.`,
    `* Time: ${timeoutSeconds} s for one attempt, unless the node says otherwise.`,
    ...(streams === undefined ? [] : [`* Writes \`${streams}\` as it goes.`]),
    ...(hasEffects
      ? ["* Has effects outside: after a crash it is not repeated unless it is `idempotent`."]
      : []),
  ];
  return lines.join("\n");
}

function listed(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : [`* ${title}:`, ...lines.map((line) => `  * ${line}`)];
}

function valueLine(name: string, type: ValueType, isRequired: boolean): string {
  const { description } = type;
  const words = `\`${name}\`: ${typeWords(type)}${isRequired ? "" : ", optional"}`;
  return description === undefined ? words : `${words}. ${description}`;
}

function typeWords({ type, items }: ValueType): string {
  return type === "array" && items !== undefined ? `array of ${typeWords(items)}` : type;
}

function memberTable(schema: Schema, first: readonly string[] = []): string {
  const rows = memberRows(schema, schema, "").filter(({ path }) => !first.includes(path) || path === "id");
  return [
    "| Member | What it is | Default | |",
    "|---|---|---|---|",
    ...rows.map(({ path, words, preset, description }) =>
      `| \`${path}\` | ${words} | ${preset} | ${description} |`.replaceAll("\n", " "),
    ),
  ].join("\n");
}

interface Row {
  path: string;
  words: string;
  preset: string;
  description: string;
}

function memberRows(schema: Schema, root: Schema, path: string): Row[] {
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  return Object.entries(asSchema(schema["properties"])).flatMap(([name, given]) => {
    const member = resolved(asSchema(given), root);
    const at = path === "" ? name : `${path}.${name}`;
    const hasDefault = Object.hasOwn(member, "default");
    const preset = hasDefault
      ? code(JSON.stringify(member["default"]))
      : required.includes(name)
        ? "required"
        : "";
    const description = typeof member["description"] === "string" ? escaped(member["description"]) : "";
    const inner = asSchema(member["type"] === "array" ? member["items"] : member);
    const innerPath = member["type"] === "array" ? `${at}[]` : at;
    return [
      { path: at, words: schemaWords(member), preset, description },
      ...(inner["type"] === "object" ? memberRows(inner, root, innerPath) : []),
    ];
  });
}

/** What a schema refers to, with its own words; types of values, which refer to themselves, stay as they are. */
function resolved(schema: Schema, root: Schema): Schema {
  const { $ref, ...own } = schema;
  const name = typeof $ref === "string" ? $ref.replace("#/$defs/", "") : "";
  const definition = asSchema(asSchema(root["$defs"])[name]);
  return name === "" || name.startsWith("__schema") ? schema : { ...definition, ...own };
}

function schemaWords(schema: Schema): string {
  const { type, anyOf, $ref } = schema;
  if ($ref !== undefined) return "a type, such as `{ type: string }`";
  if (Array.isArray(anyOf)) return anyOf.map((of) => schemaWords(asSchema(of))).join(", or ");
  if (Object.hasOwn(schema, "const")) return code(String(schema["const"]));
  if (Array.isArray(schema["enum"])) return schema["enum"].map((choice) => code(String(choice))).join(", ");
  if (type === "array") return `list of ${schemaWords(asSchema(schema["items"]))}${range(schema, "Items")}`;
  if (type === "integer" || type === "number") return `${type}${range(schema, "imum")}`;
  if (type === "object" && schema["properties"] === undefined) {
    return `object of ${schemaWords(asSchema(schema["additionalProperties"]))}`;
  }
  return typeof type === "string" ? type : "anything";
}

function range(schema: Schema, noun: "Items" | "imum"): string {
  const [least, most] = [schema[`min${noun}`], schema[`max${noun}`]];
  const unit = noun === "Items" ? ` (${numbers(least ?? 0, most)})` : `, ${numbers(least, most)}`;
  return most === undefined || Math.abs(Number(most)) >= Number.MAX_SAFE_INTEGER ? "" : unit;
}

function numbers(least: unknown, most: unknown): string {
  return `${String(least)} to ${String(most)}`;
}

function code(text: string): string {
  return `\`${escaped(text)}\``;
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|");
}

function asSchema(value: unknown): Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}
