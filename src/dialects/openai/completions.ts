import { followTurn, readUntil, type TurnReader } from "../../chat/turn-log.ts";
import type { RunningAnswer, Turns } from "../../chat/turns.ts";
import type { DomainError } from "../../domain/errors.ts";
import type { TurnEvent } from "../../domain/turn-event.ts";
import { turnFailure } from "../../domain/turn-failure.ts";
import type { Call, Reply, Route } from "../../http/route.ts";
import type { Store } from "../../storage/store.ts";
import { type Caller, findAgent } from "./caller.ts";
import {
  type CompletionHead,
  type CompletionResult,
  completionFrames,
  presentCompletion,
} from "./completion-frames.ts";
import { convertMessages } from "./messages.ts";
import { type CompletionRequest, callerTools, modelParameters, readRequest } from "./request.ts";

/** Pictures come inside the request. Bytes. */
const BODY_LIMIT = 32 * 1024 * 1024;

export interface OpenAiServices {
  store: Store;
  turns: Turns;
}

/** Source: OpenAI API reference, "Create chat completion". */
export function completionRoutes(services: OpenAiServices): Route<Caller>[] {
  return [
    {
      method: "POST",
      path: "/v1/chat/completions",
      access: "access-token",
      maxBodyBytes: BODY_LIMIT,
      handle: (call, caller) => complete(services, call, caller),
    },
  ];
}

async function complete(services: OpenAiServices, call: Call, caller: Caller): Promise<Reply> {
  const request = readRequest(call.body);
  const agent = await findAgent(services.store, caller, request.model);
  const turn = await services.turns.runOnce({
    agent,
    messages: convertMessages(request.messages),
    callerTools: callerTools(request),
    parameters: modelParameters(request),
    userId: request.user ?? "",
    dialect: "openai",
    requestId: call.requestId,
    signal: call.signal,
  });
  stopWithCaller(services.turns, turn, call.signal);
  const head = { id: `chatcmpl-${turn.turnId}`, createdAt: turn.createdAt, model: request.model };
  const reader = followTurn(turn.log);
  return request.stream === true ? stream(reader, head, request, call) : whole(reader, head, call);
}

/** Nobody can fetch the answer later, so it ends with its caller. */
function stopWithCaller(turns: Turns, { turnId }: RunningAnswer, signal: AbortSignal): void {
  const stop = () => void turns.stopHere(turnId);
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop);
}

/** Begins with the first thing to tell, so that a model that fails at once is an error with its status. */
async function stream(
  reader: TurnReader,
  head: CompletionHead,
  request: CompletionRequest,
  call: Call,
): Promise<Reply> {
  const first: TurnEvent[] = [];
  await readUntil(
    reader,
    (event) => {
      first.push(event);
      return TELLING.has(event.type);
    },
    call.signal,
  );
  const last = first.at(-1);
  if (last?.type === "turn-error") throw turnFailure(last);
  const includeUsage = request.stream_options?.include_usage === true;
  return {
    kind: "stream",
    headers: { "x-tt-logid": call.requestId },
    frames: completionFrames(first, reader, head, { includeUsage }),
  };
}

const TELLING: ReadonlySet<TurnEvent["type"]> = new Set([
  "text-delta",
  "reasoning-delta",
  "requires-action",
  "usage",
  "turn-error",
]);

async function whole(reader: TurnReader, head: CompletionHead, call: Call): Promise<Reply> {
  const result: CompletionResult = {
    text: "",
    reasoning: "",
    calls: [],
    usage: { inputTokens: 0, outputTokens: 0 },
  };
  let failure: DomainError | undefined;
  await readUntil(
    reader,
    (event) => {
      if (event.type === "text-delta") result.text += event.text;
      else if (event.type === "reasoning-delta") result.reasoning += event.text;
      else if (event.type === "requires-action") result.calls = event.calls;
      else if (event.type === "usage") result.usage = event;
      else if (event.type === "turn-error") failure = turnFailure(event);
      return false;
    },
    call.signal,
  );
  if (failure !== undefined) throw failure;
  return { kind: "json", headers: { "x-tt-logid": call.requestId }, body: presentCompletion(head, result) };
}
