import type { WorkflowStepId } from "../domain/ids.ts";
import type { RunEvent, StepPlace } from "../domain/workflow-run.ts";
import { dim, printable, type Terminal } from "./terminal.ts";
import { duration, usageNote } from "./workflow-tree.ts";

/**
 * Shows a run as it goes: what it says on standard output, a line for each node that has ended on standard error. Where
 * lines can be written over, the last one names the nodes that run.
 */
export class RunPrinter {
  readonly #terminal: Terminal;
  readonly #running = new Map<WorkflowStepId, StepPlace>();
  /** Steps that speak while another does wait for their turn. */
  readonly #waiting = new Map<WorkflowStepId, string>();
  #speaking: WorkflowStepId | undefined;
  #isLineOpen = false;
  #isStatusShown = false;
  #hasAnswered = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Whether the end node has spoken. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  show(event: RunEvent): void {
    switch (event.type) {
      case "node-start":
        this.#running.set(event.step.stepId, event.step);
        break;
      case "node-end":
        this.#running.delete(event.step.stepId);
        this.#note(endLine(event));
        break;
      case "message-start":
        if (event.isAnswer) this.#hasAnswered = true;
        this.#speaking ??= event.step.stepId;
        break;
      case "message-delta":
        this.#say(event.step.stepId, event.text);
        break;
      case "message-end":
        this.#endSpeech(event.step.stepId);
        break;
      case "action":
        this.#note(`${event.action.type}: ${event.action.status}`);
        break;
      default:
        break;
    }
    this.#status();
  }

  /** Ends the line that is open, whatever it is. */
  end(): void {
    this.#clearStatus();
    if (this.#isLineOpen) this.#terminal.out.line();
    this.#isLineOpen = false;
  }

  #say(stepId: WorkflowStepId, text: string): void {
    if (stepId !== this.#speaking) {
      this.#waiting.set(stepId, (this.#waiting.get(stepId) ?? "") + text);
      return;
    }
    this.#clearStatus();
    this.#isLineOpen = true;
    this.#terminal.out.write(printable(text));
  }

  #endSpeech(stepId: WorkflowStepId): void {
    if (stepId !== this.#speaking) return;
    this.end();
    const [next] = this.#waiting;
    this.#speaking = next?.[0];
    if (next === undefined) return;
    this.#waiting.delete(next[0]);
    this.#say(next[0], next[1]);
  }

  #note(text: string): void {
    const { err } = this.#terminal;
    this.end();
    err.line(dim(err, printable(text).replace(/\s+/g, " ")));
  }

  #status(): void {
    const { err } = this.#terminal;
    if (!err.hasStyle || this.#isLineOpen) return;
    this.#clearStatus();
    if (this.#running.size === 0) return;
    const names = [...this.#running.values()].map(({ path }) => path).join(", ");
    err.write(dim(err, `… ${names.slice(0, 70)}`));
    this.#isStatusShown = true;
  }

  #clearStatus(): void {
    if (this.#isStatusShown) this.#terminal.err.write("\r\u001b[2K");
    this.#isStatusShown = false;
  }
}

function endLine({ step, status, latencyMs, usage, error }: Extract<RunEvent, { type: "node-end" }>): string {
  const parts = [
    `${status === "completed" ? "✓" : "✗"} ${step.path} (${step.kind})`,
    duration(latencyMs),
    usageNote(usage),
    error === undefined ? "" : error.message,
  ];
  return parts.filter((part) => part !== "").join(", ");
}
