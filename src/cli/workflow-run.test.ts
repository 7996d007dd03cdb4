import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { eventually } from "../../test/support/eventually.ts";
import { runCli } from "./cli.ts";
import { type FakeTerminal, fakeTerminal } from "./testing/fake-terminal.ts";

const GRAPH = {
  version: 1,
  nodes: [
    {
      id: "start",
      type: "start",
      inputs: [
        { name: "order", type: "integer" },
        { name: "way", type: "string", required: false, default: "ask" },
      ],
      next: "tell",
    },
    { id: "tell", type: "message", text: "Order {{ start.order }}…", next: "choose" },
    {
      id: "choose",
      type: "condition",
      branches: [
        { port: "ask", when: 'start.way == "ask"' },
        { port: "rest", when: 'start.way == "rest"' },
        { port: "send", when: 'start.way == "send"' },
      ],
      next: { ask: "why", rest: "rest", send: "send", else: "broken" },
    },
    {
      id: "why",
      type: "question",
      text: "Why?",
      options: [{ name: "late", text: "It is late" }],
      next: { late: "end", other: "end" },
    },
    { id: "rest", type: "delay", inputs: { seconds: 3_600 }, next: "end" },
    { id: "send", type: "http", method: "POST", url: "http://127.0.0.1:1/never", next: "end" },
    { id: "broken", type: "code", code: "function main() { return 1 }", outputs: {}, next: "end" },
    { id: "end", type: "end", outputs: { order: { ref: "start.order" } } },
  ],
};

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "antiphon-workflow-"));
  file = join(folder, "graph.yaml");
  await writeFile(file, stringify(GRAPH));
  await writeFile(join(folder, "antiphon.yaml"), "models: [{ name: quoting, provider: extractive }]");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs `antiphon workflow …` to its end with these lines typed. */
async function workflow(words: string[], typed = ""): Promise<FakeTerminal> {
  const terminal = begin(words);
  terminal.input.end(typed);
  await terminal.done;
  return terminal;
}

function begin(words: string[]): FakeTerminal & { done: Promise<void> } {
  const terminal = fakeTerminal({ ANTIPHON_DATA: folder, ANTIPHON_CONFIG: join(folder, "antiphon.yaml") });
  const done = runCli(["node", "antiphon", "workflow", ...words], terminal);
  return Object.assign(terminal, { done });
}

