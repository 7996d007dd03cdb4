import type { TurnReader } from "../../chat/turn-log.ts";
import type { ConversationId, KnowledgeBaseId, TurnId, WorkspaceId } from "../../domain/ids.ts";
import type { Passage } from "../../domain/knowledge.ts";
import type { TraceEvent, TurnEvent } from "../../domain/turn-event.ts";
import { jsonLine } from "../../http/json-line.ts";
import type { FrameSource } from "../../http/route.ts";
import { formatUlid, formatXid } from "./ids.ts";

/** `v1`: `data:data: {…}`, of `chat_query`; `v2`: `data: {…}`, of `chat_query_v2`. Source: spec page §6.1. */
export type Framing = "v1" | "v2";

/** What every payload of one answer carries. */
export interface FrameContext {
  turnId: TurnId;
  conversationId: ConversationId;
  workspaceId: WorkspaceId;
  /** The conversation is with a person: there is no answer to tell. */
  isHeld: boolean;
}

export interface FrameOptions {
  framing: Framing;
  /** False: `agent_jump` and `agent_take_over` are left out. */
  showAgentJumps: boolean;
}

/** The frames of a turn, as its reader goes along. */
export function turnFrames(reader: TurnReader, context: FrameContext, options: FrameOptions): FrameSource {
  const payloads = new Payloads(context, () => Math.floor(Date.now() / 1000));
  const prefix = framePrefix(options.framing);
  const queued: string[] = [];
  const next = () => {
    for (;;) {
      const waiting = queued.shift();
      if (waiting !== undefined) return waiting;
      const event = reader.next();
      if (event === undefined || event === null) return event;
      if (event.type === "text-delta") return `${prefix}${payloads.message(event.text)}\n\n`;
      for (const payload of payloads.of(event, options)) queued.push(`${prefix}${payload}\n\n`);
    }
  };
  return { next, subscribe: (wake) => reader.subscribe(wake) };
}

/** The one frame of a blocking v1 call: `message_end` with the whole answer. Source: spec page §8. */
export function blockingFrame(context: FrameContext, answer: string): FrameSource {
  const payloads = new Payloads(context, () => Math.floor(Date.now() / 1000));
  const frames = [`${framePrefix("v1")}${payloads.end(answer)}\n\n`];
  return { next: () => frames.shift() ?? null, subscribe: () => () => {} };
}

/**
 * `TracingJsonStr`: what was retrieved, handed over and called, as a JSON array of stream payloads; the last is
 * the end of the last search or tool call. Empty text when there was nothing. Source: spec page §4.4.
 */
export function traceText(trace: TraceEvent[], context: FrameContext, createdAt: Date): string {
  const payloads = new Payloads(context, () => Math.floor(createdAt.getTime() / 1000));
  const options: FrameOptions = { framing: "v2", showAgentJumps: true };
  const told = trace.flatMap((event) => payloads.of(event, options));
  return told.length === 0 ? "" : `[${told.join(",")}]`;
}

function framePrefix(framing: Framing): string {
  return framing === "v1" ? "event:text\ndata:data: " : "event:text\ndata: ";
}

/** Stream payloads, field by field. Field names, types and units: spec page §6.2 and §6.4. */
class Payloads {
  readonly #messageId: string;
  readonly #workspaceId: string;
  readonly #ids: string;
  readonly #isHeld: boolean;
  readonly #nowSeconds: () => number;

  constructor(context: FrameContext, nowSeconds: () => number) {
    this.#messageId = formatUlid("turn", context.turnId);
    this.#workspaceId = formatXid("workspace", context.workspaceId);
    const conversationId = formatUlid("thread", context.conversationId);
    this.#ids = `"task_id":"${this.#messageId}","id":"${this.#messageId}","conversation_id":"${conversationId}"`;
    this.#isHeld = context.isHeld;
    this.#nowSeconds = nowSeconds;
  }

  /** A text delta; the one payload there are many of. */
  message(text: string): string {
    return `{"event":"message",${this.#ids},"created_at":${this.#nowSeconds()},"answer":${jsonLine(text)}}`;
  }

  end(answer: string): string {
    return this.#payload("message_end", { answer });
  }

