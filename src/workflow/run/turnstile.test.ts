import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { Effort } from "../language/effort.ts";
import { Turnstile } from "./turnstile.ts";

test("nodes whose expressions take long begin one by one, and others get their turn between", async () => {
  const turnstile = new Turnstile();
  const begun: number[] = [];
  for (let node = 0; node < 4; node += 1) {
    turnstile.pass(() => {
      begun.push(node);
      new Effort().spend(60_000);
    });
  }
  expect(begun).toEqual([0]);
  await turn();
  expect(begun).toEqual([0, 1]);
  for (let turns = 0; turns < 3; turns += 1) await turn();
  expect(begun).toEqual([0, 1, 2, 3]);
});

test("what others have spent before keeps nobody waiting", () => {
  const turnstile = new Turnstile();
  new Effort().spend(90_000);
  let hasBegun = false;
  turnstile.pass(() => {
    hasBegun = true;
  });
  expect(hasBegun).toBe(true);
});
