import type { KnowledgeBaseId, TurnId } from "./ids.ts";
import type { Passage } from "./knowledge.ts";
import type { OutputAction } from "./output-action.ts";

/**
 * What happens during a turn, in order. Every turn begins with `turn-start` and ends with exactly one of
 * `turn-end` and `turn-error`. Lifecycle verbs are `start`, `delta` and `end`; blocks never nest or overlap,
 * except that tool messages stand inside the thought that caused them, and that thoughts the caller has to work off
 * begin one after another before the turn waits and end when it goes on, which begins with another `turn-start`.
 * Reasoning, thoughts and text may alternate. Times are milliseconds.
 */
export type TurnEvent =
  | { type: "turn-start"; turnId: TurnId; atMs: number }
  /** The running agent decided to hand the question to another. */
  | { type: "agent-jump"; to: string; reason: string; latencyMs: number }
  /** The other agent has begun. */
  | { type: "agent-take-over"; agent: string; reason: string }
  | { type: "qa-search-start"; query: string; knowledgeBaseIds: KnowledgeBaseId[] }
  | {
      type: "qa-search-end";
      query: string;
      knowledgeBaseIds: KnowledgeBaseId[];
      passages: Passage[];
      latencyMs: number;
    }
  | {
      type: "knowledge-search-start";
      query: string;
      knowledgeBaseIds: KnowledgeBaseId[];
      topK: number;
      scoreThreshold: number;
    }
  | { type: "knowledge-search-end"; passages: Passage[]; latencyMs: number }
  | { type: "reasoning-start" }
  | { type: "reasoning-delta"; text: string }
  | { type: "reasoning-end" }
  /** The model asked for a tool. `position` counts from 1; `input` is JSON text. */
  | {
      type: "thought-start";
      position: number;
      thought: string;
      skill: "tool" | "knowledge" | "workflow";
      tool: string;
      input: string;
    }
  /** A model is asked; `position` counts the calls of a turn from 1. */
  | ({ type: "model-call-start"; position: number } & ModelCallRequest)
  /** It answered, failed or was cut off. */
  | ({ type: "model-call-end"; position: number } & ModelCallResult)
  | { type: "tool-message-start"; title: string }
  | { type: "tool-message-delta"; title: string; text: string }
  | { type: "tool-message-end"; title: string }
  /** What the tool said, also when it failed. `latencyMs` covers both thinking and the tool. */
  | {
      type: "thought-end";
      position: number;
      observation: string;
      latencyMs: number;
      toolLatencyMs: number;
      thoughtLatencyMs: number;
    }
  | { type: "text-start" }
  | { type: "text-delta"; text: string }
  /** `said`: what a workflow's node said with it, without what parts it from the words before. Absent: a model wrote it. */
  | { type: "text-end"; said?: { text: string; nodeId?: string } }
  /** Replaces all text shown so far. */
  | { type: "text-replace"; text: string }
  /** The turn decided to do something beside answering. */
  | { type: "action"; action: OutputAction }
  /** Something failed without ending the answer. */
  | { type: "agent-error"; message: string }
  /** The answer is complete and stored; only `suggestions` and the end may follow. */
  | {
      type: "usage";
      inputTokens: number;
      outputTokens: number;
      /** When the first text came, milliseconds since the Unix epoch; the end of the turn when none came. */
      firstTokenAtMs: number;
      firstTokenMs: number;
      latencyMs: number;
      /** Why the model ended the answer early. Absent: it did not. */
      cutBy?: "length" | "content-filter";
    }
  | { type: "suggestions"; questions: string[]; inputTokens: number; outputTokens: number; latencyMs: number }
  /** The turn waits for the caller to run these tools. Only `usage` and `turn-end` with status `waiting` follow. */
  | { type: "requires-action"; calls: CallerToolCall[] }
  /** The turn waits for something outside it. `kind` names what. */
  | { type: "interrupted"; kind: string; message: string }
  | { type: "turn-end"; status: "completed" | "stopped" | "waiting" }
  | { type: "turn-error"; code: TurnErrorCode; message: string };

/** A tool the caller has to run. `arguments` is JSON text as the model wrote it. */
export interface CallerToolCall {
  id: string;
  name: string;
  arguments: string;
  /** No tool: a workflow waits for what the user answers to a question that was told. */
  isQuestion?: boolean;
}

/** What a model is sent, cut to what is worth keeping. */
export interface ModelCallRequest {
  /** Its configured name. */
  model: string;
  /** What it was not sent by the turn's calls before; where that is too much, its first message and the last ones. */
  messages: ModelCallMessage[];
  /** Messages that are not among them. */
  otherMessages: number;
  /** How many tools it may call. */
  tools: number;
}

export interface ModelCallMessage {
  role: "system" | "user" | "assistant" | "tool";
  /** Its beginning. */
  text: string;
  /** Of the whole text, in UTF-16 units. */
  length: number;
  /** Pictures beside it. Absent: none. */
  images?: number;
  /** Tools that it calls, or whose result it is, by name. Absent: none. */
  tools?: string[];
}

/** What a model made of it. Times are milliseconds from when it was asked. */
export interface ModelCallResult {
  /** Beginning of the text that it wrote. */
  output: string;
  /** Of the whole text, in UTF-16 units. */
  outputLength: number;
  /** The tools that it called, each with the beginning of its arguments. */
  calls: { name: string; arguments: string }[];
  /** Why it ended. Absent: it failed, or was cut off. */
  finishReason?: "stop" | "length" | "tool-calls" | "content-filter" | "other";
  /** The vendor's own id of the request. Absent: it gave none. */
  requestId?: string;
  inputTokens: number;
  outputTokens: number;
  /** Absent: nothing came. */
  firstTokenMs?: number;
  latencyMs: number;
  /** In `currency`, by the model's configured prices; 0 without prices. */
  cost: number;
  currency: string;
  /** Why it failed. For who runs the agent: `detail` is the vendor's own words. Absent: it did not. */
  error?: { message: string; detail: string; status?: number };
}

/** Why a turn failed. `interrupted`: the process ended while it ran. */
export type TurnErrorCode =
  | "model_unknown"
  | "model_timeout"
  | "model_failed"
  | "workflow_failed"
  | "interrupted"
  | "internal";

/** The events worth keeping after the turn: what was searched, handed over and called, and how models were asked. */
export type TraceEvent = Extract<
  TurnEvent,
  {
    type:
      | "model-call-start"
      | "model-call-end"
      | "agent-jump"
      | "agent-take-over"
      | "qa-search-start"
      | "qa-search-end"
      | "knowledge-search-start"
      | "knowledge-search-end"
      | "thought-start"
      | "thought-end";
  }
>;

const TRACE_TYPES: ReadonlySet<TurnEvent["type"]> = new Set<TraceEvent["type"]>([
  "model-call-start",
  "model-call-end",
  "agent-jump",
  "agent-take-over",
  "qa-search-start",
  "qa-search-end",
  "knowledge-search-start",
  "knowledge-search-end",
  "thought-start",
  "thought-end",
]);

/** Whether an event belongs into the stored trace of its turn. */
export function isTraceEvent(event: TurnEvent): event is TraceEvent {
  return TRACE_TYPES.has(event.type);
}

/** Whether an event is the last of its turn. */
export function isFinalEvent(event: TurnEvent): boolean {
  return event.type === "turn-end" || event.type === "turn-error";
}
