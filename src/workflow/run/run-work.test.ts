import { describe, expect, test } from "vitest";
import { eventually } from "../../../test/support/eventually.ts";
import type { GraphNode } from "../../domain/workflow.ts";
import { scriptedModel } from "../../models/scripted/scripted-model.ts";
import { NodeError } from "../node-error.ts";
import type { NodeServices } from "../node-kind.ts";
import { type LifeOptions, live } from "../testing/lives.ts";
import { aGraph, eventsOf } from "../testing/runs.ts";
import type { RunWork } from "./run-work.ts";

/** Code by its name: what it does with its inputs. */
type Code = Record<string, (input: Record<string, unknown>, signal: AbortSignal) => unknown>;

function codeServices(code: Code, more: Partial<NodeServices> = {}): Partial<NodeServices> {
  return {
    sandbox: {
      run: async (job, signal) => ({
        output: await code[job.code]?.(job.input as Record<string, unknown>, signal),
        logs: [],
      }),
      close: async () => {},
    },
    ...more,
  };
}

function code(id: string, more: Partial<GraphNode> = {}): GraphNode {
  return { id, type: "code", code: id, outputs: { text: { type: "string" } }, ...more };
}

function run(nodes: GraphNode[], does: Code, options: LifeOptions = {}) {
  const { services, ...others } = options;
  return live(aGraph(nodes), {}, { services: codeServices(does, services), ...others });
}

/** Never ends by itself; `aborted` counts those that were told to. */
function hanging() {
  const aborted: unknown[] = [];
  const hang = (_: unknown, signal: AbortSignal) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => {
        aborted.push(signal.reason);
        reject(signal.reason);
      });
    });
  return { hang, aborted };
}

const start: GraphNode = { id: "start", type: "start", next: "work" };
const end: GraphNode = { id: "end", type: "end", outputs: { text: { ref: "work.text" } } };

describe("retries, time-outs and errors", () => {
  test("a node is tried again as its rule says, and its step counts the attempts", async () => {
    let tries = 0;
    const work = () => {
      tries += 1;
      if (tries < 3) throw new NodeError("request_failed", "not yet", { isPassing: true });
      return { text: "there" };
    };
    const nodes = [
      start,
      code("work", { retry: { times: 2, delaySeconds: 0.001, factor: 2 }, next: "end" }),
      end,
    ];
    const life = await run(nodes, { work });
    expect(life.run).toMatchObject({ status: "completed", output: { text: "there" } });
    expect(life.steps.find(({ path }) => path === "work")).toMatchObject({
      attempts: 3,
      status: "completed",
    });
  });

  test("what would only fail again is not tried again", async () => {
    let tries = 0;
    const work = () => {
      tries += 1;
      throw new NodeError("input_invalid", "wrong");
    };
    const nodes = [
      start,
      code("work", { retry: { times: 3, delaySeconds: 0.001, factor: 1 }, next: "end" }),
      end,
    ];
    const { run: ended } = await run(nodes, { work });
    expect(ended).toMatchObject({ status: "failed", error: { code: "input_invalid", nodeId: "work" } });
    expect(tries).toBe(1);
  });

  test("an attempt that takes too long is aborted and fails, whatever it does with its signal", async () => {
    const { hang, aborted } = hanging();
    const nodes = [start, code("work", { timeoutSeconds: 0.1, next: "end" }), end];
    const { run: ended } = await run(nodes, { work: hang });
    expect(ended).toMatchObject({ status: "failed", error: { code: "node_timeout", nodeId: "work" } });
    expect(aborted).toHaveLength(1);
    const { run: deaf } = await run(nodes, { work: () => new Promise(() => {}) });
    expect(deaf).toMatchObject({ status: "failed", error: { code: "node_timeout" } });
  });

  test("a failure goes through its own port, with what it was", async () => {
    const work = () => {
      throw new NodeError("request_failed", "503");
    };
    const nodes: GraphNode[] = [
      start,
      code("work", { onError: "branch", next: { next: "end", error: "sorry" } }),
      {
        id: "sorry",
        type: "end",
        outputs: { why: { ref: "work.error.message" }, code: { ref: "work.error.code" } },
      },
      end,
    ];
    const life = await run(nodes, { work });
    expect(life.run).toMatchObject({ status: "completed", output: { why: "503", code: "request_failed" } });
    expect(life.steps.find(({ path }) => path === "work")).toMatchObject({ status: "failed", port: "error" });
  });

  test("other outputs may stand in for those of a node that fails", async () => {
    const work = () => {
      throw new NodeError("request_failed", "503");
    };
    const nodes = [start, code("work", { onError: { outputs: { text: "none" } }, next: "end" }), end];
    expect((await run(nodes, { work })).run).toMatchObject({ status: "completed", output: { text: "none" } });
  });

  test("a failure that nobody catches aborts what runs beside it", async () => {
    const { hang, aborted } = hanging();
    const fail = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      throw new NodeError("code_failed", "broken");
    };
    const nodes = [
      { ...start, next: ["slow", "bad"] },
      code("slow", { next: "end" }),
      code("bad"),
      { id: "end", type: "end", outputs: {} },
    ];
    const { run: ended } = await run(nodes, { slow: hang, bad: fail });
    expect(ended).toMatchObject({ status: "failed", error: { code: "code_failed", nodeId: "bad" } });
    expect(aborted).toHaveLength(1);
  });

  test("a failure inside a body is the node's around it, and its error branch takes it", async () => {
    const inner = () => {
      throw new NodeError("code_failed", "inside");
    };
    const nodes: GraphNode[] = [
      { ...start, next: "each" },
      {
        id: "each",
        type: "batch",
        inputs: { items: [1, 2, 3] },
        body: [code("inner")],
        onError: "branch",
        next: { error: "caught" },
      },
      { id: "caught", type: "end", outputs: { why: { ref: "each.error.message" } } },
    ];
    expect((await run(nodes, { inner })).run).toMatchObject({
      status: "completed",
      output: { why: "inside" },
    });
  });

  test("what nobody foresaw is told without its words", async () => {
    const work = () => {
      throw new Error("the password is 123");
    };
    const { run: ended } = await run([start, code("work", { next: "end" }), end], { work });
    expect(ended.error).toEqual({ code: "internal", message: "internal error", nodeId: "work" });
  });
});

