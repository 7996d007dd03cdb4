import type { ServerResponse } from "node:http";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import type { UpstreamRequest } from "./upstream.ts";
import {
  FrameEncoder,
  type ReplyScript,
  type ReplyStep,
  type ToolCallStep,
  tokenText,
  usageObject,
} from "./upstream-script.ts";

/** Runs the script against the response; resolves when it is sent, or when the client has gone. */
export async function runReply(
  request: UpstreamRequest,
  response: ServerResponse,
  script: ReplyScript,
): Promise<void> {
  const run = new ReplyRun(request, response);
  for (const step of script) {
    await run.step(step);
    if (run.isOver) return;
  }
  run.complete();
}

class ReplyRun {
  isOver = false;
  readonly #request: UpstreamRequest;
  readonly #response: ServerResponse;
  readonly #frames: FrameEncoder;
  readonly #isStream: boolean;
  readonly #gone: Promise<void>;
  /** Collects instead of sending, inside `together` and `torn`. */
  #collected: Buffer[] | undefined;
  #hasRole = false;
  #deltas = 0;
  #usage: { inputTokens: number; outputTokens: number } | undefined;
  #finishReason: string | undefined;
  readonly #toolCalls: { id: string; type: "function"; function: { name: string; arguments: string } }[] = [];
  #reasoning = "";

  constructor(request: UpstreamRequest, response: ServerResponse) {
    this.#request = request;
    this.#response = response;
    this.#frames = new FrameEncoder(request.body.model);
    this.#isStream = request.body.stream === true;
    this.#gone = new Promise((resolve) => {
      response.once("close", () => {
        if (!this.isOver) request.closedAtMs = Date.now();
        this.isOver = true;
        resolve();
      });
    });
  }

  async step(step: ReplyStep): Promise<void> {
    if (typeof step === "string") return this.#text(step);
    switch (step.type) {
      case "tokens":
        return this.#tokens(step.count, step.delayMs, step.label);
      case "reasoning":
        this.#reasoning += step.text;
        return this.#delta(this.#frames.reasoning(step.text, step.field ?? "reasoning_content"));
      case "tool-call":
        return this.#toolCall(step);
      case "delay":
        await Promise.race([sleep(step.ms), this.#gone]);
        return;
      case "hold":
        await Promise.race([step.until, this.#gone]);
        return;
      case "headers":
        this.#sendHeaders();
        this.#response.flushHeaders();
        return;
      case "usage":
        this.#usage = { inputTokens: step.inputTokens, outputTokens: step.outputTokens };
        return this.#send(this.#frames.usage(step.inputTokens, step.outputTokens));
      case "finish":
        this.#finishReason = step.reason;
        return this.#delta(this.#frames.delta({}, step.reason));
      case "status":
        return this.#answer(step.status, step.body ?? { error: { message: "refused" } }, step.headers);
      case "json":
        return this.#answer(200, step.body);
      case "data":
        return this.#send(
          this.#frames.data(typeof step.data === "string" ? step.data : JSON.stringify(step.data)),
        );
      case "raw":
        return this.#send(Buffer.from(step.bytes as string));
      case "comment":
        return this.#send(this.#frames.comment(step.text));
      case "together":
        return this.#send(await this.#collect(step.steps));
      case "torn":
        return this.#torn(await this.#collect(step.steps), step.everyBytes);
      case "spelling":
        return this.#frames.respell(step);
      case "end":
        return this.#end();
      case "destroy":
        this.isOver = true;
        this.#response.destroy();
        return;
      default:
        step satisfies never;
    }
  }

  /** Closes the reply as a well-behaved server does. */
  complete(): void {
    const reason = this.#finishReason ?? (this.#toolCalls.length > 0 ? "tool_calls" : "stop");
    const usage = this.#usage ?? {
      inputTokens: this.#request.body.messages.length * 10,
      outputTokens: this.#deltas,
    };
    if (!this.#isStream) {
      this.#answer(200, this.#completion(reason, usage));
      return;
    }
    if (this.#finishReason === undefined) this.#delta(this.#frames.delta({}, reason));
    if (this.#usage === undefined && this.#request.body.stream_options?.include_usage === true) {
      this.#send(this.#frames.usage(usage.inputTokens, usage.outputTokens));
    }
    this.#send(this.#frames.data("[DONE]"));
    this.#end();
  }

  #text(text: string): void {
    this.#request.sentText += text;
    this.#deltas++;
    this.#delta(this.#frames.text(text));
  }

  async #tokens(count: number, delayMs: number, label: string): Promise<void> {
    const startedAt = performance.now();
    for (let index = 0; index < count && !this.isOver; index++) {
      if (delayMs > 0) {
        const waitMs = startedAt + (index + 1) * delayMs - performance.now();
        if (waitMs > 0) await sleep(waitMs);
        if (this.isOver) return;
      }
      this.#text(tokenText(index, label));
    }
  }

  #toolCall(step: ToolCallStep): void {
    const index = step.index ?? this.#toolCalls.length;
    const id = step.id ?? `call_${index}`;
    this.#toolCalls.push({
      id,
      type: "function",
      function: { name: step.name, arguments: step.arguments },
    });
    for (const frame of this.#frames.toolCall(step, index, id)) this.#delta(frame);
  }

  #delta(frame: Buffer): void {
    if (!this.#hasRole) {
      this.#hasRole = true;
      this.#send(this.#frames.role());
    }
    this.#send(frame);
  }

  #send(bytes: Buffer): void {
    if (this.isOver || !this.#isStream) return;
    if (this.#collected !== undefined) {
      this.#collected.push(bytes);
      return;
    }
    this.#sendHeaders();
    this.#response.write(bytes);
  }

  #sendHeaders(): void {
    if (this.isOver || this.#response.headersSent || !this.#isStream) return;
    this.#response.writeHead(200, {
      "content-type": "text/event-stream",
      "cache-control": "no-cache",
      "x-request-id": "upstream-request",
    });
  }

  async #collect(steps: ReplyScript): Promise<Buffer> {
    this.#collected = [];
    for (const step of steps) await this.step(step);
    const bytes = Buffer.concat(this.#collected);
    this.#collected = undefined;
    return bytes;
  }

  async #torn(bytes: Buffer, everyBytes: number): Promise<void> {
    for (let start = 0; start < bytes.length && !this.isOver; start += everyBytes) {
      this.#send(bytes.subarray(start, start + everyBytes));
      await nextTurn();
    }
  }

  #answer(status: number, body: unknown, headers: Record<string, string> = {}): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#request.finished = true;
    const isText = typeof body === "string";
    this.#response
      .writeHead(status, { "content-type": isText ? "text/plain" : "application/json", ...headers })
      .end(isText ? body : JSON.stringify(body));
  }

  #end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#request.finished = true;
    this.#sendHeaders();
    this.#response.end();
  }

  #completion(reason: string, usage: { inputTokens: number; outputTokens: number }): unknown {
    const message = {
      role: "assistant",
      content: this.#request.sentText === "" ? null : this.#request.sentText,
      ...(this.#reasoning === "" ? {} : { reasoning_content: this.#reasoning }),
      ...(this.#toolCalls.length === 0 ? {} : { tool_calls: this.#toolCalls }),
    };
    return {
      id: "chatcmpl-upstream",
      object: "chat.completion",
      created: 1_700_000_000,
      model: this.#request.body.model,
      choices: [{ index: 0, message, finish_reason: reason }],
      usage: usageObject(usage.inputTokens, usage.outputTokens),
    };
  }
}
