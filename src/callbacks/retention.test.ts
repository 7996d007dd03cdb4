import { expect, test } from "vitest";
import { forgetOld, forgetReceivedFeedback } from "./retention.ts";

const DAY_MS = 86_400_000;
const nowMs = Date.UTC(2026, 2, 31);

test("what is old is deleted a little at a time, until nothing is left", async () => {
  const left = [500, 500, 3];
  const asked: { events: Date; deliveredBodies: Date; limit: number }[] = [];
  const forget = async (before: { events: Date; deliveredBodies: Date }, limit: number) => {
    asked.push({ ...before, limit });
    return left.shift() ?? 0;
  };
  const { signal } = new AbortController();
  await forgetOld({ forget }, { eventDays: 30, deliveredBodyDays: 7, nowMs, signal });
  expect(asked.length).toBe(4);
  expect(asked[0]).toEqual({
    events: new Date(nowMs - 30 * DAY_MS),
    deliveredBodies: new Date(nowMs - 7 * DAY_MS),
    limit: 500,
  });
});

test("a server that stops does not wait for all that is old to be deleted", async () => {
  const ending = new AbortController();
  let count = 0;
  const forget = async () => {
    count += 1;
    if (count === 2) ending.abort();
    return 500;
  };
  await forgetOld({ forget }, { eventDays: 1, deliveredBodyDays: 1, nowMs, signal: ending.signal });
  expect(count).toBe(2);
});

test("feedback of other servers is kept for as many days as it should be", async () => {
  const left = [500, 3];
  const asked: Date[] = [];
  const forget = async (before: Date) => {
    asked.push(before);
    return left.shift() ?? 0;
  };
  const receivedFeedback = { forget, add: async () => true, list: async () => [] };
  await forgetReceivedFeedback({ store: { receivedFeedback } }, { now: new Date(nowMs), keepDays: 30 });
  expect(asked).toEqual(Array(2).fill(new Date(nowMs - 30 * DAY_MS)));
});
