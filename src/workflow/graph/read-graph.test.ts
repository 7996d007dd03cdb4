import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { NODE_KINDS } from "../nodes/index.ts";
import { compileGraph } from "./compiled-graph.ts";
import { checkGraph, readGraph } from "./read-graph.ts";

const START = { id: "start", type: "start", inputs: [{ name: "query" }], next: "end" };
const END = { id: "end", type: "end", answer: "{{ start.query }}" };
const GOOD = { version: 1, nodes: [START, END] };

const problemsOf = (graph: unknown) =>
  readGraph(graph).problems.map(({ nodeId = "", field, message }) => `${nodeId}|${field}: ${message}`);

describe("readGraph", () => {
  it("fills in what a graph does not say, and accepts what it gave", () => {
    const { graph } = readGraph(GOOD);
    expect(graph).toEqual({
      version: 1,
      mode: "workflow",
      nodes: [
        { ...START, inputs: [{ name: "query", type: "string", required: true }] },
        { ...END, stream: false },
      ],
      tools: [],
      limits: { steps: 1_000, seconds: 600, depth: 5 },
      afterCrash: "fail",
    });
    if (graph === undefined) throw new Error("there is no graph");
    expect(checkGraph(graph)).toEqual([]);
    expect(readGraph(graph).graph).toEqual(graph);
    const retried = readGraph({ ...GOOD, nodes: [{ ...START, retry: { times: 1 } }, END] }).graph;
    expect(retried?.nodes[0]?.retry).toEqual({ times: 1, delaySeconds: 1, factor: 2 });
  });

  it("copies: changing what was given afterwards changes nothing", () => {
    const given = structuredClone(GOOD);
    const { graph } = readGraph(given);
    given.nodes.pop();
    expect(graph?.nodes).toHaveLength(2);
  });

  it("reads tools, of the server's or the caller's running", () => {
    const tools = [
      { name: "weather", description: "Weather", url: "https://weather.example/{city}" },
      { name: "ask", description: "Asks", runBy: "caller" },
    ];
    expect(readGraph({ ...GOOD, tools }).graph?.tools).toMatchObject([
      { runBy: "server", title: "weather", method: "GET", headers: {}, timeoutMs: 10_000 },
      { runBy: "caller", title: "ask", parameters: { type: "object" } },
    ]);
    expect(
      problemsOf({ ...GOOD, tools: [{ ...tools[0], url: "file:///etc/passwd" }, tools[1], tools[1]] }),
    ).toEqual([
      expect.stringContaining("|tools[0].url: must be an http(s) address"),
      "|tools[1].name: is the name of an earlier tool",
    ]);
  });

  it("knows messages in chatflows only, where the start node does not ask for them", () => {
    const nodes = [{ id: "start", type: "start", next: "end" }, END];
    expect(problemsOf({ version: 1, mode: "chatflow", nodes })).toEqual([]);
    expect(problemsOf({ version: 1, nodes })).toEqual([
      "end|answer: refers to `start.query`, but `start` gives nothing",
    ]);
  });

  it("tells of inputs that stand beside `inputs`, whatever the kind", () => {
    const call = {
      id: "call",
      type: "http",
      method: "POST",
      url: "https://shop.example/",
      body: {},
      next: "end",
    };
    expect(problemsOf({ ...GOOD, nodes: [{ ...START, next: "call" }, call, END] })).toEqual([
      "call|body: is an input: write it below `inputs`",
    ]);
    for (const { type, example } of NODE_KINDS) {
      const problems = problemsOf({
        ...GOOD,
        nodes: [START, END, { id: "other", ...example, type, zzz: 1 }],
      });
      expect(problems).toContainEqual(expect.stringMatching(/^other\|zzz: is not a known key/));
    }
  });

  it("has limits to size, count and depth", () => {
    const many = Array.from({ length: 501 }, (_, index) => ({ ...END, id: `n${index}` }));
    expect(problemsOf({ version: 1, nodes: many }).join()).toContain("at most 500");
    const long = {
      ...GOOD,
      nodes: [
        { ...START, title: "x" },
        { ...END, answer: "x".repeat(1_000_001) },
      ],
    };
    expect(problemsOf(long)).toEqual(["|: is longer than 1000000 characters"]);
    let deep: unknown = "x";
    for (let level = 0; level < 200; level++) deep = [deep];
    expect(problemsOf({ ...GOOD, nodes: [{ ...START, foo: deep }, END] }).join()).toContain(
      "nested too deep",
    );
    let body: object = { id: "inner", type: "text", template: "x" };
    for (let level = 0; level < 12; level++) {
      body = { id: `l${level}`, type: "loop", over: "count", inputs: { count: 1 }, body: [body] };
    }
    const nested = { version: 1, nodes: [{ ...START, next: "l11" }, { ...body, next: "end" }, END] };
    expect(problemsOf(nested).join()).toContain("is nested deeper than 8 levels");
  });

  it("is not overrun by aliases that stand for billions of values", () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level < 9; level++) {
      lines.push(`a${level}: &a${level} [${Array.from({ length: 9 }, () => `*a${level - 1}`).join(", ")}]`);
    }
    const value: unknown = parse(lines.join("\n"), { maxAliasCount: -1 });
    expect(problemsOf(value).join()).toContain("has more than 100000 values");
  });

  it("refuses names that JavaScript keeps for itself, wherever they stand", () => {
    for (const name of ["__proto__", "constructor", "prototype"]) {
      const evil = JSON.parse(`{"${name}": {"polluted": true}}`);
      expect(problemsOf({ ...GOOD, ...evil }).join()).toContain("cannot be the name of a member");
      expect(problemsOf({ ...GOOD, nodes: [{ ...START, next: evil }, END] })).not.toEqual([]);
      expect(problemsOf({ ...GOOD, nodes: [START, { ...END, outputs: { a: [evil] } }] }).join()).toContain(
        "cannot be the name of a member",
      );
      expect(
        problemsOf({
          ...GOOD,
          nodes: [
            { ...START, next: name },
            { ...END, id: name },
          ],
        }),
      ).not.toEqual([]);
    }
    expect({}).not.toHaveProperty("polluted");
  });
});

