import { beforeEach, describe, expect, it } from "vitest";
import { SILENT_FACTS } from "../chat/facts.ts";
import type { GenerationServices } from "../chat/generate.ts";
import { anAgent } from "../chat/testing/fixtures.ts";
import type { Agent } from "../domain/agent.ts";
import { type ChatModel, ModelError } from "../models/chat-model.ts";
import { type ScriptedModel, scriptedModel } from "../models/scripted/scripted-model.ts";
import { openSqliteStore } from "../storage/sqlite/open.ts";
import type { Store } from "../storage/store.ts";
import { runTrial, type TrialPlan, type TrialRow } from "./trial.ts";
import { readQuestions } from "./trial-questions.ts";
import { describeRow, totalsOf } from "./trial-report.ts";

let store: Store;
let draft: Agent;
let live: Agent;

beforeEach(async () => {
  store = await openSqliteStore({ path: ":memory:" });
  draft = await anAgent(store, { prompt: "You are the draft." });
  live = { ...draft, settings: { ...draft.settings, prompt: "You are live." } };
  return () => store.close();
});

function services(model: ChatModel): GenerationServices {
  return {
    store,
    models: { names: [model.name], find: () => model },
    outbound: { request: () => Promise.reject(new Error("nothing is called")) },
    blobs: { read: () => Promise.reject(new Error("nothing is read")) },
    facts: SILENT_FACTS,
  };
}

/** Answers as the prompt says who asks. */
function twoMinds(ofDraft: string, ofLive: string): ScriptedModel {
  return scriptedModel(
    ({ messages }) => [
      messages[0]?.text.includes("draft") ? ofDraft : ofLive,
      { type: "usage", inputTokens: 100, outputTokens: 10 },
    ],
    { prices: { input: 1, output: 10, currency: "CNY" } },
  );
}

async function rowsOf(model: ChatModel, plan: Partial<TrialPlan>, signal = new AbortController().signal) {
  const rows: TrialRow[] = [];
  const whole = { candidate: draft, baseline: live, questions: [], concurrency: 2, ...plan };
  await runTrial(services(model), whole, { signal, onRow: (row) => rows.push(row) });
  return rows.sort((one, other) => one.index - other.index);
}

