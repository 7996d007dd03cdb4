import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import { anAgent } from "../chat/testing/fixtures.ts";
import type { Agent } from "../domain/agent.ts";
import type { Evaluation, EvaluationSet } from "../domain/evaluation.ts";
import { monthOf } from "../domain/governance.ts";
import type { EvaluationCaseId, EvaluationId, EvaluationSetId, UserId } from "../domain/ids.ts";
import type { ChatModel } from "../models/chat-model.ts";
import { type ScriptedModel, scriptedModel } from "../models/scripted/scripted-model.ts";
import { openSqliteStore } from "../storage/sqlite/open.ts";
import type { Store } from "../storage/store.ts";
import { Evaluations } from "./evaluations.ts";

const USER = 1 as UserId;

let store: Store;
let agent: Agent;
let set: EvaluationSet;
let release: () => void;
let gate: Promise<void>;

beforeEach(async () => {
  store = await openSqliteStore({ path: ":memory:" });
  agent = await anAgent(store, { prompt: "Help." });
  const createdAt = new Date();
  const id = store.newId<EvaluationSetId>();
  const { id: agentId, workspaceId } = agent;
  set = { id, workspaceId, agentId, name: "Set", creatorId: USER, createdAt, updatedAt: createdAt };
  await store.evaluations.insertSet(set);
  const cases = ["quick", "slow", "slow too", "slow again"].map((question) => ({
    ...{ id: store.newId<EvaluationCaseId>(), setId: id, question, history: [], expected: "", createdAt },
    recorded: "as it was",
  }));
  await store.evaluations.addCases(id, cases, 10);
  ({ promise: gate, resolve: release } = Promise.withResolvers<void>());
});
afterEach(async () => {
  vi.useRealTimers();
  release();
  await store.close();
});

/** Answers what is quick, and keeps the rest waiting. */
function hesitant(): ScriptedModel {
  return scriptedModel(
    ({ messages }) => [
      ...(messages.at(-1)?.text === "quick" ? [] : [{ type: "gate" as const, until: gate }]),
      "an answer",
      { type: "usage", inputTokens: 100, outputTokens: 10 },
    ],
    { prices: { input: 1_000, output: 10_000, currency: "CNY" } },
  );
}

function evaluationsOf(model: ChatModel): Evaluations {
  return new Evaluations({
    store,
    models: { names: [model.name], find: () => model },
    outbound: { request: () => Promise.reject(new Error("nothing is called")) },
    blobs: { read: () => Promise.reject(new Error("nothing is read")) },
  });
}

const wish = () => ({ set, candidate: "draft", baseline: "recorded", judge: undefined, by: USER });

const found = async ({ id }: Pick<Evaluation, "id">) => {
  const evaluation = await store.evaluations.find(id);
  if (evaluation === undefined) throw new Error("it is gone");
  return evaluation;
};

const hasDone = (evaluation: Evaluation, done: number) =>
  eventually(async () => expect((await found(evaluation)).done).toBe(done));

test("what runs when the server stops is interrupted, keeps what is done, and nothing new begins", async () => {
  const evaluations = evaluationsOf(hesitant());
  const started = await evaluations.start(wish());
  await hasDone(started, 1);
  await evaluations.drain();
  const ended = await found(started);
  expect(ended).toMatchObject({ state: "interrupted", done: 1, failure: "" });
  expect(JSON.parse(ended.totals)).toMatchObject({ questions: 1 });
  await expect(evaluations.start(wish())).rejects.toMatchObject({ code: "shutting_down" });
});

test("one that is being stored while the server stops is waited for, or not begun", async () => {
  const evaluations = evaluationsOf(hesitant());
  const starting = evaluations.start(wish()).catch((error: unknown) => error);
  await evaluations.drain();
  expect(await starting).toMatchObject({ code: "shutting_down" });
  expect(await store.evaluations.running()).toEqual([]);
});

test("those of a process that is gone are interrupted, those that run are not", async () => {
  const evaluations = evaluationsOf(hesitant());
  const running = await evaluations.start(wish());
  const left = { ...running, id: store.newId<EvaluationId>(), node: 77 };
  const before = { ...running, id: store.newId<EvaluationId>() };
  await store.evaluations.insert(left);
  await store.evaluations.insert(before);
  await evaluations.closeAbandoned();
  expect(await found(left)).toMatchObject({ state: "interrupted", endedAt: expect.any(Date) });
  expect(await found(before)).toMatchObject({ state: "interrupted" });
  expect(await found(running)).toMatchObject({ state: "running" });
  await evaluations.drain();
});

test("one is stopped where it runs by whoever stops it elsewhere", async () => {
  const model = hesitant();
  const [here, there] = [evaluationsOf(model), evaluationsOf(model)];
  const started = await here.start(wish());
  await hasDone(started, 1);
  expect(await there.stop(started.id)).toBe(true);
  // Nothing is left to interrupt: the questions that were waiting were given up.
  await here.drain();
  expect(await found(started)).toMatchObject({ state: "stopped", done: 1 });
  expect(model.calls.map(({ outcome }) => outcome)).toEqual(["finished", "aborted", "aborted", "aborted"]);
  expect(await there.stop(started.id)).toBe(false);
});

test("no more run in a workspace than may, however many are begun at once", async () => {
  const evaluations = evaluationsOf(hesitant());
  const begun = await Promise.allSettled(Array.from({ length: 6 }, () => evaluations.start(wish())));
  const refused = begun.flatMap((each) => (each.status === "rejected" ? [each.reason.code] : []));
  expect(refused).toEqual(Array(4).fill("too_many_turns"));
  expect(await store.evaluations.countRunning(set.workspaceId)).toBe(2);
  await evaluations.drain();
});

test("what was answered when the month's budget ran out is kept and counted", async () => {
  await store.limits.save(set.workspaceId, { tokensPerMonth: 200 }, new Date());
  const started = await evaluationsOf(hesitant()).start(wish());
  await hasDone(started, 1);
  // What was read of the budget is old by then.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
  release();
  await eventually(async () => expect((await found(started)).state).toBe("failed"));
  expect(await found(started)).toMatchObject({ done: 4, failure: expect.stringContaining("200 tokens") });
  const { tokens } = await store.limits.usage(set.workspaceId, monthOf(new Date()));
  expect(tokens).toBe(4 * 110);
});

test("what it uses counts for the workspace's month, and it begins no more when that is spent", async () => {
  release();
  const evaluations = evaluationsOf(hesitant());
  const started = await evaluations.start(wish());
  await eventually(async () => expect((await found(started)).state).toBe("completed"));
  const usage = await store.limits.usage(set.workspaceId, monthOf(new Date()));
  expect(usage).toMatchObject({ turns: 0, tokens: 4 * 110, costs: [{ currency: "CNY" }] });
  expect(usage.costs[0]?.amount).toBeCloseTo(4 * 0.2);
  await store.limits.save(set.workspaceId, { tokensPerMonth: 440 }, new Date());
  const later = evaluationsOf(hesitant());
  await expect(later.start(wish())).rejects.toMatchObject({ code: "budget_exhausted" });
});
