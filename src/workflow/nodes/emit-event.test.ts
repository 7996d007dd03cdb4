import { expect, test } from "vitest";
import { describeNode, outputsOf, runNode, TestHost } from "../testing/node-call.ts";

const node = (inputs: Record<string, unknown> = {}, members: object = {}) => ({
  id: "later",
  type: "emit-event",
  event: "follow-up",
  ...members,
  inputs,
});

test.each([
  ["immediate", {}, { mode: "IMMEDIATE" }],
  ["delayed", { delaySeconds: 3_600 }, { mode: "TIMER", delaySeconds: 3_600 }],
  ["delayed", { delaySeconds: 0 }, { mode: "TIMER", delaySeconds: 0 }],
  ["scheduled", { at: "2020-05-01T09:00:00+08:00" }, { mode: "SCHEDULE", at: "2020-05-01T01:00:00.000Z" }],
])("%s: it is emitted with its data", async (mode, when, schedule) => {
  const host = new TestHost();
  const params = { message: "{{ x }}", count: 1 };
  const { outcome } = runNode(node({ params, ...when }, { mode, cancelOnMessage: true }), { host });
  expect(await outcome).toMatchObject({ kind: "done", outputs: { status: "send" } });
  expect(host.decided).toEqual([
    {
      type: "canvas-event-action",
      payload: { eventId: "follow-up", params, schedule },
      cancelOnMessage: true,
    },
  ]);
});

test.each([
  ["no delay", "delayed", {}, "the input `delaySeconds` is missing"],
  ["a delay below zero", "delayed", { delaySeconds: -1 }, "inputs.delaySeconds:"],
  ["a delay of more than 30 days", "delayed", { delaySeconds: 2_592_001 }, "inputs.delaySeconds:"],
  ["a time without a zone", "scheduled", { at: "2020-05-01T09:00:00" }, "inputs.at:"],
  ["a time that is none", "scheduled", { at: "tomorrowT9Z" }, "inputs.at:"],
  ["a time too far away", "scheduled", { at: "2999-01-01T00:00:00Z" }, "inputs.at:"],
])("%s is refused, and nothing is emitted", async (_, mode, inputs, message) => {
  const host = new TestHost();
  const run = async () => outputsOf(node(inputs, { mode }), { host });
  await expect(run()).rejects.toMatchObject({
    code: "input_invalid",
    message: expect.stringContaining(message),
  });
  expect(host.decided).toEqual([]);
});

test("its inputs are those of its mode", () => {
  const inputs = (mode: string) => Object.keys(describeNode(node({}, { mode })).inputs);
  expect(inputs("immediate")).toEqual(["params"]);
  expect(inputs("delayed")).toEqual(["params", "delaySeconds"]);
  expect(inputs("scheduled")).toEqual(["params", "at"]);
});
