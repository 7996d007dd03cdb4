import { z } from "zod";
import type { ActionDecision, ActionPayloads } from "../../domain/output-action.ts";
import { inputsOfSchema } from "../language/json-schema.ts";
import { NodeError } from "../node-error.ts";
import type { NodeCall, NodeKind, NodeOutcome } from "../node-kind.ts";
import { defineNode } from "./define-node.ts";

/** Actions whose payload a node's inputs are. */
type PlainAction = Exclude<keyof ActionPayloads, "canvas-event-action" | "plugin-action">;

/** A kind of node that decides something beside speaking: its inputs are the payload of the action of its name. */
export function defineAction<Type extends PlainAction>(definition: {
  type: Type;
  summary: string;
  example: Readonly<Record<string, unknown>>;
  payload: z.ZodObject & z.ZodType<ActionPayloads[Type]>;
  decide(payload: ActionPayloads[Type]): ActionDecision;
}): NodeKind {
  const { type, summary, example, payload, decide } = definition;
  const { $schema: _, ...schema } = z.toJSONSchema(payload, { io: "input" });
  const inputs = inputsOfSchema(schema);
  return defineNode({
    type,
    category: "action",
    summary,
    example,
    members: z.strictObject({}),
    timeoutSeconds: 60,
    describe: () => ({ inputs, outputs: { status: STATUS }, hasEffects: true }),
    run: async (call) => act(call, decide(readPayload(payload, call.inputs))),
  });
}

const STATUS = {
  type: "string" as const,
  description: "`send`: it is done, or in the hands of who does it. `handover`: held. `skip`: nobody can.",
};

/** Carries out a decision, which is kept in the step. */
export async function act(call: NodeCall, decision: ActionDecision): Promise<NodeOutcome> {
  const action = await call.host.act(decision, call.node.id);
  return { kind: "done", outputs: { status: action.status }, actions: [action] };
}

/** Inputs as a schema takes them. Throws a `NodeError` with `input_invalid` naming the one that is wrong. */
export function readPayload<Output>(schema: z.ZodType<Output>, inputs: unknown): Output {
  const read = schema.safeParse(inputs);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const field = ["inputs", ...(issue?.path ?? [])].map(String).join(".");
  throw new NodeError("input_invalid", `${field}: ${issue?.message ?? "is wrong"}`);
}

/** Somebody or something, as another system names it. */
export const foreignId = (what: string) => z.string().min(1).max(200).describe(what);

/** Something to fetch. */
export const address = (what: string) =>
  z
    .string()
    .max(4_000)
    .refine((text) => URL.canParse(text) && /^https?:/i.test(text), "must be an http or https address")
    .describe(what);
