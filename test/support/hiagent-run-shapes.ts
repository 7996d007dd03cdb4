import { z } from "zod";

/**
 * The run object and the stream of a run as §9.3 and §9.4 of the HiAgent spec page have them: what the official Python
 * and Java SDKs and a third-party SDK insist on, with their types, and nothing that the page does not name.
 */
const ulid = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/);
const nodeId = z.string().regex(/^[A-Za-z0-9_-]{1,128}$/);
const count = z.int().min(0);

/** Text that is JSON; the third-party SDK parses it without asking. */
const jsonText = z.string().refine(isJson, { error: "is no JSON" });

const node = z.strictObject({
  input: jsonText,
  output: jsonText,
  status: z.enum(["processing", "success", "failed", "interrupted", "stopped"]),
  message: z.string(),
  costMs: count,
  costToken: count,
  nodeType: z.string().regex(/^[a-z_]+$/),
  BizCode: z
    .strictObject({ Code: z.string().min(1), Message: z.string(), Data: z.record(z.string(), z.string()) })
    .optional(),
  get loopBlock() {
    return z
      .strictObject({ nodes: z.record(nodeId, node), steps: z.array(nodeId), status: z.string().min(1) })
      .optional();
  },
});

const runObject = z.strictObject({
  runId: ulid,
  status: z.enum(["to_start", "processing", "success", "failed", "interrupted", "stopped"]),
  nodes: z.record(nodeId, node),
  steps: z.array(nodeId),
  code: z.int32(),
  message: z.string(),
  msg: z.string(),
  costMs: count,
  costToken: count,
  output: jsonText,
  lastInterruptedNodeId: z.union([nodeId, z.literal("")]),
  checkpointExpireTimestamp: z.literal(0),
});

export type RunObject = z.output<typeof runObject>;

const BASE_RESPONSE = z.strictObject({
  StatusCode: z.literal(0),
  StatusMessage: z.literal(""),
  Extra: z.strictObject({}),
});

/** The run object of a reply, whole and without anything else; fails otherwise. */
export function readRunObject(body: unknown): RunObject {
  const { BaseResp: _, ...run } = runObject.extend({ BaseResp: BASE_RESPONSE }).parse(body);
  return run;
}

/** The same without what wraps every reply. */
export function checkRunObject(value: unknown): RunObject {
  return runObject.parse(JSON.parse(JSON.stringify(value)));
}

const answerPart = { think_message_id: z.literal("") };
const messagePart = { message_title: z.string().min(1) };
const text = z.string().min(1);

const FIELDS: Record<string, z.ZodRawShape> = {
  flow_start: {},
  flow_end: {},
  message_output_start: answerPart,
  message: { ...answerPart, answer: text },
  message_output_end: answerPart,
  tool_message_output_start: messagePart,
  tool_message: { ...messagePart, answer: text },
  tool_message_output_end: messagePart,
  flow_interrupted: { interrupted_msg: z.string(), interrupted_node_id: nodeId, interrupted_type: text },
  flow_cost: { cost_tokens: count, latency: count },
  flow_error: { error_message: text },
};

/** Fails unless every payload has exactly the fields of its event, all are of one run, and the order is right. */
export function checkRunPayloads(payloads: readonly { event: string; run_id?: unknown }[]): void {
  const runId = payloads[0]?.run_id;
  ulid.parse(runId);
  for (const payload of payloads) {
    const fields = FIELDS[payload.event];
    if (fields === undefined) throw new Error(`unknown event ${payload.event}`);
    const schema = z.strictObject({
      event: z.string(),
      task_id: z.literal(runId as string),
      id: z.literal(runId as string),
      run_id: z.literal(runId as string),
      conversation_id: z.literal(""),
      created_at: z.int().min(1_500_000_000),
      ...fields,
    });
    const result = schema.safeParse(payload);
    if (!result.success) throw new Error(`${payload.event}: ${z.prettifyError(result.error)}`);
  }
  checkOrder(payloads.map(({ event }) => event));
}

function checkOrder(events: readonly string[]): void {
  const told = events.join(" ");
  if (events[0] !== "flow_start") throw new Error(`begins without flow_start: ${told}`);
  if (events.indexOf("flow_start", 1) !== -1) throw new Error(`begins twice: ${told}`);
  if (!/(flow_cost flow_end|flow_error)$/.test(told)) throw new Error(`ends otherwise: ${told}`);
  if (/flow_(end|error) /.test(told)) throw new Error(`goes on after its end: ${told}`);
}

function isJson(value: string): boolean {
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}
