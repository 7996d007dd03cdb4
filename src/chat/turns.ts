import { setTimeout as delay } from "node:timers/promises";
import type { Agent } from "../domain/agent.ts";
import type { Attachment, Conversation, Exchange, Usage } from "../domain/conversation.ts";
import { DomainError } from "../domain/errors.ts";
import type { ExchangeId, MessageId, TurnId } from "../domain/ids.ts";
import { isTraceEvent, type TraceEvent, type TurnErrorCode, type TurnEvent } from "../domain/turn-event.ts";
import { chatLog } from "../log/logger.ts";
import { modelFailed, requestLimited, turnEnded, turnStarted } from "../log/metrics.ts";
import { ModelError } from "../models/chat-model.ts";
import type { OpenTurn } from "../storage/store.ts";
import { Checkpoints } from "./checkpoints.ts";
import { type BusyRule, ConversationQueue } from "./conversation-queue.ts";
import { findConversation } from "./conversations.ts";
import { type GenerationServices, type GenerationTally, generate, newTally } from "./generate.ts";
import { TurnGate, type TurnLimits } from "./limits.ts";
import { proposeQuestions } from "./suggest.ts";
import { TurnLog } from "./turn-log.ts";

export type TurnOptions = BusyRule & TurnLimits;

/** Answers an exchange may have had altogether: the first and ten more. Source: HiAgent API document, 重新生成. */
const ANSWER_LIMIT = 11;
/** Earlier exchanges looked at for the history; the token budget usually ends it sooner. */
const HISTORY_LIMIT_EXCHANGES = 50;

/** A turn that runs in this process. */
export interface RunningTurn {
  readonly turnId: TurnId;
  readonly exchangeId: ExchangeId;
  readonly conversation: Conversation;
  readonly createdAt: Date;
  readonly log: TurnLog;
  /** Resolves when the turn is stored and its last event is in the log. Never rejects. */
  readonly ended: Promise<void>;
}

/** Who asks what, and through which dialect (for logs and metrics). */
interface Asking {
  agent: Agent;
  conversation: Conversation;
  dialect: string;
  /** Aborts when the caller leaves; only matters while the question still waits to be accepted. */
  signal: AbortSignal;
}

/** What to store of a new turn in a conversation as it is now. */
type DescribeTurn = (conversation: Conversation) => Pick<OpenTurn, "exchangeId" | "question" | "answerLimit">;

interface Running extends RunningTurn {
  readonly controller: AbortController;
}

/** Why a turn's signal aborted. */
class StopReason extends Error {
  readonly status: "stopped" | "interrupted";
  constructor(status: "stopped" | "interrupted") {
    super(`turn ${status}`);
    this.status = status;
  }
}

/**
 * All turns of this process. A turn belongs to the server: it runs to its end whether or not anybody reads, and
 * readers come and go on its log.
 */
export class Turns {
  readonly #services: GenerationServices;
  readonly #queue: ConversationQueue;
  readonly #gate: TurnGate;
  readonly #checkpoints: Checkpoints;
  readonly #running = new Map<TurnId, Running>();
  /** Also holds turns that are being stored right now. */
  readonly #ownIds = new Set<TurnId>();
  readonly #options: TurnOptions;
  #isDraining = false;

  constructor(services: GenerationServices, options: TurnOptions) {
    this.#services = services;
    this.#options = options;
    this.#queue = new ConversationQueue(options);
    this.#gate = new TurnGate(options);
    this.#checkpoints = new Checkpoints(services.store);
  }

