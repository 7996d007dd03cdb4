import { expect, test } from "vitest";
import { eventually } from "../../../test/support/eventually.ts";
import type { ChatRequest, ModelPart } from "../chat-model.ts";
import { scriptedModel } from "./scripted-model.ts";

const request: ChatRequest = { messages: [], tools: [], parameters: {}, passages: [] };
async function collect(stream: AsyncIterable<ModelPart>): Promise<ModelPart[]> {
  const parts: ModelPart[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

const noSignal = new AbortController().signal;

test("it plays its steps, finishes by itself and remembers the request", async () => {
  const model = scriptedModel(["a", { type: "tool-call", id: "1", name: "f", arguments: "{}" }]);
  const parts = await collect(model.stream(request, noSignal));
  expect(parts).toEqual([
    { type: "text-delta", text: "a" },
    { type: "tool-call", id: "1", name: "f", arguments: "{}" },
    { type: "finish", reason: "tool-calls" },
  ]);
  expect(model.calls).toEqual([{ request, outcome: "finished" }]);
});

test("a function decides by the request and the number of the call", async () => {
  const model = scriptedModel((_request, call) => [`call ${call}`, { type: "finish", reason: "length" }]);
  await collect(model.stream(request, noSignal));
  expect(await collect(model.stream(request, noSignal))).toEqual([
    { type: "text-delta", text: "call 1" },
    { type: "finish", reason: "length" },
  ]);
});

test("a gate holds the stream until it opens", async () => {
  const gate = Promise.withResolvers<void>();
  const model = scriptedModel(["a", { type: "gate", until: gate.promise }, "b"]);
  const seen: ModelPart[] = [];
  const reading = (async () => {
    for await (const part of model.stream(request, noSignal)) seen.push(part);
  })();
  await eventually(() => seen.length === 1);
  expect(model.calls[0]?.outcome).toBe("running");
  gate.resolve();
  await reading;
  expect(seen).toHaveLength(3);
});

test("aborting, failing and leaving end the stream and are told apart", async () => {
  const never = new Promise(() => {});
  const model = scriptedModel((_request, call) =>
    call === 1 ? [{ type: "fail", error: new Error("boom") }] : ["a", { type: "gate", until: never }],
  );
  const controller = new AbortController();
  const aborted = collect(model.stream(request, controller.signal));
  controller.abort("stop");
  await expect(aborted).rejects.toBe("stop");
  await expect(collect(model.stream(request, noSignal))).rejects.toThrow("boom");
  for await (const _part of model.stream(request, noSignal)) break;
  expect(model.calls.map((call) => call.outcome)).toEqual(["aborted", "failed", "left"]);
});
