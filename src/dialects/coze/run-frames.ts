import type { WorkflowStepId } from "../../domain/ids.ts";
import type { Interrupt, RunEvent, StepPlace, WorkflowRun, WorkflowStep } from "../../domain/workflow-run.ts";
import { jsonLine } from "../../http/json-line.ts";
import { formatId } from "./ids.ts";
import {
  answerable,
  costText,
  presentInterrupt,
  presentUsage,
  refusalOf,
  resultText,
  tokensOf,
} from "./present-run.ts";

type Place = Pick<StepPlace, "nodeId" | "title"> & { stepId?: WorkflowStepId };

/**
 * What happens in a run as frames, in order; numbered from 0. The node that ends the run tells all that it gave in one
 * last message, also after it told it in pieces. Source: spec page §8.1.
 */
export class RunFrames {
  readonly #debugUrl: string;
  #number = 0;
  readonly #sequences = new Map<WorkflowStepId | undefined, number>();
  readonly #told = new Set<WorkflowStepId>();
  #end: Place = { nodeId: "", title: "" };

  constructor(debugUrl: string) {
    this.#debugUrl = debugUrl;
  }

  /** `next` is what happened right after it, where that is known: the last piece of a message is told as the last. */
  of(event: RunEvent, next?: RunEvent): string[] {
    switch (event.type) {
      case "node-start":
        if (isEnd(event.step)) this.#end = event.step;
        return [];
      case "message-delta":
        return this.#piece(event, next);
      case "message-end":
        return this.#lastPiece(event);
      case "run-end":
      case "run-error":
        return this.#settled(event.run);
      case "run-start":
      case "message-start":
      case "node-end":
      case "action":
      case "interrupted":
        return [];
    }
  }

  /** For a reader whom nobody told what happened meanwhile: what was said, and what the run is now. */
  caughtUp(steps: readonly WorkflowStep[], run: WorkflowRun): string[] {
    const frames: string[] = [];
    for (const { id: stepId, said, ...step } of steps) {
      if (isEnd(step)) this.#end = { ...step, stepId };
      else if (said !== undefined && !this.#told.has(stepId)) {
        this.#told.add(stepId);
        frames.push(this.#message({ ...step, stepId }, said, true));
      }
    }
    return [...frames, ...this.#settled(run)];
  }

  /** For a while in which nothing happens. */
  ping(): string {
    return this.#frame("PING", {});
  }

  #piece({ step, text }: Extract<RunEvent, { type: "message-delta" }>, next: RunEvent | undefined): string[] {
    const isLast = next?.type === "message-end" && next.step.stepId === step.stepId;
    if (this.#isAnswer(step)) {
      const isOnly = isLast && !this.#sequences.has(step.stepId);
      return isOnly ? [] : [this.#message(step, text, false)];
    }
    if (isLast) this.#told.add(step.stepId);
    return [this.#message(step, text, isLast)];
  }

  /** The end of a message whose last piece was told before anybody knew that it was. */
  #lastPiece({ step }: Extract<RunEvent, { type: "message-end" }>): string[] {
    if (this.#isAnswer(step) || this.#told.has(step.stepId)) return [];
    this.#told.add(step.stepId);
    return [this.#message(step, "", true)];
  }

  #isAnswer({ stepId }: StepPlace): boolean {
    return this.#end.stepId === stepId;
  }

  /** Nothing for a run that only waits for a time. */
  #settled(run: WorkflowRun): string[] {
    const failure = refusalOf(run);
    if (failure !== undefined) {
      const { code, message } = failure;
      return [this.#frame("Error", { error_code: code, error_message: message, debug_url: this.#debugUrl })];
    }
    if (run.status !== "completed") return answerable(run).flatMap((asked) => this.#interrupt(run, asked));
    const { usage } = run;
    const result = {
      token: tokensOf(usage),
      cost: costText(usage),
      usage: presentUsage(usage),
      ext: {},
    };
    return [
      this.#message(this.#end, resultText(run), true, result),
      this.#frame("Done", { debug_url: this.#debugUrl }),
    ];
  }

  /** A person reads the question in a message before it; a program needs none. */
  #interrupt(run: WorkflowRun, interrupt: Interrupt): string[] {
    const { text, title, kind } = interrupt;
    const question = text === "" || kind === "tool" ? [] : [this.#message(interrupt, text, true)];
    const data = { interrupt_data: presentInterrupt(run.id, interrupt), node_title: title };
    return [...question, this.#frame("Interrupt", data)];
  }

  #message({ stepId, nodeId, title }: Place, content: string, isFinish: boolean, more: object = {}): string {
    const sequence = this.#sequences.get(stepId) ?? 0;
    this.#sequences.set(stepId, sequence + 1);
    return this.#frame("Message", {
      content,
      content_type: "text",
      node_title: title,
      node_seq_id: String(sequence),
      node_is_finish: isFinish,
      node_id: nodeId,
      ...(stepId === undefined ? {} : { node_execute_uuid: formatId(stepId) }),
      ...more,
    });
  }

  /** Source for the order of the lines: spec page §1.4. */
  #frame(event: string, data: object): string {
    const number = this.#number;
    this.#number += 1;
    return `id: ${number}\nevent: ${event}\ndata: ${jsonLine(data)}\n\n`;
  }
}

/** Whether it ends the run, and not only a workflow inside it. */
function isEnd({ kind, path }: Pick<StepPlace, "kind" | "path">): boolean {
  return kind === "end" && !path.includes("/");
}
