import type { Agent } from "../domain/agent.ts";
import type { Attachment, Conversation, Exchange, Usage } from "../domain/conversation.ts";
import { DomainError } from "../domain/errors.ts";
import type { TraceEvent, TurnErrorCode, TurnEvent } from "../domain/turn-event.ts";
import { chatLog } from "../log/logger.ts";
import { modelFailed, tokensUsed, turnEnded } from "../log/metrics.ts";
import { ModelError } from "../models/chat-model.ts";
import type { OpenTurn } from "../storage/store.ts";
import { type GenerationServices, type GenerationTally, generate, newTally } from "./generate.ts";
import { proposeQuestions } from "./suggest.ts";
import type { TurnLog } from "./turn-log.ts";

/** Earlier exchanges looked at for the history; the token budget usually ends it sooner. */
const HISTORY_LIMIT_EXCHANGES = 50;

/** Why a turn's signal aborted. */
export class StopReason extends Error {
  readonly status: "stopped" | "interrupted";
  constructor(status: "stopped" | "interrupted") {
    super(`turn ${status}`);
    this.status = status;
  }
}

/** From the open turn to its final event. */
export class TurnWork {
  readonly #services: GenerationServices;
  readonly #agent: Agent;
  readonly #opened: OpenTurn;
  readonly #emit: (event: TurnEvent) => void;
  readonly #log: TurnLog;
  readonly #trace: TraceEvent[];
  readonly #dialect: string;
  readonly #requestId: string;
  readonly #tally: GenerationTally;

  constructor(parts: {
    services: GenerationServices;
    agent: Agent;
    opened: OpenTurn;
    emit: (event: TurnEvent) => void;
    log: TurnLog;
    trace: TraceEvent[];
    dialect: string;
    requestId: string;
  }) {
    this.#services = parts.services;
    this.#agent = parts.agent;
    this.#opened = parts.opened;
    this.#emit = parts.emit;
    this.#log = parts.log;
    this.#trace = parts.trace;
    this.#dialect = parts.dialect;
    this.#requestId = parts.requestId;
    this.#tally = newTally(parts.agent);
  }

