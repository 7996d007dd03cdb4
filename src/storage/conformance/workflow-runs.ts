import { expect, it } from "vitest";
import type {
  AgentId,
  ConversationId,
  TurnId,
  UserId,
  VersionId,
  WorkflowRunId,
  WorkflowStepId,
  WorkspaceId,
} from "../../domain/ids.ts";
import type { WorkflowRun, WorkflowStep } from "../../domain/workflow-run.ts";
import type { ClaimedRun, OpenTurn, Store } from "../store.ts";
import { anEnd, aTurn, begin, later, NOW } from "./factories.ts";
import { aRun, aStep, endRun, makeWait, openRun } from "./workflow-factories.ts";

/** Runs of workflows with their steps. `openStore` makes an empty store that the test closes. */
export function workflowRunConformance(shared: () => Store, openStore: () => Promise<Store>): void {
  keeping(shared);
  recording(shared);
  waiting(shared, openStore);
  abandoning(openStore);
  answering(openStore);
  reporting(shared, openStore);
}

const NOBODY: ReadonlySet<WorkflowRunId> = new Set();
const ANY = { inHand: NOBODY, bound: false, limit: 10 };

const idsOf = (claimed: readonly ClaimedRun[]): WorkflowRunId[] => claimed.map(({ run }) => run.id);

/** Everything a run and a step may hold. */
function everything(store: Store): { run: WorkflowRun; step: WorkflowStep } {
  const usage = { inputTokens: 12, outputTokens: 7, cost: 0.1 + 0.2, currency: "CNY" };
  const error = { code: "node_failed" as const, message: "坏了 \uD800", nodeId: "a" };
  const run = aRun(store, {
    versionId: store.newId<VersionId>(),
    callerId: store.newId<UserId>(),
    onBehalfOf: store.newId<AgentId>(),
    conversationId: store.newId<ConversationId>(),
    turnId: store.newId<TurnId>(),
    isTest: true,
    how: "stream",
    output: { deep: [null, { "": "\u0000" }], number: 1e300 },
    answer: "",
    error,
    resumeCount: 2,
    usage,
    stepCount: 9,
    activeMs: 1_234,
    endedAt: later(4),
  });
  const step = aStep(store, run, 3, {
    status: "failed",
    attempts: 3,
    output: { text: "a".repeat(100_000) },
    error,
    said: "等一下 🙂",
    actions: [{ type: "send-text-message", status: "send", payload: { text: "hi" } }],
    usage,
    subRunId: store.newId<WorkflowRunId>(),
    resume: null,
    memo: { place: [1, "zwei"] },
    interrupt: {
      stepId: store.newId<WorkflowStepId>(),
      nodeId: "a",
      title: "A",
      kind: "tool",
      text: "",
      options: ["x"],
      schema: { type: "object" },
      call: { id: "c", name: "f", arguments: "{}" },
      dueAt: later(9),
    },
  });
  return { run, step };
}

