import { describe, expect, test } from "vitest";
import type { TurnId } from "../domain/ids.ts";
import type { TurnEvent } from "../domain/turn-event.ts";
import { followTurn, JOINED_LIMIT, readUntil, TurnLog } from "./turn-log.ts";

function delta(text: string): TurnEvent {
  return { type: "text-delta", text };
}

function drain(reader: { next(): TurnEvent | undefined | null }): TurnEvent[] {
  const events: TurnEvent[] = [];
  for (let event = reader.next(); event; event = reader.next()) events.push(event);
  return events;
}

describe("a turn's log", () => {
  test("gives every reader every event in order, whenever it comes", () => {
    const log = new TurnLog();
    const early = followTurn(log);
    log.append({ type: "text-start" });
    log.append(delta("a"));
    expect(drain(early)).toEqual([{ type: "text-start" }, delta("a")]);
    expect(early.next()).toBeUndefined();
    log.append({ type: "text-end" });
    log.append({ type: "turn-end", status: "completed" });
    expect(drain(early)).toEqual([{ type: "text-end" }, { type: "turn-end", status: "completed" }]);
    expect(early.next()).toBeNull();
    expect(drain(followTurn(log))).toHaveLength(4);
  });

  test("knows by a bookmark what a reader has read of it, and none of another log", () => {
    const log = new TurnLog();
    log.append(delta("a"));
    const goneOn = new TurnLog([delta("a")]);
    goneOn.append(delta("b"));
    for (const one of [log, goneOn]) {
      expect(one.positionOf(one.bookmark(0))).toBe(0);
      expect(one.positionOf(one.bookmark(1))).toBe(1);
      for (const wrong of [undefined, "", "2", "-1", "1e0", "x", "1-2", one.bookmark(2)]) {
        expect(one.positionOf(wrong)).toBeUndefined();
      }
    }
    expect(log.positionOf(goneOn.bookmark(1))).toBeUndefined();
    expect(goneOn.positionOf(log.bookmark(1))).toBeUndefined();
  });

  test("joins what a late reader missed into one delta and then goes on event by event", () => {
    const log = new TurnLog();
    for (const text of ["a", "b", "c"]) log.append(delta(text));
    const late = followTurn(log, { catchUp: true });
    log.append(delta("d"));
    log.append(delta("e"));
    expect(drain(late)).toEqual([delta("abc"), delta("d"), delta("e")]);
  });

  test("tells a late reader what happened before a turn that waited went on; the first reader knows", () => {
    const start = { type: "turn-start", turnId: 1 as TurnId, atMs: 0 } as const;
    const log = new TurnLog([{ type: "text-start" }, delta("before "), { type: "text-end" }]);
    log.append(start);
    log.append(delta("after"));
    expect(log.text).toBe("before after");
    expect(drain(followTurn(log))).toEqual([start, delta("after")]);
    expect(drain(followTurn(log, { catchUp: true }))).toEqual([
      start,
      { type: "text-start" },
      delta("before "),
      { type: "text-end" },
      delta("after"),
    ]);
  });

  test("joins a long text into few pieces, so that no reader holds all of it at once", () => {
    const log = new TurnLog();
    const part = "x".repeat(JOINED_LIMIT / 4);
    for (let count = 0; count < 10; count++) log.append(delta(part));
    const joined = drain(followTurn(log, { catchUp: true }));
    expect(joined).toEqual([delta(part.repeat(4)), delta(part.repeat(4)), delta(part.repeat(2))]);
  });

  test("keeps the text and the reasoning so far, replacements included", () => {
    const log = new TurnLog();
    log.append({ type: "reasoning-delta", text: "hm" });
    log.append(delta("bad"));
    log.append({ type: "text-replace", text: "good" });
    log.append(delta("!"));
    expect(log.text).toBe("good!");
    expect(log.reasoning).toBe("hm");
  });

  test("takes nothing after the end", () => {
    const log = new TurnLog();
    log.append({ type: "turn-end", status: "stopped" });
    expect(() => log.append(delta("x"))).toThrow("after the end");
  });

  test("ends the waiting of a reader that goes away, and forgets it", async () => {
    const log = new TurnLog();
    const controller = new AbortController();
    const seen: TurnEvent[] = [];
    const see = (event: TurnEvent) => {
      seen.push(event);
      return false;
    };
    const reading = readUntil(followTurn(log), see, controller.signal);
    log.append(delta("a"));
    controller.abort(new Error("gone"));
    await expect(reading).rejects.toThrow("gone");
    log.append(delta("b"));
    expect(seen).toEqual([delta("a")]);
  });
});