  /**
   * Accepts a question and begins to answer it. Question and an empty answer are stored, and would survive a
   * power cut, before this resolves; if it rejects nothing is stored. Waits for earlier questions of the same
   * conversation where the rule says so.
   * Rejects with `conversation_busy`, `rate_limited`, `too_many_turns`, `shutting_down` or `storage_failed`; with
   * `conversation_not_found` when the conversation was deleted while the question waited.
   */
  start(asking: Asking & { question: { text: string; attachments: Attachment[] } }): Promise<RunningTurn> {
    const { store } = this.#services;
    const { question } = asking;
    return this.#open(asking, question, (conversation) => ({
      exchangeId: store.newId<ExchangeId>(),
      question: { messageId: store.newId<MessageId>(), sectionId: conversation.sectionId, ...question },
    }));
  }

  /**
   * Answers an exchange once more; the new answer becomes the chosen one. Rejects like `start`, and with
   * `regenerate_limit` after ten more answers.
   */
  regenerate(asking: Asking & { exchange: Exchange }): Promise<RunningTurn> {
    const { exchange } = asking;
    return this.#open(asking, exchange.question, () => ({
      exchangeId: exchange.id,
      answerLimit: ANSWER_LIMIT,
    }));
  }

  /** The turn, if it runs in this process. */
  find(turnId: TurnId): RunningTurn | undefined {
    return this.#running.get(turnId);
  }

  /** The turns that run in this process, from before they are stored until after they are closed. Live. */
  get runningIds(): ReadonlySet<TurnId> {
    return this.#ownIds;
  }

  /**
   * Stops a running turn: the connection to the model closes at once, the text so far is kept. Resolves when it
   * is stored. Does nothing when the turn does not run here.
   */
  async stop(turnId: TurnId): Promise<void> {
    const turn = this.#running.get(turnId);
    if (turn === undefined) return;
    turn.controller.abort(new StopReason("stopped"));
    await turn.ended;
  }

  /** Takes no new turns, lets the running ones finish for `graceMs`, then stores them as interrupted. */
  async drain(graceMs: number): Promise<void> {
    this.#isDraining = true;
    const all = () => Promise.all([...this.#running.values()].map((turn) => turn.ended));
    const timer = new AbortController();
    await Promise.race([all(), delay(graceMs, undefined, { signal: timer.signal }).catch(() => {})]);
    timer.abort();
    for (const turn of this.#running.values()) turn.controller.abort(new StopReason("interrupted"));
    await all();
  }

  async #open(
    asking: Asking,
    question: { text: string; attachments: Attachment[] },
    describe: DescribeTurn,
  ): Promise<RunningTurn> {
    if (this.#isDraining) throw new DomainError("shutting_down", "the server is stopping");
    const { agent, conversation, signal } = asking;
    const leave = await this.#gate.enter(agent.id, conversation.userId).catch((refusal: unknown) => {
      requestLimited(asking.dialect);
      throw refusal;
    });
    try {
      const mustWait = this.#queue.isTaken(conversation.id);
      const free = await this.#queue.take(conversation.id, signal);
      try {
        const { opened, conversation: current } = await this.#store(asking, describe, mustWait);
        return this.#run({ ...asking, conversation: current }, question, opened, () => {
          free();
          leave();
        });
      } catch (error) {
        free();
        throw error;
      }
    } catch (error) {
      leave();
      throw error;
    }
  }

  /**
   * Stores the open turn; another node may hold the conversation: then asks again until the time is up. After a wait
   * the conversation is read anew, because it may have been cleared, changed or deleted meanwhile.
   */
  async #store({ agent, conversation: found, signal }: Asking, describe: DescribeTurn, hasWaited: boolean) {
    const { store } = this.#services;
    let conversation = found;
    let isStale = hasWaited;
    const deadline = Date.now() + (this.#options.busy === "queue" ? this.#options.queueTimeoutMs : 0);
    for (;;) {
      if (isStale) conversation = await findConversation(store, agent, conversation.userId, conversation.id);
      const opened: OpenTurn = {
        ...describe(conversation),
        turnId: store.newId<TurnId>(),
        answerMessageId: store.newId<MessageId>(),
        conversationId: conversation.id,
        agentId: agent.id,
        userId: conversation.userId,
        createdAt: new Date(),
      };
      this.#ownIds.add(opened.turnId);
      try {
        await store.turns.open(opened);
        await store.flushed();
        return { opened, conversation };
      } catch (error) {
        this.#ownIds.delete(opened.turnId);
        const isBusy = error instanceof DomainError && error.code === "conversation_busy";
        if (!isBusy || Date.now() >= deadline) throw error;
        await delay(100, undefined, { signal });
        isStale = true;
      }
    }
  }

  #run(
    asking: Asking,
    question: { text: string; attachments: Attachment[] },
    opened: OpenTurn,
    free: () => void,
  ): RunningTurn {
    const { agent, conversation, dialect } = asking;
    const { turnId, exchangeId, createdAt } = opened;
    const log = new TurnLog();
    const controller = new AbortController();
    const trace: TraceEvent[] = [];
    const emit = (event: TurnEvent) => {
      log.append(event);
      if (event.type === "text-delta" || event.type === "reasoning-delta") this.#checkpoints.noteText(turnId);
      else if (isTraceEvent(event)) trace.push(event);
    };
    const work = new TurnWork({ services: this.#services, agent, opened, emit, log, trace, dialect });
    emit({ type: "turn-start", turnId, atMs: createdAt.getTime() });
    this.#checkpoints.add(turnId, log);
    turnStarted();
    const ended = work.run(conversation, question, controller.signal).finally(() => {
      this.#checkpoints.remove(turnId);
      this.#running.delete(turnId);
      this.#ownIds.delete(turnId);
      free();
    });
    const turn: Running = { turnId, exchangeId, conversation, createdAt, log, ended, controller };
    this.#running.set(turnId, turn);
    return turn;
  }
}

/** From the open turn to its final event. */
class TurnWork {
  readonly #services: GenerationServices;
  readonly #agent: Agent;
  readonly #opened: OpenTurn;
  readonly #emit: (event: TurnEvent) => void;
  readonly #log: TurnLog;
  readonly #trace: TraceEvent[];
  readonly #dialect: string;
  readonly #tally: GenerationTally;

  constructor(parts: {
    services: GenerationServices;
    agent: Agent;
    opened: OpenTurn;
    emit: (event: TurnEvent) => void;
    log: TurnLog;
    trace: TraceEvent[];
    dialect: string;
  }) {
    this.#services = parts.services;
    this.#agent = parts.agent;
    this.#opened = parts.opened;
    this.#emit = parts.emit;
    this.#log = parts.log;
    this.#trace = parts.trace;
    this.#dialect = parts.dialect;
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
