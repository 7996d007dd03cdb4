import { describe, expect, test } from "vitest";
import type { AgentEvent, EventVariableType } from "../domain/agent.ts";
import { readEventData } from "./event-data.ts";

function anEvent(...variables: [string, EventVariableType][]): AgentEvent {
  return {
    id: "e",
    name: "e",
    description: "",
    variables: variables.map(([name, type]) => ({ name, type })),
  };
}

describe("data of an event", () => {
  test("is what its variables name; the rest is dropped, by name", () => {
    const event = anEvent(["topic", "string"], ["amount", "number"]);
    expect(readEventData(event, { amount: 0, topic: "", more: 1, other: 2 })).toEqual({
      isGood: true,
      data: { topic: "", amount: 0 },
      dropped: ["more", "other"],
    });
    expect(readEventData(event, { topic: "x", amount: null })).toMatchObject({ variable: "amount" });
    for (const [name, type] of [
      ["toString", "string"],
      ["__proto__", "object"],
    ] as const) {
      const read = readEventData(anEvent([name, type]), {});
      expect(read).toMatchObject({ variable: name, problem: "is missing" });
    }
  });

  test.each<[EventVariableType, unknown[], unknown[]]>([
    ["string", ["", "x"], [1, true, []]],
    ["number", [0, -1.5], ["1", Number.NaN, false]],
    ["boolean", [true, false], ["true", 1]],
    ["datetime", ["2026-05-01T09:00:00Z", "2026-05-01"], ["soon", 1]],
    ["date", ["2026-02-28"], ["2026-02-30", "28.2.2026", "2026-5-1"]],
    ["time", ["09:00", "23:59:59"], ["24:00", "9:00", "09:60"]],
    ["array", [[], [1]], [{}, "[]"]],
    ["object", [{}, { a: 1 }], [[], "{}"]],
  ])("of type %s takes what fits and nothing else", (type, good, bad) => {
    const event = anEvent(["v", type]);
    for (const v of good) expect([v, readEventData(event, { v }).isGood]).toEqual([v, true]);
    for (const v of bad) expect([v, readEventData(event, { v })]).toMatchObject([v, { variable: "v" }]);
  });

  test("may not be longer than an event can carry", () => {
    const read = readEventData(anEvent(["v", "string"]), { v: "x".repeat(40_000) });
    expect(read).toMatchObject({ isGood: false, problem: expect.stringContaining("longer") });
    expect(read).not.toHaveProperty("variable");
  });
});
