import { describe, expect, it } from "vitest";
import { workflowStreamProblem } from "../../../test/support/coze-workflow-strict.ts";
import type { AgentId, WorkflowRunId, WorkflowStepId, WorkspaceId } from "../../domain/ids.ts";
import {
  type Interrupt,
  NO_RUN_USAGE,
  type RunEvent,
  type StepPlace,
  type WorkflowRun,
  type WorkflowStep,
} from "../../domain/workflow-run.ts";
import { RunLog } from "../../workflow/run/run-log.ts";
import { followRun } from "./run-stream.ts";

const NOON = new Date("2026-03-01T12:00:00Z");
const RUN: WorkflowRun = {
  id: 71 as WorkflowRunId,
  workspaceId: 1 as WorkspaceId,
  agentId: 2 as AgentId,
  status: "running",
  how: "stream",
  isTest: false,
  dialect: "coze",
  userId: "u",
  input: {},
  entries: ["start"],
  interrupts: [],
  resumeCount: 0,
  usage: { inputTokens: 3, outputTokens: 4, cost: 0.0125, currency: "USD" },
  stepCount: 3,
  createdAt: NOON,
  updatedAt: NOON,
  activeMs: 5,
};
const MESSAGE: StepPlace = {
  stepId: 81 as WorkflowStepId,
  path: "say",
  nodeId: "say",
  kind: "message",
  title: "说",
};
const END: StepPlace = {
  stepId: 82 as WorkflowStepId,
  path: "end",
  nodeId: "end",
  kind: "end",
  title: "结束",
};
const QUESTION: Interrupt = {
  stepId: 83 as WorkflowStepId,
  nodeId: "ask",
  title: "问答",
  kind: "question",
  text: "哪个城市？",
  options: [],
};

const OPTIONS = { debugUrl: "https://here.example/work_flow?execute_id=71", pingMs: 60_000 };
const never = () => new Promise<undefined>(() => {});
const DONE_RUN: WorkflowRun = { ...RUN, status: "completed", output: { city: "北京" } };

interface Frame {
  id: number;
  event: string;
  data: Record<string, unknown>;
}

function read(text: string): Frame[] {
  return text
    .split("\n\n")
    .slice(0, -1)
    .map((block) => {
      const [, id, event, data] = /^id: (\d+)\nevent: (\w+)\ndata: (.*)$/.exec(block) ?? [];
      return { id: Number(id), event: event ?? "", data: JSON.parse(data ?? "null") };
    });
}

function services(later: WorkflowRun | undefined, steps: WorkflowStep[] = []) {
  return {
    workflows: { untilSettled: later === undefined ? never : async () => later },
    store: { workflowRuns: { steps: async () => steps } },
  } as unknown as Parameters<typeof followRun>[0];
}

/** The frames of these events; each list comes in one go. */
async function framesOf(bursts: RunEvent[][], later?: WorkflowRun, steps?: WorkflowStep[]): Promise<Frame[]> {
  const log = new RunLog();
  const append = async () => {
    for (const burst of bursts) {
      await new Promise((resolve) => setImmediate(resolve));
      for (const event of burst) log.append(event);
    }
  };
  const { signal } = new AbortController();
  const appended = append();
  let text = "";
  for await (const frame of followRun(services(later, steps), { run: RUN, log }, { ...OPTIONS, signal })) {
    text += frame;
  }
  await appended;
  expect(workflowStreamProblem(text, { isWhole: true })).toBeUndefined();
  return read(text);
}

const start: RunEvent = { type: "run-start", runId: RUN.id, atMs: 0 };
const said = (step: StepPlace, ...pieces: string[]): RunEvent[] => [
  { type: "node-start", step, atMs: 0 },
  { type: "message-start", step, isAnswer: step === END },
  ...pieces.map((text): RunEvent => ({ type: "message-delta", step, text })),
  { type: "message-end", step, text: pieces.join("") },
];
const content = ({ data }: Frame) => [data["content"], data["node_seq_id"], data["node_is_finish"]];

