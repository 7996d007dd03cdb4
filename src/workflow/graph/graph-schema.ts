import { z } from "zod";
import { DEFAULT_LIMITS, GRAPH_VERSION } from "../../domain/workflow.ts";
import type { NodeKind } from "../node-kind.ts";
import { BODY_WORDS, FORBIDDEN_NAMES, RESERVED_IDS } from "./graph-words.ts";

/** Nodes of a graph altogether, and loops inside one another. */
export const MAX_NODES = 500;
export const MAX_NESTING = 8;

const identifier = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, "must be letters, digits and _, no digit first");

const nodeId = identifier
  .refine((id) => !RESERVED_IDS.has(id), "is a word that graphs keep for themselves")
  .describe("Unique in the graph, bodies of loops among it; later nodes know its outputs by it.");

const targets = z
  .union([identifier, z.array(identifier).max(50)], { error: "must be the id of a node, or a list of them" })
  .describe("The node that comes next, or several that run side by side.");

const next = z
  .union([identifier, z.array(identifier).max(50), z.record(identifier, targets)], {
    error: "must be the id of a node, a list of ids, or ids by port",
  })
  .describe("Who comes after it. By port where it has several: `{ yes: refund, no: explain }`.");

const inputName = z
  .string()
  .regex(/^[\p{L}_][\p{L}\p{N}_-]{0,63}$/u, "must be letters, digits, _ and -, no digit first")
  .refine((name) => !FORBIDDEN_NAMES.has(name), "cannot be the name of an input");

const inputs = z
  .record(inputName, z.unknown())
  .describe(
    "What it works on: data as it is, or `{ref: start.query}`, `{cel: 'start.amount > 100'}`, " +
      "`{template: 'Hello {{ start.name }}'}`; `{value: …}` for data that looks like one of these.",
  );

const retry = z
  .strictObject({
    times: z.int().min(1).max(10).describe("Attempts after the first."),
    delaySeconds: z.number().min(0).max(3_600).default(1).describe("Before the second attempt."),
    factor: z
      .number()
      .min(1)
      .max(10)
      .default(2)
      .describe("How much longer each pause is than the one before."),
  })
  .describe("Tried again where that may help.");

const onError = z
  .union([z.literal(["fail", "branch"]), z.strictObject({ outputs: z.record(z.string(), z.unknown()) })], {
    error: "must be `fail`, `branch`, or `outputs` that stand in",
  })
  .describe(
    "fail: the run fails. branch: it leaves through its port `error`. outputs: these are its outputs instead.",
  );

/** Members of every node, whatever its kind. A kind's own of the same name take their place. */
const commonMembers = {
  id: nodeId.meta({ id: "nodeId" }),
  title: z.string().trim().min(1).max(100).exactOptional().describe("For people. Absent: its id."),
  inputs: inputs.meta({ id: "inputs" }).exactOptional(),
  next: next.meta({ id: "next" }).exactOptional(),
  retry: retry.meta({ id: "retry" }).exactOptional(),
  timeoutSeconds: z
    .number()
    .min(0.1)
    .max(86_400)
    .exactOptional()
    .describe("How long one attempt may take. Absent: as its kind says."),
  onError: onError.meta({ id: "onError" }).exactOptional(),
  idempotent: z
    .boolean()
    .exactOptional()
    .describe("true: it may be run again after a crash though it has effects outside."),
  allowInTests: z
    .boolean()
    .exactOptional()
    .describe("true: it does in trials what it does otherwise, though it has effects outside."),
};

/** Nodes inside a body, each checked for itself. */
const body = z
  .array(z.unknown())
  .min(1, "must have a node")
  .max(MAX_NODES)
  .describe("The nodes that it runs each time, with what is known outside.");

/** Whether nodes of a kind have a `body`. */
export function hasBody(type: string): boolean {
  return Object.hasOwn(BODY_WORDS, type);
}

const schemas = new WeakMap<NodeKind, z.ZodObject>();