  of(event: TurnEvent, options: FrameOptions): string[] {
    switch (event.type) {
      case "turn-start":
        return [this.#payload("message_start", { answer: "" })];
      case "agent-jump":
      case "agent-take-over":
        return options.showAgentJumps ? [this.#agentChange(event)] : [];
      case "qa-search-start":
      case "qa-search-end":
      case "knowledge-search-start":
      case "knowledge-search-end":
        return this.#search(event, options.framing);
      case "thought-start":
      case "thought-end":
        return [this.#thought(event)];
      case "tool-message-start":
        return [this.#payload("tool_message_output_start", { message_title: event.title })];
      case "tool-message-delta":
        return [this.#payload("tool_message", { answer: event.text, message_title: event.title })];
      case "tool-message-end":
        return [this.#payload("tool_message_output_end", { message_title: event.title })];
      case "reasoning-start":
        return [this.#payload("think_message_output_start", { answer: "" })];
      case "reasoning-delta":
        return [this.#payload("think_message", { answer: event.text })];
      case "reasoning-end":
        return [this.#payload("think_message_output_end", { answer: "" })];
      case "text-start":
        return [this.#payload("message_output_start", { answer: "" })];
      case "text-delta":
        return [this.message(event.text)];
      case "text-end":
        return [this.#payload("message_output_end", { answer: "" })];
      case "text-replace":
        return [this.#payload("message_replace", { answer: event.text })];
      // The family has no word for it.
      case "action":
      case "model-call-start":
      case "model-call-end":
        return [];
      case "agent-error":
        return [this.#payload("agent_error", { error_msg: event.message })];
      case "usage":
        return [...(this.#isHeld ? this.#noAnswer() : []), this.#cost(event)];
      case "suggestions":
        return this.#suggestions(event);
      // Only callers of other families run tools themselves; to this one the answer ends here for now.
      case "requires-action":
        return [];
      case "interrupted":
        return [
          this.#payload("interrupted", {
            message_id: this.#messageId,
            interrupted_msg: event.message,
            interrupted_type: event.kind,
          }),
        ];
      case "turn-end":
        return [this.end("")];
      case "turn-error":
        return [
          this.#payload("message_failed", {
            answer: "",
            error: event.message,
            message: event.message,
            error_msg: event.message,
          }),
        ];
    }
  }

  #payload(event: string, fields: Record<string, unknown>): string {
    const rest = jsonLine(fields).slice(1);
    return `{"event":"${event}",${this.#ids},"created_at":${this.#nowSeconds()},${rest}`;
  }

  #agentChange(event: Extract<TurnEvent, { type: "agent-jump" | "agent-take-over" }>): string {
    if (event.type === "agent-take-over") {
      const { agent, reason } = event;
      return this.#payload("agent_take_over", { message_id: this.#messageId, agent, reason });
    }
    return this.#payload("agent_jump", {
      message_id: this.#messageId,
      jump_reason: event.reason,
      jump_latency: seconds(event.latencyMs),
      jump_to: event.to,
    });
  }

  #search(
    event: Extract<
      TurnEvent,
      { type: "qa-search-start" | "qa-search-end" | "knowledge-search-start" | "knowledge-search-end" }
    >,
    framing: Framing,
  ): string[] {
    const message_id = this.#messageId;
    switch (event.type) {
      case "qa-search-start":
        return [this.#payload("qa_retrieve", { message_id, ...this.#place(event) })];
      case "qa-search-end":
        return [
          this.#payload("qa_retrieve_end", {
            message_id,
            ...this.#place(event),
            latency: seconds(event.latencyMs),
            docs: documents(event.passages),
          }),
        ];
      case "knowledge-search-start": {
        const fields = {
          message_id,
          ...this.#place(event),
          top_k: event.topK,
          score_threshold: event.scoreThreshold,
        };
        const names =
          framing === "v1" ? ["knowledge_retrieve_start", "knowledge_retrieve"] : ["knowledge_retrieve"];
        return names.map((name) => this.#payload(name, fields));
      }
      case "knowledge-search-end":
        return [
          this.#payload("knowledge_retrieve_end", {
            message_id,
            latency: seconds(event.latencyMs),
            docs: documents(event.passages),
          }),
        ];
    }
  }

  #place(search: { query: string; knowledgeBaseIds: KnowledgeBaseId[] }) {
    return {
      workspace_id: this.#workspaceId,
      dataset_ids: search.knowledgeBaseIds.map((id) => formatXid("knowledge-base", id)),
      query: search.query,
    };
  }

  #thought(event: Extract<TurnEvent, { type: "thought-start" | "thought-end" }>): string {
    if (event.type === "thought-start") {
      return this.#payload("agent_thought", {
        message_id: this.#messageId,
        position: event.position,
        thought: event.thought,
        skill_type: event.skill,
        tool: event.tool,
        tool_input: event.input,
      });
    }
    return this.#payload("agent_thought_end", {
      message_id: this.#messageId,
      position: event.position,
      observation: event.observation,
      latency: seconds(event.latencyMs),
      tool_latency: seconds(event.toolLatencyMs),
      thought_latency: seconds(event.thoughtLatencyMs),
    });
  }

  /** Clients wait for the beginning or the end of an answer. Source: spec page §6.3. */
  #noAnswer(): string[] {
    const answer = { answer: "" };
    return [this.#payload("message_output_start", answer), this.#payload("message_output_end", answer)];
  }

  /** Integers stay integers: a fraction in `latency_first_resp` breaks the official Python SDK. */
  #cost(event: Extract<TurnEvent, { type: "usage" }>): string {
    return this.#payload("message_cost", {
      answer: "",
      latency: seconds(event.latencyMs),
      input_tokens: Math.round(event.inputTokens),
      output_tokens: Math.round(event.outputTokens),
      start_time_first_resp: Math.round(event.firstTokenAtMs),
      latency_first_resp: Math.round(event.firstTokenMs),
    });
  }

  #suggestions(event: Extract<TurnEvent, { type: "suggestions" }>): string[] {
    return [
      this.#payload("suggestion", { suggested_questions: event.questions }),
      this.#payload("suggestion_cost", {
        input_tokens: Math.round(event.inputTokens),
        output_tokens: Math.round(event.outputTokens),
        latency: seconds(event.latencyMs),
      }),
    ];
  }
}

/** Milliseconds as seconds with three digits after the point. */
export function seconds(milliseconds: number): number {
  return Math.round(milliseconds) / 1000;
}

/**
 * The retrieval container. Both spellings of the list; the text fields are always there because clients index
 * them directly. Source: spec page §4.6.
 */
function documents(passages: Passage[]) {
  const list = passages.map((passage) => ({
    output: passage.text,
    metadata: {
      score: passage.score,
      dataset_id: formatXid("knowledge-base", passage.knowledgeBaseId),
      dataset_name: passage.knowledgeBaseName,
      document_id: passage.documentId === undefined ? "" : formatXid("document", passage.documentId),
      document_name: passage.documentName,
      document_url: passage.documentUrl,
      document_obs_url: "",
      segment_id: formatXid("chunk", passage.chunkId),
      document_type: 0,
      document_file_type: 0,
    },
  }));
  return {
    outputList: list,
    OutputList: list,
    response_for_model: passages.map((passage) => passage.text).join("\n\n"),
    filter: "",
  };
}
