import type { Agent } from "../domain/agent.ts";
import type { Usage } from "../domain/conversation.ts";
import { DomainError } from "../domain/errors.ts";
import type { TurnId } from "../domain/ids.ts";
import { isWords, type OutputAction, textActions } from "../domain/output-action.ts";
import type { TraceEvent, TurnErrorCode, TurnEvent } from "../domain/turn-event.ts";
import { chatLog } from "../log/logger.ts";
import { modelFailed, tokensUsed, turnEnded } from "../log/metrics.ts";
import { ModelError } from "../models/chat-model.ts";
import type { ClosedTurn, Emission } from "../storage/store.ts";
import { type ActionDesk, readDecided } from "./action-desk.ts";
import { AnswerFailure, type AnswerMaker, StopReason, TurnLeft, type TurnPause } from "./answer-maker.ts";
import type { GenerationServices } from "./generate.ts";
import { type GenerationTally, newTally, usageOf } from "./generation-state.ts";
import { proposeQuestions } from "./suggest.ts";
import { asCall, referTo, type SuspendedTurn, type TurnStanding } from "./suspended-turn.ts";
import { factsOfTurn, type TurnFacts } from "./turn-facts.ts";
import type { TurnLog } from "./turn-log.ts";

/** What a turn's work needs to know of it. */
export interface WorkParts {
  services: GenerationServices;
  /** The one that was asked. */
  agent: Agent;
  turnId: TurnId;
  createdAt: Date;
  /** False: no follow-up questions, whatever the agent says. */
  maySuggest: boolean;
  /** The conversation is with a person: no answer is made. */
  isHeld: boolean;
  /** Where it is done what is decided beside answering. */
  desk: ActionDesk | undefined;
  emit: (event: TurnEvent) => void;
  log: TurnLog;
  trace: TraceEvent[];
  dialect: string;
  requestId: string;
  /**
   * What is kept of the turn while it waits, beside what its work knows. Absent: nothing of the turn is in the store,
   * and nothing goes there.
   */
  standing: TurnStanding | undefined;
  /** It was opened so that another process could go on with it. */
  hasStanding: boolean;
  /** What was used before the turn waited. Absent: it has not waited yet. */
  usedBefore: SuspendedTurn["tally"] | undefined;
}

interface Failure {
  code: TurnErrorCode;
  message: string;
}

type Outcome =
  | { status: "completed" | "stopped" }
  | { status: "waiting"; pause: TurnPause }
  | { status: "failed" | "interrupted"; failure: Failure }
  /** It goes on in another process. */
  | { status: "left"; failure: Failure };

/** From the open turn to its final event. */
export class TurnWork {
  readonly #parts: WorkParts;
  readonly #tally: GenerationTally;
  readonly #startedAtMs = Date.now();
  #isGenerating = true;

  constructor(parts: WorkParts) {
    this.#parts = parts;
    this.#tally = { ...newTally(parts.agent), ...parts.usedBefore };
  }

  /** The answer is being made; afterwards it is stored. */
  get isGenerating(): boolean {
    return this.#isGenerating;
  }

