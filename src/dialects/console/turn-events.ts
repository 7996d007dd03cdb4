import { z } from "zod";
import { JOINED_LIMIT, type TurnLog } from "../../chat/turn-log.ts";
import type { Passage } from "../../domain/knowledge.ts";
import type { ModelCallRequest, ModelCallResult, TurnEvent } from "../../domain/turn-event.ts";
import { jsonLine } from "../../http/json-line.ts";
import type { FrameSource } from "../../http/route.ts";
import { formatId, wireMoment } from "./wire.ts";

/** What was found in knowledge. */
export const passageSchema = z.object({
  text: z.string(),
  /** The matched question, for a pair; empty otherwise. */
  question: z.string(),
  score: z.number(),
  knowledgeBaseName: z.string(),
  documentName: z.string(),
  documentUrl: z.string(),
});

const modelCallMessage = z.object({
  role: z.enum(["system", "user", "assistant", "tool"]),
  /** Its beginning. */
  text: z.string(),
  /** Of the whole text. */
  length: z.number(),
  images: z.number(),
  tools: z.array(z.string()),
});

/** What a model was sent, cut. */
export const modelCallRequest = z.object({
  model: z.string(),
  messages: z.array(modelCallMessage),
  otherMessages: z.number(),
  tools: z.number(),
});

/** What a model answered, cut. */
export const modelCallResult = z.object({
  output: z.string(),
  outputLength: z.number(),
  calls: z.array(z.object({ name: z.string(), arguments: z.string() })),
  finishReason: z.string().nullable(),
  requestId: z.string().nullable(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  firstTokenMs: z.number().nullable(),
  latencyMs: z.number(),
  cost: z.number(),
  currency: z.string(),
  error: z.object({ message: z.string(), detail: z.string(), status: z.number().nullable() }).nullable(),
});

const position = z.number();
const latencyMs = z.number();
const text = z.string();

function event<Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) {
  return z.object({ type: z.literal(type), ...shape });
}

/** What the events of a turn's stream say. */
export const turnEventSchema = z.discriminatedUnion("type", [
  /** First in every stream. `isRestart`: what was told before is told again from the beginning. */
  event("turn", {
    turnId: z.string(),
    conversationId: z.string(),
    exchangeId: z.string(),
    isRestart: z.boolean(),
  }),
  event("turn-start", { at: wireMoment }),
  event("agent-jump", { to: z.string(), reason: z.string(), latencyMs }),
  event("agent-take-over", { agent: z.string(), reason: z.string() }),
  event("qa-search-start", { query: z.string() }),
  event("qa-search-end", { passages: z.array(passageSchema), latencyMs }),
  event("knowledge-search-start", { query: z.string(), topK: z.number(), scoreThreshold: z.number() }),
  event("knowledge-search-end", { passages: z.array(passageSchema), latencyMs }),
  event("model-call-start", { position, ...modelCallRequest.shape }),
  event("model-call-end", { position, ...modelCallResult.shape }),
  event("reasoning-start", {}),
  event("reasoning-delta", { text }),
  event("reasoning-end", {}),
  event("thought-start", { position, skill: z.string(), tool: z.string(), input: z.string() }),
  event("thought-end", { position, observation: z.string(), toolLatencyMs: z.number() }),
  event("tool-message-start", { title: z.string() }),
  event("tool-message-delta", { title: z.string(), text }),
  event("tool-message-end", { title: z.string() }),
  event("text-start", {}),
  event("text-delta", { text }),
  event("text-end", {}),
  event("text-replace", { text }),
  event("action", {
    action: z.object({ type: z.string(), status: z.string(), payload: z.record(z.string(), z.unknown()) }),
  }),
  event("agent-error", { message: z.string() }),
  event("usage", {
    inputTokens: z.number(),
    outputTokens: z.number(),
    firstTokenMs: z.number(),
    latencyMs,
    cutBy: z.string().nullable(),
  }),
  event("suggestions", { questions: z.array(z.string()) }),
  event("requires-action", { calls: z.array(z.object({ name: z.string(), arguments: z.string() })) }),
  event("interrupted", { kind: z.string(), message: z.string() }),
  event("turn-end", { status: z.string() }),
  event("turn-error", { code: z.string(), message: z.string() }),
]);

export type WireTurnEvent = z.input<typeof turnEventSchema>;

