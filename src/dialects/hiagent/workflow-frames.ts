import type { WorkflowStepId } from "../../domain/ids.ts";
import type { RunEvent, WorkflowRun } from "../../domain/workflow-run.ts";
import { jsonLine } from "../../http/json-line.ts";
import type { FrameSource } from "../../http/route.ts";
import type { RunLog } from "../../workflow/run/run-log.ts";
import { outputText, tokensOf, wireFailure } from "./workflow-present.ts";
import { formatRunId, type RunName } from "./workflow-run-ids.ts";

/**
 * The frames of a run from when it last began to run, in framing v2. Source: spec page §6.1, §9.4. What a message node
 * says is `tool_message`, what the end node says `message`; an end node that says nothing tells its output as JSON text.
 * Unverified: the order of the last frames, and that nothing follows `flow_error`.
 */
export function runFrames(log: RunLog, name: RunName): FrameSource {
  const payloads = new RunPayloads(name);
  const queued: string[] = [];
  let position = 0;
  const next = () => {
    for (;;) {
      const waiting = queued.shift();
      if (waiting !== undefined) return waiting;
      const event = log.at(position);
      if (event === undefined) return log.isEnded ? null : undefined;
      position += 1;
      for (const payload of payloads.of(event)) queued.push(`event:text\ndata: ${payload}\n\n`);
    }
  };
  return { next, subscribe: (wake) => log.subscribe(wake) };
}

/** Stream payloads of a run, field by field. Source: spec page §9.4; `conversation_id` by §6.2: a run has none. */
class RunPayloads {
  readonly #ids: string;
  /** Steps whose text is the answer of the run. */
  readonly #answering = new Set<WorkflowStepId>();

  constructor(name: RunName) {
    const id = formatRunId(name);
    this.#ids = `"task_id":"${id}","id":"${id}","run_id":"${id}","conversation_id":""`;
  }

  of(event: RunEvent): string[] {
    switch (event.type) {
      case "run-start":
        return [this.#payload("flow_start")];
      case "message-start":
      case "message-delta":
      case "message-end":
        if (event.type === "message-start" && event.isAnswer) this.#answering.add(event.step.stepId);
        return [this.#message(event)];
      case "interrupted":
        return [
          this.#payload("flow_interrupted", {
            interrupted_msg: event.interrupt.text,
            interrupted_node_id: event.interrupt.nodeId,
            interrupted_type: event.interrupt.kind,
          }),
        ];
      case "run-end":
        return [...this.#output(event.run), this.#cost(event.run), this.#payload("flow_end")];
      case "run-error":
        return [this.#payload("flow_error", { error_message: failureText(event.run) })];
      // The family's stream has no words for nodes and decisions; both stand in the run object.
      case "node-start":
      case "node-end":
      case "action":
        return [];
    }
  }

  #message(event: Extract<RunEvent, { type: "message-start" | "message-delta" | "message-end" }>): string {
    const { stepId, title } = event.step;
    const words = this.#answering.has(stepId) ? ANSWER : toolMessage(title);
    if (event.type === "message-delta")
      return this.#payload(words.delta, { ...words.fields, answer: event.text });
    return this.#payload(event.type === "message-start" ? words.start : words.end, words.fields);
  }

  #output(run: WorkflowRun): string[] {
    if (this.#answering.size > 0 || run.status !== "completed") return [];
    const { start, delta, end, fields } = ANSWER;
    return [
      this.#payload(start, fields),
      this.#payload(delta, { ...fields, answer: outputText(run) }),
      this.#payload(end, fields),
    ];
  }

  /** `latency` is whole milliseconds, unlike everywhere else: a fraction breaks the official Python SDK. */
  #cost(run: WorkflowRun): string {
    return this.#payload("flow_cost", { cost_tokens: tokensOf(run), latency: Math.round(run.activeMs) });
  }

  #payload(event: string, fields: Record<string, unknown> = {}): string {
    const rest = jsonLine({ created_at: Math.floor(Date.now() / 1000), ...fields }).slice(1);
    return `{"event":"${event}",${this.#ids},${rest}`;
  }
}

const ANSWER = {
  start: "message_output_start",
  delta: "message",
  end: "message_output_end",
  fields: { think_message_id: "" },
} as const;

function toolMessage(title: string) {
  return {
    start: "tool_message_output_start",
    delta: "tool_message",
    end: "tool_message_output_end",
    fields: { message_title: title },
  };
}

function failureText({ status, error }: WorkflowRun): string {
  if (status === "cancelled") return "the run was stopped";
  return wireFailure(error?.code, error?.message ?? "");
}
