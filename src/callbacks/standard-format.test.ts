import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import type { Delivery, Endpoint } from "../domain/endpoint.ts";
import type { EventId, WorkspaceId } from "../domain/ids.ts";
import { BODY_LIMIT_BYTES } from "./body-size.ts";
import { newSecret } from "./endpoint-secrets.ts";
import { EVENT_TYPES, exampleEvent, isSubscribable, problemWithData } from "./events.ts";
import { standardFormat } from "./standard-format.ts";

const at = new Date("2026-03-01T02:03:04.567Z");
const endpoint = { timeoutMs: 7_000 } as Endpoint;

function example(type: (typeof EVENT_TYPES)[number], id = 9_007_199_254_740_991) {
  return exampleEvent(type, { id: id as EventId, workspaceId: 1 as WorkspaceId, at });
}

describe("our own bodies", () => {
  test.each(EVENT_TYPES.filter(isSubscribable))("of %s fit their schema", (type) => {
    const body = JSON.parse(standardFormat.render(example(type), endpoint)?.text ?? "");
    expect(Object.keys(body)).toEqual(["type", "timestamp", "data"]);
    expect(body).toMatchObject({ type, timestamp: "2026-03-01T02:03:04.567Z" });
    expect(problemWithData(type, body.data)).toBeUndefined();
  });

  test("hold no id as a number, however deep", () => {
    const { text = "" } = standardFormat.render(example("agent.published"), endpoint) ?? {};
    expect(text).toMatch(/"agentId":"\d+"/);
    expect(text).toMatch(/"actor":\{"userId":"\d+"/);
    expect(text).not.toMatch(/Id":\d/);
  });

  test("are not sent where a verdict is wanted", () => {
    expect(standardFormat.render(example("agent.submitted"), endpoint)).toBeUndefined();
  });

  test("tell of a run without what was said before, and are never too long", () => {
    const event = example("feedback.changed");
    if (event.type !== "feedback.changed") throw new Error("another event");
    const written = (run: Partial<typeof event.data.run>) => {
      const data = { ...event.data, run: { ...event.data.run, ...run } };
      return standardFormat.render({ ...event, data }, endpoint)?.text ?? "";
    };
    expect(JSON.parse(written({})).data.run).not.toHaveProperty("history");
    const text = (length: number) => ({
      type: "send-text-message" as const,
      status: "send" as const,
      payload: { text: "长".repeat(length) },
    });
    for (const actions of [
      [text(100_000), text(1)],
      Array(900).fill(text(3_000)),
      Array(4_000).fill(text(99)),
    ]) {
      const body = written({ actions });
      const { data } = JSON.parse(body);
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(BODY_LIMIT_BYTES);
      expect(data.run.actions).toHaveLength(actions.length);
      expect(problemWithData("feedback.changed", data)).toBeUndefined();
    }
    expect(JSON.parse(written({ actions: [text(100_000)] })).data.run.actions[0].payload.text).toMatch(
      /长…\[truncated\]$/,
    );
  });

  test("are known by names that sort by age and hold no dot", () => {
    const ids = [7, 460_120_314_880_011, 9_007_199_254_740_991];
    const names = ids.map(
      (id) => standardFormat.render(example("turn.completed", id), endpoint)?.wireId ?? "",
    );
    expect(names).toEqual(["evt_0000000000000007", "evt_0460120314880011", "evt_9007199254740991"]);
    expect(names.toSorted()).toEqual(names);
  });
});

describe("an attempt", () => {
  const delivery = { id: 5, eventId: 12, eventType: "turn.completed", wireId: "evt_12", hasGap: false };
  const attempt = {
    delivery: delivery as Pick<Delivery, "id" | "eventId" | "eventType" | "wireId" | "hasGap">,
    number: 3,
    body: "{}",
    bodyHeaders: {},
    at,
    secrets: [newSecret("standard"), newSecret("standard")],
  };

  test("says what it is, and is signed with every secret", () => {
    expect(standardFormat.headers(attempt)).toEqual({
      "content-type": "application/json; charset=utf-8",
      "webhook-id": "evt_12",
      "webhook-timestamp": "1772330584",
      "webhook-signature": expect.stringMatching(/^v1,\S{44} v1,\S{44}$/),
      "x-antiphon-attempt": "3",
      "x-antiphon-delivery": "5",
      "x-antiphon-sequence": "12",
    });
  });

  test("is signed over the bytes that are sent, which need not be those of a serialiser", () => {
    const body = '{ "userId":9007199254740993, "cost":1.0, "name":"\\u793a例 😀"}';
    const [secret = ""] = attempt.secrets;
    const now = { ...attempt, body, at: new Date(), secrets: [secret] };
    expect(() => new Webhook(secret).verify(body, standardFormat.headers(now))).not.toThrow();
  });

  test("says that an event before it was given up", () => {
    const headers = standardFormat.headers({ ...attempt, delivery: { ...attempt.delivery, hasGap: true } });
    expect(headers["x-antiphon-sequence-gap"]).toBe("true");
  });

  test("has the endpoint's own time, and any status in the two hundreds is enough", () => {
    expect(standardFormat.timeoutMs(endpoint, "turn.completed")).toBe(7_000);
    expect([199, 200, 204, 299, 300, 410].map(standardFormat.isDelivered)).toEqual([
      false,
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});
