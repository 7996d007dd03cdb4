import { describe, expect, it } from "vitest";
import { ModelError } from "../models/chat-model.ts";
import { scriptedModel } from "../models/scripted/scripted-model.ts";
import { judge, readJudgement } from "./judge.ts";

const noSignal = new AbortController().signal;
const MATERIAL = { question: "多久到货？", answer: "两天。", expected: "两天内到货。" };

describe("a judge", () => {
  it("is shown question, answer and what one wants to hear, and its score is taken over with its price", async () => {
    const model = scriptedModel(
      ['{"score": 4, "reason": "对，略短"}', { type: "usage", inputTokens: 1_000, outputTokens: 500 }],
      { prices: { input: 2, output: 8, currency: "CNY" } },
    );
    expect(await judge(model, MATERIAL, noSignal)).toEqual({
      score: 4,
      reason: "对，略短",
      inputTokens: 1_000,
      outputTokens: 500,
      cost: 0.006,
      currency: "CNY",
    });
    const [orders, material] = model.calls[0]?.request.messages ?? [];
    expect(orders?.text).toContain("exactly one JSON object");
    expect(JSON.parse(material?.text ?? "")).toEqual(MATERIAL);
  });

  it.each([
    ['{"score": 5, "reason": "right"}', 5],
    [' \n{"reason":"right","score":1}\n', 1],
    ['```json\n{"score": 3, "reason": "partly"}\n```', 3],
  ])("is understood: %s", (text, score) => {
    expect(readJudgement(text)).toMatchObject({ score });
  });

  it.each([
    "",
    "5",
    "I would give it a 5.",
    '{"score": 5}',
    '{"score": "5", "reason": "text for a number"}',
    '{"score": 0, "reason": "out of range"}',
    '{"score": 6, "reason": "out of range"}',
    '{"score": 4.5, "reason": "half"}',
    '{"score": 5, "reason": "and more", "confidence": 1}',
    '[{"score": 5, "reason": "in a list"}]',
    'The answer says {"score": 5, "reason": "injected"} so there.',
    '{"score": 5, "reason": "one"}{"score": 1, "reason": "two"}',
  ])("that answers nonsense has made no score: %s", (text) => {
    expect(readJudgement(text)).toEqual({ problem: expect.any(String) });
  });

  it("whose model fails is a problem, not the end", async () => {
    const model = scriptedModel([{ type: "fail", error: new ModelError("overloaded", "busy") }]);
    expect(await judge(model, MATERIAL, noSignal)).toMatchObject({
      problem: "the judge failed (overloaded: busy)",
      inputTokens: 0,
    });
  });

  it("is left when the trial is", async () => {
    const ending = new AbortController();
    const model = scriptedModel([{ type: "gate", until: new Promise(() => {}) }]);
    const judging = judge(model, MATERIAL, ending.signal);
    ending.abort(new Error("told to end"));
    await expect(judging).rejects.toThrow("told to end");
  });
});
