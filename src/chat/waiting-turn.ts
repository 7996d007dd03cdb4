import type { TurnId, WorkflowRunId } from "../domain/ids.ts";
import { type OutputAction, textActions } from "../domain/output-action.ts";
import type { ClosedTurn, Emission, Repositories } from "../storage/store.ts";
import type { GenerationServices } from "./generate.ts";
import { usageOf } from "./generation-state.ts";
import { agentAsItWas, parseSuspended } from "./suspended-turn.ts";
import { factsOfTurn } from "./turn-facts.ts";

type Services = Pick<GenerationServices, "store" | "facts" | "triggersDue">;

/**
 * The run that waits is answered by another turn: the one that asked, if that waits too, is complete as it stands.
 * Resolves when that is stored.
 */
export async function endWaitingTurn(services: Services, runId: WorkflowRunId): Promise<void> {
  const { store, facts } = services;
  const { turnId } = (await store.workflowRuns.get(runId)) ?? {};
  if (turnId === undefined || (await store.turns.suspension(turnId)) === undefined) return;
  const ended = await store.transaction((inside) => end(inside, services, turnId));
  if (ended === undefined) return;
  await store.flushed();
  facts.wake(ended.emissions);
  if (ended.hasTriggers) services.triggersDue?.();
}

async function end(
  inside: Repositories,
  { facts }: Services,
  turnId: TurnId,
): Promise<{ emissions: Emission[]; hasTriggers: boolean } | undefined> {
  const state = await inside.turns.resume(turnId);
  if (state === undefined) return undefined;
  const suspended = parseSuspended(state);
  const { text, reasoning, tally: _, pause: __, agent: ___, decided, ...standing } = suspended;
  const trace = await inside.turns.trace(turnId);
  const closed: ClosedTurn = {
    turnId,
    status: "completed",
    endedAt: new Date(),
    text,
    reasoning,
    usage: usageOf(suspended.tally, suspended.createdAtMs),
    usedKnowledge: trace.some((event) => event.type.endsWith("-search-end")),
    suggestions: [],
    trace,
    ...(decided.actions.length > 0 && { actions: [...decided.actions, ...textActions(text)] }),
    ...(decided.triggers.length > 0 && { triggers: decided.triggers }),
    ...(decided.actions.some(isHandover) && { handsOver: true }),
    hasStanding: true,
  };
  const agent = await agentAsItWas(inside, standing.askedAgent);
  const { end, usage, others } = factsOfTurn(closed, { agent, standing, isHeld: false });
  const emissions: Emission[] = [];
  for (const fact of [end, ...(usage === undefined ? [] : [usage]), ...others]) {
    const emission = await facts.prepare(inside, fact);
    if (emission !== undefined) emissions.push(emission);
  }
  await inside.turns.close(closed, emissions);
  return { emissions, hasTriggers: closed.triggers !== undefined };
}

function isHandover({ type, status }: OutputAction): boolean {
  return type === "handover" && status === "send";
}
