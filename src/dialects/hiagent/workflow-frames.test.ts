import { describe, expect, test } from "vitest";
import { checkRunPayloads } from "../../../test/support/hiagent-run-shapes.ts";
import type { WorkflowRunId, WorkflowStepId } from "../../domain/ids.ts";
import {
  NO_RUN_USAGE,
  type RunEvent,
  type StepPlace,
  type WorkflowRun,
  type WorkflowStep,
} from "../../domain/workflow-run.ts";
import { RunLog } from "../../workflow/run/run-log.ts";
import { followRun } from "./workflow-frames.ts";

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

/** What a reader gets of these events after the run has begun, and of what the store has when it has settled. */
async function framesOf(events: RunEvent[], later?: WorkflowRun, steps: WorkflowStep[] = []) {
  const log = new RunLog();
  log.append({ type: "run-start", runId: RUN_ID, atMs: 0 });
  for (const event of events) log.append(event);
  return readAll(framesFrom(log, later, steps));
}

function framesFrom(log: RunLog, later?: WorkflowRun, steps: WorkflowStep[] = []) {
  const services = {
    workflows: { untilSettled: async () => later },
    store: { workflowRuns: { steps: async () => steps } },
  } as unknown as Parameters<typeof followRun>[0];
  const { signal } = new AbortController();
  return followRun(services, { run: RUN, log }, { name: { runId: RUN_ID, isBrief: false }, signal });
}

async function readAll(frames: AsyncIterable<string>) {
  const payloads = [];
  for await (const frame of frames) {
    expect(frame).toMatch(/^event:text\ndata: \{.*\}\n\n$/);
    payloads.push(JSON.parse(frame.slice("event:text\ndata: ".length)));
  }
  checkRunPayloads(payloads);
  return payloads;
}

const names = (payloads: { event: string }[]) => payloads.map(({ event }) => event);

describe("HiAgent's stream of a run", () => {
  test("tells what message nodes say as tool messages and the end node's answer as the message", async () => {
    const [says, end] = [place("says", "message"), place("end", "end")];
    const payloads = await framesOf([
      { type: "node-start", step: says, atMs: 0 },
      { type: "message-start", step: says, isAnswer: false },
      { type: "message-delta", step: says, text: "On it" },
      { type: "message-end", step: says, text: "On it" },
      { type: "message-start", step: end, isAnswer: true },
      { type: "message-delta", step: end, text: "Do" },
      { type: "message-delta", step: end, text: "ne" },
      { type: "message-end", step: end, text: "Done" },
      { type: "run-end", run: RUN },
    ]);
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

  test("tells the output of an end node that says nothing", async () => {
    const payloads = await framesOf([{ type: "run-end", run: RUN }]);
    expect(payloads.find(({ event }) => event === "message").answer).toBe('{"text":"done"}');
  });

  test("tells an answer that was told before the run was resumed as it was, and none where it is empty", async () => {
    const answered = await framesOf([{ type: "run-end", run: { ...RUN, answer: "Done" } }]);
    expect(answered.find(({ event }) => event === "message").answer).toBe("Done");
    expect(names(await framesOf([{ type: "run-end", run: { ...RUN, answer: "" } }]))).not.toContain(
      "message",
    );
  });

  test("of an interrupted run names the node and what it asks, and no answer", async () => {
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
    const payloads = await framesOf([
      { type: "interrupted", step, interrupt },
      { type: "run-end", run },
    ]);
    expect(names(payloads)).toEqual(["flow_start", "flow_interrupted", "flow_cost", "flow_end"]);
    expect(payloads[1]).toMatchObject({
      interrupted_msg: "Which?",
      interrupted_node_id: "ask",
      interrupted_type: "question",
    });
  });

  test("of a failed run ends with why", async () => {
    const run: WorkflowRun = {
      ...RUN,
      status: "failed",
      error: { code: "code_failed", message: "it threw" },
    };
    expect((await framesOf([{ type: "run-error", run }])).at(-1)).toMatchObject({
      error_message: "it threw",
    });
    const stopped = await framesOf([{ type: "run-error", run: { ...RUN, status: "cancelled" } }]);
    expect(stopped.at(-1)).toMatchObject({ error_message: "the run was stopped" });
  });

  test("tells what happens while it is read, and leaves with its reader", async () => {
    const log = new RunLog();
    const frames = framesFrom(log);
    const first = frames.next();
    log.append({ type: "run-start", runId: RUN_ID, atMs: 0 });
    expect((await first).value).toContain("flow_start");
    const leaving = new AbortController();
    const name = { runId: RUN_ID, isBrief: false };
    const services = {} as unknown as Parameters<typeof followRun>[0];
    const left = followRun(services, { run: RUN, log }, { name, signal: leaving.signal });
    await left.next();
    const next = left.next();
    leaving.abort();
    expect((await next).done).toBe(true);
  });

  const waitingFor = (...kinds: ("question" | "delay")[]): WorkflowRun => ({
    ...RUN,
    status: "waiting",
    interrupts: kinds.map((kind, index) => ({
      ...{ stepId: index as WorkflowStepId, nodeId: `n${index}`, title: "", kind, text: `${kind} ${index}` },
      options: [],
      ...(kind === "delay" && { dueAt: new Date(Date.now() + 1_000) }),
    })),
  });

  test("names what the next answer is for, also where it was asked before", async () => {
    const payloads = await framesOf([{ type: "run-end", run: waitingFor("delay", "question", "question") }]);
    expect(names(payloads)).toEqual(["flow_start", "flow_interrupted", "flow_cost", "flow_end"]);
    expect(payloads[1]).toMatchObject({ interrupted_msg: "question 1", interrupted_node_id: "n1" });
  });

  const step = (stepId: number, path: string, kind: string, said: string) =>
    ({ id: stepId, path, kind, said, title: path, status: "completed" }) as unknown as WorkflowStep;

  test.each([
    ["waits for a short time", waitingFor("delay")],
    ["goes on elsewhere", { ...RUN, status: "running" as const }],
  ])("of a run that %s goes on when it has settled, with what was not told", async (_, run) => {
    const says = place("says", "message");
    const payloads = await framesOf(
      [
        { type: "message-start", step: says, isAnswer: false },
        { type: "message-delta", step: says, text: "Half" },
        { type: "run-end", run },
      ],
      RUN,
      [
        step(says.stepId, "says", "message", "Half and half"),
        step(90, "inner/end", "end", "From inside"),
        step(91, "end", "end", "Done"),
      ],
    );
    expect(payloads.map(({ event, answer }) => [event, answer])).toEqual([
      ["flow_start", undefined],
      ["tool_message_output_start", undefined],
      ["tool_message", "Half"],
      ["tool_message", " and half"],
      ["tool_message_output_end", undefined],
      ["tool_message_output_start", undefined],
      ["tool_message", "From inside"],
      ["tool_message_output_end", undefined],
      ["message_output_start", undefined],
      ["message", "Done"],
      ["message_output_end", undefined],
      ["flow_cost", undefined],
      ["flow_end", undefined],
    ]);
  });
});
