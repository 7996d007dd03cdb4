import { setImmediate as nextTurn } from "node:timers/promises";
import {
  type ReplyScript,
  type ReplyStep,
  startUpstream,
  tokens,
  tokenText,
} from "../test/support/upstream.ts";
import { shapeOf } from "./answer-shape.ts";
import { serveParent } from "./processes/parent.ts";

// The model server of all candidates: answers as the question says, computing nothing.
const upstream = await startUpstream({
  keepRequests: 100,
  reply: ({ lastUserText }) => scriptFor(lastUserText),
});
serveParent({ url: upstream.baseUrl }, async () => undefined);
process.once("SIGTERM", () => process.exit());

function scriptFor(question: string): ReplyScript {
  const { tokens: count, pace } = shapeOf(question);
  if (pace === "hold") return [tokens(5), { type: "hold", until: new Promise(() => {}) }];
  if (pace === "single") return singly(count);
  return [tokens(count, { delayMs: pace === "burst" ? 0 : pace })];
}

function singly(count: number): ReplyScript {
  const steps: ReplyStep[] = [];
  for (let index = 0; index < count; index++) steps.push(tokenText(index), untilWritten);
  return steps;
}

const untilWritten: ReplyStep = {
  type: "hold",
  get until() {
    return nextTurn();
  },
};
