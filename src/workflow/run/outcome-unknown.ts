import type { NewInterrupt } from "../node-kind.ts";
import { isRecord } from "./answering.ts";

/** What an operator said of a node that was running when its process died. */
export type OutcomeDecision =
  | { decision: "done"; outputs: Record<string, unknown> }
  | { decision: "repeat" }
  | { decision: "fail" };

const DECISIONS = ["done", "repeat", "fail"];

export function outcomeInterrupt(title: string): NewInterrupt {
  return {
    kind: "outcome",
    text: `The process ended while "${title}" ran. Has it had its effect?`,
    options: DECISIONS,
    schema: {
      type: "object",
      properties: { decision: { type: "string", enum: DECISIONS }, outputs: { type: "object" } },
      required: ["decision"],
    },
  };
}

/** Reads what is stored as the answer: one that `readAnswer` has accepted. */
export function answerOutcome(answer: unknown): OutcomeDecision {
  const given = isRecord(answer) ? answer : { decision: answer };
  if (given["decision"] === "repeat") return { decision: "repeat" };
  if (given["decision"] !== "done") return { decision: "fail" };
  const { outputs } = given;
  return { decision: "done", outputs: isRecord(outputs) ? outputs : {} };
}
