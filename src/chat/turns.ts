import { setTimeout as delay } from "node:timers/promises";
import type { Agent, ModelParameters } from "../domain/agent.ts";
import type { Conversation, Exchange } from "../domain/conversation.ts";
import { DomainError } from "../domain/errors.ts";
import type { ConversationId, ExchangeId, MessageId, TurnId } from "../domain/ids.ts";
import { requestLimited } from "../log/metrics.ts";
import type { ChatMessage } from "../models/chat-model.ts";
import {
  type Asking,
  type Assignment,
  answerAgain,
  answerTo,
  type Caller,
  isOpenQuestion,
  type RunningAnswer,
  type RunningTurn,
  userOf,
} from "./asking.ts";
import { type BusyRule, ConversationQueue } from "./conversation-queue.ts";
import { conversationNotFound, insertedInto, type NewMessage } from "./conversations.ts";
import type { QuestionContent } from "./dialogue.ts";
import type { StoredTurn } from "./following.ts";
import type { GenerationServices } from "./generate.ts";
import { type Launched, launchLeft, launchOf, launchOpened, launchResumed } from "./launches.ts";
import { takeLeftTurns } from "./left-turns.ts";
import { TurnGate, type TurnLimits } from "./limits.ts";
import { asSaidBefore, joinedQuestion, type Merging, mergedTurn } from "./merging.ts";
import { openTurn } from "./opening.ts";
import { RemoteTurns } from "./remote-turns.ts";
import { isAnsweredByWorkflow, planLooseResponse, type Response } from "./responder.ts";
import { type Launch, RunningTurns } from "./running-turns.ts";
import { requireWaiting, type ToolOutput, takeOverTurn } from "./suspended-turn.ts";
import { looseInput } from "./turn-input.ts";
import type { TurnLog } from "./turn-log.ts";
import { modelAnswers, workflowAnswersLoosely } from "./turn-makers.ts";
import { WorkspaceGate } from "./workspace-gate.ts";

export type { RunningAnswer, RunningTurn } from "./asking.ts";
export { pendingCalls, type ToolOutput } from "./suspended-turn.ts";

export type TurnOptions = BusyRule & TurnLimits;

/** Answers an exchange may have had altogether: the first and ten more. Source: HiAgent API document, 重新生成. */
const ANSWER_LIMIT = 11;
/** How long until a conversation is tried again that another node holds. */
const RETRY_MS = 100;

/** What has been let in. */
interface Admission {
  /** Others may have changed the conversation meanwhile. */
  hasWaited: boolean;
  /** Says that it is over; whoever begins a turn with it takes it over. */
  release: () => void;
}

/**
 * All turns of this process. A turn belongs to the server: it runs to its end whether or not anybody reads, and
 * readers come and go on its log.
 */
export class Turns {
  readonly #services: GenerationServices;
  readonly #queue: ConversationQueue;
  readonly #gate: TurnGate;
  readonly #workspaceGate: WorkspaceGate;
  readonly #running: RunningTurns;
  readonly #remote: RemoteTurns;
  /** Turns that are being stored or run; each leaves when it is over. */
  readonly #work = new Set<Promise<unknown>>();
  readonly #options: TurnOptions;
  #isDraining = false;

  constructor(services: GenerationServices, options: TurnOptions) {
    this.#services = services;
    this.#options = options;
    this.#queue = new ConversationQueue(options);
    this.#gate = new TurnGate(options);
    this.#workspaceGate = new WorkspaceGate(services);
    this.#running = new RunningTurns(services);
    this.#remote = new RemoteTurns(services.store, this.#running);
  }

