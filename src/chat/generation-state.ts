import type { Agent } from "../domain/agent.ts";
import type { Usage } from "../domain/conversation.ts";
import type { Passage } from "../domain/knowledge.ts";
import type { CallerToolCall } from "../domain/turn-event.ts";
import type { ChatMessage, ChatModel, FinishReason } from "../models/chat-model.ts";

/** What generation used, also when it failed or was stopped half-way. */
export interface GenerationTally {
  inputTokens: number;
  outputTokens: number;
  cost: number;
  currency: string;
  /** Milliseconds since the Unix epoch; undefined before the first text. */
  firstTextAtMs: number | undefined;
  /** Why the model's last completion ended; undefined before that. */
  finishReason: FinishReason | undefined;
  /** The model that answered last; undefined when none was asked. */
  model: ChatModel | undefined;
  /** The messages and the answering agent, for proposing follow-up questions. */
  messages: ChatMessage[];
  agent: Agent;
}

/** A tool that the caller has to run, and how the model came to it. */
export interface PendingCall extends CallerToolCall {
  /** Of its thought in the turn. */
  position: number;
  thoughtLatencyMs: number;
  /** Milliseconds since the Unix epoch. */
  askedAtMs: number;
}

/** Where generation stands while it waits for its caller's tools. Plain data. */
export interface GenerationPause {
  pending: PendingCall[];
  messages: ChatMessage[];
  passages: Passage[];
  step: number;
  position: number;
  handoffs: number;
}

/** Going on after a pause: the agent that was answering, and what each pending call gave, by its id. */
export interface GenerationResumption {
  pause: GenerationPause;
  agent: Agent;
  outputs: ReadonlyMap<string, string>;
}

/** A fresh tally for a turn of this agent. */
export function newTally(agent: Agent): GenerationTally {
  return {
    inputTokens: 0,
    outputTokens: 0,
    cost: 0,
    currency: "",
    firstTextAtMs: undefined,
    finishReason: undefined,
    model: undefined,
    messages: [],
    agent,
  };
}

/** What a turn that began then has cost until now. */
export function usageOf(
  tally: Pick<GenerationTally, "inputTokens" | "outputTokens" | "cost" | "currency" | "firstTextAtMs">,
  createdAtMs: number,
): Usage {
  const { inputTokens, outputTokens, cost, currency, firstTextAtMs } = tally;
  return {
    inputTokens,
    outputTokens,
    cost,
    currency,
    firstTokenMs: firstTextAtMs === undefined ? 0 : Math.max(0, firstTextAtMs - createdAtMs),
    latencyMs: Math.max(0, Date.now() - createdAtMs),
  };
}
