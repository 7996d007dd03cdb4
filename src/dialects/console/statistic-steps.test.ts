import { expect, it } from "vitest";
import { stepsOf } from "./statistic-steps.ts";

const HOUR_MS = 3_600_000;

function cut(from: string, until: string, step: "hour" | "day" | "week", timeZone: string): string[] {
  const hours = { from: Date.parse(from) / HOUR_MS, until: Date.parse(until) / HOUR_MS };
  return stepsOf({ step, timeZone }, hours, 400).all.map(({ at }) => at.toISOString());
}

it("days begin at midnight of the time zone", () => {
  expect(cut("2026-03-01T16:00:00Z", "2026-03-03T16:00:00Z", "day", "Asia/Shanghai")).toEqual([
    "2026-03-01T16:00:00.000Z",
    "2026-03-02T16:00:00.000Z",
  ]);
});

it("days are shorter or longer where clocks are changed", () => {
  expect(cut("2026-03-27T23:00:00Z", "2026-03-30T22:00:00Z", "day", "Europe/Berlin")).toEqual([
    "2026-03-27T23:00:00.000Z",
    "2026-03-28T23:00:00.000Z",
    "2026-03-29T22:00:00.000Z",
  ]);
});

it("weeks begin on Mondays, hours everywhere at once", () => {
  expect(cut("2026-03-01T00:00:00Z", "2026-03-10T00:00:00Z", "week", "UTC")).toEqual([
    "2026-02-23T00:00:00.000Z",
    "2026-03-02T00:00:00.000Z",
    "2026-03-09T00:00:00.000Z",
  ]);
  expect(cut("2026-03-01T00:00:00Z", "2026-03-01T02:00:00Z", "hour", "Asia/Kolkata")).toEqual([
    "2026-03-01T00:00:00.000Z",
    "2026-03-01T01:00:00.000Z",
  ]);
});

it("too many steps and unknown time zones are refused by name", () => {
  expect(() => cut("2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "hour", "UTC")).toThrow(
    expect.objectContaining({ code: "request_invalid", field: "step" }),
  );
  expect(() => cut("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "day", "Mars/Olympus")).toThrow(
    expect.objectContaining({ field: "timeZone" }),
  );
});