function keeping(shared: () => Store): void {
  it("a run and its steps are kept as they are given, with everything and with the least", async () => {
    const store = shared();
    const { run: least, claim } = await openRun(store);
    const { endedAt: _, output: __, ...bare } = aStep(store, least, 1, { input: undefined, port: "" });
    expect(await store.workflowRuns.record(claim, [bare])).toBe(true);
    expect(await store.workflowRuns.get(least.id)).toEqual(least);
    expect(await store.workflowRuns.steps(least.id)).toEqual([bare]);

    const { run: most, step } = everything(store);
    const opened = await store.workflowRuns.open({ ...aRun(store), ...most, status: "running" });
    await store.workflowRuns.record(opened, [step], { run: { ...most, status: "failed" } });
    expect(await store.workflowRuns.get(most.id)).toEqual({ ...most, status: "failed" });
    expect(await store.workflowRuns.step(step.id)).toEqual(step);
    expect(await store.workflowRuns.stepOfSubRun(step.subRunId ?? least.id)).toEqual(step);
    expect(await store.workflowRuns.ofTurn(most.turnId ?? store.newId<TurnId>())).toMatchObject({
      id: most.id,
    });
  });

  it("what no column holds takes its nearest form, and keeps no run from being stored", async () => {
    const store = shared();
    const usage = { inputTokens: 1.4, outputTokens: 2.6, cost: 1e-9, currency: "" };
    const { run, claim } = await openRun(store, { userId: "u\u0000\uD800", activeMs: 1.5, usage });
    const step = aStep(store, run, 1, { title: "a\u0000b", usage });
    expect(await store.workflowRuns.record(claim, [step], { run })).toBe(true);
    const whole = { inputTokens: 1, outputTokens: 3, cost: 1e-9, currency: "" };
    const kept = await store.workflowRuns.get(run.id);
    expect(kept).toMatchObject({ userId: expect.stringMatching(/^u/), usage: whole });
    const [keptStep] = await store.workflowRuns.steps(run.id);
    expect(keptStep).toMatchObject({ title: expect.stringMatching(/^a.b$/s), usage: whole });
  });

  it("what is not there is nothing", async () => {
    const { workflowRuns, newId } = shared();
    expect(await workflowRuns.get(newId<WorkflowRunId>())).toBeUndefined();
    expect(await workflowRuns.step(newId<WorkflowStepId>())).toBeUndefined();
    expect(await workflowRuns.stepOfSubRun(0 as WorkflowRunId)).toBeUndefined();
    expect(await workflowRuns.ofTurn(0 as TurnId)).toBeUndefined();
    expect(await workflowRuns.steps(newId<WorkflowRunId>())).toEqual([]);
    expect(await workflowRuns.cancel(newId<WorkflowRunId>(), NOW)).toBeUndefined();
    expect(await workflowRuns.resume(newId<WorkflowRunId>(), NOW)).toBeUndefined();
  });
}

function recording(shared: () => Store): void {
  it("steps change where they are, and come in the order of what happened last", async () => {
    const store = shared();
    const { run, claim } = await openRun(store);
    const first = aStep(store, run, 1, { status: "running", port: "", path: "a#0/b" });
    const second = aStep(store, run, 2);
    await store.workflowRuns.record(claim, [first, second]);
    const ended: WorkflowStep = { ...first, status: "completed", port: "yes", output: { n: 1 }, sequence: 3 };
    expect(await store.workflowRuns.record(claim, [first, ended])).toBe(true);
    expect(await store.workflowRuns.steps(run.id)).toEqual([second, ended]);
  });

  it("hundreds of steps are stored at once, or none", async () => {
    const store = shared();
    const { run, claim } = await openRun(store);
    const many = Array.from({ length: 250 }, (_, place) => aStep(store, run, place + 1));
    expect(await store.workflowRuns.record({ ...claim, number: 9 }, many)).toBe(false);
    expect(await store.workflowRuns.steps(run.id)).toEqual([]);
    const done: WorkflowRun = { ...run, status: "completed", endedAt: later(3) };
    expect(await store.workflowRuns.record(claim, many, { run: done })).toBe(true);
    expect(await store.workflowRuns.steps(run.id)).toEqual(many);
    expect(await store.workflowRuns.get(run.id)).toEqual(done);
  });

  it("whoever no longer holds a run stores nothing, whatever became of it", async () => {
    const store = shared();
    const { run, claim } = await openRun(store);
    const late = async (number = claim.number) => {
      const change = { run: { ...run, status: "failed" as const, endedAt: later(9) } };
      const stored = await store.workflowRuns.record({ ...claim, number }, [aStep(store, run, 5)], change);
      const isHeld = await store.workflowRuns.record({ ...claim, number }, [aStep(store, run, 6)]);
      return { stored, isHeld, steps: (await store.workflowRuns.steps(run.id)).length };
    };
    const refused = (steps: number) => ({ stored: false, isHeld: false, steps });
    expect(await late(2)).toEqual(refused(0));
    await makeWait(store, { run, claim });
    expect(await late()).toEqual(refused(1));
    const resumed = await store.workflowRuns.resume(run.id, later(3));
    expect(resumed).toMatchObject({ claim: { runId: run.id, number: 2 }, run: { status: "running" } });
    expect(await late()).toEqual(refused(1));
    await store.workflowRuns.record({ ...claim, number: 2 }, [], { run, isGivenBack: true });
    expect(await late(2)).toEqual(refused(1));
    expect(await store.workflowRuns.get(run.id)).toEqual(run);
  });
}

