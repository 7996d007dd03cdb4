import type { ChatModel, ChatRequest, ModelPart } from "../chat-model.ts";

/** A part as it comes out, a text delta in short, or something that happens in between. */
export type ScriptedStep =
  | ModelPart
  | string
  /** Nothing more comes until this resolves; aborting ends the wait. */
  | { type: "gate"; until: Promise<unknown> }
  /** The stream fails with this. */
  | { type: "fail"; error: unknown };

/** One call of the model, and how it went. */
interface ScriptedCall {
  request: ChatRequest;
  /** `left`: the reader stopped reading before the end. */
  outcome: "running" | "finished" | "aborted" | "failed" | "left";
}

/** A chat model for tests: it plays steps and remembers what it was asked. */
export interface ScriptedModel extends ChatModel {
  /** Oldest first. */
  readonly calls: ScriptedCall[];
}

/**
 * `script`: the steps of every call, or what gives them for the request and the number of the call, from 0.
 * A script without `finish` is finished as its parts suggest: `tool-calls` after a tool call, else `stop`.
 */
export function scriptedModel(
  script: readonly ScriptedStep[] | ((request: ChatRequest, call: number) => readonly ScriptedStep[]),
  options: Pick<ChatModel, "prices"> & { name?: string } = {},
): ScriptedModel {
  const calls: ScriptedCall[] = [];
  return {
    name: options.name ?? "scripted",
    ...(options.prices === undefined ? {} : { prices: options.prices }),
    calls,
    stream: (request, signal) => {
      const call: ScriptedCall = { request, outcome: "running" };
      const steps = typeof script === "function" ? script(request, calls.length) : script;
      calls.push(call);
      return play(steps, call, signal);
    },
    check: async () => {},
  };
}

async function* play(
  steps: readonly ScriptedStep[],
  call: ScriptedCall,
  signal: AbortSignal,
): AsyncGenerator<ModelPart, void, undefined> {
  let last: ModelPart["type"] | undefined;
  let hasCall = false;
  try {
    for (const step of steps) {
      signal.throwIfAborted();
      if (typeof step === "string") yield { type: "text-delta", text: step };
      else if (step.type === "gate") await passed(step.until, signal);
      else if (step.type === "fail") throw step.error;
      else {
        last = step.type;
        hasCall ||= step.type === "tool-call";
        yield step;
      }
    }
    signal.throwIfAborted();
    if (last !== "finish") yield { type: "finish", reason: hasCall ? "tool-calls" : "stop" };
    call.outcome = "finished";
  } catch (error) {
    call.outcome = signal.aborted ? "aborted" : "failed";
    throw error;
  } finally {
    if (call.outcome === "running") call.outcome = last === "finish" ? "finished" : "left";
  }
}

async function passed(gate: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await Promise.race([gate, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
