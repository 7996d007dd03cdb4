import type { Agent } from "../domain/agent.ts";
import type { Conversation } from "../domain/conversation.ts";
import { DomainError } from "../domain/errors.ts";
import type { TurnId } from "../domain/ids.ts";
import type { GraphNode } from "../domain/workflow.ts";
import type { WorkflowStep } from "../domain/workflow-run.ts";
import { chatLog } from "../log/logger.ts";
import type { ClaimedRun } from "../storage/store.ts";
import type { DecidedBefore } from "./action-desk.ts";
import type { Before } from "./asking.ts";
import type { GenerationServices } from "./generate.ts";
import type { ResponderServices, Response, ResponsePlan } from "./responder.ts";
import { narrateSteps, toldBy } from "./run-narration.ts";
import { agentAsItWas, type TurnStanding } from "./suspended-turn.ts";

/** What another process needs to go on with a turn that a workflow answers. Stored as JSON. */
export interface StandingState {
  standing: TurnStanding;
  plan: ResponsePlan;
  dialect: string;
  requestId: string;
  isToldActions: boolean;
  /** How long it may take once it has begun. Absent: as long as it likes. */
  timeLimitMs?: number;
}

/** A turn that another process left running, and everything that this one needs to go on with it. */
export interface LeftTurn {
  state: StandingState;
  agent: Agent;
  conversation: Conversation;
  response: Response;
  /** The run that answers it, if that runs: claimed with the turn. */
  claimed: ClaimedRun | undefined;
  /** What it had said and done. */
  before: Before;
  decided: DecidedBefore[];
}

/** Turns that are taken from the store at once. */
const AT_ONCE = 50;

type Services = Pick<GenerationServices, "store"> & { workflows: ResponderServices };

/** What is done with turns that are taken over. */
interface Adoption {
  /** Called with the id of each before anything else is done. */
  adopt: (turnId: TurnId) => void;
  /** Goes on with it. */
  begin: (turn: LeftTurn) => void;
  /** In place of that: nobody can, or it has to be taken again. */
  drop: (turnId: TurnId) => void;
}

/** Takes over turns of processes that are gone. Resolves with how many go on. */
export async function takeLeftTurns(
  services: Services,
  ownTurns: ReadonlySet<TurnId>,
  { adopt, begin, drop }: Adoption,
): Promise<number> {
  const { store, workflows } = services;
  const claimed = await store.workflowRuns.claimAbandoned({
    inHand: workflows.engine.inHand,
    bound: true,
    limit: AT_ONCE,
  });
  let count = 0;
  const take = async (turnId: TurnId, standing: string, run: ClaimedRun | undefined) => {
    adopt(turnId);
    // What was not read is there to be taken again.
    const turn = await readLeft(services, turnId, standing, run).catch((error: unknown) => {
      drop(turnId);
      throw error;
    });
    if (turn === undefined) {
      drop(turnId);
      return;
    }
    count += 1;
    begin(turn);
  };
  for (const one of claimed) {
    const { turnId } = one.run;
    const standing = turnId === undefined ? undefined : await store.turns.standing(turnId);
    if (turnId === undefined || standing === undefined) {
      // Its turn has ended; the run goes on for itself.
      workflows.engine.goOn(one, "");
      continue;
    }
    await take(turnId, standing, one);
  }
  for (const { turnId, standing } of await store.turns.takeOver({ ownTurns, limit: AT_ONCE })) {
    await take(turnId, standing, undefined);
  }
  return count;
}

/** Undefined, and the turn is closed and its run cancelled, when what it needs is gone. */
async function readLeft(
  services: Services,
  turnId: TurnId,
  standing: string,
  claimed: ClaimedRun | undefined,
): Promise<LeftTurn | undefined> {
  const { store } = services;
  try {
    const state = parseState(standing);
    const conversation = await store.conversations.get(state.standing.conversationId);
    if (conversation === undefined)
      throw new DomainError("conversation_not_found", "the conversation is gone");
    const agent = await agentAsItWas(store, state.standing.askedAgent);
    const workflow = await agentAsItWas(store, state.plan.workflow);
    const steps = await stepsOf(services, turnId, state.plan, claimed);
    return {
      state,
      agent,
      conversation,
      response: { plan: state.plan, workflow },
      claimed,
      before: { ...narrateSteps(steps), reasoning: "" },
      decided: steps.flatMap((step) => decidedIn(step, workflow)),
    };
  } catch (error) {
    if (!(error instanceof DomainError) || error.code === "storage_failed") throw error;
    chatLog.warn({ turnId, code: error.code }, "nobody can go on with a turn");
    await giveUp(services, turnId, claimed);
    return undefined;
  }
}

/** What the run did in this turn; what it did in earlier ones is theirs. */
async function stepsOf(
  { store }: Services,
  turnId: TurnId,
  { runId, resumes }: ResponsePlan,
  claimed: ClaimedRun | undefined,
): Promise<WorkflowStep[]> {
  const run = claimed?.run ?? (await store.workflowRuns.ofTurn(turnId));
  if (run === undefined) return [];
  const after = run.id === runId ? (resumes?.afterSequence ?? 0) : 0;
  const steps = claimed?.steps ?? (await store.workflowRuns.steps(run.id));
  return steps.filter(({ sequence }) => sequence > after);
}

function decidedIn(step: WorkflowStep, workflow: Agent): DecidedBefore[] {
  const { nodeId, endedAt, startedAt } = step;
  const node = findNode(workflow.settings.graph?.nodes ?? [], nodeId);
  const cancelOnMessage = node?.["cancelOnMessage"] === true;
  return toldBy(step).map((action) => ({ action, at: endedAt ?? startedAt, cancelOnMessage }));
}

function findNode(nodes: readonly GraphNode[], id: string): GraphNode | undefined {
  for (const node of nodes) {
    const found = node.id === id ? node : findNode(node.body ?? [], id);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function giveUp(
  { store, workflows }: Services,
  turnId: TurnId,
  claimed: ClaimedRun | undefined,
): Promise<void> {
  if (claimed !== undefined) {
    workflows.engine.goOn(claimed, "");
    await workflows.engine.cancel(claimed.run.id);
  }
  const now = new Date();
  await store.turns.close({
    turnId,
    status: "interrupted",
    endedAt: now,
    text: "",
    reasoning: "",
    error: { code: "interrupted", message: "the process ended while the turn ran" },
    usage: { inputTokens: 0, outputTokens: 0, firstTokenMs: 0, latencyMs: 0, cost: 0, currency: "" },
    usedKnowledge: false,
    suggestions: [],
    trace: [],
    hasStanding: true,
  });
  await store.flushed();
}

function parseState(text: string): StandingState {
  return JSON.parse(text);
}
