import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { TurnId } from "../domain/ids.ts";
import { FOLLOW, Followers } from "./followers.ts";
import { TurnLog } from "./turn-log.ts";

const TURN = 7 as TurnId;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** A turn that is told over a bus on which every word waits until it is let through. */
function aSlowBus() {
  const log = new TurnLog();
  const waiting: (() => void)[] = [];
  let said = 0;
  let hear = (_: { text: string; from: number }) => {};
  const bus = {
    tell: () => {
      said += 1;
      return new Promise<void>((resolve) => waiting.push(resolve));
    },
    listen: (topic: string, listener: typeof hear) => {
      if (topic === FOLLOW) hear = listener;
      return () => {};
    },
  };
  new Followers(bus, () => log);
  return {
    log,
    said: () => said,
    ask: (request: object) =>
      hear({ from: 2, text: JSON.stringify({ follower: "f", turnId: TURN, isLost: false, ...request }) }),
    letThrough: () => {
      for (const through of waiting.splice(0)) through();
    },
  };
}

test("a follower that left while it was told is told nothing more, however much there is", async () => {
  const { log, said, ask, letThrough } = aSlowBus();
  for (let count = 0; count < 2_000; count += 1) log.append({ type: "text-delta", text: `${count},` });
  ask({ position: 0 });
  await vi.advanceTimersByTimeAsync(1);
  expect(said()).toBe(1);
  await vi.advanceTimersByTimeAsync(6_000);
  letThrough();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(said()).toBe(1);
});
