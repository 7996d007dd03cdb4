import type { Conversation } from "../domain/conversation.ts";
import { ActionDesk } from "./action-desk.ts";
import { type Asking, type Before, type Caller, standingOf } from "./asking.ts";
import type { GenerationServices } from "./generate.ts";
import type { LeftTurn } from "./left-turns.ts";
import type { Opening } from "./opening.ts";
import type { Launch } from "./running-turns.ts";
import type { ResumedTurn, TurnStanding } from "./suspended-turn.ts";
import { modelAnswersTurn, runGoesOn, workflowAnswers } from "./turn-makers.ts";

/** A turn that may run now, and where it belongs. */
export interface Launched {
  launch: Launch;
  place: { standing: TurnStanding; conversation: Conversation; isHeld?: boolean; before?: Before };
}

const NOTHING_USED = { inputTokens: 0, outputTokens: 0, cost: 0, currency: "", firstTextAtMs: undefined };

/** One that was opened for a question. */
export function launchOpened(
  services: GenerationServices,
  asking: Asking,
  { opened, assignment, conversation, response }: Opening,
): Launched {
  const { agent, dialect, requestId, isStored = true, isToldActions: isCallerTold = false } = asking;
  const { turnId, userId, createdAt, isHeld = false } = opened;
  const standing = standingOf({ ...asking, conversation }, opened, assignment);
  const desk = isStored ? new ActionDesk(services, standing, { isCallerTold }) : undefined;
  const turn = { agent, conversation, standing, desk, isStored, dialect, requestId };
  const launch = {
    ...launchOf(asking),
    turnId,
    userId,
    createdAt,
    make:
      response === undefined ? modelAnswersTurn(services, turn) : workflowAnswers(services, turn, response),
    desk,
    standing: isStored ? standing : undefined,
    hasStanding: opened.standing !== undefined,
    isHeld,
    deadline: asking.deadline ?? afterMs(createdAt, asking.timeLimitMs),
  };
  return { launch, place: { standing, conversation, isHeld } };
}

/** One that waited for its caller. */
export function launchResumed(services: GenerationServices, asking: Asking, resumed: ResumedTurn): Launched {
  const { suspended, trace, askedAgent, agent, outputs } = resumed;
  const { text, reasoning, tally: used, pause, agent: _, decided, ...standing } = suspended;
  const before = { text, reasoning, trace };
  const { conversation, dialect, requestId, canWait = false, isToldActions: isCallerTold = false } = asking;
  const desk = new ActionDesk(services, standing, { isCallerTold, before: decided });
  const turn = { agent: askedAgent, conversation, standing, desk, isStored: true, dialect, requestId };
  const isOfRun = "runId" in pause;
  const launch: Launch = {
    ...launchOf({ ...asking, agent: askedAgent }),
    ...whoseOf(standing),
    make: isOfRun
      ? runGoesOn(services, turn, { pause, outputs, workflow: agent, canWait, hasSpoken: text !== "" })
      : modelAnswersTurn(services, turn, { pause, agent, outputs }),
    desk,
    standing,
    hasStanding: isOfRun,
    continuation: { before, used },
  };
  return { launch, place: { standing, conversation, before } };
}

/** One that another process left. Nobody waits for it any more: it has its whole time again. */
export function launchLeft(services: GenerationServices, left: LeftTurn): Launched {
  const { state, agent, conversation, response, claimed, before, decided } = left;
  const { standing, dialect, requestId, isToldActions: isCallerTold, timeLimitMs } = state;
  const desk = new ActionDesk(services, standing, { isCallerTold });
  desk.restore(agent, decided);
  const turn = { agent, conversation, standing, desk, isStored: true, dialect, requestId };
  const thoughts = before.trace.filter(({ type }) => type === "thought-start").length;
  const launch: Launch = {
    ...launchOf({ agent, dialect, requestId }),
    ...whoseOf(standing),
    make: workflowAnswers(services, turn, response, {
      beginning: { kind: "recover", claimed },
      told: { hasSpoken: before.text !== "", thoughts },
    }),
    desk,
    standing,
    hasStanding: true,
    deadline: afterMs(new Date(), timeLimitMs),
    continuation: { before, used: NOTHING_USED },
  };
  return { launch, place: { standing, conversation, before } };
}

/** What every turn takes over from who asked. */
export function launchOf({ agent, dialect, requestId }: Pick<Caller, "agent" | "dialect" | "requestId">) {
  return { agent, dialect, requestId, maySuggest: true };
}

function whoseOf({ turnId, userId, createdAtMs }: TurnStanding) {
  return { turnId, userId, createdAt: new Date(createdAtMs) };
}

function afterMs(at: Date, ms: number | undefined): Date | undefined {
  return ms === undefined ? undefined : new Date(at.getTime() + ms);
}
