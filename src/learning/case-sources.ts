import { DomainError } from "../domain/errors.ts";
import type { EvaluationCase, EvaluationSet } from "../domain/evaluation.ts";
import type { EvaluationCaseId, TurnId } from "../domain/ids.ts";
import type { Run } from "../domain/run.ts";
import type { Store } from "../storage/store.ts";
import { type RatedPlace, type RatedQuery, ratedSearch } from "./rated-turns.ts";
import { earlierOf } from "./trial.ts";
import { saidBefore } from "./trial-questions.ts";

const PAGE = 100;
/** Pages looked through for questions to add. */
const PAGE_LIMIT = 20;

/** The question of a turn of the set's agent. Rejects with `not_found`, and where it has no words. */
export async function turnCase(store: Store, set: EvaluationSet, turnId: TurnId): Promise<EvaluationCase> {
  const run = await store.runs.find(turnId);
  const isThere = run?.conversation.workspaceId === set.workspaceId && run.turn.agentId === set.agentId;
  if (run === undefined || !isThere) {
    throw new DomainError("not_found", "the agent of this set has no such turn", { field: "turnId" });
  }
  if (run.question.text.trim() === "") {
    throw new DomainError("request_invalid", "the question of this turn has no words", { field: "turnId" });
  }
  return caseOf(store, set, run);
}

/** The questions of rated turns, the newest first; those without words are left out. */
export async function ratedCases(
  store: Store,
  set: EvaluationSet,
  query: RatedQuery,
  limit: number,
): Promise<EvaluationCase[]> {
  const runs = new Map<TurnId, Run>();
  let after: RatedPlace | undefined;
  for (let page = 0; page < PAGE_LIMIT && runs.size < limit; page += 1) {
    const { items, next } = await ratedSearch(store, query, { after, limit: PAGE, order: "newest" });
    for (const { run } of items) if (run.question.text.trim() !== "") runs.set(run.turn.id, run);
    if (next === undefined) break;
    after = next;
  }
  const cases: EvaluationCase[] = [];
  for (const run of [...runs.values()].slice(0, limit)) cases.push(await caseOf(store, set, run));
  return cases;
}

async function caseOf(store: Store, { id: setId }: EvaluationSet, run: Run): Promise<EvaluationCase> {
  return {
    id: store.newId<EvaluationCaseId>(),
    setId,
    question: run.question.text,
    history: earlierOf(await saidBefore(store, run.turn)),
    expected: "",
    recorded: run.answer.text,
    turnId: run.turn.id,
    createdAt: new Date(),
  };
}
