import { expect, it } from "vitest";
import type { Evaluation, EvaluationCase, EvaluationSet } from "../../domain/evaluation.ts";
import type {
  AgentId,
  EvaluationCaseId,
  EvaluationId,
  EvaluationSetId,
  TurnId,
  UserId,
  WorkspaceId,
} from "../../domain/ids.ts";
import type { Store } from "../store.ts";
import { later, NOW } from "./factories.ts";

async function aSet(store: Store, overrides: Partial<EvaluationSet> = {}): Promise<EvaluationSet> {
  const set = {
    id: store.newId<EvaluationSetId>(),
    workspaceId: store.newId<WorkspaceId>(),
    agentId: store.newId<AgentId>(),
    name: "退货",
    creatorId: store.newId<UserId>(),
    createdAt: NOW,
    updatedAt: NOW,
    ...overrides,
  };
  await store.evaluations.insertSet(set);
  return set;
}

function aCase(store: Store, set: EvaluationSet, overrides: Partial<EvaluationCase> = {}): EvaluationCase {
  return {
    id: store.newId<EvaluationCaseId>(),
    setId: set.id,
    question: "怎么退货？",
    history: [{ user: "你好", assistant: "您好！" }],
    expected: "7 天",
    recorded: "",
    createdAt: NOW,
    ...overrides,
  };
}

function anEvaluation(store: Store, set: EvaluationSet): Evaluation {
  return {
    id: store.newId<EvaluationId>(),
    setId: set.id,
    workspaceId: set.workspaceId,
    agentId: set.agentId,
    candidate: "draft",
    baseline: "live",
    judge: "",
    state: "running",
    total: 2,
    done: 0,
    totals: "",
    failure: "",
    createdAt: NOW,
    node: store.node,
  };
}

const END = { state: "completed", totals: "{}", failure: "", endedAt: later(9) } as const;

/** Sets of questions, and what came of asking them. */
export function evaluationConformance(shared: () => Store): void {
  it("sets are listed newest first, of a workspace or of an agent, with their questions and latest evaluation", async () => {
    const store = shared();
    const { evaluations } = store;
    const first = await aSet(store);
    const second = await aSet(store, { workspaceId: first.workspaceId });
    await evaluations.addCases(first.id, [aCase(store, first), aCase(store, first)], 10);
    const [old, latest] = [anEvaluation(store, first), anEvaluation(store, first)];
    await evaluations.insert(old);
    await evaluations.insert(latest);
    const { workspaceId, agentId } = first;
    expect(await evaluations.listSets({ workspaceId, limit: 5 })).toEqual([
      { set: second, cases: 0 },
      { set: first, cases: 2, evaluation: latest },
    ]);
    expect(await evaluations.listSets({ workspaceId, before: second.id, limit: 5 })).toHaveLength(1);
    expect(await evaluations.listSets({ workspaceId, agentIds: [agentId], limit: 5 })).toHaveLength(1);
    expect(await evaluations.listSets({ workspaceId, agentIds: [], limit: 5 })).toEqual([]);
    await evaluations.renameSet(first.id, "换货", later(1));
    expect(await evaluations.findSet(first.id)).toEqual({ ...first, name: "换货", updatedAt: later(1) });
  });

  it("a question is kept as it is given; of one turn there is one, and no set holds more than it may", async () => {
    const store = shared();
    const { evaluations } = store;
    const set = await aSet(store);
    const turnId = store.newId<TurnId>();
    const [written, rated] = [aCase(store, set), aCase(store, set, { turnId, recorded: "r" })];
    expect(await evaluations.addCases(set.id, [written, rated], 3)).toBe(2);
    expect(await evaluations.addCases(set.id, [aCase(store, set, { turnId })], 3)).toBe(0);
    expect(await evaluations.addCases(set.id, [aCase(store, set), aCase(store, set)], 3)).toBe(1);
    expect(await evaluations.countCases(set.id)).toBe(3);
    expect(await evaluations.listCases({ setId: set.id, limit: 2 })).toEqual([written, rated]);
    expect(await evaluations.listCases({ setId: set.id, after: rated.id, limit: 2 })).toHaveLength(1);
    const changed = { ...rated, question: "?", expected: "", history: [] };
    await evaluations.saveCase(changed);
    expect(await evaluations.findCase(rated.id)).toEqual(changed);
    expect(await evaluations.deleteCase(rated.id)).toBe(true);
    expect(await evaluations.deleteCase(rated.id)).toBe(false);
  });

  it("questions that are added at once are no more than there is room for, and none goes into a deleted set", async () => {
    const store = shared();
    const { evaluations } = store;
    const set = await aSet(store);
    const adding = Array.from({ length: 8 }, () =>
      evaluations.addCases(set.id, [aCase(store, set), aCase(store, set)], 5),
    );
    const added = (await Promise.all(adding)).reduce((sum, count) => sum + count, 0);
    expect([added, await evaluations.countCases(set.id)]).toEqual([5, 5]);
    await evaluations.deleteSet(set.id);
    expect(await evaluations.addCases(set.id, [aCase(store, set)], 5)).toBe(0);
    expect(await evaluations.countCases(set.id)).toBe(0);
  });

  it("an evaluation takes rows while it runs, and ends once", async () => {
    const store = shared();
    const { evaluations } = store;
    const set = await aSet(store);
    const evaluation = anEvaluation(store, set);
    await evaluations.insert(evaluation);
    expect(await evaluations.countRunning(set.workspaceId)).toBe(1);
    expect(await evaluations.running()).toContainEqual({ id: evaluation.id, node: store.node });
    expect(await evaluations.addRow(evaluation.id, { number: 2, report: "two" })).toBe(true);
    expect(await evaluations.addRow(evaluation.id, { number: 1, report: "one" })).toBe(true);
    expect(await evaluations.end(evaluation.id, END)).toBe(true);
    expect(await evaluations.end(evaluation.id, { ...END, state: "failed" })).toBe(false);
    expect(await evaluations.addRow(evaluation.id, { number: 3, report: "late" })).toBe(false);
    const rows = [
      { number: 1, report: "one" },
      { number: 2, report: "two" },
    ];
    expect(await evaluations.rows({ id: evaluation.id, after: 0, limit: 5 })).toEqual(rows);
    expect(await evaluations.rows({ id: evaluation.id, after: 1, limit: 5 })).toEqual(rows.slice(1));
    await evaluations.saveTotals(evaluation.id, '{"rows":2}');
    const ended = { ...evaluation, ...END, done: 2, totals: '{"rows":2}' };
    expect(await evaluations.list({ setId: set.id, limit: 5 })).toEqual([ended]);
    expect(await evaluations.countRunning(set.workspaceId)).toBe(0);
  });

  it("a set goes with all that is in it", async () => {
    const store = shared();
    const { evaluations } = store;
    const set = await aSet(store);
    const evaluation = anEvaluation(store, set);
    await evaluations.addCases(set.id, [aCase(store, set)], 5);
    await evaluations.insert(evaluation);
    await evaluations.addRow(evaluation.id, { number: 1, report: "" });
    expect(await evaluations.deleteSet(set.id)).toBe(true);
    expect(await evaluations.deleteSet(set.id)).toBe(false);
    expect(await evaluations.find(evaluation.id)).toBeUndefined();
    expect(await evaluations.countCases(set.id)).toBe(0);
    expect(await evaluations.rows({ id: evaluation.id, after: 0, limit: 5 })).toEqual([]);
  });
}
