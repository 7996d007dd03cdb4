import { randomUUID } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { exampleEvent } from "../../callbacks/events.ts";
import { outcomeOf } from "../../callbacks/outcome.ts";
import type { Endpoint } from "../../domain/endpoint.ts";
import { feedbackFormat } from "./callback-format.ts";
import { AT, changed, rendered } from "./testing/a-rating.ts";

describe("a change", () => {
  const nothing = { rating: "none" as const, categories: [], comment: "" };
  const liked = { rating: "like" as const, categories: [], comment: "" };
  const disliked = { rating: "dislike" as const, categories: [], comment: "" };
  const because = { ...disliked, comment: "too slow" };

  test.each([
    [nothing, liked, "thumb-up", undefined],
    [disliked, liked, "thumb-up", undefined],
    [nothing, disliked, "thumb-down", undefined],
    [liked, because, "thumb-down", "too slow"],
    [because, { ...disliked, comment: "wrong" }, "thumb-down", "wrong"],
    [nothing, { ...disliked, categories: ["wrong", "slow"] }, "thumb-down", "wrong; slow"],
    [nothing, { ...because, categories: ["wrong"] }, "thumb-down", "too slow"],
    [liked, nothing, "none", undefined],
    [because, nothing, "none", undefined],
  ])("from %j to %j is told", (before, after, feedbackStatus, feedback) => {
    const { rating: ratingBefore, categories: categoriesBefore, comment: commentBefore } = before;
    const body = rendered({ ...after, ratingBefore, categoriesBefore, commentBefore })?.body;
    expect(body?.feedbackStatus).toBe(feedbackStatus);
    expect(body?.feedback).toBe(feedback);
  });

  test.each([
    [liked, { ...liked, comment: "nice" }],
    [because, { ...because, categories: ["wrong"] }],
    [nothing, nothing],
  ])("from %j to %j is none for callers of this family", (before, after) => {
    const { rating: ratingBefore, categories: categoriesBefore, comment: commentBefore } = before;
    expect(rendered({ ...after, ratingBefore, categoriesBefore, commentBefore })).toBeUndefined();
  });

  test("that the endpoint does not want is not told, and neither are other events", () => {
    expect(rendered({}, { ratings: ["like", "none"] })).toBeUndefined();
    const other = exampleEvent("turn.completed", { id: 7, workspaceId: 1, at: AT } as never);
    expect(feedbackFormat.render(other, {} as Endpoint)).toBeUndefined();
  });

  test("of a time when nobody knew what to tell is not told", () => {
    const { run: _, ...data } = changed().data;
    expect(feedbackFormat.render({ ...changed(), data } as never, {} as Endpoint)).toBeUndefined();
  });

  test("is said in no more than 2000 characters", () => {
    expect(rendered({ comment: "😀".repeat(3_000) })?.body.feedback).toBe("😀".repeat(2_000));
  });
});

describe("what stands in headers", () => {
  test("is the number of the change, who changed it and when", () => {
    expect(rendered({ rater: "用户 17", revision: 3 })?.headers).toEqual({
      "x-feedback-revision": "3",
      "x-feedback-user": "%E7%94%A8%E6%88%B7%2017",
      "x-feedback-occurred-at": "1700000000123",
    });
    expect(rendered({ rater: "" })?.headers).not.toHaveProperty("x-feedback-user");
  });

  test("is a name that every endpoint and every attempt gets, and no other change", () => {
    const name = rendered()?.wireId;
    expect(name).toMatch(/^fb_[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(rendered({}, { historyLimit: 0 })?.wireId).toBe(name);
    expect(rendered({ revision: 2 })?.wireId).not.toBe(name);
    expect(rendered({ rater: "somebody else" })?.wireId).not.toBe(name);
  });

  test("keeps the order of an answer and its rater", () => {
    expect(rendered()?.orderKey).toBe(rendered({ revision: 2, rating: "like" })?.orderKey);
    expect(rendered({ rater: "somebody else" })?.orderKey).not.toBe(rendered()?.orderKey);
  });

  // Source: spec page of Insight §7, "Signature test vector".
  test("is the documented signature", () => {
    const headers = feedbackFormat.headers({
      delivery: { wireId: "fb_00000000-0000-4000-8000-000000000001" } as never,
      number: 4,
      body: '{"botId":"f7bb8f07-dc5c-416b-88d4-c1568f923857"}',
      bodyHeaders: { "x-feedback-revision": "3" },
      at: new Date(1_700_000_000_999),
      secrets: ["whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="],
    });
    expect(headers).toEqual({
      "content-type": "application/json",
      "webhook-id": "fb_00000000-0000-4000-8000-000000000001",
      "webhook-timestamp": "1700000000",
      "webhook-signature": "v1,2NRweGYQBI1+oUvlQCTVDXm+NUSfHfpCBUcajponz0o=",
      "x-feedback-revision": "3",
      "x-delivery-attempt": "4",
    });
  });

  test("is one signature for each secret, which the reference package accepts", () => {
    const secrets = [1, 2].map(() => `whsec_${Buffer.from(randomUUID()).toString("base64")}`);
    const body = rendered()?.text ?? "";
    const delivery = { wireId: rendered()?.wireId ?? "" } as never;
    const headers = feedbackFormat.headers({
      ...{ delivery, number: 1, body, bodyHeaders: {}, at: new Date(), secrets },
    });
    for (const secret of secrets) expect(() => new Webhook(secret).verify(body, headers)).not.toThrow();
  });
});

describe("an answer of the receiver", () => {
  test.each([200, 201, 204, 299])("with %i means that it was delivered", (status) => {
    expect(feedbackFormat.isDelivered(status)).toBe(true);
  });

  test.each([
    [301, 3],
    [307, 3],
    [400, 3],
    [404, 3],
    [408, undefined],
    [425, undefined],
    [429, undefined],
    [500, undefined],
    [503, undefined],
  ])("with %i leaves %s attempts", (status, limit) => {
    expect(feedbackFormat.attemptLimit?.(status)).toBe(limit);
  });

  // Source: spec page of Insight §7, "Back-pressure".
  test.each([
    [429, "3600", 3_600],
    [503, "86400", 86_400],
    [503, "172800", 86_400],
    [500, "60", undefined],
  ])("with %i and Retry-After %s is heeded for a day at most", (status, asked, seconds) => {
    const report = { status, responseHeaders: { "retry-after": asked }, errorCode: "" };
    expect(outcomeOf(report, feedbackFormat, Date.now())).toMatchObject({
      kind: "failed",
      ...(seconds !== undefined && { retryAfterMs: seconds * 1_000 }),
    });
    if (seconds === undefined) {
      expect(outcomeOf(report, feedbackFormat, Date.now())).not.toHaveProperty("retryAfterMs");
    }
  });
});
