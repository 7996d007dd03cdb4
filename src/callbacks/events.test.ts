import { describe, expect, test } from "vitest";
import type { EventType } from "../domain/event.ts";
import type { EventId, WorkspaceId } from "../domain/ids.ts";
import { describeEvent, EVENT_TYPES, exampleEvent, isSubscribable, problemWithData } from "./events.ts";
import { standardBody } from "./standard-format.ts";

const event = { id: 1 as EventId, workspaceId: 2 as WorkspaceId, at: new Date() };

describe.each(EVENT_TYPES)("%s", (type) => {
  test("has an example whose body fits its schema", () => {
    const { data } = JSON.parse(standardBody(exampleEvent(type, event)));
    expect(problemWithData(type, data)).toBeUndefined();
  });

  test("has a JSON Schema of an object that says what each member is required to be", () => {
    const { schema, summary } = describeEvent(type);
    expect(schema).toMatchObject({ type: "object", additionalProperties: false });
    expect(summary).toMatch(/^[A-Z].*\.$/);
    const { data } = JSON.parse(standardBody(exampleEvent(type, event)));
    expect(Object.keys(data)).toEqual(expect.arrayContaining((schema["required"] as string[]) ?? []));
  });

  test("has a changelog, newest first", () => {
    const { changelog } = describeEvent(type);
    const dates = changelog.map(({ date }) => date);
    expect(dates).toEqual(dates.toSorted().reverse());
    expect(changelog.length).toBeGreaterThan(0);
    for (const { date, change } of changelog) {
      expect(new Date(`${date}T00:00:00Z`).toISOString().slice(0, 10)).toBe(date);
      expect(change).toMatch(/^[A-Z`].*\.$/);
    }
  });

  test("does not take members that are not in the catalogue", () => {
    const { data } = JSON.parse(standardBody(exampleEvent(type, event)));
    expect(problemWithData(type, { ...data, more: 1 })).toContain("more");
  });
});

test("questions of audits and what never happens cannot be subscribed to", () => {
  expect(EVENT_TYPES.filter((type) => !isSubscribable(type))).toEqual([
    "agent.submitted",
    "plugin.scale-requested",
    "plugin.scale-expired",
  ]);
});

test("an example can be put on a channel, where it names one at all", () => {
  const at = new Date();
  const dataOf = (type: EventType, channel?: string) => {
    const place = { id: 1 as EventId, workspaceId: 2 as WorkspaceId, at, ...(channel && { channel }) };
    return exampleEvent(type, place).data;
  };
  expect(dataOf("agent.submitted", "4711")).toEqual({ ...dataOf("agent.submitted"), channel: "4711" });
  expect(dataOf("agent.deleted", "4711")).toEqual({ ...dataOf("agent.deleted"), channels: ["4711"] });
  expect(dataOf("feedback.changed", "4711")).toEqual(dataOf("feedback.changed"));
});
