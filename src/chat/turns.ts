import { setTimeout as delay } from "node:timers/promises";
import type { Agent } from "../domain/agent.ts";
import type { Attachment, Conversation, Exchange } from "../domain/conversation.ts";
import { DomainError } from "../domain/errors.ts";
import type { ExchangeId, MessageId, TurnId } from "../domain/ids.ts";
import { isTraceEvent, type TraceEvent, type TurnEvent } from "../domain/turn-event.ts";
import { requestLimited, turnStarted } from "../log/metrics.ts";
import type { OpenTurn } from "../storage/store.ts";
import { Checkpoints } from "./checkpoints.ts";
import { type BusyRule, ConversationQueue } from "./conversation-queue.ts";
import { findConversation } from "./conversations.ts";
import type { GenerationServices } from "./generate.ts";
import { TurnGate, type TurnLimits } from "./limits.ts";
import { TurnLog } from "./turn-log.ts";
import { StopReason, TurnWork } from "./turn-work.ts";

export type TurnOptions = BusyRule & TurnLimits;

/** Answers an exchange may have had altogether: the first and ten more. Source: HiAgent API document, 重新生成. */
const ANSWER_LIMIT = 11;

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
  /** Of the call that asked; stands in the turn's log line too. */
  requestId: string;
  /** Aborts when the caller leaves; only matters while the question still waits to be accepted. */
  signal: AbortSignal;
}

/** What to store of a new turn in a conversation as it is now. */
type DescribeTurn = (conversation: Conversation) => Pick<OpenTurn, "exchangeId" | "question" | "answerLimit">;

interface Running extends RunningTurn {
  readonly controller: AbortController;
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
  /** Turns that are being stored or run; each leaves when it is over. */
  readonly #work = new Set<Promise<unknown>>();
  readonly #options: TurnOptions;
  #isDraining = false;
  #isCutting = false;

  constructor(services: GenerationServices, options: TurnOptions) {
    this.#services = services;
    this.#options = options;
    this.#queue = new ConversationQueue(options);
    this.#gate = new TurnGate(options);
    this.#checkpoints = new Checkpoints(services.store);
  }

  /**
   * Accepts a question and begins to answer it. Question and an empty answer are stored, and would survive a
   * power cut, before this resolves; if it rejects nothing is stored, unless the disk refused to make durable what
   * was already written. Waits for earlier questions of the same conversation where the rule says so.
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

  /**
   * Takes no new turns, lets the running ones finish for `graceMs`, then stores them as interrupted. Questions that
   * wait are refused when their turn comes. Resolves when nothing is being stored any more.
   */
  async drain(graceMs: number): Promise<void> {
    this.#isDraining = true;
    const timer = new AbortController();
    await Promise.race([this.#idle(), delay(graceMs, undefined, { signal: timer.signal }).catch(() => {})]);
    timer.abort();
    this.#isCutting = true;
    for (const turn of this.#running.values()) turn.controller.abort(new StopReason("interrupted"));
    await this.#idle();
  }

  async #idle(): Promise<void> {
    while (this.#work.size > 0) await Promise.allSettled(this.#work);
  }

  #track<T>(work: Promise<T>): Promise<T> {
    const tracked = work.finally(() => this.#work.delete(tracked));
    this.#work.add(tracked);
    return tracked;
  }

  #refuseWhileDraining(): void {
    if (this.#isDraining) throw new DomainError("shutting_down", "the server is stopping");
  }

  async #open(
    asking: Asking,
    question: { text: string; attachments: Attachment[] },
    describe: DescribeTurn,
  ): Promise<RunningTurn> {
    this.#refuseWhileDraining();
    const { agent, conversation, signal } = asking;
    const leave = await this.#gate.enter(agent.id, conversation.userId).catch((refusal: unknown) => {
      requestLimited(asking.dialect);
      throw refusal;
    });
    try {
      const mustWait = this.#queue.isTaken(conversation.id);
      const free = await this.#queue.take(conversation.id, signal);
      try {
        this.#refuseWhileDraining();
        const release = () => {
          free();
          leave();
        };
        return await this.#track(this.#begin(asking, question, describe, { hasWaited: mustWait, release }));
      } catch (error) {
        free();
        throw error;
      }
    } catch (error) {
      leave();
      throw error;
    }
  }

  async #begin(
    asking: Asking,
    question: { text: string; attachments: Attachment[] },
    describe: DescribeTurn,
    { hasWaited, release }: { hasWaited: boolean; release: () => void },
  ): Promise<RunningTurn> {
    const { opened, conversation } = await this.#store(asking, describe, hasWaited);
    return this.#run({ ...asking, conversation }, question, opened, release);
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
        await delay(100);
        signal.throwIfAborted();
        this.#refuseWhileDraining();
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
    const { agent, conversation, dialect, requestId } = asking;
    const { turnId, exchangeId, createdAt } = opened;
    const log = new TurnLog();
    const controller = new AbortController();
    const trace: TraceEvent[] = [];
    const emit = (event: TurnEvent) => {
      log.append(event);
      if (event.type === "text-delta" || event.type === "reasoning-delta") this.#checkpoints.noteText(turnId);
      else if (isTraceEvent(event)) trace.push(event);
    };
    const work = new TurnWork({
      services: this.#services,
      agent,
      opened,
      emit,
      log,
      trace,
      dialect,
      requestId,
    });
    emit({ type: "turn-start", turnId, atMs: createdAt.getTime() });
    this.#checkpoints.add(turnId, log);
    turnStarted();
    if (this.#isCutting) controller.abort(new StopReason("interrupted"));
    const ended = this.#track(
      work.run(conversation, question, controller.signal).finally(() => {
        this.#checkpoints.remove(turnId);
        this.#running.delete(turnId);
        this.#ownIds.delete(turnId);
        free();
      }),
    );
    const turn: Running = { turnId, exchangeId, conversation, createdAt, log, ended, controller };
    this.#running.set(turnId, turn);
    return turn;
  }
}
