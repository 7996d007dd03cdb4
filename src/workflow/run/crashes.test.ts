import { expect, test } from "vitest";
import type { GraphNode } from "../../domain/workflow.ts";
import { live, liveThroughCrashes } from "../testing/lives.ts";
import { taskSandbox } from "../testing/random-graph.ts";
import { aGraph } from "../testing/runs.ts";

function step(id: string, more: Partial<GraphNode> = {}): GraphNode {
  const code = JSON.stringify({ name: id, fails: false, takes: 2 });
  return { id, type: "code", code, outputs: { text: { type: "string" } }, ...more };
}

const paying = [
  { id: "start", type: "start", next: ["look", "pay"] },
  step("look", { next: "each" }),
  step("pay", { idempotent: false, inputs: { texts: ["10"] }, next: "each" }),
  {
    id: "each",
    type: "loop",
    over: "count",
    inputs: { count: 3 },
    variables: { sum: 0 },
    set: { sum: { cel: "loop.variables.sum + loop.index" } },
    outputs: { sent: { ref: "send.text" } },
    body: [
      step("send", {
        idempotent: false,
        inputs: { texts: [{ ref: "loop.index" }, { ref: "loop.variables.sum" }] },
        next: "note",
      }),
      step("note", { inputs: { texts: [{ ref: "send.text" }] } }),
    ],
    next: "end",
  },
  {
    id: "end",
    type: "end",
    outputs: { paid: { ref: "pay.text" }, sent: { ref: "each.sent" }, sum: { ref: "each.variables.sum" } },
  },
] satisfies GraphNode[];

test("what has effects outside never happens twice, and a run that cannot know says so", async () => {
  const graph = aGraph(paying);
  const whole = await live(graph, {}, { services: { sandbox: taskSandbox() } });
  expect(whole.run.output).toEqual({
    paid: "pay(10)",
    sent: ["send(0+0)", "send(1+0)", "send(2+1)"],
    sum: 3,
  });
  const ends = new Set<string>();
  for (let writes = 0; writes < whole.writes; writes += 1) {
    const ran: string[] = [];
    const options = { services: { sandbox: taskSandbox(ran) } };
    const first = await live(graph, {}, { ...options, writes });
    const { run } = await live(graph, {}, { ...options, before: first });
    ends.add(run.error?.code ?? run.status);
    if (run.status === "completed") expect(run.output).toEqual(whole.run.output);
    else expect(run.error).toMatchObject({ code: "outcome_unknown" });
    expect(ran.filter((name) => name === "pay").length).toBeLessThanOrEqual(1);
    expect(ran.filter((name) => name === "send").length).toBeLessThanOrEqual(3);
  }
  expect([...ends].sort()).toEqual(["completed", "outcome_unknown"]);
});

test("a run that pauses after a crash goes on as its operator says", async () => {
  const graph = aGraph(paying, { afterCrash: "pause" });
  const ran: string[] = [];
  const options = { services: { sandbox: taskSandbox(ran) } };
  let life = await live(graph, {}, { ...options, writes: 3 });
  life = await live(graph, {}, { ...options, before: life });
  expect(life.run).toMatchObject({ status: "waiting", interrupts: [{ nodeId: "pay", kind: "outcome" }] });
  const answered = (resume: unknown) =>
    life.steps.map((each) => (each.status === "waiting" && each.interrupt ? { ...each, resume } : each));
  const done = await live(
    graph,
    {},
    {
      ...options,
      before: { ...life, steps: answered({ decision: "done", outputs: { text: "paid by hand" } }) },
    },
  );
  expect(done.run).toMatchObject({ status: "completed", output: { paid: "paid by hand" } });
  const failed = await live(graph, {}, { ...options, before: { ...life, steps: answered("fail") } });
  expect(failed.run).toMatchObject({ status: "failed", error: { code: "outcome_unknown", nodeId: "pay" } });
  const before = ran.filter((name) => name === "pay").length;
  const repeated = await live(graph, {}, { ...options, before: { ...life, steps: answered("repeat") } });
  expect(repeated.run).toMatchObject({ status: "completed", output: { paid: "pay(10)" } });
  expect(ran.filter((name) => name === "pay").length).toBe(before + 1);
});