function waiting(shared: () => Store, openStore: () => Promise<Store>): void {
  it("a waiting run is resumed once, with all it did before", async () => {
    const store = shared();
    const opened = await openRun(store);
    const { id } = opened.run;
    expect(await store.workflowRuns.resume(id, later(3))).toBeUndefined();
    const before = await makeWait(store, opened);
    expect(await store.workflowRuns.get(id)).toEqual(before);
    const turnId = store.newId<TurnId>();
    const tries = await Promise.all([1, 2, 3].map(() => store.workflowRuns.resume(id, later(3), turnId)));
    const [resumed, ...others] = tries.filter((claimed) => claimed !== undefined);
    expect(others).toEqual([]);
    const now: WorkflowRun = { ...before, status: "running", interrupts: [], updatedAt: later(3), turnId };
    expect(resumed?.run).toEqual(now);
    expect(resumed?.steps).toEqual(await store.workflowRuns.steps(id));
    expect(resumed?.steps).toMatchObject([{ interrupt: { kind: "question" }, status: "waiting" }]);
    expect(await store.workflowRuns.get(id)).toEqual(now);
    expect(await store.workflowRuns.ofTurn(turnId)).toEqual(now);
  });

  it("runs whose time has come are woken once, longest due first", async () => {
    const store = await openStore();
    const [late, early] = [await openRun(store), await openRun(store)];
    const [future, never] = [await openRun(store), await openRun(store)];
    await makeWait(store, late, { kind: "delay" }, later(20));
    await makeWait(store, early, { kind: "delay", dueAt: later(10) }, later(10));
    await makeWait(store, future, { kind: "delay" }, later(99));
    await makeWait(store, never);
    const wake = (now: Date, limit = 10) => store.workflowRuns.claimWoken({ now, limit });
    expect(await store.workflowRuns.nextWakeAt()).toEqual(later(10));
    expect(await wake(later(9))).toEqual([]);
    const [first] = await wake(later(50), 1);
    expect(first).toMatchObject({ run: { id: early.run.id, status: "running" }, claim: { number: 2 } });
    expect(first?.steps).toMatchObject([{ interrupt: { dueAt: later(10) } }]);
    const woken = await Promise.all([wake(later(50)), wake(later(50)), wake(later(50))]);
    expect(idsOf(woken.flat())).toEqual([late.run.id]);
    expect(await store.workflowRuns.nextWakeAt()).toEqual(later(99));
    await store.close();
  });

  it("a waiting run ends when it is cancelled, a running one is asked to, and one that has ended stays", async () => {
    const store = shared();
    const [asked, running] = [await openRun(store), await openRun(store)];
    await makeWait(store, asked, {}, later(5));
    const cancelled = { status: "cancelled", endedAt: later(4), updatedAt: later(4), interrupts: [] };
    expect(await store.workflowRuns.cancel(asked.run.id, later(4))).toMatchObject(cancelled);
    expect(await store.workflowRuns.resume(asked.run.id, later(5))).toBeUndefined();
    expect(await store.workflowRuns.cancel(asked.run.id, later(9))).toMatchObject(cancelled);

    const both = [asked.run.id, running.run.id];
    expect(await store.workflowRuns.cancelWanted(both)).toEqual(new Set());
    expect(await store.workflowRuns.cancelWanted([])).toEqual(new Set());
    expect(await store.workflowRuns.cancel(running.run.id, later(4))).toEqual(running.run);
    expect(await store.workflowRuns.cancelWanted(both)).toEqual(new Set([running.run.id]));
    const ended = await endRun(store, running);
    expect(await store.workflowRuns.cancel(running.run.id, later(4))).toEqual(ended);
  });

  it("a run that was to be cancelled and begins to wait has ended, and is never woken", async () => {
    const store = await openStore();
    const opened = await openRun(store);
    await store.workflowRuns.cancel(opened.run.id, later(1));
    await makeWait(store, opened, {}, later(5));
    const run = await store.workflowRuns.get(opened.run.id);
    expect(run).toMatchObject({ status: "cancelled", interrupts: [], endedAt: later(2) });
    expect(await store.workflowRuns.nextWakeAt()).toBeUndefined();
    await store.close();
  });

  it("finds the newest run that waits for a person in the conversation, of the workflow or of its agent", async () => {
    const store = shared();
    const conversationId = store.newId<ConversationId>();
    const [agentId, onBehalfOf] = [store.newId<AgentId>(), store.newId<AgentId>()];
    const find = (agent: AgentId) => store.workflowRuns.waitingIn({ conversationId, agentId: agent });
    const older = await openRun(store, { conversationId, agentId });
    const newer = await openRun(store, { conversationId, agentId, onBehalfOf });
    const delayed = await openRun(store, { conversationId, agentId });
    expect(await find(agentId)).toBeUndefined();
    await makeWait(store, older);
    await makeWait(store, newer, { kind: "input" });
    await makeWait(store, delayed, { kind: "delay" }, later(9));
    expect((await find(agentId))?.id).toBe(newer.run.id);
    expect((await find(onBehalfOf))?.id).toBe(newer.run.id);
    await store.workflowRuns.cancel(newer.run.id, NOW);
    expect((await find(agentId))?.id).toBe(older.run.id);
    expect(await find(onBehalfOf)).toBeUndefined();
  });
}

