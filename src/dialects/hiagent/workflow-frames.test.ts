import { describe, expect, test } from "vitest";
import { checkRunPayloads } from "../../../test/support/hiagent-run-shapes.ts";
import type { WorkflowRunId, WorkflowStepId } from "../../domain/ids.ts";
import { NO_RUN_USAGE, type RunEvent, type StepPlace, type WorkflowRun } from "../../domain/workflow-run.ts";
import { RunLog } from "../../workflow/run/run-log.ts";
import { runFrames } from "./workflow-frames.ts";

const RUN_ID = 901_234_567_890_123 as WorkflowRunId;
const RUN = {
  id: RUN_ID,
  status: "completed",
  interrupts: [],
  usage: { ...NO_RUN_USAGE, inputTokens: 3, outputTokens: 4 },
  activeMs: 12.6,
  output: { text: "done" },
} as unknown as WorkflowRun;

const place = (nodeId: string, kind: string): StepPlace => ({
  stepId: nodeId.length as WorkflowStepId,
  path: nodeId,
  nodeId,
  kind,
  title: `The ${nodeId}`,
});

/** What a reader gets of these events after the run has begun. */
function framesOf(...events: RunEvent[]) {
  const log = new RunLog();
  log.append({ type: "run-start", runId: RUN_ID, atMs: 0 });
  for (const event of events) log.append(event);
  const frames = runFrames(log, { runId: RUN_ID, isBrief: false });
  const raw: string[] = [];
  for (let frame = frames.next(); typeof frame === "string"; frame = frames.next()) raw.push(frame);
  const payloads = raw.map((frame) => {
    expect(frame).toMatch(/^event:text\ndata: \{.*\}\n\n$/);
    return JSON.parse(frame.slice("event:text\ndata: ".length));
  });
  checkRunPayloads(payloads);
  return payloads;
}

const names = (payloads: { event: string }[]) => payloads.map(({ event }) => event);

describe("HiAgent's stream of a run", () => {
  test("tells what message nodes say as tool messages and the end node's answer as the message", () => {
    const [says, end] = [place("says", "message"), place("end", "end")];
    const payloads = framesOf(
      { type: "node-start", step: says, atMs: 0 },
      { type: "message-start", step: says, isAnswer: false },
      { type: "message-delta", step: says, text: "On it" },
      { type: "message-end", step: says, text: "On it" },
      { type: "message-start", step: end, isAnswer: true },
      { type: "message-delta", step: end, text: "Do" },
      { type: "message-delta", step: end, text: "ne" },
      { type: "message-end", step: end, text: "Done" },
      { type: "run-end", run: RUN },
    );
    expect(names(payloads)).toEqual([
      "flow_start",
      "tool_message_output_start",
      "tool_message",
      "tool_message_output_end",
      "message_output_start",
      "message",
      "message",
      "message_output_end",
      "flow_cost",
      "flow_end",
    ]);
    expect(payloads[2]).toMatchObject({ message_title: "The says", answer: "On it" });
    expect(payloads.at(-2)).toMatchObject({ cost_tokens: 7, latency: 13 });
  });

  test("tells the output of an end node that says nothing", () => {
    const payloads = framesOf({ type: "run-end", run: RUN });
    expect(payloads.find(({ event }) => event === "message").answer).toBe('{"text":"done"}');
  });

  test("of an interrupted run names the node and what it asks, and no answer", () => {
    const step = place("ask", "question");
    const interrupt = {
      stepId: step.stepId,
      nodeId: "ask",
      title: "Ask",
      kind: "question" as const,
      text: "Which?",
      options: [],
    };
    const run: WorkflowRun = { ...RUN, status: "waiting", interrupts: [interrupt] };
    const payloads = framesOf({ type: "interrupted", step, interrupt }, { type: "run-end", run });
    expect(names(payloads)).toEqual(["flow_start", "flow_interrupted", "flow_cost", "flow_end"]);
    expect(payloads[1]).toMatchObject({
      interrupted_msg: "Which?",
      interrupted_node_id: "ask",
      interrupted_type: "question",
    });
  });

  test("of a failed run ends with why", () => {
    const run: WorkflowRun = {
      ...RUN,
      status: "failed",
      error: { code: "code_failed", message: "it threw" },
    };
    expect(framesOf({ type: "run-error", run }).at(-1)).toMatchObject({ error_message: "it threw" });
    const stopped = framesOf({ type: "run-error", run: { ...RUN, status: "cancelled" } });
    expect(stopped.at(-1)).toMatchObject({ error_message: "the run was stopped" });
  });

  test("waits for what has not happened, and wakes its reader", () => {
    const log = new RunLog();
    const frames = runFrames(log, { runId: RUN_ID, isBrief: false });
    let wakes = 0;
    frames.subscribe(() => {
      wakes += 1;
    });
    expect(frames.next()).toBeUndefined();
    log.append({ type: "run-start", runId: RUN_ID, atMs: 0 });
    expect(wakes).toBe(1);
    expect(frames.next()).toContain("flow_start");
    expect(frames.next()).toBeUndefined();
  });
});
