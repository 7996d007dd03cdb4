import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { Slices } from "./slices.ts";

test("slices of several searches go by turns, one at a time, and others get theirs between two of them", async () => {
  const slices = new Slices();
  const log: string[] = [];
  const search = async (name: string) => {
    for (const part of [1, 2]) {
      await slices.run(async () => {
        log.push(`${name}${part} begins`);
        await setImmediate();
        log.push(`${name}${part} ends`);
      });
    }
  };
  await Promise.all([search("a"), search("b")]);
  const order = ["a1", "b1", "a2", "b2"];
  expect(log).toEqual(order.flatMap((name) => [`${name} begins`, `${name} ends`]));

  const quick = [1, 2].map((part) => slices.run(async () => log.push(`quick ${part}`)));
  const other = setImmediate().then(() => log.push("other"));
  await Promise.all([...quick, other]);
  expect(log.slice(-3)).toEqual(["quick 1", "other", "quick 2"]);
});

test("a slice that fails is its own search's failure", async () => {
  const slices = new Slices();
  const failing = slices.run(() => Promise.reject(new Error("broken")));
  expect(await slices.run(async () => "next")).toBe("next");
  await expect(failing).rejects.toThrow("broken");
});