describe("limits", () => {
  test("a run that takes too many steps fails, and no error branch catches that", async () => {
    const nodes: GraphNode[] = [
      { ...start, next: "round" },
      {
        id: "round",
        type: "loop",
        over: "count",
        inputs: { count: 50 },
        body: [code("work")],
        onError: "branch",
        next: { error: "end" },
      },
      { id: "end", type: "end", outputs: {} },
    ];
    const limits = { steps: 20, seconds: 600, depth: 5 };
    const { run: ended } = await live(
      aGraph(nodes, { limits }),
      {},
      {
        services: codeServices({ work: () => ({ text: "" }) }),
      },
    );
    expect(ended).toMatchObject({ status: "failed", error: { code: "run_limit" } });
    expect(ended.stepCount).toBe(21);
  });

  test("a run that takes too long fails, and what runs is aborted", async () => {
    const { hang, aborted } = hanging();
    const limits = { steps: 20, seconds: 1, depth: 5 };
    const nodes = [start, code("work", { next: "end" }), end];
    const { run: ended } = await live(
      aGraph(nodes, { limits }),
      {},
      { services: codeServices({ work: hang }) },
    );
    expect(ended).toMatchObject({ status: "failed", error: { code: "run_limit" } });
    expect(aborted).toHaveLength(1);
  });

  test("an output that is too big fails the run", async () => {
    const nodes = [start, code("work", { next: "end" }), end];
    const { run: ended } = await run(nodes, { work: () => ({ text: "x".repeat(1_000_001) }) });
    expect(ended).toMatchObject({ status: "failed", error: { code: "run_limit", nodeId: "work" } });
  });
});

