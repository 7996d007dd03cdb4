import { describe, expect, it } from "vitest";
import type { AgentId, WorkflowRunId, WorkflowStepId, WorkspaceId } from "../domain/ids.ts";
import { NO_RUN_USAGE, type WorkflowRun, type WorkflowStep } from "../domain/workflow-run.ts";
import { fakeTerminal } from "./testing/fake-terminal.ts";
import { type Detail, duration, runLine, writeTree } from "./workflow-tree.ts";

const START = Date.parse("2026-11-21T12:00:00Z");
const at = (ms: number) => new Date(START + ms);

const RUN: WorkflowRun = {
  id: 7 as WorkflowRunId,
  workspaceId: 1 as WorkspaceId,
  agentId: 2 as AgentId,
  status: "completed",
  how: "sync",
  isTest: false,
  dialect: "cli",
  userId: "",
  input: {},
  entries: ["start"],
  interrupts: [],
  resumeCount: 0,
  usage: { inputTokens: 300, outputTokens: 20, cost: 0.5, currency: "CNY" },
  stepCount: 4,
  createdAt: at(0),
  updatedAt: at(0),
  activeMs: 1_234,
};

function steps(...list: [path: string, from: number, to: number, more?: Partial<WorkflowStep>][]) {
  return list.map(([path, from, to, more], index): WorkflowStep => {
    const nodeId = path.split("/").at(-1) ?? "";
    return {
      id: (index + 1) as WorkflowStepId,
      runId: RUN.id,
      path,
      nodeId,
      kind: "text",
      title: nodeId,
      status: "completed",
      port: "next",
      attempts: 1,
      input: {},
      output: {},
      actions: [],
      usage: NO_RUN_USAGE,
      startedAt: at(from),
      endedAt: at(to),
      sequence: index + 1,
      ...more,
    };
  });
}

function tree(list: WorkflowStep[], detail: Detail = "none"): string[] {
  const terminal = fakeTerminal();
  writeTree(terminal.out, RUN, list, { detail, now: at(1_000) });
  return terminal.written.trimEnd().split("\n");
}

describe("the tree of a run", () => {
  it("puts turns of loops and inner workflows below their steps, in the order in which they began", () => {
    const lines = tree(
      steps(
        ["start", 0, 0, { kind: "start" }],
        ["each", 0, 800, { kind: "loop" }],
        ["each#0/call", 0, 400],
        ["each#1/call", 400, 800],
        ["sub", 800, 1_000, { kind: "workflow", title: "查询" }],
        ["sub/answer", 800, 900],
      ),
    );
    const names = lines.map((line) => line.replace(/(?<=\S) {2,}.*/, ""));
    expect(names).toEqual([
      "✓ start",
      "✓ each",
      "├ #0",
      "│ └ ✓ call",
      "└ #1",
      "  └ ✓ call",
      "✓ sub 查询",
      "└ ✓ answer",
    ]);
  });

  it("draws when each step ran and how long", () => {
    const [first, second] = tree(steps(["a", 0, 500], ["b", 500, 1_000]));
    expect(first).toMatch(/^✓ a {2}text {2}500 ms {2}█{12}$/);
    expect(second).toMatch(/^✓ b {2}text {2}500 ms {2} {12}█{12}$/);
  });

  it("tells ports, attempts, tokens and failures", () => {
    const usage = { ...RUN.usage, cost: 0.25 };
    const error = { code: "request_failed", message: "HTTP 500\u001b[2J" } as const;
    const [line, why] = tree(
      steps(["ask", 0, 10, { port: "error", attempts: 3, usage, status: "failed", error }]),
    );
    expect(line).toMatch(/^✗ ask .* {2}→ error {2}300\+20 tokens, 0.2500 CNY {2}3 attempts$/);
    expect(why?.trim()).toBe("failed: HTTP 500[2J (request_failed)");
  });

  it("shows what went in and out, cut or whole", () => {
    const long = "x".repeat(300);
    const list = steps(["a", 0, 1, { input: { q: 1 }, output: { text: long }, said: "hi" }]);
    const cut = tree(list, "cut");
    expect(cut.slice(1).map((line) => line.trim())).toEqual([
      'in     {"q":1}',
      "said   hi",
      expect.stringMatching(/^out {4}\{"text":"x+…$/),
    ]);
    expect(tree(list, "full").at(-1)).toContain(long);
  });

  it("says what a waiting step waits for", () => {
    const interrupt = {
      stepId: 1 as WorkflowStepId,
      nodeId: "ask",
      title: "ask",
      kind: "question" as const,
      text: "Which order?",
      options: [],
    };
    const [{ endedAt: _, ...open } = {} as WorkflowStep] = steps([
      "ask",
      0,
      0,
      { interrupt, status: "waiting" },
    ]);
    expect(tree([open])[1]?.trim()).toBe("waits for question: Which order?");
  });
});

describe("one line about a run", () => {
  it("says how it ended, how long it ran and what it used", () => {
    expect(runLine(RUN, at(0))).toBe("completed in 1.23 s, 4 steps, 300+20 tokens, 0.5000 CNY");
  });

  it.each([
    [0, "0 ms"],
    [999, "999 ms"],
    [1_500, "1.50 s"],
    [61_000, "1 min 1 s"],
    [7_260_000, "2 h 1 min"],
  ])("tells %d ms as %s", (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
});

it("draws runs of as many steps as a run may have", () => {
  const turns = Array.from({ length: 99_999 }, (_, turn) => [`each#${turn}/call`, 0, 1] as const);
  const lines = tree(steps(["each", 0, 1], ...turns.map(([...place]): [string, number, number] => place)));
  expect(lines).toHaveLength(1 + 2 * turns.length);
});