function abandoning(openStore: () => Promise<Store>): void {
  it("takes over what was given back and what it does not know of, oldest first, each once", async () => {
    const store = await openStore();
    const [kept, lost, back, settled] = [
      await openRun(store),
      await openRun(store),
      await openRun(store),
      await openRun(store),
    ];
    await endRun(store, settled);
    await store.workflowRuns.record(lost.claim, [aStep(store, lost.run, 1)]);
    const given: WorkflowRun = { ...back.run, stepCount: 4 };
    await store.workflowRuns.record(back.claim, [], { run: given, isGivenBack: true });
    const inHand = new Set([kept.run.id]);
    expect(idsOf(await store.workflowRuns.claimAbandoned({ inHand, bound: false, limit: 1 }))).toEqual([
      lost.run.id,
    ]);
    const all = await Promise.all(
      [1, 2, 3].map(() =>
        store.workflowRuns.claimAbandoned({
          inHand: new Set([...inHand, lost.run.id]),
          bound: false,
          limit: 9,
        }),
      ),
    );
    const [first] = all.flat();
    expect(first?.run).toEqual(given);
    expect(await store.workflowRuns.record(first?.claim ?? back.claim, [aStep(store, given, 1)])).toBe(
      all.flat().length === 1,
    );
    expect(await store.workflowRuns.record(kept.claim, [])).toBe(true);
    expect(await store.workflowRuns.record(lost.claim, [])).toBe(false);
    await store.close();
  });

  it("gives a claimed run with its steps, and those that answer turns only to who asks for them", async () => {
    const store = await openStore();
    const plain = await openRun(store);
    const bound = await openRun(store, { turnId: store.newId<TurnId>() });
    const step = aStep(store, plain.run, 1);
    await store.workflowRuns.record(plain.claim, [step]);
    expect(await store.workflowRuns.claimAbandoned(ANY)).toEqual([
      { run: plain.run, claim: { runId: plain.run.id, number: 2 }, steps: [step] },
    ]);
    expect(idsOf(await store.workflowRuns.claimAbandoned({ ...ANY, bound: true }))).toEqual([bound.run.id]);
    await store.close();
  });
}