describe("the stream of a run", () => {
  it("tells messages and then everything the run gave, as the last message of its end", async () => {
    const frames = await framesOf([
      [start, ...said(MESSAGE, "你好")],
      [{ type: "node-start", step: END, atMs: 1 }],
      [{ type: "run-end", run: DONE_RUN }],
    ]);
    expect(frames.map(({ id, event }) => [id, event])).toEqual([
      [0, "Message"],
      [1, "Message"],
      [2, "Done"],
    ]);
    expect(frames[0]?.data).toEqual({
      content: "你好",
      content_type: "text",
      node_title: "说",
      node_seq_id: "0",
      node_is_finish: true,
      node_id: "say",
      node_execute_uuid: "81",
    });
    expect(frames[1]?.data).toMatchObject({
      content: '{"city":"北京"}',
      node_title: "结束",
      node_seq_id: "0",
      node_is_finish: true,
      token: 7,
      cost: "0.0125",
      usage: { input_count: 3, output_count: 4, token_count: 7 },
    });
    expect(frames[2]?.data).toEqual({ debug_url: OPTIONS.debugUrl });
  });

  it("counts the pieces of each node, the last of them marked", async () => {
    const [first, second, third] = said(MESSAGE, "a", "b", "c").slice(2);
    if (!first || !second || !third) throw new Error("three pieces");
    const whole = said(MESSAGE, "a", "b", "c");
    const frames = await framesOf([
      [start, ...whole.slice(0, 2), first],
      [second],
      whole.slice(4),
      [{ type: "run-end", run: DONE_RUN }],
    ]);
    expect(frames.slice(0, 3).map(content)).toEqual([
      ["a", "0", false],
      ["b", "1", false],
      ["c", "2", true],
    ]);
  });

  it("ends a message whose end comes late with an empty piece", async () => {
    const whole = said(MESSAGE, "a");
    const frames = await framesOf([
      [start, ...whole.slice(0, 3)],
      whole.slice(3),
      [{ type: "run-end", run: DONE_RUN }],
    ]);
    expect(frames.slice(0, 2).map(content)).toEqual([
      ["a", "0", false],
      ["", "1", true],
    ]);
  });

  it("tells an answer in pieces and once more as a whole", async () => {
    const run = { ...DONE_RUN, output: { output: "ab" }, answer: "ab" };
    const whole = said(END, "a", "b");
    const frames = await framesOf([
      [start, ...whole.slice(0, 3)],
      [...whole.slice(3), { type: "run-end", run }],
    ]);
    expect(frames.slice(0, -1).map(content)).toEqual([
      ["a", "0", false],
      ["b", "1", false],
      ["ab", "2", true],
    ]);
  });

  it("tells an answer in one piece only once", async () => {
    const run = { ...DONE_RUN, output: { output: "ab" }, answer: "ab" };
    const frames = await framesOf([[start, ...said(END, "ab"), { type: "run-end", run }]]);
    expect(frames.slice(0, -1).map(content)).toEqual([["ab", "0", true]]);
  });

  it("ends with the question and its interrupt, and nothing behind", async () => {
    const run: WorkflowRun = { ...RUN, status: "waiting", interrupts: [QUESTION] };
    const frames = await framesOf([[start, { type: "run-end", run }]]);
    expect(frames.map(({ event }) => event)).toEqual(["Message", "Interrupt"]);
    expect(frames[0]?.data).toMatchObject({
      content: "哪个城市？",
      node_title: "问答",
      node_is_finish: true,
    });
    expect(frames[1]?.data).toEqual({
      interrupt_data: { event_id: "71/83", type: 2, data: "哪个城市？" },
      node_title: "问答",
    });
  });

  it("tells an input's parameters, and the call of a caller's tool without a message", async () => {
    const schema = {
      type: "object",
      properties: {
        city: { type: "string", description: "城市", default: "北京" },
        days: { type: "integer" },
      },
      required: ["city"],
    };
    const call = { id: "c1", name: "locate", arguments: '{"x":1}' };
    const run: WorkflowRun = {
      ...RUN,
      status: "waiting",
      interrupts: [
        { ...QUESTION, kind: "input", schema },
        { ...QUESTION, kind: "tool", text: "Locates.", call },
      ],
    };
    const frames = await framesOf([[start, { type: "run-end", run }]]);
    expect(frames.map(({ event }) => event)).toEqual(["Message", "Interrupt", "Interrupt"]);
    expect(frames[1]?.data["interrupt_data"]).toMatchObject({
      type: 5,
      required_parameters: {
        city: { type: "string", required: true, description: "城市", default_value: "北京" },
        days: { type: "integer", required: false },
      },
    });
    expect(frames[2]?.data["interrupt_data"]).toMatchObject({
      type: 6,
      data: '{"id":"c1","type":"function","function":{"name":"locate","arguments":"{\\"x\\":1}"}}',
    });
  });

  it("ends with an error that has a number, also as the first event", async () => {
    const error = { code: "node_timeout" as const, message: "too slow", nodeId: "call" };
    const run: WorkflowRun = { ...RUN, status: "failed", error };
    const frames = await framesOf([[start, { type: "run-error", run }]]);
    expect(frames).toEqual([
      {
        id: 0,
        event: "Error",
        data: { error_code: 6023, error_message: "call: too slow", debug_url: OPTIONS.debugUrl },
      },
    ]);
  });

  it("tells on, out of the store, a run that waited for a time or went on elsewhere", async () => {
    const dueAt = new Date(NOON.getTime() + 1_000);
    const delayed = { ...QUESTION, kind: "delay" as const, dueAt };
    const step: WorkflowStep = {
      id: 84 as WorkflowStepId,
      runId: RUN.id,
      path: "later",
      nodeId: "later",
      kind: "message",
      title: "后来",
      status: "completed",
      port: "next",
      attempts: 1,
      input: {},
      said: "到了",
      actions: [],
      usage: NO_RUN_USAGE,
      startedAt: NOON,
      sequence: 4,
    };
    const { stepId, ...place } = END;
    const end = { ...step, ...place, id: stepId };
    const told = { ...step, ...MESSAGE, id: MESSAGE.stepId, said: "你好" };
    for (const run of [{ ...RUN, status: "waiting" as const, interrupts: [delayed] }, RUN]) {
      const frames = await framesOf([[start, ...said(MESSAGE, "你好"), { type: "run-end", run }]], DONE_RUN, [
        told,
        step,
        end,
      ]);
      expect(frames.slice(0, -1).map(({ data }) => [data["node_title"], data["content"]])).toEqual([
        ["说", "你好"],
        ["后来", "到了"],
        ["结束", '{"city":"北京"}'],
      ]);
    }
  });

  it("says PING while nothing happens, counted among the others", async () => {
    const log = new RunLog();
    log.append(start);
    const controller = new AbortController();
    const options = { ...OPTIONS, pingMs: 1, signal: controller.signal };
    const frames = followRun(services(undefined), { run: RUN, log }, options);
    const first = await frames.next();
    const second = await frames.next();
    expect([first.value, second.value]).toEqual([
      "id: 0\nevent: PING\ndata: {}\n\n",
      "id: 1\nevent: PING\ndata: {}\n\n",
    ]);
    log.append({ type: "run-end", run: DONE_RUN });
    const rest: string[] = [];
    for await (const frame of frames) rest.push(frame);
    expect(rest.at(-1)).toMatch(/^id: \d+\nevent: Done\n/);
  });

  it("reads nothing more when its reader has left", async () => {
    const log = new RunLog();
    log.append(start);
    const controller = new AbortController();
    const options = { ...OPTIONS, pingMs: 1, signal: controller.signal };
    const frames = followRun(services(undefined), { run: RUN, log }, options);
    await frames.next();
    controller.abort();
    await expect(frames.next()).resolves.toMatchObject({ done: true });
  });
});
