import { expect, test } from "vitest";
import { TurnLog } from "../../chat/turn-log.ts";
import type { TurnId } from "../../domain/ids.ts";
import { logFrames } from "./turn-frames.ts";

const PLACE = { turnId: 7, conversationId: 1, exchangeId: 5, isHeld: false };

/** What is told so far behind the event `after`. */
function toldOf(log: TurnLog, after: string | undefined): { type: string; isWhole?: boolean }[] {
  const { next } = logFrames(log, PLACE, after);
  const frames = [];
  for (let frame = next(); typeof frame === "string"; frame = next()) frames.push(frame);
  return frames.map((frame) => JSON.parse(/^data: (.*)$/m.exec(frame)?.[1] ?? ""));
}

test("whoever has read what a log does not have, as its process is gone, is told everything", () => {
  const log = new TurnLog();
  log.append({ type: "turn-start", turnId: 7 as TurnId, atMs: 0 });
  log.append({ type: "text-delta", text: "Hello" });
  const [turn, text] = [
    { type: "turn", isWhole: true },
    { type: "text", text: "Hello" },
  ];
  expect(toldOf(log, undefined)).toMatchObject([turn, text]);
  expect(toldOf(log, "3")).toMatchObject([turn, text]);
  expect(toldOf(log, "4-2")).toMatchObject([turn, text]);
  expect(toldOf(log, "2")).toMatchObject([{ type: "turn", isWhole: false }]);
});