describe("a trial", () => {
  it("puts every question to both and compares them with what one wants to hear", async () => {
    const questions = readQuestions('{"question":"运费谁付？","expected":"运费由我们承担。"}', "json");
    const [row] = await rowsOf(twoMinds("运费由我们承担。", "请联系客服。"), { questions });
    expect(row).toMatchObject({
      candidate: { answer: { text: "运费由我们承担。", inputTokens: 100, cost: 0.0002, currency: "CNY" } },
      baseline: { answer: { text: "请联系客服。" } },
      winner: "candidate",
    });
    expect(row?.candidate.likenessToExpected).toBe(1);
    expect(row?.likeness).toBeLessThan(0.2);
    expect(row?.candidate.answer.totalMs).toBeGreaterThan(0);
  });

  it("decides nothing where nobody says what is good", async () => {
    const questions = readQuestions("a\nb", "text");
    const rows = await rowsOf(twoMinds("one", "one"), { questions });
    expect(rows.map(({ winner }) => winner)).toEqual(["unknown", "unknown"]);
    expect(rows.map(({ likeness }) => likeness)).toEqual([1, 1]);
  });

  it("lets a judge decide where there is one; what it cannot read of it is no score", async () => {
    const questions = readQuestions("good\nnonsense", "text");
    const judge = scriptedModel(({ messages }) => {
      const { question, answer } = JSON.parse(messages[1]?.text ?? "");
      if (question === "nonsense") return ["splendid!"];
      return [`{"score": ${answer === "short" ? 2 : 5}, "reason": "…"}`];
    });
    const rows = await rowsOf(twoMinds("short", "long and good"), { questions, judge });
    expect(rows.map(({ winner }) => winner)).toEqual(["baseline", "unknown"]);
    expect(rows[1]?.candidate.judgement).toMatchObject({ problem: "no judgement: splendid!" });
    const { candidate, baseline, winners } = totalsOf(rows);
    expect([candidate.score, baseline.score, candidate.unjudged]).toEqual([2, 5, 1]);
    expect(winners).toEqual({ candidate: 0, baseline: 1, tie: 0, unknown: 1 });
  });

  it("takes a model that fails for a row without an answer, which loses", async () => {
    const model = scriptedModel(({ messages }) =>
      messages[0]?.text.includes("draft")
        ? ["begun", { type: "fail", error: new ModelError("broken", "the stream ended early") }]
        : ["fine"],
    );
    const [row] = await rowsOf(model, { questions: readQuestions("a", "text") });
    expect(row?.candidate.answer).toMatchObject({
      text: "begun",
      failure: "the model failed (broken): the stream ended early",
    });
    expect(row?.winner).toBe("baseline");
    expect(totalsOf(row === undefined ? [] : [row])).toMatchObject({ candidate: { failed: 1, answered: 0 } });
  });

  it("compares with what was answered once, and has nothing to compare where nothing was", async () => {
    const questions = readQuestions('{"question":"a","answer":"old"}\n{"question":"b"}', "json");
    const model = twoMinds("new", "never asked");
    const rows = await rowsOf(model, { questions, baseline: "recorded" });
    expect(rows.map(({ baseline }) => baseline?.answer.text)).toEqual(["old", undefined]);
    expect(model.calls).toHaveLength(2);
    expect(describeRow(rows[1] as TrialRow)).toMatchObject({ number: 2, baseline: null, winner: null });
  });

  it("notes what would have been done, and does nothing", async () => {
    const acting = await anAgent(store, {
      actions: ["handover", "tag-user"],
      handover: { message: "Wait." },
    });
    const args = '{"reason":"angry"}';
    const model = scriptedModel([{ type: "tool-call", id: "c", name: "transfer_to_human", arguments: args }]);
    const questions = readQuestions("a person!", "text");
    const [row] = await rowsOf(model, { candidate: acting, baseline: "recorded", questions });
    expect(row?.candidate.answer).toMatchObject({
      text: "Wait.",
      actions: [{ type: "handover", status: "skip", payload: { reason: "angry" } }],
    });
  });

  it("ends as a whole when a row cannot be kept: nothing runs any more by then", async () => {
    const model = scriptedModel(({ messages }) =>
      messages.at(-1)?.text === "slow" ? [{ type: "gate", until: new Promise(() => {}) }] : ["quick"],
    );
    const questions = readQuestions("slow\nquick\nnever", "text");
    const plan = { candidate: draft, baseline: "recorded" as const, questions, concurrency: 2 };
    const signal = new AbortController().signal;
    const onRow = () => {
      throw new Error("the disk is full");
    };
    await expect(runTrial(services(model), plan, { signal, onRow })).rejects.toThrow("the disk is full");
    expect(model.calls.map(({ outcome }) => outcome).sort()).toEqual(["aborted", "finished"]);
  });

  it("ends when it is told to, with the rows that are done", async () => {
    const ending = new AbortController();
    const model = scriptedModel(({ messages }) =>
      messages.at(-1)?.text === "slow" ? [{ type: "gate", until: new Promise(() => {}) }] : ["quick"],
    );
    const rows: TrialRow[] = [];
    const questions = readQuestions("quick\nslow\nnever", "text");
    const plan = { candidate: draft, baseline: live, questions, concurrency: 1 };
    await runTrial(services(model), plan, {
      signal: ending.signal,
      onRow: (row) => {
        rows.push(row);
        setImmediate(() => ending.abort(new Error("told to end")));
      },
    });
    expect(rows.map(({ question }) => question.text)).toEqual(["quick"]);
    expect(model.calls.map(({ outcome }) => outcome)).toEqual(["finished", "finished", "aborted"]);
  });
});
