import { expect, test } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import { Results } from "./results.ts";

test("results that come together are written together, in order", async () => {
  const groups: number[][] = [];
  const results = new Results<number>(async (group) => {
    groups.push(group);
  });
  await Promise.all([results.add(1), results.add(2), results.add(3)]);
  await results.add(4);
  expect(groups).toEqual([[1, 2, 3], [4]]);
});

test("what the store refuses is written again, at most ten times a second, with what came meanwhile", async () => {
  let isRefusing = true;
  const tries: number[] = [];
  const written: number[] = [];
  const results = new Results<number>(async (group) => {
    tries.push(performance.now());
    if (isRefusing) throw new Error("the disk is full");
    written.push(...group);
  });
  const first = results.add(1);
  await eventually(() => tries.length >= 3);
  const second = results.add(2);
  expect(results.size).toBe(2);
  isRefusing = false;
  await Promise.all([first, second]);
  expect(written).toEqual([1, 2]);
  expect(results.size).toBe(0);
  const [one = 0, ...rest] = tries.slice(0, 3);
  rest.reduce((before, at) => {
    expect(at - before).toBeGreaterThanOrEqual(95);
    return at;
  }, one);
});

test("one that can never be written does not keep the others", async () => {
  const written: number[] = [];
  const results = new Results<number>(async (group) => {
    if (group.includes(3)) throw new Error("nobody can write a three");
    written.push(...group);
  });
  const three = results.add(3);
  await Promise.all([1, 2, 4, 5].map((number) => results.add(number)));
  expect([...written].sort()).toEqual([1, 2, 4, 5]);
  expect(results.size).toBe(1);
  await Promise.all([results.close(0), expect(three).rejects.toThrow("stopped before this was stored")]);
});

test("closing writes what is left, and gives up in time when that cannot be", async () => {
  const written: number[] = [];
  const good = new Results<number>(async (group) => {
    written.push(...group);
  });
  void good.add(1);
  await good.close(10_000);
  expect(written).toEqual([1]);
  const bad = new Results<number>(async () => {
    throw new Error("the disk is full");
  });
  const lost = bad.add(1);
  await Promise.all([bad.close(20), expect(lost).rejects.toThrow("stopped before this was stored")]);
  await expect(bad.add(2)).rejects.toThrow("stopped before this was stored");
});