  async run(make: AnswerMaker, signal: AbortSignal): Promise<void> {
    const made = await this.#make(make, signal);
    this.#isGenerating = false;
    const usage = usageOf(this.#tally, this.#parts.createdAt.getTime());
    const { standing } = this.#parts;
    const isKept = standing !== undefined && made.status !== "left";
    const unstored = isKept ? await this.#keep(standing, made, usage) : undefined;
    const outcome: Outcome = unstored === undefined ? made : { status: "failed", failure: unstored };
    await this.#tell(outcome, usage, signal);
    this.#report(outcome.status, usage);
  }

  async #make(make: AnswerMaker, signal: AbortSignal): Promise<Outcome> {
    const { emit, isHeld } = this.#parts;
    if (isHeld) return { status: "completed" };
    try {
      const pause = await make({ emit, tally: this.#tally, signal });
      return pause === undefined ? { status: "completed" } : { status: "waiting", pause };
    } catch (error) {
      if (error instanceof TurnLeft) {
        const message = "the answer goes on elsewhere; ask for it again";
        return { status: "left", failure: { code: "interrupted", message } };
      }
      const reason = signal.aborted ? signal.reason : error;
      if (!(reason instanceof StopReason)) return { status: "failed", failure: this.#explain(error) };
      const { status } = reason;
      if (status === "stopped") return { status };
      if (status === "late") {
        return { status: "failed", failure: { code: "model_timeout", message: "the answer took too long" } };
      }
      return { status, failure: { code: "interrupted", message: "the server was stopped" } };
    }
  }

  #explain(error: unknown): Failure {
    const { turnId } = this.#parts;
    if (error instanceof ModelError) {
      const { failure, status, detail, requestId } = error;
      modelFailed(this.#tally.model?.name ?? "none", failure);
      chatLog.warn({ turnId, failure, status, detail, upstreamRequestId: requestId }, "model failed");
      return { code: failure === "timeout" ? "model_timeout" : "model_failed", message: error.message };
    }
    if (error instanceof AnswerFailure) {
      const { code, message, cause } = error;
      chatLog.warn({ turnId, code, reason: message, err: cause }, "no answer was made");
      return { code, message };
    }
    if (error instanceof DomainError && error.code === "model_unknown") {
      return { code: "model_unknown", message: error.message };
    }
    chatLog.error({ turnId, err: error }, "turn failed");
    return { code: "internal", message: error instanceof DomainError ? error.message : "internal error" };
  }

  /** Stores the end of the turn, or its waiting. Resolves with what to tell when that was not possible. */
  async #keep(
    standing: TurnStanding,
    outcome: Exclude<Outcome, { status: "left" }>,
    usage: Usage,
  ): Promise<Failure | undefined> {
    const { services, turnId, log, trace, agent, isHeld } = this.#parts;
    const { store } = services;
    const kept = {
      turnId,
      text: log.text,
      reasoning: log.reasoning,
      usage,
      usedKnowledge: trace.some((event) => event.type.endsWith("-search-end")),
      trace,
    };
    try {
      if (outcome.status === "waiting") {
        const state = this.#state(standing, outcome.pause);
        const isStored = await store.turns.suspend({ ...kept, state, now: new Date() });
        await store.flushed();
        return isStored ? undefined : this.#closedElsewhere();
      }
      const closed: ClosedTurn = {
        ...kept,
        status: outcome.status,
        endedAt: new Date(),
        ...("failure" in outcome ? { error: outcome.failure } : {}),
        suggestions: [],
        ...(this.#tally.model !== undefined && { model: this.#tally.model.name }),
        ...(this.#parts.hasStanding && { hasStanding: true }),
        ...this.#decisions(standing, outcome.status),
      };
      const emissions = await this.#prepare(factsOfTurn(closed, { agent, standing, isHeld }));
      const isStored = await store.turns.close(closed, emissions);
      await store.flushed();
      if (!isStored) return this.#closedElsewhere();
      services.facts.wake(emissions);
      if (closed.triggers !== undefined) services.triggersDue?.();
      return undefined;
    } catch (failure) {
      chatLog.error({ err: failure, turnId }, "turn could not be stored");
      return { code: "internal", message: "the answer could not be stored" };
    }
  }

  /** What the turn did beside answering, and what follows from it. */
  #decisions(
    { origin }: TurnStanding,
    status: ClosedTurn["status"],
  ): Pick<ClosedTurn, "actions" | "handsOver" | "triggers"> {
    const { desk, log } = this.#parts;
    const { actions = [], triggers = [], told } = desk?.decided ?? {};
    // Half an answer is nothing to send into somebody's chat; callers have seen it.
    const isHalf = origin?.adapterId !== undefined && status !== "completed";
    const isUnsaid = isHalf || origin?.source === "test";
    const decided = told ?? [...actions, ...textActions(log.text)];
    const isOnlyWords = told === undefined && actions.length === 0 && !(isUnsaid && log.text !== "");
    return {
      ...(!isOnlyWords && { actions: isUnsaid ? decided.map(unsaid) : decided }),
      ...(desk?.handover !== undefined && { handsOver: true }),
      ...(triggers.length > 0 && { triggers }),
    };
  }

  async #prepare({ end, usage, others }: TurnFacts): Promise<Emission[]> {
    const { facts, store } = this.#parts.services;
    const emissions: (Emission | undefined)[] =
      usage === undefined ? [await facts.prepare(store, end)] : await facts.prepareBoth(store, end, usage);
    for (const fact of others) emissions.push(await facts.prepare(store, fact));
    return emissions.filter((emission) => emission !== undefined);
  }

  #closedElsewhere(): Failure {
    chatLog.error({ turnId: this.#parts.turnId }, "turn was already closed by another node");
    return { code: "interrupted", message: "another node closed this answer, taking this one for dead" };
  }

  #state(standing: TurnStanding, pause: TurnPause): string {
    const { log } = this.#parts;
    const { inputTokens, outputTokens, cost, currency, firstTextAtMs, agent } = this.#tally;
    const suspended: SuspendedTurn = {
      ...standing,
      agent: referTo(agent),
      text: log.text,
      reasoning: log.reasoning,
      tally: { inputTokens, outputTokens, cost, currency, firstTextAtMs },
      pause,
      decided: this.#parts.desk?.decided ?? readDecided(),
    };
    return JSON.stringify(suspended);
  }

  async #tell(outcome: Outcome, usage: Usage, signal: AbortSignal): Promise<void> {
    const { emit } = this.#parts;
    const { finishReason, firstTextAtMs } = this.#tally;
    if ("failure" in outcome) {
      emit({ type: "turn-error", ...outcome.failure });
      return;
    }
    if (outcome.status === "waiting") {
      emit({ type: "requires-action", calls: outcome.pause.pending.map(asCall) });
    }
    emit({
      type: "usage",
      inputTokens: usage.inputTokens,
      outputTokens: usage.outputTokens,
      firstTokenAtMs: firstTextAtMs ?? Date.now(),
      firstTokenMs: usage.firstTokenMs,
      latencyMs: usage.latencyMs,
      ...((finishReason === "length" || finishReason === "content-filter") && { cutBy: finishReason }),
    });
    if (outcome.status === "completed") await this.#suggest(signal);
    emit({ type: "turn-end", status: outcome.status });
  }

  /** Follow-up questions are a courtesy: whatever goes wrong, the answer stands. */
  async #suggest(signal: AbortSignal): Promise<void> {
    const { services, turnId, log, emit, standing, desk } = this.#parts;
    const maySuggest = this.#parts.maySuggest && desk?.handover === undefined;
    const { messages, agent } = this.#tally;
    if (!maySuggest || !agent.settings.suggestions || messages.length === 0 || log.text === "") return;
    // Of an answer that no model of the agent's made, one is asked all the same.
    const model = this.#tally.model ?? services.models.find(agent.settings.model);
    if (model === undefined) return;
    const startedAt = performance.now();
    try {
      const prompt = agent.settings.suggestionPrompt;
      const proposed = await proposeQuestions(model, { messages, answer: log.text, prompt }, signal);
      tokensUsed(model.name, proposed);
      if (proposed.questions.length === 0) return;
      if (standing !== undefined) await services.store.turns.saveSuggestions(turnId, proposed.questions);
      emit({ type: "suggestions", ...proposed, latencyMs: performance.now() - startedAt });
    } catch (error) {
      if (signal.aborted) return;
      chatLog.info({ turnId, reason: error instanceof Error ? error.message : "" }, "no suggestions");
    }
  }

  /** Counts only what this run of the turn did: it may have waited before. */
  #report(status: Outcome["status"], usage: Usage): void {
    const { dialect, requestId, turnId, agent, usedBefore } = this.#parts;
    const { inputTokens, outputTokens, firstTokenMs } = usage;
    const used = {
      inputTokens: inputTokens - (usedBefore?.inputTokens ?? 0),
      outputTokens: outputTokens - (usedBefore?.outputTokens ?? 0),
      firstTokenMs: usedBefore?.firstTextAtMs === undefined ? firstTokenMs : 0,
      latencyMs: usedBefore === undefined ? usage.latencyMs : Math.max(0, Date.now() - this.#startedAtMs),
    };
    turnEnded({ dialect, status, usage: used, model: this.#tally.model?.name ?? "none" });
    chatLog.info({ requestId, turnId, agentId: agent.id, status, ...used }, "turn ended");
  }
}

function unsaid(action: OutputAction): OutputAction {
  return isWords(action) ? { ...action, status: "skip" } : action;
}