describe("antiphon workflow run", () => {
  it("runs a file in memory: what it says and gives on standard output, progress and the tree beside it", async () => {
    const terminal = await workflow(["run", file, "--input", '{"order": 17}'], "late\n");
    expect([terminal.exitCode, terminal.written]).toEqual([0, 'Order 17…\n{\n  "order": 17\n}\n']);
    const lines = terminal.noted.split("\n");
    expect(lines).toEqual(
      expect.arrayContaining([expect.stringMatching(/^✓ start \(start\), \d/), "? Why?"]),
    );
    expect(lines).toContain("  - It is late");
    expect(lines).toContainEqual(expect.stringMatching(/^✓ why \(question\), \d/));
    expect(lines).toEqual(expect.arrayContaining([expect.stringMatching(/^✓ why +question .*→ late$/)]));
    expect(lines.at(-2)).toMatch(/^completed in .*, 5 steps$/);
  });

  it.each([
    [{ answer: "Bye." }, "Bye.\n"],
    [{ answer: "Bye.", outputs: { order: { ref: "start.order" } } }, 'Bye.\n{\n  "order": 17\n}\n'],
    [{ outputs: { order: 1 } }, '{\n  "order": 1\n}\n'],
  ])("shows what its end %j says, and what it gives beside that", async (end, written) => {
    const nodes = [
      { id: "start", type: "start", inputs: [{ name: "order", type: "integer" }], next: "end" },
      { id: "end", type: "end", ...end },
    ];
    await writeFile(file, stringify({ version: 1, nodes }));
    const terminal = await workflow(["run", file, "--input", '{"order": 17}']);
    expect([terminal.exitCode, terminal.written]).toEqual([0, written]);
  });

  it("reads its input from a file, and says what is wrong with either", async () => {
    const path = join(folder, "input.json");
    await writeFile(path, '{"order": 5}');
    const run = await workflow(["run", file, "--input-file", path], "1\n");
    expect(run.written).toContain('"order": 5');
    const broken = await workflow(["run", file, "--input", "{order: 5}"]);
    expect([broken.exitCode, broken.written]).toEqual([1, ""]);
    expect(broken.noted).toContain("--input is no JSON");
    const both = await workflow(["run", file, "--input", "{}", "--input-file", path]);
    expect(both.noted).toBe("there are two inputs. Give --input or --input-file\n");
    const wrong = await workflow(["run", file, "--input", '{"order": "x"}']);
    expect([wrong.exitCode, wrong.noted]).toEqual([1, expect.stringMatching(/order.*\(input_invalid\)\n$/)]);
  });

  it("tells every problem of a file that is no graph", async () => {
    await writeFile(
      file,
      stringify({
        ...GRAPH,
        nodes: [
          { id: "a", type: "starts" },
          { id: "a", type: "end" },
        ],
      }),
    );
    const terminal = await workflow(["run", file]);
    expect(terminal.exitCode).toBe(1);
    expect(terminal.noted).toMatch(/graph\.yaml:\d+:\d+ a\.type: is no kind of node; did you mean start\?\n/);
    const missing = await workflow(["run", join(folder, "none.yaml")]);
    expect(missing.noted).toMatch(/none\.yaml cannot be read: ENOENT/);
  });

  it("ends as waiting where nobody answers, and as failed where a node fails", async () => {
    const waiting = await workflow(["run", file, "--input", '{"order": 17}']);
    expect(waiting.exitCode).toBe(1);
    expect(waiting.noted).toMatch(
      /waits for question: Why\?\n.*waiting in .*\nit waits for an answer to: Why\?\n$/s,
    );
    const failed = await workflow(["run", file, "--input", '{"order": 17, "way": "fail"}']);
    expect([failed.exitCode, failed.written]).toEqual([1, "Order 17…\n"]);
    expect(failed.noted).toMatch(/\nbroken: main must give an object \(code_failed\)\n$/);
  });

  it("is cancelled by Ctrl-C", async () => {
    const terminal = begin(["run", file, "--input", '{"order": 17, "way": "rest"}']);
    await eventually(() => expect(terminal.noted).toContain("choose (condition)"));
    terminal.signal("SIGINT");
    await terminal.done;
    expect([terminal.exitCode, terminal.leftWith]).toEqual([1, undefined]);
    expect(terminal.noted).toMatch(/cancelled in .*\nthe run is cancelled\n$/);
  });

  it("is cancelled by Ctrl-C while it asks", async () => {
    const terminal = begin(["run", file, "--input", '{"order": 17}']);
    await eventually(() => expect(terminal.noted).toContain("? Why?"));
    terminal.signal("SIGINT");
    await terminal.done;
    expect(terminal.noted).toMatch(/the run is cancelled\n$/);
  });

  it("sends requests for real, but not in a trial", async () => {
    const input = ["--input", '{"order": 17, "way": "send"}'];
    const real = await workflow(["run", file, ...input]);
    expect([real.exitCode, real.noted]).toEqual([1, expect.stringContaining("(request_failed)")]);
    const trial = await workflow(["run", file, ...input, "--test"]);
    expect([trial.exitCode, trial.written]).toEqual([0, 'Order 17…\n{\n  "order": 17\n}\n']);
  });

  it("finds the knowledge and the workflows of antiphon.yaml, and writes nothing into its data", async () => {
    const nodes = [
      { id: "start", type: "start", inputs: [{ name: "word", type: "string" }], next: "end" },
      { id: "end", type: "end", outputs: { word: { template: "{{ start.word }}!" } } },
    ];
    const installation = {
      models: [{ name: "quoting", provider: "extractive" }],
      agents: [{ slug: "loud", name: "Loud", kind: "workflow", workflow: { version: 1, nodes } }],
      knowledge: [
        { slug: "hours", name: "Hours", documents: [{ name: "h.md", text: "The shop closes at eight." }] },
      ],
    };
    await writeFile(join(folder, "antiphon.yaml"), stringify(installation));
    const graph = {
      version: 1,
      nodes: [
        { id: "start", type: "start", next: ["search", "loud"] },
        {
          id: "search",
          type: "knowledge",
          bases: ["hours"],
          inputs: { query: "When does the shop close?" },
          next: "end",
        },
        { id: "loud", type: "workflow", workflow: "loud", inputs: { word: "hey" }, next: "end" },
        {
          id: "end",
          type: "end",
          outputs: { found: { ref: "search.found" }, word: { ref: "loud.output.word" } },
        },
      ],
    };
    await writeFile(file, stringify(graph));
    const terminal = await workflow(["run", file]);
    expect([terminal.exitCode, terminal.written]).toEqual([0, '{\n  "found": true,\n  "word": "hey!"\n}\n']);
    expect(await readdir(folder)).toEqual(["antiphon.yaml", "graph.yaml"]);
  });

  it("writes the run as JSON and nothing else, which trace shows again", async () => {
    const json = await workflow(["run", file, "--json", "--input", '{"order": 17}'], "late\n");
    expect([json.exitCode, json.noted]).toEqual([1, ""]);
    expect(JSON.parse(json.written)).toMatchObject({
      run: { status: "waiting" },
      steps: [{ nodeId: "start" }, {}, {}, {}],
    });
    const saved = join(folder, "run.json");
    await writeFile(saved, json.written);
    const shown = await workflow(["trace", saved]);
    expect([shown.exitCode, shown.noted]).toEqual([0, ""]);
    expect(shown.written).toMatch(/^✓ start +start .*\n +in +\{"order":17,"way":"ask"\}\n/);
    expect(shown.written).toMatch(/waits for question: Why\?\nwaiting in .*, 4 steps\n$/);
  });
});

describe("antiphon workflow trace", () => {
  it("of a graph's file runs a trial and prints its tree with what went in and out", async () => {
    const terminal = await workflow(["trace", file, "--input", '{"order": 17, "way": "send"}']);
    expect([terminal.exitCode, terminal.noted]).toEqual([0, ""]);
    expect(terminal.written).toMatch(/✓ tell +message .*\n +said +Order 17…\n/);
    expect(terminal.written).toMatch(/✓ end +end .*\n +out +\{"order":17\}\ncompleted in .*, 5 steps\n$/);
  });
});
