import { type GenerationInput, type GenerationServices, generate } from "../chat/generate.ts";
import { newTally } from "../chat/generation-state.ts";
import { TurnLog } from "../chat/turn-log.ts";
import type { Agent } from "../domain/agent.ts";
import { DomainError } from "../domain/errors.ts";
import type { Passage } from "../domain/knowledge.ts";
import type { OutputAction } from "../domain/output-action.ts";
import type { TurnEvent } from "../domain/turn-event.ts";
import { appLog } from "../log/logger.ts";
import { ModelError } from "../models/chat-model.ts";
import type { TrialQuestion } from "./trial-questions.ts";

/** What an agent made of a question, and what that took. */
export interface TrialAnswer {
  text: string;
  /** Milliseconds until the first text; 0: none came, or it is not known. */
  firstTokenMs: number;
  /** Milliseconds; 0: not known. */
  totalMs: number;
  inputTokens: number;
  outputTokens: number;
  /** In `currency`, which is empty where nobody set prices. */
  cost: number;
  currency: string;
  /** Empty: none was asked, or it is not known. */
  model: string;
  passages: Passage[];
  /** What it would have done beside answering. */
  actions: OutputAction[];
  /** Why there is no answer, or only the beginning of one. Absent: there is. */
  failure?: string;
}

/**
 * Lets an agent answer a question as it would in a conversation, and stores nothing. What the model fails with stands in
 * the answer; rejects only with the reason of `signal`.
 */
export async function tryAnswer(
  services: GenerationServices,
  agent: Agent,
  question: TrialQuestion,
  signal: AbortSignal,
): Promise<TrialAnswer> {
  const startedAtMs = Date.now();
  const tally = newTally(agent);
  const log = new TurnLog();
  const passages: Passage[] = [];
  const actions: OutputAction[] = [];
  const emit = (event: TurnEvent) => {
    log.append(event);
    if (event.type === "qa-search-end" || event.type === "knowledge-search-end") {
      passages.push(...event.passages);
    } else if (event.type === "action") actions.push(event.action);
  };
  let failure: string | undefined;
  try {
    await generate(services, inputOf(agent, question), emit, tally, signal);
  } catch (error) {
    signal.throwIfAborted();
    failure = explain(error);
  }
  const { firstTextAtMs, inputTokens, outputTokens, cost, currency, model } = tally;
  return {
    text: log.text,
    firstTokenMs: firstTextAtMs === undefined ? 0 : Math.max(1, firstTextAtMs - startedAtMs),
    totalMs: Math.max(1, Date.now() - startedAtMs),
    inputTokens,
    outputTokens,
    cost,
    currency,
    model: model?.name ?? "",
    passages,
    actions,
    ...(failure !== undefined && { failure }),
  };
}

/** Decisions are noted as if they had been carried out; nothing is done. */
const TRIAL_DESK: NonNullable<GenerationInput["desk"]> = {
  async carryOut({ settings }, { cancelOnMessage: _, ...decision }) {
    const action = { ...decision, status: "skip" as const };
    const lastWords = decision.type === "handover" ? settings.handover?.message : undefined;
    return {
      action,
      observation: "Done.",
      ...(lastWords !== undefined && lastWords !== "" && { lastWords }),
    };
  },
};

function inputOf(agent: Agent, asked: TrialQuestion) {
  const { text, attachments, values, userValues, history, given } = asked;
  return {
    agent,
    dialogue: {
      kind: "conversation" as const,
      history,
      given,
      inserted: [],
      question: { text, attachments },
    },
    values: Object.fromEntries(Object.entries(values).filter(([, value]) => value !== "")),
    userValues,
    callerTools: [],
    parameters: {},
    desk: TRIAL_DESK,
  };
}

function explain(error: unknown): string {
  if (error instanceof ModelError) return `the model failed (${error.failure}): ${error.message}`;
  if (error instanceof DomainError && error.code !== "internal") return error.message;
  appLog.error({ err: error }, "trial failed");
  return error instanceof DomainError ? error.message : "internal error";
}
