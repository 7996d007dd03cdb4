import type { Agent } from "../domain/agent.ts";
import type { Conversation } from "../domain/conversation.ts";
import type { ActionDesk } from "./action-desk.ts";
import type { AnswerMaker } from "./answer-maker.ts";
import { type GenerationInput, type GenerationServices, generate } from "./generate.ts";
import type { GenerationResumption } from "./generation-state.ts";
import { type RespondBeginning, type RespondParts, respond } from "./respond.ts";
import type { Response } from "./responder.ts";
import { TurnHost } from "./run-hosts.ts";
import type { RunPause } from "./run-pause.ts";
import { referTo, type TurnStanding } from "./suspended-turn.ts";
import { conversationInput } from "./turn-input.ts";

/** Nodes of one turn in a session of the Insight family. Source: spec page of Insight §14, "Guards". */
const STEP_LIMIT = 200;

/** A turn of a conversation that may be answered now. */
export interface TurnToAnswer {
  /** The one that was asked. */
  agent: Agent;
  conversation: Conversation;
  standing: TurnStanding;
  desk: ActionDesk | undefined;
  /** False: nothing of it is kept. */
  isStored: boolean;
  dialect: string;
  requestId: string;
}

/** The agent's model answers. */
export function modelAnswers(
  services: GenerationServices,
  input: GenerationInput,
  resumption?: GenerationResumption,
): AnswerMaker {
  return ({ emit, tally, signal }) => generate(services, input, emit, tally, signal, resumption);
}

/** The agent's model answers in a conversation. */
export function modelAnswersTurn(
  services: GenerationServices,
  { agent, conversation, standing, desk, dialect, requestId }: TurnToAnswer,
  resumption?: GenerationResumption,
): AnswerMaker {
  const input = conversationInput(services.store, agent, conversation, standing);
  const asker = { dialect, requestId, userId: standing.userId };
  return modelAnswers(services, { ...input, desk, asker }, resumption);
}

/** A workflow answers. */
export function workflowAnswers(
  services: GenerationServices,
  turn: TurnToAnswer,
  response: Response,
  { beginning = { kind: "plan" }, told }: { beginning?: RespondBeginning; told?: RespondParts["told"] } = {},
): AnswerMaker {
  const { agent, conversation, standing, desk, isStored, dialect, requestId } = turn;
  const { store, workflows } = services;
  if (workflows === undefined) throw new Error("no workflows run here");
  const about = {
    dialect,
    requestId,
    userId: standing.userId,
    ...(agent.id !== response.workflow.id && { onBehalfOf: agent.id }),
    conversationId: conversation.id,
    ...(isStored && { turnId: standing.turnId }),
    ...(standing.sessionId !== "" && { bounds: { steps: STEP_LIMIT } }),
  };
  const host = new TurnHost(store, agent, standing, desk);
  const parts = {
    store,
    workflows,
    response,
    about,
    host,
    desk,
    isStored,
    ...(told !== undefined && { told }),
  };
  return respond(parts, beginning);
}

/** The workflow that waited for its caller goes on with what that gave. */
export function runGoesOn(
  services: GenerationServices,
  turn: TurnToAnswer,
  {
    pause,
    outputs,
    workflow,
    canWait,
    hasSpoken,
  }: {
    pause: RunPause;
    outputs: ReadonlyMap<string, string>;
    workflow: Agent;
    canWait: boolean;
    hasSpoken: boolean;
  },
): AnswerMaker {
  const { runId, thoughts, pending } = pause;
  const plan = { workflow: referTo(workflow), runId, input: {}, isTest: false, canWait };
  const open = new Map(pending.flatMap(({ stepId, position }) => (position > 0 ? [[stepId, position]] : [])));
  return workflowAnswers(
    services,
    turn,
    { plan, workflow },
    {
      beginning: { kind: "outputs", pause, outputs },
      told: { hasSpoken, thoughts, open },
    },
  );
}

/** A workflow answers outside any conversation. */
export function workflowAnswersLoosely(
  { store, workflows }: GenerationServices,
  { agent, userId, dialect, requestId }: { agent: Agent; userId: string; dialect: string; requestId: string },
  response: Response,
): AnswerMaker {
  if (workflows === undefined) throw new Error("no workflows run here");
  const about = {
    dialect,
    requestId,
    userId,
    ...(agent.id !== response.workflow.id && { onBehalfOf: agent.id }),
  };
  const parts = { store, workflows, response, about, host: undefined, desk: undefined, isStored: false };
  return respond(parts, { kind: "plan" });
}
