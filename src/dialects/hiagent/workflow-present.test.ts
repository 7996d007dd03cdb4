import { describe, expect, test } from "vitest";
import { checkRunObject } from "../../../test/support/hiagent-run-shapes.ts";
import type { AgentId, WorkflowRunId, WorkflowStepId, WorkspaceId } from "../../domain/ids.ts";
import { NO_RUN_USAGE, type WorkflowRun, type WorkflowStep } from "../../domain/workflow-run.ts";
import { presentRun } from "./workflow-present.ts";
import { formatRunId, parseRunId } from "./workflow-run-ids.ts";

const NOW = new Date("2026-11-21T12:00:10Z");
const RUN_ID = 901_234_567_890_123 as WorkflowRunId;

function aRun(more: Partial<WorkflowRun> = {}): WorkflowRun {
  return {
    id: RUN_ID,
    workspaceId: 1 as WorkspaceId,
    agentId: 2 as AgentId,
    status: "completed",
    how: "async",
    isTest: false,
    dialect: "hiagent",
    userId: "u1",
    input: {},
    entries: ["start"],
    output: { output: "hello" },
    interrupts: [],
    resumeCount: 0,
    usage: NO_RUN_USAGE,
    stepCount: 2,
    createdAt: new Date("2026-11-21T12:00:00Z"),
    updatedAt: new Date("2026-11-21T12:00:00Z"),
    endedAt: NOW,
    activeMs: 18,
    ...more,
  };
}

let lastStep = 0;
function aStep(path: string, more: Partial<WorkflowStep> = {}): WorkflowStep {
  lastStep += 1;
  return {
    id: lastStep as WorkflowStepId,
    runId: RUN_ID,
    path,
    nodeId: path.split("/").at(-1) ?? "",
    kind: "text",
    title: path,
    status: "completed",
    port: "next",
    attempts: 1,
    input: { text: "hi" },
    output: { text: "ho" },
    actions: [],
    usage: NO_RUN_USAGE,
    startedAt: new Date("2026-11-21T12:00:00.000Z"),
    endedAt: new Date("2026-11-21T12:00:00.007Z"),
    sequence: lastStep,
    ...more,
  };
}

const name = { runId: RUN_ID, isBrief: false };
const shown = (run: WorkflowRun, steps: WorkflowStep[] = [], isBrief = false) =>
  checkRunObject(presentRun(run, steps, { name, isBrief, now: NOW }));

describe("HiAgent's run object", () => {
  test("has everything the page has, in its types", () => {
    expect(shown(aRun(), [aStep("start", { kind: "start" }), aStep("call", { kind: "http" })])).toEqual({
      runId: formatRunId(name),
      status: "success",
      nodes: {
        start: {
          input: '{"text":"hi"}',
          output: '{"text":"ho"}',
          status: "success",
          message: "",
          costMs: 7,
          costToken: 0,
          nodeType: "start",
        },
        call: expect.objectContaining({ nodeType: "http_request" }),
      },
      steps: ["start", "call"],
      code: 0,
      message: "",
      msg: "",
      costMs: 18,
      costToken: 0,
      output: '{"output":"hello"}',
      lastInterruptedNodeId: "",
      checkpointExpireTimestamp: 0,
    });
  });

  test("of a run that runs has an output that is the text null, and the time so far", () => {
    const { output: _, endedAt: __, ...open } = aRun({ status: "running", activeMs: 5 });
    expect(shown(open)).toMatchObject({ status: "processing", output: "null", costMs: 10_005, steps: [] });
  });

  test("of a run that answers with text has that text as its output", () => {
    const { output: _, ...spoken } = aRun({ answer: "hello" });
    expect(shown(spoken).output).toBe('{"output":"hello"}');
  });

  test("tells wrong input in the live server's words", () => {
    const error = { code: "input_invalid", message: "[1] is not of type 'object'" } as const;
    const { output: _, ...failed } = aRun({ status: "failed", error });
    const message = "input validate failed, err=[1] is not of type 'object'";
    expect(shown(failed)).toMatchObject({ status: "failed", message, msg: message, output: "null", code: 1 });
  });

  test("of an interrupted run names the node and what it asks; one that only waits for its time is at work", () => {
    const interrupt = {
      stepId: 5 as WorkflowStepId,
      nodeId: "ask",
      title: "Ask",
      kind: "question",
      text: "Which order?",
      options: [],
    } as const;
    const waiting = aRun({ status: "waiting", interrupts: [{ ...interrupt, options: [] }] });
    expect(shown(waiting)).toMatchObject({
      status: "interrupted",
      lastInterruptedNodeId: "ask",
      msg: "Which order?",
      message: "",
    });
    const asleep = aRun({ status: "waiting", interrupts: [{ ...interrupt, kind: "delay", options: [] }] });
    const step = aStep("ask", { status: "waiting", interrupt: { ...interrupt, kind: "delay", options: [] } });
    const told = shown(asleep, [step]);
    expect([told.status, told.nodes["ask"]?.status, told.msg]).toEqual(["processing", "processing", ""]);
  });

  test("with NoDebug tells only nodes that failed, and all steps", () => {
    const error = { code: "request_failed", message: "HTTP 500" } as const;
    const start = aStep("start");
    const { output: _, ...failed } = aStep("call", { status: "failed", error });
    const told = shown(aRun(), [failed, start], true);
    expect(Object.keys(told.nodes)).toEqual(["call"]);
    expect(told.nodes["call"]).toMatchObject({
      status: "failed",
      message: "HTTP 500",
      output: "null",
      BizCode: { Code: "request_failed", Message: "HTTP 500", Data: {} },
    });
    expect(told.steps).toEqual(["start", "call"]);
  });

  test("shows what a loop did inside it, the last time or the last failure of each node", () => {
    const error = { code: "node_failed", message: "no" } as const;
    const told = shown(aRun(), [
      aStep("each", { kind: "loop" }),
      aStep("each#0/call", { status: "failed", error }),
      aStep("each#0/say", { output: { text: "first" } }),
      aStep("each#1/call"),
      aStep("each#1/say", { output: { text: "second" } }),
      aStep("each#1/inner", { kind: "batch" }),
      aStep("each#1/inner#0/deep"),
      aStep("sub", { kind: "workflow" }),
      aStep("sub/hidden"),
    ]);
    expect(told.steps).toEqual(["each", "sub"]);
    const { loopBlock } = told.nodes["each"] ?? {};
    expect(loopBlock?.steps).toEqual(["call", "say", "inner"]);
    expect(loopBlock?.nodes["call"]?.status).toBe("failed");
    expect(loopBlock?.nodes["say"]?.output).toBe('{"text":"second"}');
    expect(loopBlock?.nodes["inner"]?.loopBlock?.steps).toEqual(["deep"]);
    expect(told.nodes["sub"]?.loopBlock).toBeUndefined();
  });
});

describe("HiAgent's run ids", () => {
  test("look like ULIDs, come back, and say whether only failed nodes are told", () => {
    for (const isBrief of [false, true]) {
      const text = formatRunId({ runId: RUN_ID, isBrief });
      expect(text).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
      expect(parseRunId(text)).toEqual({ runId: RUN_ID, isBrief });
    }
    expect(parseRunId("01K8Z6R2M4T7V9X0C3E5G7J9PN")).toBeUndefined();
  });
});
