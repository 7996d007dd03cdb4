import fc from "fast-check";
import { expect, test } from "vitest";
import { ModelError, type ModelPart } from "../chat-model.ts";
import { ChunkReader } from "./chunk-reader.ts";

/** Reads the chunks to their end. */
function read(...chunks: unknown[]): ModelPart[] {
  const reader = new ChunkReader(
    (error) => new ModelError("broken", "in stream", { detail: JSON.stringify(error) }),
  );
  const parts: ModelPart[] = [];
  for (const chunk of chunks) reader.read(JSON.stringify(chunk), parts);
  reader.finish(parts);
  return parts;
}

const delta = (fields: unknown, finish_reason: string | null = null): unknown => ({
  choices: [{ index: 0, delta: fields, finish_reason }],
});
const call = (...pieces: unknown[]): unknown => delta({ tool_calls: pieces });
const calls = (parts: ModelPart[]): ModelPart[] => parts.filter((part) => part.type === "tool-call");

test("parallel calls whose pieces alternate are kept apart by index", () => {
  const parts = read(
    call({ index: 0, id: "a", function: { name: "f", arguments: "" } }),
    call({ index: 1, id: "b", function: { name: "g", arguments: "" } }),
    call({ index: 0, function: { arguments: '{"x"' } }, { index: 1, function: { arguments: "[1" } }),
    call({ index: 1, function: { arguments: "]" } }, { index: 0, function: { arguments: ":1}" } }),
  );
  expect(calls(parts)).toEqual([
    { type: "tool-call", id: "a", name: "f", arguments: '{"x":1}' },
    { type: "tool-call", id: "b", name: "g", arguments: "[1]" },
  ]);
});

test("pieces without index belong to the last call until a new name or id comes", () => {
  const parts = read(
    call({ id: "a", function: { name: "f", arguments: "{" } }),
    call({ function: { arguments: "}" } }),
    call({ id: "b", function: { name: "f", arguments: "{}" } }),
    call({ function: { name: "g", arguments: "{}" } }),
  );
  expect(calls(parts)).toMatchObject([
    { id: "a", name: "f", arguments: "{}" },
    { id: "b", name: "f", arguments: "{}" },
    { id: expect.stringMatching(/^call_/), name: "g", arguments: "{}" },
  ]);
});

test("parallel calls that all have index 0 are told apart by id and name", () => {
  const parts = read(
    call({ index: 0, id: "a", function: { name: "f", arguments: "{}" } }),
    call({ index: 0, id: "b", function: { name: "f", arguments: "{}" } }),
  );
  expect(calls(parts)).toHaveLength(2);
});

test("an id and a name repeated on every piece stay one call", () => {
  const piece = (text: string): unknown =>
    call({ index: 0, id: "a", function: { name: "f", arguments: text } });
  expect(calls(read(piece("{"), piece("}")))).toEqual([
    { type: "tool-call", id: "a", name: "f", arguments: "{}" },
  ]);
});

test("arguments sent as an object are written as JSON, none as an empty object", () => {
  const parts = read(
    call({ index: 0, id: "a", function: { name: "f", arguments: { x: 1 } } }),
    call({ index: 1, id: "b", function: { name: "g", arguments: null } }),
  );
  expect(calls(parts)).toMatchObject([{ arguments: '{"x":1}' }, { arguments: "{}" }]);
});

test("a stop after a tool call is the finish reason tool-calls; running out of tokens stays length", () => {
  const started = call({ index: 0, id: "a", function: { name: "f", arguments: "{}" } });
  expect(read(started, delta({}, "stop")).at(-1)).toEqual({ type: "finish", reason: "tool-calls" });
  expect(read(started, delta({}, "length")).at(-1)).toEqual({ type: "finish", reason: "length" });
});

test("a usage that no store could keep is whole and not below zero, or left out", () => {
  const usageOf = (usage: unknown) => read({ choices: [], usage }).filter((part) => part.type === "usage");
  expect(usageOf({ prompt_tokens: "12", completion_tokens: 5.5 })).toEqual([
    { type: "usage", inputTokens: 0, outputTokens: 6 },
  ]);
  expect(usageOf({ prompt_tokens: -3, completion_tokens: 7 })).toEqual([
    { type: "usage", inputTokens: 0, outputTokens: 7 },
  ]);
  expect(usageOf({ prompt_tokens: 1e300, completion_tokens: [] })).toEqual([]);
});

test("a model that never ends the arguments of its calls is cut off", () => {
  const reader = new ChunkReader(() => new ModelError("broken", "in stream"));
  const piece = JSON.stringify(
    call({ index: 0, id: "a", function: { name: "f", arguments: "x".repeat(1e6) } }),
  );
  const readMuch = () => {
    for (let times = 0; times < 100; times++) reader.read(piece, []);
  };
  expect(readMuch).toThrow("the model's server sent tool calls that are too long");
});

test("names and ids of calls that are no text are not taken for one", () => {
  const [part] = calls(read(call({ index: 0, id: 7, function: { name: {}, arguments: "{}" } })));
  expect(part).toEqual({
    type: "tool-call",
    id: expect.stringMatching(/^call_/),
    name: "",
    arguments: "{}",
  });
});

test("of several usages the last one counts, and null or empty ones change nothing", () => {
  const parts = read(
    { choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } },
    { choices: [], usage: { prompt_tokens: 5, completion_tokens: 6 } },
    { choices: [], usage: null },
    { choices: [], usage: {} },
  );
  expect(parts).toEqual([
    { type: "usage", inputTokens: 5, outputTokens: 6 },
    { type: "finish", reason: "stop" },
  ]);
});

test.each([
  ["stop", "stop"],
  ["eos", "stop"],
  ["length", "length"],
  ["max_tokens", "length"],
  ["tool_calls", "tool-calls"],
  ["function_call", "tool-calls"],
  ["content_filter", "content-filter"],
  ["sensitive", "content-filter"],
  ["unheard_of", "other"],
])("the finish reason %s becomes %s", (wire, reason) => {
  expect(read(delta({}, wire))).toEqual([{ type: "finish", reason }]);
});

test("an error object without an error around it is found", () => {
  expect(() => read({ object: "error", message: "too long", code: 400 })).toThrow(ModelError);
});

test("any JSON object is read or refused with a ModelError, and no delta is empty", () => {
  const field = fc.oneof(
    fc.constant(null),
    fc.string(),
    fc.integer(),
    fc.array(fc.anything(), { maxLength: 2 }),
  );
  const chunk = fc.record(
    {
      choices: fc.oneof(
        fc.constant(null),
        fc.array(
          fc.record(
            {
              delta: fc.option(
                fc.record(
                  {
                    content: field,
                    reasoning_content: field,
                    tool_calls: fc.option(
                      fc.array(fc.record({ index: field, id: fc.option(fc.string()) }, { requiredKeys: [] })),
                    ),
                  },
                  { requiredKeys: [] },
                ),
              ),
              finish_reason: fc.option(fc.string()),
            },
            { requiredKeys: [] },
          ),
        ),
      ),
      usage: fc.option(fc.object()),
      error: fc.option(fc.anything()),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(chunk), (chunks) => {
      try {
        for (const part of read(...chunks)) if ("text" in part) expect(part.text).not.toBe("");
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
      }
    }),
  );
});
