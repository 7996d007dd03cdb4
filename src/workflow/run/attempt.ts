import { NodeError } from "../node-error.ts";
import type { InterruptAnswer, NodeOutcome } from "../node-kind.ts";
import type { Deadline } from "./deadlines.ts";
import { StepCall } from "./step-call.ts";
import type { StepRun } from "./step-run.ts";

/** One try of a step, within its time. Tells what came of it once, and nothing after it was ended. */
export class Attempt {
  readonly call: StepCall;
  readonly #step: StepRun;
  readonly #deadline: Deadline;
  #isOver = false;

  constructor(
    step: StepRun,
    answer: InterruptAnswer | undefined,
    tell: { done: (outcome: NodeOutcome) => void; failed: (error: unknown) => void },
  ) {
    this.#step = step;
    this.call = new StepCall(step, answer);
    const { node, kind } = step.compiled;
    const seconds = node.timeoutSeconds ?? kind.timeoutSeconds;
    const failed = (error: unknown) => {
      if (this.#isOver) return;
      this.end(error);
      tell.failed(error);
    };
    this.#deadline = {
      dueAtMs: performance.now() + seconds * 1_000,
      expire: () => failed(new NodeError("node_timeout", `no result within ${seconds} s`)),
    };
    step.work.shared.deadlines.add(this.#deadline);
    kind.run(this.call).then((outcome) => {
      if (this.#isOver) return;
      this.end(undefined);
      tell.done(outcome);
    }, failed);
  }

  /** Without a reason it has come to its end by itself. */
  end(reason: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#step.work.shared.deadlines.delete(this.#deadline);
    this.call.end(reason);
    this.#step.stopFrames(reason);
  }
}