/** Values where a graph would have something else. */
const junk = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  fc.constantFrom<unknown>(
    "start",
    "end",
    "{{ x }}",
    { ref: "start.query" },
    { cel: "1 +" },
    [],
    {},
    null,
    -1,
    "",
    "loop",
  ),
);

const node = fc.record(
  {
    id: fc.constantFrom("start", "a", "b", "end", "loop", "__proto__"),
    type: fc.constantFrom(...NODE_KINDS.map(({ type }) => type), "nothing"),
    next: fc.oneof(
      fc.constantFrom<unknown>("a", ["a", "b"], { error: "b", next: "end" }, { yes: "a" }),
      junk,
    ),
    inputs: fc.oneof(fc.dictionary(fc.constantFrom("text", "items", "x"), junk), junk),
    retry: junk,
    onError: fc.oneof(fc.constantFrom<unknown>("branch", "fail", { outputs: { text: 1 } }), junk),
    body: fc.oneof(
      fc.array(fc.record({ id: fc.constantFrom("c", "d"), type: fc.constantFrom("text", "end", "loop") })),
      junk,
    ),
    template: fc.constantFrom("{{ a.text }}", "{{ x", "{% for i in a %}{% endfor %}"),
    when: fc.string(),
    outputs: junk,
    prompt: fc.constantFrom("{{ start.query }}", "x"),
    over: fc.constantFrom("list", "count", "while"),
    branches: fc.oneof(fc.constant([{ port: "yes", when: "a.text == 'x'" }]), junk),
  },
  { requiredKeys: ["id", "type"] },
);

it("whatever the data is, everything wrong is told, nothing is thrown, and what is accepted can run", () => {
  const graph = fc.record(
    {
      version: fc.constant(1),
      mode: fc.constantFrom("workflow", "chatflow"),
      nodes: fc.array(node, { maxLength: 6 }),
      tools: junk,
      limits: junk,
    },
    { requiredKeys: ["version", "nodes"] },
  );
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.jsonValue(), graph), (value) => {
      const read = readGraph(value);
      if (read.graph === undefined) {
        expect(read.problems.length).toBeGreaterThan(0);
        return;
      }
      compileGraph(read.graph.nodes, read.graph.tools);
      expect(readGraph(read.graph).graph).toEqual(read.graph);
    }),
    { numRuns: 500 },
  );
});
