import type { Agent } from "../domain/agent.ts";
import type { Conversation } from "../domain/conversation.ts";
import type { TurnId } from "../domain/ids.ts";
import { isTraceEvent, type TraceEvent, type TurnEvent } from "../domain/turn-event.ts";
import { turnStarted } from "../log/metrics.ts";
import type { ActionDesk } from "./action-desk.ts";
import { type AnswerMaker, StopReason } from "./answer-maker.ts";
import type { Before, RunningAnswer, RunningTurn } from "./asking.ts";
import { Checkpoints } from "./checkpoints.ts";
import type { GenerationServices } from "./generate.ts";
import { retell } from "./replay.ts";
import type { SuspendedTurn, TurnStanding } from "./suspended-turn.ts";
import { TurnLog } from "./turn-log.ts";
import { TurnWork } from "./turn-work.ts";

/** A turn that may run now. */
export interface Launch {
  turnId: TurnId;
  /** The one that was asked. */
  agent: Agent;
  userId: string;
  createdAt: Date;
  dialect: string;
  requestId: string;
  /** How its answer is made. */
  make: AnswerMaker;
  /** Where it is done what is decided beside answering. Absent: nothing is. */
  desk?: ActionDesk | undefined;
  /** Absent: nothing of the turn is stored. */
  standing?: TurnStanding | undefined;
  /** False: no follow-up questions, whatever the agent says. */
  maySuggest: boolean;
  /** True: no answer is made. Absent: false. */
  isHeld?: boolean;
  /** When it is given up. Absent: never. */
  deadline?: Date | undefined;
  /** It was opened so that another process could go on with it. Absent: false. */
  hasStanding?: boolean;
  /** The turn has waited, or another process had it, and goes on. */
  continuation?: {
    before: Before;
    used: SuspendedTurn["tally"];
  };
}

interface Running {
  readonly controller: AbortController;
  readonly ended: Promise<void>;
  readonly work: TurnWork;
  readonly isStored: boolean;
  /** Absent: the turn belongs to no conversation. */
  turn?: RunningTurn;
}

/** The turns that run in this process, each with its log, its signal and its checkpoints. */
export class RunningTurns {
  readonly #services: GenerationServices;
  readonly #checkpoints: Checkpoints;
  readonly #running = new Map<TurnId, Running>();
  #isCutting = false;
  /** The ids of all stored ones, and of those that are being stored right now: whoever stores one adds it. */
  readonly ids = new Set<TurnId>();

  constructor(services: GenerationServices) {
    this.#services = services;
    this.#checkpoints = new Checkpoints(services.store);
  }

  /** The turn, if it runs here in a conversation. */
  find(turnId: TurnId): RunningTurn | undefined {
    return this.#running.get(turnId)?.turn;
  }

  /** Stops the turn; resolves when it is stored, with false when it does not run here. */
  async stop(turnId: TurnId): Promise<boolean> {
    const running = this.#running.get(turnId);
    if (running === undefined) return false;
    running.controller.abort(new StopReason("stopped"));
    await running.ended;
    return true;
  }

  /** Interrupts every turn, and every one that begins later. */
  cut(): void {
    this.#isCutting = true;
    for (const { controller } of this.#running.values()) controller.abort(new StopReason("interrupted"));
  }

  /**
   * The stored turns whose answers are being made: nobody but another node can have closed them. Each with what ends it
   * as interrupted while that is still so: one that has waited meanwhile and goes on is left alone.
   */
  generating(): Map<TurnId, () => void> {
    const generating = new Map<TurnId, () => void>();
    for (const [turnId, { work, isStored, controller }] of this.#running) {
      if (!isStored || !work.isGenerating) continue;
      generating.set(turnId, () => {
        if (work.isGenerating) controller.abort(new StopReason("interrupted"));
      });
    }
    return generating;
  }

  /** Begins to run a turn. `release` is called when it is over. */
  run(launch: Launch, release: () => void): RunningAnswer {
    const { turnId, agent, userId, createdAt, standing, make, continuation } = launch;
    const before = continuation?.before;
    const log = new TurnLog(before === undefined ? [] : retell(before, before.trace));
    const trace: TraceEvent[] = [...(before?.trace ?? [])];
    const controller = new AbortController();
    const emit = (event: TurnEvent) => {
      log.append(event);
      if (event.type === "text-delta" || event.type === "reasoning-delta") this.#checkpoints.noteText(turnId);
      else if (isTraceEvent(event)) trace.push(event);
    };
    const { dialect, requestId, maySuggest, desk, isHeld = false, hasStanding = false } = launch;
    const work = new TurnWork({
      services: this.#services,
      turnId,
      agent,
      createdAt,
      standing,
      maySuggest,
      isHeld,
      desk,
      emit,
      log,
      trace,
      dialect,
      requestId,
      hasStanding,
      usedBefore: continuation?.used,
    });
    emit({ type: "turn-start", turnId, atMs: createdAt.getTime() });
    if (standing !== undefined) this.#checkpoints.add(turnId, log);
    turnStarted();
    if (this.#isCutting) controller.abort(new StopReason("interrupted"));
    const giveUp = abortAt(controller, launch.deadline);
    const ended = work.run(make, controller.signal).finally(() => {
      clearTimeout(giveUp);
      this.#checkpoints.remove(turnId);
      this.#running.delete(turnId);
      this.ids.delete(turnId);
      release();
    });
    this.#running.set(turnId, { controller, ended, work, isStored: standing !== undefined });
    return { turnId, agentId: agent.id, userId, createdAt, log, ended };
  }

  /**
   * Says where a turn that runs belongs, so that it can be found. A conversation without agent or user has got the
   * turn's.
   */
  place(
    answer: RunningAnswer,
    {
      standing,
      conversation,
      isHeld = false,
      before,
    }: {
      standing: TurnStanding;
      conversation: Conversation;
      isHeld?: boolean;
      before?: Before;
    },
  ): RunningTurn {
    const { exchangeId, questionMessageId, answerMessageId, insertedIds, meta } = standing;
    const turn: RunningTurn = {
      ...answer,
      exchangeId,
      conversation: {
        ...conversation,
        agentId: conversation.agentId ?? answer.agentId,
        userId: conversation.userId === "" ? answer.userId : conversation.userId,
      },
      questionMessageId,
      answerMessageId,
      insertedIds,
      meta,
      isHeld,
      ...(before !== undefined && { before }),
    };
    const running = this.#running.get(answer.turnId);
    if (running !== undefined) running.turn = turn;
    return turn;
  }
}

function abortAt(controller: AbortController, deadline: Date | undefined): NodeJS.Timeout | undefined {
  if (deadline === undefined) return undefined;
  return setTimeout(() => controller.abort(new StopReason("late")), deadline.getTime() - Date.now());
}
