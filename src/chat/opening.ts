import type { Agent } from "../domain/agent.ts";
import type { Conversation } from "../domain/conversation.ts";
import type { MessageId, TurnId } from "../domain/ids.ts";
import { isMessage } from "../domain/trigger.ts";
import type { OpenTurn } from "../storage/store.ts";
import { type Asking, type Assignment, standingOf, userOf } from "./asking.ts";
import { storeConversation } from "./conversations.ts";
import type { GenerationServices } from "./generate.ts";
import { isReleaseCommand, releaseConversation } from "./handover.ts";
import type { StandingState } from "./left-turns.ts";
import { isAnsweredByWorkflow, planResponse, type Response } from "./responder.ts";
import { endWaitingTurn } from "./waiting-turn.ts";

/** A turn that may run now, and the conversation as it stands in it. */
export interface Opening {
  opened: OpenTurn;
  assignment: Assignment;
  conversation: Conversation;
  /** How a workflow is to answer. Absent: the agent's model does. */
  response?: Response | undefined;
}

/** Why nothing is opened for what merely happened in a conversation that is with a person. */
export class HeldError extends Error {}

/**
 * Opens a turn in a conversation as it is now, and stores it unless it is not to be stored. Its id is in `runningIds`
 * before that. Rejects like `turns.open`, and with a `HeldError`.
 */
export async function openTurn(
  services: GenerationServices,
  asking: Asking,
  assign: (conversation: Conversation) => Assignment,
  runningIds: Set<TurnId>,
): Promise<Opening> {
  const assignment = assign(asking.conversation);
  const conversation = await releasedBy(services, asking, assignment);
  if (conversation.heldAt !== undefined && !isSaid(asking)) throw new HeldError("held by a person");
  const isForWorkflow = isAnsweredByWorkflow(asking) && conversation.heldAt === undefined;
  const response = isForWorkflow
    ? await planResponse(services, { ...asking, conversation }, assignment)
    : undefined;
  const opened = turnOf(services, { ...asking, conversation }, assignment);
  const { isStored = true, isNew = false } = asking;
  if (!isStored) {
    if (isNew) await storeConversation(services, conversation);
    return { opened, assignment, conversation, response };
  }
  if (response !== undefined) {
    opened.standing = stateOf({ ...asking, conversation }, opened, assignment, response);
    if (response.plan.resumes !== undefined) await endWaitingTurn(services, response.plan.runId);
  }
  runningIds.add(opened.turnId);
  try {
    await storeOpened(services, { ...asking, conversation }, opened);
  } catch (error) {
    runningIds.delete(opened.turnId);
    throw error;
  }
  return { opened, assignment, conversation, response };
}

function stateOf(asking: Asking, opened: OpenTurn, assignment: Assignment, { plan }: Response): string {
  const { dialect, requestId, isToldActions = false, deadline } = asking;
  const timeLimitMs = asking.timeLimitMs ?? (deadline && deadline.getTime() - opened.createdAt.getTime());
  const state: StandingState = {
    standing: standingOf(asking, opened, assignment),
    plan,
    dialect,
    requestId,
    isToldActions,
    ...(timeLimitMs !== undefined && { timeLimitMs }),
  };
  return JSON.stringify(state);
}

/** A question may be the words that give the conversation back to its agent, which then answers them. */
async function releasedBy(
  services: GenerationServices,
  { agent, conversation }: Asking,
  { opening: { question } }: Assignment,
): Promise<Conversation> {
  const { heldAt, ...released } = conversation;
  if (heldAt === undefined || question === undefined) return conversation;
  if (!isReleaseCommand(agent, question.text)) return conversation;
  await releaseConversation(services, conversation, { by: "command" });
  return released;
}

function turnOf({ store }: GenerationServices, asking: Asking, { opening }: Assignment): OpenTurn {
  const { agent, conversation, dialect, meta, trigger, key } = asking;
  return {
    ...opening,
    turnId: store.newId<TurnId>(),
    answerMessageId: store.newId<MessageId>(),
    conversationId: conversation.id,
    agentId: agent.id,
    userId: userOf(asking),
    createdAt: new Date(),
    family: dialect,
    ...(meta !== undefined && { meta }),
    ...(agent.versionId !== undefined && { versionId: agent.versionId }),
    ...(trigger !== undefined && { trigger }),
    ...(key !== undefined && { key }),
    isHeld: conversation.heldAt !== undefined,
  };
}

async function storeOpened(services: GenerationServices, asking: Asking, opened: OpenTurn): Promise<void> {
  const { store } = services;
  const { agent, conversation, isNew = false } = asking;
  if (isNew) {
    await storeConversation(services, conversation, ({ turns }) => turns.open(opened));
    return;
  }
  if (emitsEvents(agent) && isSaid(asking)) {
    await store.transaction(async ({ turns, triggers }) => {
      // Triggers first, like turns that they start: two that go the other way round would wait for each other.
      await triggers.cancelOnMessage(conversation.id);
      await turns.open(opened);
    });
  } else await store.turns.open(opened);
  await store.flushed();
}

/** Whether somebody said something, rather than that something happened. */
function isSaid({ trigger }: Asking): boolean {
  return trigger === undefined || isMessage(trigger.trigger);
}

/** Only those agents leave events behind that a message of the user keeps from happening. */
function emitsEvents({ settings }: Agent): boolean {
  return settings.events !== undefined && settings.events.length > 0;
}