  async run(
    conversation: Conversation,
    question: { text: string; attachments: Attachment[] },
    signal: AbortSignal,
  ): Promise<void> {
    let failure: { code: TurnErrorCode; message: string } | undefined;
    let status: "completed" | "stopped" | "failed" | "interrupted" = "completed";
    try {
      const history = await this.#history(conversation);
      const input = { agent: this.#agent, conversation, question, history };
      await generate(this.#services, input, this.#emit, this.#tally, signal);
    } catch (error) {
      if (signal.aborted && signal.reason instanceof StopReason) status = signal.reason.status;
      else status = "failed";
      if (status === "failed") failure = this.#explain(error);
      else if (status === "interrupted") failure = { code: "interrupted", message: "the server was stopped" };
    }
    const usage = this.#usage();
    const unstored = await this.#close(status, usage, failure);
    if (unstored !== undefined) {
      status = "failed";
      failure = unstored;
    }
    if (failure === undefined) {
      this.#emitUsage(usage);
      if (status === "completed") await this.#suggest(signal);
    }
    if (failure !== undefined) this.#emit({ type: "turn-error", ...failure });
    else this.#emit({ type: "turn-end", status: status === "stopped" ? "stopped" : "completed" });
    turnEnded({ dialect: this.#dialect, status, usage, model: this.#tally.model?.name ?? "none" });
    chatLog.info(
      {
        requestId: this.#requestId,
        turnId: this.#opened.turnId,
        agentId: this.#agent.id,
        status,
        latencyMs: usage.latencyMs,
        firstTokenMs: usage.firstTokenMs,
        inputTokens: usage.inputTokens,
        outputTokens: usage.outputTokens,
      },
      "turn ended",
    );
  }

  #history(conversation: Conversation): Promise<Exchange[]> {
    if (this.#agent.settings.historyLimitTokens === 0) return Promise.resolve([]);
    return this.#services.store.exchanges.latest({
      conversationId: conversation.id,
      sectionId: conversation.sectionId,
      before: this.#opened.exchangeId,
      rater: conversation.userId,
      limit: HISTORY_LIMIT_EXCHANGES,
    });
  }

  #explain(error: unknown): { code: TurnErrorCode; message: string } {
    const { turnId } = this.#opened;
    if (error instanceof ModelError) {
      const { failure, status, detail, requestId } = error;
      modelFailed(this.#tally.model?.name ?? "none", failure);
      chatLog.warn({ turnId, failure, status, detail, upstreamRequestId: requestId }, "model failed");
      return { code: failure === "timeout" ? "model_timeout" : "model_failed", message: error.message };
    }
    if (error instanceof DomainError && error.code === "model_unknown") {
      return { code: "model_unknown", message: error.message };
    }
    chatLog.error({ turnId, err: error }, "turn failed");
    return { code: "internal", message: error instanceof DomainError ? error.message : "internal error" };
  }

  #usage(): Usage {
    const startMs = this.#opened.createdAt.getTime();
    const { inputTokens, outputTokens, cost, currency, firstTextAtMs } = this.#tally;
    return {
      inputTokens,
      outputTokens,
      cost,
      currency,
      firstTokenMs: firstTextAtMs === undefined ? 0 : Math.max(0, firstTextAtMs - startMs),
      latencyMs: Math.max(0, Date.now() - startMs),
    };
  }

  /** Stores the end of the turn. Resolves with what to tell when that was not possible. */
  async #close(
    status: "completed" | "stopped" | "failed" | "interrupted",
    usage: Usage,
    error: { code: TurnErrorCode; message: string } | undefined,
  ): Promise<{ code: TurnErrorCode; message: string } | undefined> {
    const { store } = this.#services;
    const { turnId } = this.#opened;
    try {
      const isStored = await store.turns.close({
        turnId,
        status,
        endedAt: new Date(),
        text: this.#log.text,
        reasoning: this.#log.reasoning,
        ...(error === undefined ? {} : { error }),
        usage,
        usedKnowledge: this.#trace.some((event) => event.type.endsWith("-search-end")),
        suggestions: [],
        trace: this.#trace,
      });
      await store.flushed();
      if (isStored) return undefined;
      chatLog.error({ turnId }, "turn was already closed by another node");
      return { code: "interrupted", message: "another node closed this answer, taking this one for dead" };
    } catch (failure) {
      chatLog.error({ err: failure, turnId }, "turn could not be stored");
      return { code: "internal", message: "the answer could not be stored" };
    }
  }

  #emitUsage(usage: Usage): void {
    this.#emit({
      type: "usage",
      inputTokens: usage.inputTokens,
      outputTokens: usage.outputTokens,
      firstTokenAtMs: this.#tally.firstTextAtMs ?? Date.now(),
      firstTokenMs: usage.firstTokenMs,
      latencyMs: usage.latencyMs,
    });
  }

  /** Follow-up questions are a courtesy: whatever goes wrong, the answer stands. */
  async #suggest(signal: AbortSignal): Promise<void> {
    const { model, messages, agent } = this.#tally;
    if (!agent.settings.suggestions || model === undefined || this.#log.text === "") return;
    const startedAt = performance.now();
    try {
      const proposed = await proposeQuestions(model, messages, this.#log.text, signal);
      tokensUsed(model.name, proposed);
      if (proposed.questions.length === 0) return;
      await this.#services.store.turns.saveSuggestions(this.#opened.turnId, proposed.questions);
      this.#emit({ type: "suggestions", ...proposed, latencyMs: performance.now() - startedAt });
    } catch (error) {
      if (signal.aborted) return;
      const { turnId } = this.#opened;
      chatLog.info({ turnId, reason: error instanceof Error ? error.message : "" }, "no suggestions");
    }
  }
}
