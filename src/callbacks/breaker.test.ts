import { describe, expect, test } from "vitest";
import { breakerPosition, openBreaker, RecentFaults } from "./breaker.ts";

const NOW = Date.UTC(2026, 0, 5, 12);
const exact = { scale: 1, random: 0 };

function faults(pattern: string, everyMs = 1_000, scale = 1): boolean {
  const recent = new RecentFaults(scale);
  [...pattern].forEach((mark, index) => {
    recent.add(mark === "x", NOW + index * everyMs);
  });
  return recent.isTooMany;
}

describe("recent faults are too many", () => {
  test("at five in a row", () => {
    expect(faults(".xxxx")).toBe(false);
    expect(faults(".xxxxx")).toBe(true);
    expect(faults("xxxx.xxxx")).toBe(false);
  });

  test("at seven tenths of ten", () => {
    expect(faults("xx.xx.xx.")).toBe(false);
    expect(faults("xx.xx.xx.x")).toBe(true);
    expect(faults("x.xx.xx.x.")).toBe(false);
  });

  test("not when they are more than five minutes apart", () => {
    expect(faults("xx.xx.xx.x", 60_000)).toBe(false);
  });

  test("within a scaled window of a scaled clock", () => {
    expect(faults("xx.xx.xx.x", 10, 50 / 60_000)).toBe(true);
    expect(faults("xx.xx.xx.x", 60, 50 / 60_000)).toBe(false);
  });

  test("never after they were forgotten", () => {
    const recent = new RecentFaults(1);
    for (let index = 0; index < 9; index++) recent.add(true, NOW + index);
    recent.clear();
    expect(recent.isTooMany).toBe(false);
    recent.add(true, NOW + 10);
    expect(recent.isTooMany).toBe(false);
  });
});

describe("a breaker", () => {
  test("opens for 30 seconds, then twice as long each time, 15 minutes at most", () => {
    let breaker = openBreaker(undefined, NOW, exact);
    const seconds = [];
    for (let round = 0; round < 7; round++) {
      seconds.push((breaker.until.getTime() - NOW) / 1_000);
      breaker = openBreaker(breaker, NOW, exact);
    }
    expect(seconds).toEqual([30, 60, 120, 240, 480, 900, 900]);
  });

  test("stays open a little longer by chance, never shorter", () => {
    const { until } = openBreaker(undefined, NOW, { scale: 1, random: 1 });
    expect(until.getTime() - NOW).toBe(33_000);
  });

  test("lets one try when its time is over", () => {
    const breaker = openBreaker(undefined, NOW, exact);
    expect(breakerPosition(undefined, NOW)).toBe("closed");
    expect(breakerPosition(breaker, NOW + 29_999)).toBe("open");
    expect(breakerPosition(breaker, NOW + 30_000)).toBe("half-open");
  });

  test("does not stay open for an hour because the clock was set back by one", () => {
    const breaker = openBreaker(undefined, NOW, exact);
    expect(breakerPosition(breaker, NOW - 3_600_000)).toBe("half-open");
  });
});
