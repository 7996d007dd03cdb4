import { expect, test } from "vitest";
import { newRequestId, newRequestUuid } from "./request-id.ts";

test("request ids are 26 characters of Crockford base 32 and never repeat", () => {
  const ids = Array.from({ length: 50_000 }, () => newRequestId());
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
});

test("each request id sorts after the ones before it, also when the clock stands still or steps back", () => {
  const later = Date.now() + 1_000_000;
  const ids = [later, later, later, later - 500, later + 1].map((now) => newRequestId(now));
  expect([...ids].sort()).toEqual(ids);
});

test("the time is in the first ten characters", () => {
  const now = Date.UTC(2100, 0, 1);
  const time = [...newRequestId(now).slice(0, 10)].reduce(
    (sum, character) => sum * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".indexOf(character),
    0,
  );
  expect(time).toBe(now);
});

test("request ids as UUIDs are of version 7 and begin with their millisecond", () => {
  const ids = Array.from({ length: 1_000 }, () => newRequestUuid(Date.UTC(2026, 0, 1)));
  expect(new Set(ids).size).toBe(1_000);
  for (const id of ids) {
    expect(id).toMatch(/^019b76da-a800-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
});