/** How one event is shown. */
function presentTurnEvent(told: TurnEvent): WireTurnEvent {
  switch (told.type) {
    case "turn-start":
      return { type: told.type, at: new Date(told.atMs) };
    case "qa-search-start":
      return { type: told.type, query: told.query };
    case "qa-search-end":
    case "knowledge-search-end":
      return {
        type: told.type,
        passages: told.passages.map(presentPassage),
        latencyMs: Math.round(told.latencyMs),
      };
    case "knowledge-search-start": {
      const { query, topK, scoreThreshold } = told;
      return { type: told.type, query, topK, scoreThreshold };
    }
    case "model-call-start":
      return { type: told.type, position: told.position, ...presentModelRequest(told) };
    case "model-call-end":
      return { type: told.type, position: told.position, ...presentModelResult(told) };
    case "thought-start": {
      const { skill, tool, input } = told;
      return { type: told.type, position: told.position, skill, tool, input };
    }
    case "thought-end": {
      const { observation, toolLatencyMs } = told;
      return {
        type: told.type,
        position: told.position,
        observation,
        toolLatencyMs: Math.round(toolLatencyMs),
      };
    }
    case "text-end":
      return { type: told.type };
    case "action": {
      const { type, status, payload } = told.action;
      return { type: told.type, action: { type, status, payload: { ...payload } } };
    }
    case "usage": {
      const { inputTokens, outputTokens, firstTokenMs, cutBy = null } = told;
      return {
        type: told.type,
        inputTokens,
        outputTokens,
        firstTokenMs,
        latencyMs: Math.round(told.latencyMs),
        cutBy,
      };
    }
    case "suggestions":
      return { type: told.type, questions: told.questions };
    case "requires-action":
      return {
        type: told.type,
        calls: told.calls.map(({ name, arguments: given }) => ({ name, arguments: given })),
      };
    case "agent-jump":
      return { ...told, latencyMs: Math.round(told.latencyMs) };
    default:
      return told;
  }
}

export function presentPassage(passage: Passage): z.input<typeof passageSchema> {
  const { text: words, question, score, knowledgeBaseName, documentName, documentUrl } = passage;
  return { text: words, question, score, knowledgeBaseName, documentName, documentUrl };
}

export function presentModelRequest(call: ModelCallRequest): z.input<typeof modelCallRequest> {
  const { model, messages, otherMessages, tools } = call;
  return {
    model,
    messages: messages.map((message) => ({
      ...message,
      images: message.images ?? 0,
      tools: message.tools ?? [],
    })),
    otherMessages,
    tools,
  };
}

export function presentModelResult(call: ModelCallResult): z.input<typeof modelCallResult> {
  const { output, outputLength, calls, inputTokens, outputTokens, latencyMs: took, cost, currency } = call;
  const { finishReason = null, requestId = null, firstTokenMs = null, error } = call;
  return {
    ...{ output, outputLength, calls, finishReason, requestId, inputTokens, outputTokens },
    ...{ firstTokenMs, latencyMs: took, cost, currency },
    error: error === undefined ? null : { ...error, status: error.status ?? null },
  };
}

/** Where a turn belongs. */
export interface TurnPlace {
  turnId: number;
  conversationId: number;
  exchangeId: number;
}

/**
 * The frames of a turn that runs, from behind the event `lastEventId` on. Deltas that have happened already are told
 * as one. An id bookmarks the last event of its frame; where it is of another log, everything is told again.
 */
export function logFrames(log: TurnLog, place: TurnPlace, lastEventId: string | undefined): FrameSource {
  const behind = log.positionOf(lastEventId);
  const before = behind === undefined ? [...log.before] : [];
  let position = behind ?? 0;
  const isRestart = behind === undefined && lastEventId !== undefined;
  const queued = [turnFrame(place, isRestart)];
  const next = (): string | undefined | null => {
    const first = queued.shift() ?? (position === 1 ? retold(before) : undefined);
    if (first !== undefined) return first;
    const told = log.at(position);
    if (told === undefined) return log.isEnded ? null : undefined;
    position += 1;
    if (told.type !== "text-delta" && told.type !== "reasoning-delta") {
      return frame(told, log.bookmark(position));
    }
    let words = told.text;
    for (let more = log.at(position); more?.type === told.type; more = log.at(position)) {
      if (words.length >= JOINED_LIMIT) break;
      words += more.text;
      position += 1;
    }
    return frame({ type: told.type, text: words }, log.bookmark(position));
  };
  return { next, subscribe: (wake) => log.subscribe(wake) };
}

/** The frames of a turn that has ended. Whoever saw part of it is told everything again. */
export function storedFrames(
  events: readonly TurnEvent[],
  place: TurnPlace,
  lastEventId: string | undefined,
): FrameSource {
  const rest = [...events];
  const queued = [turnFrame(place, lastEventId !== undefined)];
  return { next: () => queued.shift() ?? retold(rest) ?? null, subscribe: () => () => {} };
}

function retold(events: TurnEvent[]): string | undefined {
  const told = events.shift();
  return told === undefined ? undefined : frame(told);
}

function turnFrame({ turnId, conversationId, exchangeId }: TurnPlace, isRestart: boolean): string {
  const told: WireTurnEvent = {
    type: "turn",
    turnId: formatId(turnId),
    conversationId: formatId(conversationId),
    exchangeId: formatId(exchangeId),
    isRestart,
  };
  return `data: ${jsonLine(told)}\n\n`;
}

function frame(told: TurnEvent, id?: string): string {
  const data = `data: ${jsonLine(presentTurnEvent(told))}\n\n`;
  return id === undefined ? data : `id: ${id}\n${data}`;
}