/** One node of a kind; what stands in its body is not looked at. */
export function nodeSchema(kind: NodeKind): z.ZodObject {
  const known = schemas.get(kind);
  if (known !== undefined) return known;
  const schema = z.strictObject({
    ...commonMembers,
    ...(hasBody(kind.type) ? { body } : {}),
    ...kind.members.shape,
    type: z.literal(kind.type).describe(kind.summary),
  });
  schemas.set(kind, schema);
  return schema;
}

/** Members of a node that are read whatever its kind: where it leads, and its rule with defaults. */
export const commonPart = z.object({ next: next.optional(), retry: retry.optional() });

const toolBase = {
  name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "must be 1 to 64 letters, digits, _ or -"),
  title: z.string().trim().min(1).max(100).exactOptional().describe("For people; `name` when absent."),
  description: z.string().min(1).max(4_000).describe("Tells models what it does and when to use it."),
  parameters: z
    .looseObject({ type: z.literal("object") })
    .default({ type: "object" })
    .describe("JSON Schema of the arguments."),
};

const serverTool = z.strictObject({
  ...toolBase,
  runBy: z.literal("server").default("server"),
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]).default("GET"),
  url: z
    .string()
    .max(4_000)
    .regex(/^https?:\/\/[^/?#{}\s]+(?:[/?#]\S*)?$/, "must be an http(s) address without {places} in its host")
    .describe("Address with {argument} places. Other arguments go to the query, or to the JSON body."),
  headers: z.record(z.string().regex(/^[A-Za-z0-9-]{1,100}$/), z.string().max(8_000)).default({}),
  timeoutMs: z.int().min(100).max(300_000).default(10_000).describe("Milliseconds one call may take."),
});

const callerTool = z.strictObject({ ...toolBase, runBy: z.literal("caller") });

/** Something that nodes call by name. */
export const toolSchema = z
  .discriminatedUnion("runBy", [callerTool, serverTool.extend({ runBy: z.literal("server") })])
  .describe("server: an HTTP call. caller: the caller's program runs it, and the run waits.");

const limits = z
  .strictObject({
    steps: z
      .int()
      .min(1)
      .max(100_000)
      .default(DEFAULT_LIMITS.steps)
      .describe("Nodes run altogether, those in bodies and inner workflows each time."),
    seconds: z
      .number()
      .min(1)
      .max(604_800)
      .default(DEFAULT_LIMITS.seconds)
      .describe("From the beginning to the end, without the time it waits."),
    depth: z.int().min(1).max(20).default(DEFAULT_LIMITS.depth).describe("Workflows inside one another."),
  })
  .describe("Past any of them a run fails.");

/** A graph without its nodes and tools, which are checked one by one. */
export const graphShape = z.strictObject({
  version: z.literal(GRAPH_VERSION).describe("The format."),
  mode: z
    .enum(["workflow", "chatflow"])
    .default("workflow")
    .describe("chatflow: it runs for messages of a conversation, and answers them."),
  nodes: z.array(z.unknown()).min(1, "must have a node").max(MAX_NODES),
  tools: z.array(z.unknown()).max(64).default([]).describe("What nodes call by name."),
  limits: limits.prefault({}),
  afterCrash: z
    .enum(["fail", "pause"])
    .default("fail")
    .describe("What becomes of a run whose process died while a node ran that must not run twice."),
});

/** The whole format for the given kinds, as editors check files with. */
export function formatSchema(kinds: readonly NodeKind[]): z.ZodType {
  const nodes: z.ZodType = z.lazy(() => z.array(node).min(1).max(MAX_NODES));
  const [first, ...others] = kinds.map((kind) => {
    const schema = nodeSchema(kind);
    return hasBody(kind.type) ? schema.extend({ body: nodes }) : schema;
  });
  if (first === undefined) throw new Error("there is no kind of node");
  const node = z.union([first, ...others]).meta({ id: "node", description: "One node, by its `type`." });
  return graphShape.extend({
    nodes: z.array(node).min(1).max(MAX_NODES),
    tools: z
      .array(z.union([callerTool, serverTool]))
      .max(64)
      .default([]),
  });
}
