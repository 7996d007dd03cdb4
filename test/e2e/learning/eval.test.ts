import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { runCli } from "../../../src/cli/cli.ts";
import { fakeTerminal } from "../../../src/cli/testing/fake-terminal.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import type { Upstream, UpstreamRequest } from "../../support/upstream.ts";
import { openLearningWorld, useLearningWorld } from "./world.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
type Any = any;

const DRAFT = "You are the draft.";

function systemOf({ body }: UpstreamRequest): string {
  return String(body.messages.find(({ role }) => role === "system")?.content ?? "");
}

/** Draft and live version answer differently, and the judge has an opinion. */
function teachMinds(upstream: Upstream): void {
  upstream.reply((request) => {
    if (request.body.model === "judge-model") {
      const { question, answer } = JSON.parse(request.lastUserText);
      if (question.includes("nonsense")) return ["well, ", "who knows"];
      return [`{"score": ${answer.startsWith("better") ? 5 : 2}, "reason": "because"}`];
    }
    return [systemOf(request).includes("draft") ? "better answer" : "worse answer"];
  });
}

describe.each(engines)("antiphon eval on $name", (engine) => {
  const world = useLearningWorld(engine);

  async function questionFile(name: string, content: string): Promise<string> {
    const path = join(world().server.dataDirectory, name);
    await writeFile(path, content);
    return path;
  }

  async function reportOf(path: string): Promise<Any[]> {
    return (await readFile(path, "utf8"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  }

  test("asks the draft and what is live, lets a judge decide, prints both side by side and stores nothing", async () => {
    const { upstream, changeDraft, run, server, agent } = world();
    await changeDraft(DRAFT);
    teachMinds(upstream);
    const questions = await questionFile(
      "q.jsonl",
      '{"question":"怎么退货？","expected":"better answer"}\n{"question":"nonsense?"}\n',
    );
    const out = join(server.dataDirectory, "report.jsonl");
    const day = { since: new Date(Date.now() - 86_400_000), until: new Date(Date.now() + 86_400_000) };
    const stored = () => server.store.runs.list({ agentId: agent.id, ...day, offset: 0, limit: 1 });
    const before = await stored();
    const terminal = await run(
      ...["eval", "--agent", "shop", "--questions", questions, "--judge", "judge", "--out", out],
    );
    expect([terminal.exitCode, terminal.noted]).toEqual([0, expect.stringContaining("2 of 2")]);
    const rows = (await reportOf(out)).sort((one, other) => one.number - other.number);
    expect(rows[0]).toMatchObject({
      number: 1,
      source: "line 1",
      question: "怎么退货？",
      draft: {
        answer: "better answer",
        model: "upstream",
        currency: "CNY",
        failure: null,
        likenessToExpected: 1,
        judgement: { score: 5, reason: "because" },
        chunks: [{ document: "退货.md" }],
      },
      baseline: { answer: "worse answer", judgement: { score: 2 } },
      winner: "draft",
    });
    expect(rows[0].draft.totalMs).toBeGreaterThan(0);
    expect(rows[0].draft.firstTokenMs).toBeGreaterThan(0);
    expect(rows[0].draft.cost).toBeGreaterThan(0);
    expect(rows[1]).toMatchObject({
      draft: { judgement: { problem: "no judgement: well, who knows" } },
      winner: null,
    });
    expect(terminal.written).toMatch(/1 +怎么退货？ +\d+\/\d+ ms, .* CNY .* 5 : 2 +draft/);
    expect(terminal.written).toMatch(/2 +nonsense\? .* \? : \? +–/);
    expect(terminal.written).toMatch(/better +1 +0/);
    expect(terminal.written).toContain("judge said nothing usable");
    expect(await stored()).toEqual(before);
  });

  test("asks what was rated once more, with what was said before it, beside the recorded answers", async () => {
    const { upstream, changeDraft, run, insight, botId, rate, server } = world();
    teachMinds(upstream);
    const sessionId = "eval-recorded";
    await insight.ask({ botId, sessionId, message: "my name is Ann" });
    const { execId } = await insight.ask({ botId, sessionId, message: "who am I?" });
    await rate(execId, "thumb-down");
    await changeDraft(DRAFT);
    const out = join(server.dataDirectory, "recorded.jsonl");
    const terminal = await run(
      ...["eval", "--agent", "shop", "--rated", "dislike", "--against", "recorded", "--out", out],
      ...["--judge", "judge"],
    );
    expect(terminal.exitCode).toBe(0);
    const [row, ...others] = await reportOf(out);
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      question: "who am I?",
      source: expect.stringMatching(/^turn \d+$/),
      draft: { answer: "better answer" },
      baseline: { answer: "worse answer", model: "upstream" },
    });
    expect(row.baseline.totalMs).toBeGreaterThan(0);
    const judged = upstream.requests.filter(({ body }) => body.model === "judge-model").at(-1);
    expect(JSON.parse(judged?.lastUserText ?? "")).toMatchObject({
      earlier: [{ user: "my name is Ann", assistant: "worse answer" }],
      question: "who am I?",
    });
    const asked = upstream.requests.filter(({ lastUserText }) => lastUserText === "who am I?").at(-1);
    const told = asked?.body.messages.flatMap(({ role, content }) => (role === "system" ? [] : [content]));
    expect(told).toEqual(["my name is Ann", "worse answer", "who am I?"]);
  });

  test("takes failures of the model for rows, and a version by its number", async () => {
    const { upstream, run, server, agent } = world();
    upstream.reply((request) =>
      systemOf(request).includes("draft") ? [{ type: "status", status: 400, body: "no" }] : ["worse answer"],
    );
    const { items } = await server.store.versions.list(agent.id, { offset: 0, limit: 1 });
    const questions = await questionFile("fails.txt", "# a remark\nfirst\nsecond\n");
    const terminal = await run(
      ...["eval", "--agent", "shop", "--questions", questions, "--against", String(items[0]?.number)],
    );
    expect(terminal.exitCode).toBe(0);
    expect(terminal.written).toMatch(/1 +first +failed: the model failed \(refused\)/);
    expect(terminal.written).toMatch(/failed +2 +0/);
    expect(terminal.written).toMatch(/better +0 +2/);
  });

  test("prints what there is when it is told to end", async () => {
    const { upstream, environment } = world();
    upstream.reply((request) =>
      request.lastUserText === "slow" ? [{ type: "hold", until: new Promise(() => {}) }] : ["quick answer"],
    );
    const questions = await questionFile("slow.txt", "quick\nslow\nnever\n");
    const terminal = fakeTerminal(environment());
    const words = ["eval", "--agent", "shop", "--questions", questions, "--concurrency", "1"];
    const ended = runCli(["node", "antiphon", ...words], terminal);
    await eventually(() => upstream.requests.some(({ lastUserText }) => lastUserText === "slow"));
    terminal.signal("SIGINT");
    await ended;
    expect(terminal.exitCode).toBe(1);
    expect(terminal.written).toMatch(/1 +quick/);
    expect(terminal.noted).toContain("2 of 3 questions were not tried");
    await eventually(() =>
      upstream.requests.every(({ closedAtMs, finished }) => finished || closedAtMs !== undefined),
    );
  });

  test("says what is missing", async () => {
    const { run } = world();
    const questions = await questionFile("one.txt", "one\n");
    const broken = await questionFile("broken.jsonl", '{"question":"a"}\nnonsense\n');
    for (const [words, message] of [
      [["--agent", "shop"], "nothing to ask"],
      [["--agent", "nobody", "--questions", questions], "there is no agent nobody"],
      [["--agent", "shop", "--questions", "/nowhere"], "/nowhere cannot be read"],
      [["--agent", "shop", "--questions", broken], "line 2: no JSON"],
      [["--agent", "shop", "--questions", questions, "--judge", "nobody"], "there is no model nobody"],
      [["--agent", "shop", "--questions", questions, "--against", "17"], "has no version 17"],
      [["--agent", "other", "--questions", questions], "is not live on the API channel"],
      [["--agent", "other", "--rated", "like", "--against", "recorded"], "nobody has rated"],
    ] as const) {
      const terminal = await run("eval", ...words);
      expect([terminal.exitCode, terminal.noted]).toEqual([1, expect.stringContaining(message)]);
    }
  });
});

describe.each(engines)("antiphon eval without a server on $name", (engine) => {
  test("works on the same data", async () => {
    const world = await openLearningWorld(engine);
    onTestFinished(() => world.close());
    teachMinds(world.upstream);
    await world.changeDraft(DRAFT);
    const questions = join(world.server.dataDirectory, "q.txt");
    await writeFile(questions, "anything?\n");
    await world.server.app.stop();
    await world.server.store.close();
    const terminal = await world.run("eval", "--agent", "shop", "--questions", questions);
    expect([terminal.exitCode, terminal.written]).toEqual([0, expect.stringContaining("anything?")]);
  });
});
