import { z } from "zod";
import type { Payload } from "../../support/hiagent-client.ts";

/**
 * The fields of every stream event by the table in §6.4 of the HiAgent spec page: those the official Python SDK
 * insists on, with their types, and nothing that the table does not name.
 */
const ulid = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/);
const xid = z.string().regex(/^[0-9a-v]{20}$/);
const id = z.string().regex(/^([0-9a-v]{20})?$/);
const blank = z.literal("");
const filled = z.string().min(1);
const seconds = z.number().min(0);
const tokens = z.int().min(0);

const document = z.strictObject({
  output: filled,
  metadata: z.strictObject({
    score: z.number(),
    dataset_id: xid,
    dataset_name: z.string(),
    document_id: id,
    document_name: z.string(),
    document_url: z.string(),
    document_obs_url: z.string(),
    segment_id: xid,
    document_type: z.int(),
    document_file_type: z.int(),
  }),
});

const docs = z
  .strictObject({
    outputList: z.array(document),
    OutputList: z.array(document),
    response_for_model: z.string(),
    filter: z.string(),
  })
  .refine((value) => JSON.stringify(value.outputList) === JSON.stringify(value.OutputList), {
    error: "the two spellings of the list differ",
  });

const place = { message_id: ulid, workspace_id: xid, dataset_ids: z.array(xid), query: z.string() };
const search = { ...place, top_k: z.int(), score_threshold: z.number() };
const failure = z.string().min(1);

const FIELDS: Record<string, z.ZodRawShape> = {
  message_start: { answer: blank },
  agent_jump: { message_id: ulid, jump_reason: z.string(), jump_latency: seconds, jump_to: filled },
  agent_take_over: { message_id: ulid, agent: filled, reason: z.string() },
  qa_retrieve: place,
  qa_retrieve_end: { ...place, docs, latency: seconds },
  knowledge_retrieve_start: search,
  knowledge_retrieve: search,
  knowledge_retrieve_end: { message_id: ulid, docs, latency: seconds },
  agent_thought: {
    message_id: ulid,
    position: z.int().min(1),
    thought: z.string(),
    skill_type: z.enum(["tool", "workflow", "knowledge"]),
    tool: filled,
    tool_input: z
      .string()
      .refine((text) => typeof JSON.parse(text) === "object", { error: "is no JSON object" }),
  },
  agent_thought_end: {
    message_id: ulid,
    position: z.int().min(1),
    observation: z.string(),
    latency: seconds,
    tool_latency: seconds,
    thought_latency: seconds,
  },
  interrupted: { message_id: ulid, interrupted_msg: z.string(), interrupted_type: filled },
  think_message_output_start: { answer: blank },
  think_message: { answer: filled },
  think_message_output_end: { answer: blank },
  message_output_start: { answer: blank },
  message: { answer: filled },
  message_output_end: { answer: blank },
  message_cost: {
    answer: blank,
    input_tokens: tokens,
    output_tokens: tokens,
    start_time_first_resp: z.int().min(1_500_000_000_000),
    latency_first_resp: z.int().min(0),
    latency: seconds,
  },
  suggestion: { suggested_questions: z.array(filled) },
  suggestion_cost: { input_tokens: tokens, output_tokens: tokens, latency: seconds },
  message_end: { answer: blank },
  message_failed: { answer: blank, error: failure, message: failure, error_msg: failure },
};

/** Fails unless every payload has exactly the fields of its event, and all are of one answer. */
export function checkPayloads(payloads: readonly Payload[]): void {
  const first = payloads[0];
  if (first === undefined) throw new Error("the stream was empty");
  for (const payload of payloads) {
    const fields = FIELDS[payload.event];
    if (fields === undefined) throw new Error(`unknown event ${payload.event}`);
    const schema = z.strictObject({
      event: z.string(),
      task_id: z.literal(first.id),
      id: z.literal(first.id),
      conversation_id: z.literal(first.conversation_id),
      created_at: z.int().min(1_500_000_000),
      ...fields,
      ...("message_id" in fields ? { message_id: z.literal(first.id) } : {}),
    });
    const result = schema.safeParse(payload);
    if (!result.success) throw new Error(`${payload.event}: ${z.prettifyError(result.error)}`);
  }
  ulid.parse(first.id);
  ulid.parse(first.conversation_id);
}

/** What may open an inner part of the answer, or end it, after any completed part. */
const PARTS = [
  "think_message_output_start",
  "agent_thought",
  "message_output_start",
  "message_cost",
  "message_failed",
];
const SEARCHES = ["knowledge_retrieve_start", "knowledge_retrieve", ...PARTS];

/** §6.3 of the HiAgent spec page as an automaton: which events may follow which. */
const FOLLOWERS: Record<string, readonly string[]> = {
  "": ["message_start"],
  message_start: ["agent_jump", "qa_retrieve", ...SEARCHES],
  agent_jump: ["agent_take_over"],
  agent_take_over: ["agent_jump", "qa_retrieve", ...SEARCHES],
  qa_retrieve: ["qa_retrieve_end"],
  qa_retrieve_end: SEARCHES,
  knowledge_retrieve_start: ["knowledge_retrieve"],
  knowledge_retrieve: ["knowledge_retrieve_end"],
  knowledge_retrieve_end: PARTS,
  think_message_output_start: ["think_message"],
  think_message: ["think_message", "think_message_output_end"],
  think_message_output_end: PARTS,
  agent_thought: ["agent_thought_end"],
  agent_thought_end: SEARCHES,
  message_output_start: ["message"],
  message: ["message", "message_output_end"],
  message_output_end: PARTS,
  message_cost: ["suggestion", "message_end"],
  suggestion: ["suggestion_cost"],
  suggestion_cost: ["message_end"],
  message_end: [],
  message_failed: [],
};

/** Fails unless the events come in the order of §6.3 and the last is a terminal one. */
export function checkOrder(events: readonly string[]): void {
  let before = "";
  for (const event of events) {
    if (FOLLOWERS[before]?.includes(event) !== true) {
      throw new Error(`"${event}" after "${before}" in ${events.join(" ")}`);
    }
    before = event;
  }
  if (FOLLOWERS[before]?.length !== 0) throw new Error(`ended with "${before}": ${events.join(" ")}`);
}
