/**
 * What the upstream fake can be told to send. A script is a list of steps, run in order; a plain string is a
 * text delta. Unless a step ends the reply itself, it is closed as a well-behaved server would: a finish
 * reason, the usage chunk if the request asked for it, `[DONE]`.
 */
export type ReplyScript = readonly ReplyStep[];

export type ReplyStep =
  | string
  /** `count` numbered text deltas, see `tokenText`; `delayMs` apart, on a fixed schedule. */
  | { type: "tokens"; count: number; delayMs: number; label: string }
  /** `field` is the name the vendor uses; default `reasoning_content`. */
  | { type: "reasoning"; text: string; field?: "reasoning_content" | "reasoning" }
  | ToolCallStep
  | { type: "delay"; ms: number }
  | { type: "hold"; until: Promise<unknown> }
  /** Sends the response headers now, before any body. */
  | { type: "headers" }
  | { type: "usage"; inputTokens: number; outputTokens: number }
  | { type: "finish"; reason: string }
  /** Answers with this status and JSON (or text) body instead of a stream. Must come before anything sent. */
  | { type: "status"; status: number; body?: unknown; headers?: Record<string, string> }
  /** A `text/event-stream` was asked for, a JSON body is sent. Must come before anything sent. */
  | { type: "json"; body: unknown }
  /** One event with this data, whatever it is: a chunk of one's own, an error object, broken JSON. */
  | { type: "data"; data: string | Record<string, unknown> }
  /** Bytes as they are. */
  | { type: "raw"; bytes: string | Uint8Array }
  | { type: "comment"; text: string }
  /** All events of these steps in one write. */
  | { type: "together"; steps: ReplyScript }
  /** The bytes of these steps in many small writes, so that lines and characters are torn. */
  | { type: "torn"; everyBytes: number; steps: ReplyScript }
  /** How the events that follow are spelled. */
  | ({ type: "spelling" } & Partial<Spelling>)
  /** Ends the response here: no finish reason, no usage, no `[DONE]` beyond what was sent. */
  | { type: "end" }
  /** Destroys the socket; as a first step, before any header. */
  | { type: "destroy" };

export interface ToolCallStep {
  type: "tool-call";
  name: string;
  /** JSON text, sent in `pieces` chunks. */
  arguments: string;
  id?: string;
  index?: number;
  /** At least 1; 1 sends name and arguments in one chunk. Default 3. */
  pieces?: number;
  /** Fields that some vendors leave out. */
  omit?: ("id" | "index" | "type")[];
}

/** Harmless differences between vendors. */
export interface Spelling {
  lineEnd: "\n" | "\r\n";
  /** What stands before the JSON. */
  dataPrefix: "data: " | "data:";
  /** True: every field that has no value is there as `null`. */
  nulls: boolean;
}

const plainSpelling: Spelling = { lineEnd: "\n", dataPrefix: "data: ", nulls: false };

/** A step of `count` numbered deltas. `label` goes into each, so that texts of different requests differ. */
export function tokens(count: number, options: { delayMs?: number; label?: string } = {}): ReplyStep {
  return { type: "tokens", count, delayMs: options.delayMs ?? 0, label: options.label ?? "" };
}

/** The text of the numbered delta, from 0: Chinese and ASCII, never the same twice in one reply. */
export function tokenText(index: number, label = ""): string {
  return `第${index}个${label}word,`;
}

/** What a `tokens(count)` step sends in all; also every prefix a stopped reader may hold. */
export function tokensText(count: number, label = ""): string {
  let text = "";
  for (let index = 0; index < count; index++) text += tokenText(index, label);
  return text;
}

type Delta = Record<string, unknown>;

/** Encodes events of one reply. Text events are encoded once per model, spelling and text, then reused. */
export class FrameEncoder {
  spelling: Spelling = plainSpelling;
  readonly #model: string;
  #textFrames: Map<string, Buffer>;

  constructor(model: string) {
    this.#model = model;
    this.#textFrames = framesFor(model, plainSpelling);
  }

  respell(change: Partial<Spelling>): void {
    this.spelling = { ...this.spelling, ...change };
    this.#textFrames = framesFor(this.#model, this.spelling);
  }

  text(text: string): Buffer {
    let frame = this.#textFrames.get(text);
    if (frame === undefined) {
      frame = this.delta({ content: text });
      if (this.#textFrames.size < 10_000) this.#textFrames.set(text, frame);
    }
    return frame;
  }

  role(): Buffer {
    return this.delta({ role: "assistant", content: "" });
  }

  reasoning(text: string, field: string): Buffer {
    return this.delta({ [field]: text });
  }

  toolCall(call: ToolCallStep, index: number, id: string): Buffer[] {
    const omit = call.omit ?? [];
    const place = omit.includes("index") ? {} : { index };
    const pieces = cut(call.arguments, (call.pieces ?? 3) - 1);
    const first: Record<string, unknown> = {
      ...place,
      ...(omit.includes("id") ? {} : { id }),
      ...(omit.includes("type") ? {} : { type: "function" }),
      function: { name: call.name, arguments: pieces.length === 0 ? call.arguments : "" },
    };
    const rest = pieces.map((piece) => ({ ...place, function: { arguments: piece } }));
    return [first, ...rest].map((entry) => this.delta({ tool_calls: [entry] }));
  }

  delta(delta: Delta, finishReason: string | null = null): Buffer {
    const blank = { role: null, content: null, reasoning_content: null, tool_calls: null };
    const choice = {
      index: 0,
      delta: this.spelling.nulls ? { ...blank, ...delta } : delta,
      finish_reason: finishReason,
      ...(this.spelling.nulls ? { logprobs: null } : {}),
    };
    return this.chunk({ choices: [choice], ...(this.spelling.nulls ? { usage: null } : {}) });
  }

  usage(inputTokens: number, outputTokens: number): Buffer {
    return this.chunk({ choices: [], usage: usageObject(inputTokens, outputTokens) });
  }

  chunk(fields: Record<string, unknown>): Buffer {
    const chunk = { id: "chatcmpl-upstream", object: "chat.completion.chunk", created: 1_700_000_000 };
    return this.data(JSON.stringify({ ...chunk, model: this.#model, ...fields }));
  }

  data(text: string): Buffer {
    const { dataPrefix, lineEnd } = this.spelling;
    return Buffer.from(dataPrefix + text + lineEnd + lineEnd);
  }

  comment(text: string): Buffer {
    return Buffer.from(`: ${text}${this.spelling.lineEnd}${this.spelling.lineEnd}`);
  }
}

export function usageObject(inputTokens: number, outputTokens: number): Record<string, number> {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
  };
}

const encodedFrames = new Map<string, Map<string, Buffer>>();

function framesFor(model: string, spelling: Spelling): Map<string, Buffer> {
  const key = `${spelling.dataPrefix}${spelling.lineEnd}${spelling.nulls}${model}`;
  let frames = encodedFrames.get(key);
  if (frames === undefined) {
    frames = new Map();
    encodedFrames.set(key, frames);
  }
  return frames;
}

/** Cuts text into at most `count` pieces of about equal length. */
function cut(text: string, count: number): string[] {
  if (count < 1) return [];
  const length = Math.max(1, Math.ceil(text.length / count));
  const pieces: string[] = [];
  for (let start = 0; start < text.length; start += length) pieces.push(text.slice(start, start + length));
  return pieces;
}
