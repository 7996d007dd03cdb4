import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { TurnId } from "../domain/ids.ts";
import type { Store } from "../storage/store.ts";
import { Checkpoints } from "./checkpoints.ts";
import { TurnLog } from "./turn-log.ts";

const TURN = 1 as TurnId;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** A turn that writes on, and a store whose first write takes so long. */
function writing(tookMs: number) {
  const stored: string[] = [];
  let delayMs = tookMs;
  const turns = {
    checkpoint: async ([one]: { text: string }[]) => {
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      delayMs = 0;
      stored.push(one?.text ?? "");
    },
  } as Partial<Store["turns"]> as Store["turns"];
  const checkpoints = new Checkpoints({ turns });
  const log = new TurnLog();
  checkpoints.add(TURN, log);
  const write = (text: string) => log.append({ type: "text-delta", text });
  return { stored, write, end: () => checkpoints.remove(TURN) };
}

test("a text is stored soon after it was written, and not again before it grows", async () => {
  const { stored, write, end } = writing(0);
  write("a");
  await vi.advanceTimersByTimeAsync(250);
  expect(stored).toEqual(["a"]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(stored).toEqual(["a"]);
  write("b");
  await vi.advanceTimersByTimeAsync(250);
  expect(stored).toEqual(["a", "ab"]);
  end();
});

test("after a write that took its time there is none for four times as long", async () => {
  const { stored, write, end } = writing(500);
  write("a");
  await vi.advanceTimersByTimeAsync(250);
  write("b");
  await vi.advanceTimersByTimeAsync(2_350);
  expect(stored).toEqual(["a"]);
  await vi.advanceTimersByTimeAsync(300);
  expect(stored).toEqual(["a", "ab"]);
  end();
});

test("after a write that hung, as its whole process may, the next is not put off for minutes", async () => {
  const { stored, write, end } = writing(60_000);
  write("a");
  await vi.advanceTimersByTimeAsync(60_300);
  expect(stored).toEqual(["a"]);
  write("b");
  await vi.advanceTimersByTimeAsync(6_000);
  expect(stored).toEqual(["a", "ab"]);
  end();
});