describe("waiting", () => {
  const asking: GraphNode[] = [
    { ...start, next: ["first", "second", "work"] },
    { id: "first", type: "question", text: "One?", next: "both" },
    { id: "second", type: "question", text: "Two?", next: "both" },
    code("work", { next: "both" }),
    {
      id: "both",
      type: "end",
      outputs: {
        first: { ref: "first.answer" },
        second: { ref: "second.answer" },
        text: { ref: "work.text" },
      },
    },
  ];

  test("questions in parallel wait together, after all others came to their end; each is answered for itself", async () => {
    let ran = 0;
    const work = async () => {
      ran += 1;
      await new Promise((resolve) => setImmediate(resolve));
      return { text: "done" };
    };
    let life = await run(asking, { work });
    expect(life.run.status).toBe("waiting");
    expect(life.run.interrupts.map(({ nodeId, text }) => [nodeId, text])).toEqual([
      ["first", "One?"],
      ["second", "Two?"],
    ]);
    const say = (nodeId: string, resume: unknown) => ({
      run: life.run,
      steps: life.steps.map((step) => (step.nodeId === nodeId ? { ...step, resume } : step)),
    });
    life = await run(asking, { work }, { before: say("second", "b") });
    expect(life.run).toMatchObject({ status: "waiting", interrupts: [{ nodeId: "first" }] });
    life = await run(asking, { work }, { before: say("first", "a") });
    expect(life.run).toMatchObject({
      status: "completed",
      output: { first: "a", second: "b", text: "done" },
      stepCount: 5,
    });
    expect(ran).toBe(1);
  });

  test("a run waits inside bodies, and goes on in the turn in which it asked", async () => {
    const nodes: GraphNode[] = [
      { ...start, next: "each" },
      {
        id: "each",
        type: "batch",
        inputs: { items: ["a", "b"] },
        body: [{ id: "ask", type: "question", text: "{{ batch.item }}?" }],
        outputs: { answers: { ref: "ask.answer" } },
        next: "end",
      },
      { id: "end", type: "end", outputs: { answers: { ref: "each.answers" } } },
    ];
    let life = await run(nodes, {});
    expect(life.run.interrupts.map(({ text }) => text)).toEqual(["a?", "b?"]);
    for (const [path, resume] of [
      ["each#1/ask", "B"],
      ["each#0/ask", "A"],
    ]) {
      const steps = life.steps.map((step) => (step.path === path ? { ...step, resume } : step));
      life = await run(nodes, {}, { before: { run: life.run, steps } });
    }
    expect(life.run).toMatchObject({ status: "completed", output: { answers: ["A", "B"] } });
  });

  test("an answer is not lost with a process that dies while the node works on it", async () => {
    const nodes: GraphNode[] = [
      { ...start, next: "ask" },
      { id: "ask", type: "question", text: "Sure?", next: "end" },
      { id: "end", type: "end", outputs: { said: { ref: "ask.answer" } } },
    ];
    const life = await run(nodes, {});
    const steps = life.steps.map((step) =>
      step.nodeId === "ask" ? { ...step, status: "running" as const, resume: "yes" } : step,
    );
    const { run: ended } = await run(nodes, {}, { before: { run: life.run, steps } });
    expect(ended).toMatchObject({ status: "completed", output: { said: "yes" } });
  });

  test("a delay waits in the store until its time, and is over when that has come", async () => {
    const nodes: GraphNode[] = [
      { ...start, next: "rest" },
      { id: "rest", type: "delay", inputs: { seconds: 3_600 }, next: "end" },
      { id: "end", type: "end", outputs: { at: { ref: "rest.at" } } },
    ];
    const life = await run(nodes, {});
    expect(life.run).toMatchObject({ status: "waiting", interrupts: [{ kind: "delay" }] });
    const early = await run(nodes, {}, { before: life });
    expect(early.run.status).toBe("waiting");
    const now = () => new Date(Date.now() + 3_600_001);
    const { run: late } = await run(nodes, {}, { before: early, now });
    expect(late.status).toBe("completed");
  });
});