function answering(openStore: () => Promise<Store>): void {
  it("a turn that a running run answers is not closed as abandoned; it goes over with the run", async () => {
    const store = await openStore();
    const [one, other] = [await begin(store), await begin(store)];
    const [turn, abandoned] = [aTurn(store, one), aTurn(store, other)];
    for (const each of [turn, abandoned]) await store.turns.open(each);
    const opened = await openRun(store, { turnId: turn.turnId });
    const settled = await openRun(store, { turnId: abandoned.turnId });
    await endRun(store, settled);
    const close = () => store.turns.closeAbandoned({ now: later(5), ownTurns: new Set() });
    expect(await close()).toBe(1);
    expect(await statusOf(store, abandoned)).toBe("interrupted");
    expect(await statusOf(store, turn)).toBe("running");
    expect(idsOf(await store.workflowRuns.claimAbandoned({ ...ANY, bound: true }))).toEqual([opened.run.id]);
    expect(await store.turns.close(anEnd(turn))).toBe(true);
    expect(await close()).toBe(0);
    await store.close();
  });
}

async function statusOf(store: Store, { conversationId, turnId, userId }: OpenTurn) {
  const exchange = await store.exchanges.ofTurn(conversationId, userId, turnId);
  return exchange?.answers.find(({ turn }) => turn.id === turnId)?.turn.status;
}

function reporting(shared: () => Store, openStore: () => Promise<Store>): void {
  it("lists runs newest first, without trials, by workflow and status", async () => {
    const store = shared();
    const workspaceId = store.newId<WorkspaceId>();
    const agentId = store.newId<AgentId>();
    const first = await openRun(store, { workspaceId, agentId });
    const second = await openRun(store, { workspaceId });
    const third = await openRun(store, { workspaceId, agentId });
    await openRun(store, { workspaceId, agentId, isTest: true });
    await openRun(store, { agentId });
    const ended = await endRun(store, third);
    const list = (more: object = {}) =>
      store.workflowRuns.list({ workspaceId, offset: 0, limit: 10, ...more });
    expect(await list()).toEqual({ items: [ended, second.run, first.run], total: 3 });
    expect(await list({ offset: 1, limit: 1 })).toEqual({ items: [second.run], total: 3 });
    expect(await list({ agentId })).toEqual({ items: [ended, first.run], total: 2 });
    expect(await list({ statuses: ["completed", "failed"] })).toEqual({ items: [ended], total: 1 });
    expect(await list({ statuses: [] })).toEqual({ items: [], total: 0 });
    expect(await list({ agentId: store.newId<AgentId>() })).toEqual({ items: [], total: 0 });
  });

  it("forgets what ended long ago with its steps, a few at a time, and nothing that is open", async () => {
    const store = await openStore();
    const [one, two, recent, open] = [
      await openRun(store),
      await openRun(store),
      await openRun(store),
      await openRun(store),
    ];
    const step = aStep(store, one.run, 1);
    await store.workflowRuns.record(one.claim, [step]);
    await endRun(store, one, later(1));
    await endRun(store, two, later(2));
    await endRun(store, recent, later(50));
    await makeWait(store, open);
    expect(await store.workflowRuns.forget(later(9), 1)).toBe(1);
    expect(await store.workflowRuns.step(step.id)).toBeUndefined();
    expect(await store.workflowRuns.get(one.run.id)).toMatchObject({ status: "completed" });
    expect(await store.workflowRuns.forget(later(9), 1)).toBe(1);
    expect(await store.workflowRuns.get(one.run.id)).toBeUndefined();
    expect(await store.workflowRuns.forget(later(9), 5)).toBe(1);
    expect(await store.workflowRuns.forget(later(9), 5)).toBe(0);
    for (const { run } of [recent, open])
      expect(await store.workflowRuns.get(run.id)).toMatchObject({ id: run.id });
    await store.close();
  });
}
