import { expect, it } from "vitest";
import { addTimes, BUCKET_ENDS, noTimes, percentile } from "./histogram.ts";

function counted(times: readonly number[]): number[] {
  const counts = noTimes();
  for (const time of times) {
    const found = BUCKET_ENDS.findIndex((end) => time < end);
    const bucket = found < 0 ? BUCKET_ENDS.length : found;
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return counts;
}

it("percentiles are within a fifth of what they are", () => {
  const times = Array.from({ length: 1_000 }, (_, index) => 300 + index * 7);
  for (const share of [0.05, 0.5, 0.95, 0.99]) {
    const exact = times[Math.floor(share * times.length)] ?? 0;
    const told = percentile(counted(times), share) ?? 0;
    expect(Math.abs(told - exact) / exact).toBeLessThan(0.2);
  }
});

it("counts of several agents say the same added up as counted together", () => {
  const [quick, slow] = [
    [20, 30, 40],
    [9_000, 12_000],
  ];
  expect(addTimes(counted(quick), counted(slow))).toEqual(counted([...quick, ...slow]));
});

it("of nothing there is no percentile, and of what took longer than all buckets the least is told", () => {
  expect(percentile(noTimes(), 0.5)).toBeUndefined();
  expect(percentile(counted([3_600_000]), 0.99)).toBe(BUCKET_ENDS.at(-1));
});