describe("text", () => {
  const told = (work: RunWork) =>
    eventsOf(work).flatMap((event) => (event.type === "message-delta" ? [event.text] : []));
  const writing: GraphNode[] = [
    { ...start, next: "write" },
    { id: "write", type: "llm", prompt: "Write.", next: "tell" },
    { id: "tell", type: "message", text: "So: {{ write.text }}!", stream: true, next: "end" },
    { id: "end", type: "end", answer: "{{ tell.text }}" },
  ];

  function modelServices(steps: Parameters<typeof scriptedModel>[0]): Partial<NodeServices> {
    const model = scriptedModel(steps);
    return { models: { find: () => model, names: [model.name] } };
  }

  test("a message tells what a model writes while that still writes", async () => {
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<RunWork>();
    const services = modelServices(["a", "b", { type: "gate", until: gate.promise }, "c"]);
    const ending = run(writing, {}, { services, during: (work) => begun.resolve(work) });
    const work = await begun.promise;
    await eventually(() => expect(told(work).join("")).toBe("So: ab"));
    gate.resolve();
    const { run: ended } = await ending;
    expect(ended).toMatchObject({ status: "completed", answer: "So: abc!" });
    const types = eventsOf(work).map((event) =>
      "step" in event ? `${event.type} ${event.step.nodeId}` : event.type,
    );
    expect(types.indexOf("message-start tell")).toBeLessThan(types.indexOf("node-end write"));
    expect(types.filter((type) => type === "message-start tell")).toHaveLength(1);
  });

  test("a model that breaks off is asked again while nobody has heard of it, and never after", async () => {
    const failing = {
      type: "fail",
      error: new NodeError("model_failed", "gone", { isPassing: true }),
    } as const;
    const again = { retry: { times: 1, delaySeconds: 0.001, factor: 1 } };
    const broken = scriptedModel((_, number) => (number === 0 ? ["a", failing] : ["b"]));
    const services = { models: { find: () => broken, names: [broken.name] } };
    const heard = writing.map((node) => (node.id === "write" ? { ...node, ...again } : node));
    const first = await run(heard, {}, { services });
    expect(first.run).toMatchObject({ status: "failed", error: { code: "model_failed" } });
    const silent = scriptedModel((_, number) => (number === 0 ? ["a", failing] : ["b"]));
    const unheard = heard.map((node) => (node.id === "tell" ? { ...node, stream: false } : node));
    const second = await run(
      unheard,
      {},
      { services: { models: { find: () => silent, names: [silent.name] } } },
    );
    expect(second.run).toMatchObject({ status: "completed", answer: "So: b!" });
  });

  test("when the model breaks off its error counts, and who told it is stopped, with what was told", async () => {
    const nodes: GraphNode[] = [
      ...writing.slice(0, 1),
      { ...writing[1], onError: "branch", next: { next: "tell", error: "sorry" } } as GraphNode,
      ...writing.slice(2),
      { id: "sorry", type: "end", outputs: { why: { ref: "write.error.code" } } },
    ];
    const services = modelServices(["a", { type: "fail", error: new NodeError("model_failed", "gone") }]);
    const life = await run(nodes, {}, { services });
    expect(life.run).toMatchObject({ status: "completed", output: { why: "model_failed" } });
    expect(life.steps.find(({ nodeId }) => nodeId === "tell")).toMatchObject({
      status: "failed",
      said: told(life.work).join(""),
    });
    expect(life.run.stepCount).toBe(life.steps.length);
    const types = eventsOf(life.work).map((event) =>
      "step" in event ? `${event.type} ${event.step.nodeId}` : event.type,
    );
    expect(types.filter((type) => type.startsWith("message-"))).toEqual([
      "message-start tell",
      ...types.filter((type) => type === "message-delta tell"),
      "message-end tell",
    ]);
  });
});

test("a cancelled run ends at once, wherever it is, and nothing more is written", async () => {
  const nodes: GraphNode[] = [
    { ...start, next: "each" },
    {
      id: "each",
      type: "batch",
      inputs: { items: [1, 2, 3, 4] },
      atOnce: 2,
      body: [code("work", { next: "more" }), code("more")],
      next: "end",
    },
    { id: "end", type: "end", outputs: {} },
  ];
  const does = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return { text: "" };
  };
  const whole = await run(nodes, { work: does, more: does });
  const count = eventsOf(whole.work).length;
  for (let at = 1; at < count - 1; at += 1) {
    const life = await run(
      nodes,
      { work: does, more: does },
      {
        during: (work) => {
          if (work.log.length >= at) work.cancel();
          work.log.subscribe(() => {
            if (work.log.length === at) queueMicrotask(() => work.cancel());
          });
        },
      },
    );
    expect(life.run.status).toBe("cancelled");
    expect(eventsOf(life.work).at(-1)?.type).toBe("run-error");
    expect(life.steps.every(({ status }) => status !== "waiting")).toBe(true);
  }
});