  /**
   * Accepts a question and begins to answer it. Question, the messages before it and an empty answer are stored, and
   * would survive a power cut, before this resolves; if it rejects nothing is stored, unless the disk refused to make
   * durable what was already written. Waits for earlier questions of the same conversation where the rule says so.
   * Rejects with `conversation_busy`, `rate_limited`, `too_many_turns`, `budget_exhausted`, `shutting_down` or `storage_failed`; with
   * `conversation_not_found` when the conversation was deleted while the question waited; with a `HeldError` when a person
   * has the conversation and nobody asked: something merely happened.
   */
  start(
    asking: Asking & {
      question: QuestionContent;
      /** Put into the conversation before the question; always told to the model. */
      insertedBefore?: NewMessage[] | undefined;
      questionMeta?: Record<string, string> | undefined;
      /** What was said shortly before, oldest first, and is answered with it; each is a question of its own. */
      merges?: Merging[] | undefined;
    },
  ): Promise<RunningTurn> {
    const { store } = this.#services;
    const { question, insertedBefore: inserted = [], questionMeta: meta = {}, merges = [] } = asking;
    const isForWorkflow = isAnsweredByWorkflow(asking);
    return this.#open(asking, (conversation) => {
      const merged = merges.map((one) => mergedTurn(store, conversation, one));
      const insertedBefore = inserted.map((message) => insertedInto(store, conversation, message));
      const exchangeId = store.newId<ExchangeId>();
      const messageId = store.newId<MessageId>();
      const { sectionId } = conversation;
      return {
        opening: {
          exchangeId,
          insertedBefore,
          question: { messageId, sectionId, ...question, meta },
          ...(merged.length > 0 && { merges: merged }),
        },
        questionMessageId: messageId,
        sectionId,
        historyBefore: [...merged, ...insertedBefore][0]?.exchangeId ?? exchangeId,
        question: isForWorkflow ? joinedQuestion(question, merges) : question,
        inserted: isForWorkflow ? inserted : [...merges.map(asSaidBefore), ...inserted],
        ...(merges.length > 0 && { isMerged: true }),
      };
    });
  }

  /**
   * Answers an exchange once more; the new answer becomes the chosen one, unless the conversation is with a person and
   * there is one already. Rejects like `start`, and with
   * `regenerate_limit` after ten more answers.
   */
  regenerate(asking: Asking & { exchange: Exchange }): Promise<RunningTurn> {
    return this.#open(asking, () => answerAgain(asking.exchange, ANSWER_LIMIT));
  }

  /**
   * Answers a message that was only put into the conversation. Rejects like `start`, and with `request_invalid` naming
   * `additional_messages` when it is not the user's or has been answered.
   */
  async answer(asking: Asking & { exchange: Exchange }): Promise<RunningTurn> {
    const { exchange } = asking;
    if (!isOpenQuestion(exchange)) {
      throw new DomainError("request_invalid", "the last message is no question of the user", {
        field: "additional_messages",
      });
    }
    return this.#open(asking, () => answerTo(exchange));
  }

  /**
   * Answers messages that belong to no conversation: they are told to the model as they are, after the agent's prompt.
   * Nothing is stored. A turn that has to wait for its caller's tools ends for good: whoever goes on asks anew with
   * what they gave. Rejects like `start`.
   */
  runOnce(
    caller: Caller & {
      /** Counts against the limits. */
      userId: string;
      messages: ChatMessage[];
      /** Overlay the agent's own. */
      parameters?: ModelParameters | undefined;
    },
  ): Promise<RunningAnswer> {
    const { userId, messages, parameters = {} } = caller;
    const { store } = this.#services;
    return this.#admit(caller, userId, undefined, async ({ release }) => {
      const make = isAnsweredByWorkflow(caller)
        ? workflowAnswersLoosely(
            this.#services,
            { ...caller, userId },
            await this.#planLoosely(caller, messages),
          )
        : modelAnswers(this.#services, looseInput(store, caller, { userId, messages, parameters }));
      const started = { turnId: store.newId<TurnId>(), userId, createdAt: new Date() };
      return this.#run({ ...launchOf(caller), ...started, make, maySuggest: false }, release);
    });
  }

  /**
   * Goes on with a turn that waits for its caller's tools, as the agent that it began with, in a new log. Of several
   * who try at once exactly one succeeds. That it runs again would survive a power cut before this resolves; if it
   * rejects it still waits. Rejects like `start`, with `turn_not_waiting`, and with `request_invalid` naming
   * `tool_outputs` unless every pending call has exactly one output.
   */
  async resume(asking: Asking & { turnId: TurnId; outputs: ToolOutput[] }): Promise<RunningTurn> {
    const { conversation, turnId, outputs } = asking;
    const { store } = this.#services;
    await requireWaiting(store, conversation.id, turnId);
    return this.#admit(asking, userOf(asking), conversation.id, async ({ release }) => {
      this.#running.ids.add(turnId);
      try {
        const resumed = await this.#untilFree(asking, () => takeOverTurn(store, turnId, outputs));
        await store.flushed();
        return this.#begin(launchResumed(this.#services, asking, resumed), release);
      } catch (error) {
        this.#running.ids.delete(turnId);
        throw error;
      }
    });
  }

  /**
   * Goes on with turns that other processes left running because workflows answer them, which outlive their process.
   * Resolves with how many.
   */
  async takeOver(): Promise<number> {
    const { workflows } = this.#services;
    if (workflows === undefined || this.#isDraining) return 0;
    const { ids } = this.#running;
    return takeLeftTurns({ ...this.#services, workflows }, ids, {
      adopt: (turnId) => ids.add(turnId),
      begin: (turn) => this.#begin(launchLeft(this.#services, turn), () => {}),
      drop: (turnId) => ids.delete(turnId),
    });
  }

  /** The turn, if it runs in this process and belongs to a conversation. */
  find(turnId: TurnId): RunningTurn | undefined {
    return this.#running.find(turnId);
  }

  /** The stored turns that run in this process, from before they are stored until after they are closed. Live. */
  get runningIds(): ReadonlySet<TurnId> {
    return this.#running.ids;
  }

  /**
   * Stops a turn that runs here: the connection to the model closes at once, the text so far is kept. Resolves when it
   * is stored. Does nothing when the turn does not run here.
   */
  async stopHere(turnId: TurnId): Promise<void> {
    await this.#running.stop(turnId);
  }

  /**
   * Stops a running turn on whatever node it runs, like `stopHere`. Resolves when it is stored. Rejects with
   * `conversation_busy` when its node neither stops it nor is taken for dead in time.
   */
  stop(turnId: TurnId): Promise<void> {
    return this.#remote.stop(turnId);
  }

  /**
   * The log of a stored turn that runs on another node, kept up to date until `signal` aborts; undefined when it has
   * ended. If that node dies the log ends as the turn is stored then. Rejects with `conversation_busy` when the node
   * neither answers nor is taken for dead in time.
   */
  follow(turn: StoredTurn, signal: AbortSignal): Promise<TurnLog | undefined> {
    return this.#remote.follow(turn, signal);
  }

  /** Interrupts turns that run here although other nodes have closed them, taking this process for dead. */
  cutClosed(): Promise<void> {
    return this.#remote.cutClosed();
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
    this.#running.cut();
    this.#remote.close();
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

  /**
   * Counts the caller against the limits, waits until the conversation (if any) is free, and lets `begin` do the rest.
   */
  async #admit<T>(
    { agent, dialect, signal, busy }: Caller & Pick<Asking, "busy">,
    userId: string,
    conversationId: ConversationId | undefined,
    begin: (admission: Admission) => Promise<T>,
  ): Promise<T> {
    this.#refuseWhileDraining();
    const leave = await this.#enter(agent, userId).catch((refusal: unknown) => {
      requestLimited(dialect);
      throw refusal;
    });
    let free = () => {};
    try {
      const hasWaited = conversationId !== undefined && this.#queue.isTaken(conversationId);
      if (conversationId !== undefined) {
        free = await this.#queue.take(conversationId, signal, busy !== "reject");
      }
      this.#refuseWhileDraining();
      const release = () => {
        free();
        leave();
      };
      return await this.#track(begin({ hasWaited, release }));
    } catch (error) {
      free();
      leave();
      throw error;
    }
  }

  /** Past the limits of the key and the user, then those of the workspace. */
  async #enter({ id, workspaceId }: Agent, userId: string): Promise<() => void> {
    const leaveKey = await this.#gate.enter(id, userId);
    try {
      const leaveWorkspace = await this.#workspaceGate.enter(workspaceId);
      return () => {
        leaveKey();
        leaveWorkspace();
      };
    } catch (error) {
      leaveKey();
      throw error;
    }
  }

  #open(asking: Asking, assign: (conversation: Conversation) => Assignment): Promise<RunningTurn> {
    return this.#admit(asking, userOf(asking), asking.conversation.id, async ({ hasWaited, release }) => {
      const opening = await this.#store(asking, assign, hasWaited);
      return this.#begin(launchOpened(this.#services, asking, opening), release);
    });
  }

  /**
   * Stores the open turn. After a wait the conversation is read anew, because it may have been cleared, changed, given
   * to a person or deleted meanwhile.
   */
  #store(asking: Asking, assign: (conversation: Conversation) => Assignment, hasWaited: boolean) {
    return this.#untilFree(asking, async (isRetry) => {
      const isStale = hasWaited || isRetry;
      const conversation = isStale ? await this.#reread(asking.conversation) : asking.conversation;
      return openTurn(this.#services, { ...asking, conversation }, assign, this.#running.ids);
    });
  }

  async #reread({ id }: Conversation): Promise<Conversation> {
    const conversation = await this.#services.store.conversations.get(id);
    if (conversation === undefined) throw conversationNotFound();
    return conversation;
  }

  /** Another node may hold the conversation: then tries again until the time is up. */
  async #untilFree<T>(
    { conversation, busy, signal }: Asking,
    attempt: (isRetry: boolean) => Promise<T>,
  ): Promise<T> {
    const mayWait = this.#options.busy === "queue" && busy !== "reject";
    const deadline = Date.now() + (mayWait ? this.#options.queueTimeoutMs : 0);
    for (let isRetry = false; ; isRetry = true) {
      try {
        return await attempt(isRetry);
      } catch (error) {
        const isBusy = error instanceof DomainError && error.code === "conversation_busy";
        if (!isBusy) throw error;
        const isLate = Date.now() >= deadline;
        if (isLate && (isRetry || !(await this.#hasChangedHands(conversation)))) throw error;
        await delay(RETRY_MS);
        signal.throwIfAborted();
        this.#refuseWhileDraining();
      }
    }
  }

  /** Whether it went to a person, or came back, after it was found: nobody is in the way then. */
  async #hasChangedHands({ id, heldAt }: Conversation): Promise<boolean> {
    const current = await this.#services.store.conversations.get(id);
    return current !== undefined && (current.heldAt === undefined) !== (heldAt === undefined);
  }

  #planLoosely(caller: Caller, messages: ChatMessage[]): Promise<Response> {
    const { text = "" } = messages.findLast(({ role }) => role === "user") ?? {};
    return planLooseResponse(this.#services.store, caller, text);
  }

  #begin(launched: Launched, release: () => void): RunningTurn {
    return this.#running.place(this.#run(launched.launch, release), launched.place);
  }

  #run(launch: Launch, release: () => void): RunningAnswer {
    const answer = this.#running.run(launch, release);
    void this.#track(answer.ended);
    return answer;
  }
}
