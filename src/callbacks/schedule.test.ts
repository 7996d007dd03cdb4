import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jitterMs, retryAfterMs, retryDelayMs, STANDARD_DELAYS_MS } from "./schedule.ts";

const random = fc.double({ min: 0, max: 1, noNaN: true });
const NOW = Date.UTC(2026, 0, 5, 12);

describe("the schedule", () => {
  test("has ten attempts within 75.6 hours", () => {
    const delays = STANDARD_DELAYS_MS.map((_, index) =>
      retryDelayMs({ failureCount: index + 1, delaysMs: STANDARD_DELAYS_MS, random: 0 }),
    );
    expect(delays).toEqual([...STANDARD_DELAYS_MS]);
    expect(retryDelayMs({ failureCount: 10, delaysMs: STANDARD_DELAYS_MS, random: 0 })).toBeUndefined();
    expect(STANDARD_DELAYS_MS.reduce((sum, delay) => sum + delay) / 3_600_000).toBeCloseTo(75.585, 2);
  });

  test("waits longer after each failure, whatever the jitter", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), random, random, (failureCount, one, other) => {
        const plan = { delaysMs: STANDARD_DELAYS_MS };
        const sooner = retryDelayMs({ ...plan, failureCount, random: one }) ?? Number.NaN;
        const later = retryDelayMs({ ...plan, failureCount: failureCount + 1, random: other }) ?? Number.NaN;
        expect(later).toBeGreaterThan(sooner);
      }),
    );
  });

  test("jitter only adds: up to a tenth, at least up to two seconds, at most 15 minutes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 * 3_600_000 }), random, (delayMs, chance) => {
        const jitter = jitterMs(delayMs, chance);
        expect(jitter).toBeGreaterThanOrEqual(0);
        expect(jitter).toBeLessThanOrEqual(Math.max(2_000, delayMs / 10));
        expect(jitter).toBeLessThanOrEqual(15 * 60_000);
      }),
    );
    expect(jitterMs(0, 1)).toBe(2_000);
    expect(jitterMs(24 * 3_600_000, 1)).toBe(15 * 60_000);
  });

  test("a receiver's wish makes it later, never earlier", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 36_000_000 }), random, (retryAfter, chance) => {
        const plan = { failureCount: 2, delaysMs: STANDARD_DELAYS_MS, random: chance };
        const own = retryDelayMs(plan) ?? Number.NaN;
        expect(retryDelayMs({ ...plan, retryAfterMs: retryAfter })).toBe(Math.max(own, retryAfter));
      }),
    );
  });
});

describe("Retry-After", () => {
  test.each([
    ["120", 120_000],
    [" 7 ", 7_000],
    ["Mon, 05 Jan 2026 12:02:00 GMT", 120_000],
    ["Monday, 05-Jan-26 12:02:00 GMT", 120_000],
    ["Mon Jan  5 12:02:00 2026 GMT", 120_000],
    ["36001", 36_000_000],
    ["1000000000", 36_000_000],
    ["Tue, 05 Jan 2027 12:00:00 GMT", 36_000_000],
  ])("%s is waited for, ten hours at most", (header, milliseconds) => {
    expect(retryAfterMs(header, NOW)).toBe(milliseconds);
  });

  test.each([
    undefined,
    "",
    "0",
    "-5",
    "1e9",
    "1.5",
    "soon",
    "Mon, 05 Jan 2026 11:00:00 GMT",
    "99999999999999999999",
    "Mon, 35 Jan 2026 12:02:00 GMT",
  ])("%s is ignored", (header) => {
    expect(retryAfterMs(header, NOW)).toBeUndefined();
  });
});
