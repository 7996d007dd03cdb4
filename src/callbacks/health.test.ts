import { describe, expect, test } from "vitest";
import type { EndpointId } from "../domain/ids.ts";
import { afterAttempt, newHealth } from "./health.ts";

const NOW = Date.UTC(2026, 0, 5, 12);
const HOUR_MS = 3_600_000;

/** What people hear of a series of attempts, `.` for a success and `x` for a failure, an hour apart. */
function news(pattern: string, everyMs = HOUR_MS, scale = 1) {
  let health = newHealth(1 as EndpointId);
  return [...pattern].map((mark, index) => {
    const after = afterAttempt(health, mark === ".", NOW + index * everyMs, scale);
    health = after.health;
    return after.news ?? "";
  });
}

describe("people hear of an endpoint", () => {
  test("when it fails for the fourth time in a row, once", () => {
    expect(news("xxxxxx")).toEqual(["", "", "", "failing", "", ""]);
    expect(news("xxx.xxx")).toEqual(["", "", "", "", "", "", ""]);
  });

  test("when it works again, if they heard that it failed", () => {
    expect(news("xxxx..")).toEqual(["", "", "", "failing", "recovered", ""]);
    expect(news("xxx.")).toEqual(["", "", "", ""]);
  });

  test("when 120 hours of failures are over", () => {
    const heard = news("x".repeat(122));
    expect(heard.indexOf("disable")).toBe(120);
    expect(news(`${"x".repeat(119)}.${"x".repeat(100)}`)).not.toContain("disable");
  });

  test("sooner by a scaled clock", () => {
    expect(news("xxx", 5 * HOUR_MS, 0.05)[2]).toBe("disable");
  });
});

test("health says since when it fails, how often, and when it last worked", () => {
  const failed = afterAttempt(newHealth(1 as EndpointId), false, NOW, 1).health;
  const twice = afterAttempt(failed, false, NOW + 5, 1).health;
  expect(twice).toEqual({
    endpointId: 1,
    consecutiveFailures: 2,
    failingSince: new Date(NOW),
    lastAttemptAt: new Date(NOW + 5),
  });
  expect(afterAttempt(twice, true, NOW + 9, 1).health).toEqual({
    endpointId: 1,
    consecutiveFailures: 0,
    lastAttemptAt: new Date(NOW + 9),
    lastSuccessAt: new Date(NOW + 9),
  });
});
