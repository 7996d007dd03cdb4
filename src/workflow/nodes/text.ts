import { z } from "zod";
import type { ValueType } from "../../domain/workflow.ts";
import { NodeError } from "../node-error.ts";
import { defineNode } from "../node-parts/define-node.ts";

/** Longest text that comes out, in UTF-16 units. */
const MAX_TEXT_LENGTH = 1_000_000;

/** Most pieces a text is split into. */
const MAX_PIECES = 10_000;

const members = z.strictObject({
  operation: z
    .enum(["template", "split", "join", "trim", "replace", "upper-case", "lower-case"])
    .default("template")
    .describe("What is done: a template is filled in, or the input is worked on."),
  template: z
    .string()
    .max(100_000)
    .optional()
    .describe("Of `template`: Jinja, sees what earlier nodes gave."),
  separator: z
    .string()
    .max(1_000)
    .default("\n")
    .describe("Of `split` and `join`: what stands between the pieces. Empty: nothing, or every character."),
  find: z
    .string()
    .min(1)
    .max(10_000)
    .optional()
    .describe("Of `replace`: what is replaced, wherever it stands."),
  replacement: z.string().max(10_000).default("").describe("Of `replace`: what takes its place, as it is."),
});

type Members = z.output<typeof members>;

export const textNode = defineNode({
  type: "text",
  category: "calculation",
  summary: "Makes text: fills in a template, splits, joins, trims or replaces.",
  example: { template: "Order {{ start.order }} is {{ look.body.state }}.", next: "tell" },
  members,
  timeoutSeconds: 10,
  describe: (own) => ({
    inputs: inputsOf(own),
    outputs:
      own.operation === "split"
        ? { items: { type: "array", items: { type: "string" } } }
        : { text: { type: "string" } },
    sources: sourcesOf(own),
    problems: problemsOf(own),
  }),
  run: async (call, own) => {
    if (own.operation === "split") {
      return { kind: "done", outputs: { items: split(textOf(call.inputs["text"]), own.separator) } };
    }
    const text = own.operation === "template" ? call.render(own.template ?? "") : changed(call.inputs, own);
    if (text.length > MAX_TEXT_LENGTH) throw tooLong();
    return { kind: "done", outputs: { text } };
  },
});

function inputsOf({ operation }: Members): Record<string, ValueType & { required: boolean }> {
  if (operation === "template") return {};
  if (operation === "join") return { items: { type: "array", required: true } };
  return { text: { type: "string", required: true } };
}

function sourcesOf({ operation, template }: Members) {
  if (operation !== "template" || template === undefined) return [];
  return [{ field: "template", language: "template" as const, text: template }];
}

function problemsOf({ operation, template, find }: Members) {
  if (operation === "template" && template === undefined) {
    return [{ field: "template", message: "is needed to fill in a template" }];
  }
  if (operation === "replace" && find === undefined) {
    return [{ field: "find", message: "is needed to replace something" }];
  }
  return [];
}

function changed(inputs: Record<string, unknown>, own: Members): string {
  const text = textOf(inputs["text"]);
  switch (own.operation) {
    case "join":
      return join(inputs["items"], own.separator);
    case "replace":
      return replaceAll(text, own.find ?? "", own.replacement);
    case "upper-case":
      return text.toUpperCase();
    case "lower-case":
      return text.toLowerCase();
    default:
      return text.trim();
  }
}

/** Without a separator, into characters as people see them, or nearly: code points. */
function split(text: string, separator: string): string[] {
  if (text === "") return [];
  const pieces = separator === "" ? [...text] : text.split(separator, MAX_PIECES + 1);
  if (pieces.length > MAX_PIECES) {
    throw new NodeError("node_failed", `the text has more than ${MAX_PIECES} pieces`);
  }
  return pieces;
}

function join(items: unknown, separator: string): string {
  const pieces = Array.isArray(items) ? items.map(textOf) : [];
  const length = pieces.reduce((total, piece) => total + piece.length + separator.length, 0);
  if (length > MAX_TEXT_LENGTH + separator.length) throw tooLong();
  return pieces.join(separator);
}

function replaceAll(text: string, find: string, replacement: string): string {
  const pieces = text.split(find);
  if (text.length + pieces.length * replacement.length > MAX_TEXT_LENGTH * 2) throw tooLong();
  return pieces.join(replacement);
}

/** Text as it is, anything else as JSON. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

function tooLong(): NodeError {
  return new NodeError("node_failed", `the text is longer than ${MAX_TEXT_LENGTH} characters`);
}