test("nodes that may be repeated, and the variables of loops, survive a death after any write", async () => {
  const nodes: GraphNode[] = [
    { id: "start", type: "start", next: "count" },
    {
      id: "count",
      type: "loop",
      over: "while",
      while: "!has(variables.seen) || variables.seen < 3",
      maxTurns: 5,
      body: [
        {
          id: "see",
          type: "variable-set",
          scope: "run",
          inputs: { seen: { cel: "has(variables.seen) ? variables.seen + 1 : 1" } },
          next: "work",
        },
        step("work", { inputs: { texts: [{ ref: "variables.seen" }] } }),
      ],
      outputs: { texts: { ref: "work.text" } },
      next: "all",
    },
    {
      id: "all",
      type: "batch",
      inputs: { items: { ref: "count.texts" } },
      atOnce: 2,
      outputs: { texts: { ref: "twice.text" } },
      body: [step("twice", { inputs: { texts: [{ ref: "batch.item" }, { ref: "batch.index" }] } })],
      next: "end",
    },
    { id: "end", type: "end", outputs: { turns: { ref: "count.turns" }, texts: { ref: "all.texts" } } },
  ];
  const { whole, lives } = await liveThroughCrashes(
    aGraph(nodes),
    {},
    { services: { sandbox: taskSandbox() } },
  );
  const texts = ["twice(work(1)+0)", "twice(work(2)+1)", "twice(work(3)+2)"];
  expect(whole.run).toMatchObject({ status: "completed", output: { turns: 3, texts } });
  for (const { run } of lives)
    expect(run).toMatchObject({ status: "completed", output: { turns: 3, texts } });
});

test("whatever write a process dies after, answers are asked for until they are there, and count once", async () => {
  const nodes: GraphNode[] = [
    { id: "start", type: "start", next: ["each", "name"] },
    { id: "name", type: "question", text: "Who?", next: "both" },
    {
      id: "each",
      type: "loop",
      over: "list",
      inputs: { items: ["tea", "milk"] },
      outputs: { orders: { template: "{{ much.answer }} {{ made.text }}" } },
      body: [
        { id: "much", type: "question", text: "How much {{ loop.item }}?", next: "made" },
        step("made", { inputs: { texts: [{ ref: "loop.item" }, { ref: "much.answer" }] } }),
      ],
      next: "both",
    },
    { id: "both", type: "end", outputs: { name: { ref: "name.answer" }, orders: { ref: "each.orders" } } },
  ];
  const graph = aGraph(nodes);
  const services = { sandbox: taskSandbox() };
  for (let writes = 1; writes < 14; writes += 1) {
    let life = await live(graph, {}, { services });
    const answers: string[] = [];
    for (let lives = 0; life.run.status !== "completed" && lives < 60; lives += 1) {
      const [asked] = life.run.status === "waiting" ? life.run.interrupts : [];
      const steps = life.steps.map((each) => {
        if (asked === undefined || each.id !== asked.stepId) return each;
        answers.push(asked.text);
        return { ...each, resume: `<${asked.text}>` };
      });
      const dies = lives % 2 === 0 ? { writes } : {};
      life = await live(graph, {}, { services, before: { run: life.run, steps }, ...dies });
    }
    expect(life.run.output, `dies after ${writes} writes`).toEqual({
      name: "<Who?>",
      orders: ["<How much tea?> made(tea+<How much tea?>)", "<How much milk?> made(milk+<How much milk?>)"],
    });
    expect(answers.sort()).toEqual(["How much milk?", "How much tea?", "Who?"]);
  }
});
