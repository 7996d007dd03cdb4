import { describe, expect, test } from "vitest";
import type { WorkflowStepId } from "../../domain/ids.ts";
import type { Interrupt, InterruptKind } from "../../domain/workflow-run.ts";
import { inputText, jsonInput, readAnswer, readInputData } from "./workflow-input.ts";

const place = { field: "InputData", isStrict: false, requestId: "R" } as const;

describe("InputData", () => {
  test("is JSON text; blank text is an empty object", () => {
    for (const text of ["", " ", "\n"]) expect(readInputData(text)).toEqual({});
    expect(readInputData('{"a":1}')).toEqual({ a: 1 });
    expect(readInputData("[1]")).toEqual([1]);
    expect(() => readInputData("{a}")).toThrow("field InputData: is not JSON");
  });

  test("may be an object, unless the configuration wants text", () => {
    expect(inputText({ a: 1 }, place)).toBe('{"a":1}');
    expect(inputText(undefined, place)).toBe("");
    expect(() => inputText({ a: 1 }, { ...place, isStrict: true })).toThrow(
      "Mismatch type string with value object, field InputData",
    );
  });

  test.each([7, true, [], ["x"]])("is never %j", (value) => {
    const result = jsonInput.safeParse(value);
    expect(result.error?.issues[0]?.message).toMatch(/^Mismatch type string with value/);
  });
});

describe("Input of a resume", () => {
  const waiting = (kind: InterruptKind, names: string[] = []): Interrupt => ({
    stepId: 1 as WorkflowStepId,
    nodeId: "ask",
    title: "Ask",
    kind,
    text: "?",
    options: [],
    schema: { type: "object", properties: Object.fromEntries(names.map((name) => [name, {}])) },
  });

  test.each([
    ["question", [], '{"query":"blue"}', "blue"],
    ["question", [], "blue", "blue"],
    ["question", [], '"blue"', '"blue"'],
    ["question", [], '{"colour":"blue"}', '{"colour":"blue"}'],
    ["input", ["name"], '{"name":"Ann"}', { name: "Ann" }],
    ["input", ["name"], '{"query":"name: Ann"}', "name: Ann"],
    ["input", ["query"], '{"query":"Ann"}', { query: "Ann" }],
    ["input", ["name"], "name: Ann", "name: Ann"],
    ["tool", [], '{"query":"x"}', '{"query":"x"}'],
  ] as const)("of a %s (asking for %j): %s is %j", (kind, names, text, answer) => {
    expect(readAnswer(text, waiting(kind, [...names]))).toEqual(answer);
  });
});
