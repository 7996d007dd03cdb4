import type { TurnReader } from "../../chat/turn-log.ts";
import type { CallerToolCall, TurnEvent } from "../../domain/turn-event.ts";
import { turnFailure } from "../../domain/turn-failure.ts";
import { jsonLine } from "../../http/json-line.ts";
import type { FrameSource } from "../../http/route.ts";
import { errorObject } from "./errors.ts";

/** What every part of one completion carries. */
export interface CompletionHead {
  /** `chatcmpl-…`. */
  id: string;
  createdAt: Date;
  /** As the caller wrote it. */
  model: string;
}

/** A completion that is complete. */
export interface CompletionResult {
  text: string;
  reasoning: string;
  calls: CallerToolCall[];
  usage: Usage;
}

type Usage = Pick<Extract<TurnEvent, { type: "usage" }>, "inputTokens" | "outputTokens" | "cutBy">;

const NO_USAGE: Usage = { inputTokens: 0, outputTokens: 0 };

/** `chat.completion`. Source: OpenAI API reference, "The chat completion object". */
export function presentCompletion(head: CompletionHead, { text, reasoning, calls, usage }: CompletionResult) {
  const message = {
    role: "assistant",
    content: text === "" && calls.length > 0 ? null : text,
    refusal: null,
    ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map(presentCall) }),
  };
  return {
    ...presentHead(head, "chat.completion"),
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason(calls, usage) }],
    usage: presentUsage(usage),
  };
}

/**
 * The chunks of a completion as its reader goes along: the role, text and tool calls, the reason it ended, the usage
 * where it was asked for, `[DONE]`. A failure is a chunk with `error`, and the last. `first`: events read before.
 * Source: OpenAI API reference, "The chat completion chunk object".
 */
export function completionFrames(
  first: TurnEvent[],
  reader: TurnReader,
  head: CompletionHead,
  options: { includeUsage: boolean },
): FrameSource {
  const chunks = new Chunks(head, options);
  const waiting = first.values();
  const queued = [chunks.delta({ role: "assistant", content: "", refusal: null })];
  const next = () => {
    for (;;) {
      const frame = queued.shift();
      if (frame !== undefined) return frame;
      const step = waiting.next();
      const event = step.done === true ? reader.next() : step.value;
      if (event === undefined || event === null) return event;
      queued.push(...chunks.of(event));
    }
  };
  return { next, subscribe: (wake) => reader.subscribe(wake) };
}

class Chunks {
  readonly #head: CompletionHead;
  readonly #includeUsage: boolean;
  /** Everything of a text chunk before and after its text; there are many of them. */
  readonly #deltaHead: string;
  readonly #deltaTail: string;
  #calls: CallerToolCall[] = [];
  #usage = NO_USAGE;

  constructor(head: CompletionHead, { includeUsage }: { includeUsage: boolean }) {
    this.#head = head;
    this.#includeUsage = includeUsage;
    const start = jsonLine(presentHead(head, "chat.completion.chunk")).slice(0, -1);
    this.#deltaHead = `data: ${start},"choices":[{"index":0,"delta":`;
    this.#deltaTail = `,"logprobs":null,"finish_reason":null}]${includeUsage ? ',"usage":null' : ""}}\n\n`;
  }

  delta(delta: object): string {
    return `${this.#deltaHead}${jsonLine(delta)}${this.#deltaTail}`;
  }

  of(event: TurnEvent): string[] {
    switch (event.type) {
      case "text-delta":
        return [`${this.#deltaHead}{"content":${jsonLine(event.text)}}${this.#deltaTail}`];
      case "reasoning-delta":
        return [`${this.#deltaHead}{"reasoning_content":${jsonLine(event.text)}}${this.#deltaTail}`];
      case "requires-action":
        this.#calls = event.calls;
        return event.calls.map((call, index) =>
          this.delta({ tool_calls: [{ index, ...presentCall(call) }] }),
        );
      case "usage":
        this.#usage = event;
        return [];
      case "turn-end":
        return this.#end();
      case "turn-error":
        return [`data: ${jsonLine({ error: errorObject(turnFailure(event)) })}\n\n`];
      // What an agent looked up and did on the way is not part of a completion.
      case "turn-start":
      case "agent-jump":
      case "agent-take-over":
      case "qa-search-start":
      case "qa-search-end":
      case "knowledge-search-start":
      case "knowledge-search-end":
      case "reasoning-start":
      case "reasoning-end":
      case "thought-start":
      case "thought-end":
      case "model-call-start":
      case "model-call-end":
      case "tool-message-start":
      case "tool-message-delta":
      case "tool-message-end":
      case "text-start":
      case "text-end":
      case "text-replace":
      case "action":
      case "agent-error":
      case "suggestions":
      case "interrupted":
        return [];
    }
  }

  #end(): string[] {
    const choice = {
      index: 0,
      delta: {},
      logprobs: null,
      finish_reason: finishReason(this.#calls, this.#usage),
    };
    const usage = this.#includeUsage ? { usage: null } : {};
    return [
      this.#chunk({ choices: [choice], ...usage }),
      ...(this.#includeUsage ? [this.#chunk({ choices: [], usage: presentUsage(this.#usage) })] : []),
      "data: [DONE]\n\n",
    ];
  }

  #chunk(fields: object): string {
    return `data: ${jsonLine({ ...presentHead(this.#head, "chat.completion.chunk"), ...fields })}\n\n`;
  }
}

function presentHead({ id, createdAt, model }: CompletionHead, object: string) {
  return { id, object, created: Math.floor(createdAt.getTime() / 1000), model };
}

function presentCall({ id, name, arguments: input }: CallerToolCall) {
  return { id, type: "function", function: { name, arguments: input } };
}

function presentUsage({ inputTokens, outputTokens }: Usage) {
  const prompt = Math.round(inputTokens);
  const completion = Math.round(outputTokens);
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

const CUTS = { length: "length", "content-filter": "content_filter" } as const;

function finishReason(calls: CallerToolCall[], { cutBy }: Usage) {
  if (calls.length > 0) return "tool_calls";
  return cutBy === undefined ? "stop" : CUTS[cutBy];
}
