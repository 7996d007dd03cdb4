import { describe, expect, it } from "vitest";
import type { KnownWorkflows } from "./check-graph.ts";
import { readGraph } from "./read-graph.ts";

interface Written {
  id: string;
  [member: string]: unknown;
}

/**
 * A graph of everything: `start` → `check` → `big` → `loop1` → `join` → `end`, or over `small` to `join`; the body of `loop1` is
 * `work` → `last`.
 */
function nodes(): Written[] {
  return [
    {
      id: "start",
      type: "start",
      inputs: [{ name: "amount", type: "number" }, { name: "name" }, { name: "list", type: "array" }],
      next: "check",
    },
    {
      id: "check",
      type: "condition",
      branches: [{ port: "big", when: "start.amount > 100" }],
      next: { big: "big", else: "small" },
    },
    { id: "big", type: "text", template: "{{ start.name }}", next: "loop1" },
    {
      id: "loop1",
      type: "loop",
      over: "list",
      inputs: { items: { ref: "start.list" } },
      outputs: { texts: { ref: "last.text" } },
      body: [
        { id: "work", type: "text", template: "{{ loop.item }} {{ big.text }}", next: "last" },
        { id: "last", type: "text", template: "{{ work.text }} {{ loop.index }}" },
      ],
      next: "join",
    },
    { id: "small", type: "llm", prompt: "Say {{ start.name }}", next: "join" },
    {
      id: "join",
      type: "aggregate",
      inputs: { text: [{ ref: "big.text" }, { ref: "small.text" }] },
      next: "end",
    },
    { id: "end", type: "end", outputs: { text: { ref: "join.text" }, texts: { ref: "loop1.texts" } } },
    { id: "note", type: "comment", text: "for people" },
  ];
}

/** Problems after a change of one node, those of bodies among them; `undefined` members are taken away. */
function problemsAfter(
  id: string,
  change: object,
  whole: object = {},
  workflows: KnownWorkflows = {},
): string[] {
  const changed = (list: Written[]): Written[] =>
    list.map((node) => {
      const body = Array.isArray(node["body"]) ? { body: changed(node["body"]) } : {};
      return { ...node, ...body, ...(node.id === id ? change : {}) };
    });
  const { problems } = readGraph({ version: 1, nodes: changed(nodes()), ...whole }, workflows);
  return problems.map(({ nodeId = "", field, message }) => `${nodeId}|${field}: ${message}`);
}

it("a graph of everything is fine", () => {
  expect(problemsAfter("", {})).toEqual([]);
});

describe("what is wrong names node and field", () => {
  it.each<[string, string, object, string]>([
    ["an unknown kind", "big", { type: "txt" }, "big|type: is no kind of node; did you mean text?"],
    [
      "an unknown member",
      "big",
      { tempalte: "x" },
      "big|tempalte: is not a known key; did you mean template?",
    ],
    ["a member of the wrong type", "small", { prompt: 5 }, "small|prompt: must be text: put it in quotes"],
    ["a missing member", "small", { prompt: undefined }, "small|prompt: is missing"],
    ["a wrong id", "note", { id: "9a" }, "9a|id: must be letters, digits and _, no digit first"],
    ["a reserved id", "note", { id: "trigger" }, "trigger|id: is a word that graphs keep for themselves"],
    ["an id of before", "last", { id: "big" }, "big|id: is the id of an earlier node"],
    [
      "an unknown target",
      "big",
      { next: "lop1" },
      "big|next: leads to `lop1`, which is no node; did you mean loop1?",
    ],
    ["a target in a body", "big", { next: "work" }, "big|next: leads to `work`, which is in another body"],
    ["a target outside", "last", { next: "join" }, "last|next: leads to `join`, which is in another body"],
    ["a start as target", "big", { next: "start" }, "big|next: leads to `start`, where runs begin"],
    ["a comment as target", "big", { next: "note" }, "big|next: leads to `note`, which is a comment"],
    ["the same target twice", "big", { next: ["loop1", "loop1"] }, "big|next: leads to `loop1` twice"],
    [
      "an unknown port",
      "check",
      { next: { bigg: "big", else: "small" } },
      "check|next.bigg: is no port of it; did you mean big?",
    ],
    [
      "no port where there are several",
      "check",
      { next: "big" },
      "check|next: must say what follows each port: big, else",
    ],
    [
      "something after the end",
      "end",
      { next: "join" },
      "end|next: cannot be: nothing follows a node of this kind",
    ],
    [
      "an error way nobody takes",
      "small",
      { next: { next: "join", error: "end" } },
      "small|next.error: is only taken with `onError: branch`",
    ],
    [
      "a branch without an error way",
      "small",
      { onError: "branch" },
      "small|onError: needs a node to go to, as `next.error`",
    ],
    [
      "a cycle",
      "join",
      { next: ["end", "check"] },
      "check|next: leads back to itself: check → small → join → check; only loops go round",
    ],
    [
      "a node that nothing leads to",
      "check",
      { next: { else: "small" } },
      "big|: is never reached: nothing leads to it from where runs begin",
    ],
    [
      "two starts",
      "note",
      { type: "start", text: undefined, next: "check" },
      "note|type: is the second start; there can be one",
    ],
    [
      "an end in a body",
      "last",
      { type: "end", template: undefined },
      "last|type: cannot be in a body: it is what the run gives",
    ],
    [
      "a start in a body",
      "work",
      { type: "start", template: undefined },
      "work|type: cannot be in a body: runs do not begin there",
    ],
    [
      "a break outside",
      "big",
      { type: "break", template: undefined, next: undefined },
      "big|type: is only for the body of a loop",
    ],
    [
      "an unknown name",
      "big",
      { template: "{{ strat.name }}" },
      "big|template: refers to `strat`, which is not there; did you mean start?",
    ],
    [
      "an unknown output",
      "big",
      { template: "{{ start.nam }}" },
      "big|template: refers to `start.nam`, which is not there; did you mean name?",
    ],
    [
      "an unknown member of a word",
      "big",
      { template: "{{ run.usr }}" },
      "big|template: refers to `run.usr`, which is not there",
    ],
    [
      "a later node",
      "big",
      { template: "{{ join.text }}" },
      "big|template: refers to `join`, which does not lead to it",
    ],
    [
      "a node of another branch",
      "small",
      { prompt: "{{ big.text }}" },
      "small|prompt: refers to `big`, which does not lead to it",
    ],
    [
      "the node itself",
      "big",
      { template: "{{ big.text }}" },
      "big|template: refers to `big`, the node itself",
    ],
    [
      "the inside of a body",
      "end",
      { outputs: { text: { ref: "last.text" } } },
      "end|outputs.text: refers to `last`, which is inside a body",
    ],
    [
      "the loop around",
      "work",
      { template: "{{ loop1.texts }}" },
      "work|template: refers to `loop1`, which is the node around it",
    ],
    [
      "loop outside of one",
      "big",
      { template: "{{ loop.item }}" },
      "big|template: refers to `loop`, which is only known inside a loop",
    ],
    [
      "an input nobody asked for",
      "small",
      { inputs: { quer: 1 } },
      "small|inputs.quer: is no input of it; there are passages, images",
    ],
    [
      "an input of the wrong type",
      "loop1",
      { inputs: { items: 5 } },
      "loop1|inputs.items: must be a list, not a whole number",
    ],
    [
      "a reference of the wrong type",
      "loop1",
      { inputs: { items: { ref: "start.amount" } } },
      "loop1|inputs.items: must be a list, but is a number",
    ],
    [
      "an expression of the wrong type",
      "loop1",
      { inputs: { items: { cel: "size(start.list)" } } },
      "loop1|inputs.items: must be a list, but is a number",
    ],
    ["a missing input", "loop1", { inputs: {} }, "loop1|inputs.items: is missing"],
    [
      "a path that is none",
      "loop1",
      { inputs: { items: { ref: "start..list" } } },
      "loop1|inputs.items.ref: is no path such as",
    ],
    [
      "a condition that is none",
      "check",
      { branches: [{ port: "big", when: "start.amount + 1" }] },
      "check|branches[0].when: must come to true or false, but comes to a number",
    ],
    [
      "an expression that cannot be read",
      "check",
      { branches: [{ port: "big", when: "start.amount >" }] },
      "check|branches[0].when: the expression cannot be read",
    ],
    [
      "an unknown function",
      "check",
      { branches: [{ port: "big", when: "sise(start.list) > 1" }] },
      "check|branches[0].when: there is no function sise()",
    ],
    [
      "a function with too much",
      "check",
      { branches: [{ port: "big", when: "size(start.list, 1) > 1" }] },
      "check|branches[0].when: size() takes 1 argument, not 2",
    ],
    [
      "a template that cannot be read",
      "big",
      { template: "{% for x in %}" },
      "big|template: the template cannot be read",
    ],
    [
      "an unknown filter",
      "big",
      { template: "{{ start.name|uper }}" },
      "big|template: there is no filter `uper`",
    ],
    ["a tool that is not there", "small", { tools: ["weather"] }, "small|tools"],
    ["a retry past all limits", "small", { retry: { times: 100 } }, "small|retry.times: must be at most 10"],
    [
      "another output that stands in",
      "small",
      { onError: { outputs: { txt: "x" } } },
      "small|onError.outputs.txt: is no output of it",
    ],
    ["a body without nodes", "loop1", { body: [] }, "loop1|body"],
    ["a body of another kind", "big", { body: [] }, "big|body: is not a known key"],
    ["a loop without an end", "loop1", { over: "while" }, "loop1|while: is needed to know when it ends"],
    ["a variable nobody declared", "loop1", { set: { sum: 1 } }, "loop1|set.sum: is no variable"],
  ])("%s", (_name, id, change, expected) => {
    expect(problemsAfter(id, change)).toContainEqual(expect.stringContaining(expected));
  });

  it("effects are not repeated unless that does no harm", () => {
    const request = {
      type: "http",
      method: "POST",
      url: "https://shop.example/",
      template: undefined,
      retry: { times: 2 },
    };
    const problem =
      "big|retry: would repeat its effects outside; say `idempotent: true` where that does no harm";
    expect(problemsAfter("big", request)).toContain(problem);
    expect(problemsAfter("big", { ...request, idempotent: true })).not.toContain(problem);
  });

  it("the failure of a node is known on its branch", () => {
    const failing = { onError: "branch", next: { next: "join", error: "end" } };
    expect(problemsAfter("small", failing)).toEqual([]);
    const told = { outputs: { text: { ref: "small.error.message" } } };
    expect(problemsAfter("end", told)).toEqual([
      expect.stringContaining("`small.error`, which is not there"),
    ]);
  });
});

describe("a graph as a whole", () => {
  it("has a beginning and an end", () => {
    const only = (...list: object[]) =>
      readGraph({ version: 1, nodes: list }).problems.map(({ message }) => message);
    expect(only({ id: "a", type: "text", template: "x" })).toEqual([
      "have no `start` and no `trigger`: no run can begin",
    ]);
    expect(only({ id: "a", type: "start" })).toEqual(["have no `end`: the run would give nothing"]);
    expect(only({ id: "a", type: "trigger", on: ["tag-event"] })).toEqual([]);
  });

  it("answers in a chatflow, whatever the way", () => {
    const start = { id: "start", type: "start", next: ["say", "think"] };
    const say = { id: "say", type: "message", text: "x" };
    const think = { id: "think", type: "llm", prompt: "x" };
    const { problems } = readGraph({ version: 1, mode: "chatflow", nodes: [start, say, think] });
    expect(problems).toMatchObject([
      { nodeId: "think", field: "next", message: expect.stringContaining("no answer") },
    ]);
  });

  it("runs other workflows that are there, and never itself", () => {
    const inner = { type: "workflow", template: undefined, workflow: "other" };
    const other = readGraph({ version: 1, nodes: nodes() }).graph;
    if (other === undefined) throw new Error("there is no graph");
    const back = readGraph({
      version: 1,
      nodes: [
        { id: "start", type: "start", next: "again" },
        { id: "again", type: "workflow", workflow: "me", next: "end" },
        { id: "end", type: "end" },
      ],
    }).graph;
    if (back === undefined) throw new Error("there is no graph");
    const find = (graph: typeof other) => (name: string) => (name === "other" ? { name, graph } : undefined);
    const wrong = (workflows: KnownWorkflows, name = "other") =>
      problemsAfter("big", { ...inner, workflow: name }, {}, workflows).filter((problem) =>
        problem.startsWith("big|workflow"),
      );
    expect(wrong({ self: "me", find: find(other) })).toEqual([]);
    expect(wrong({ self: "me", find: find(back) })).toEqual(["big|workflow: runs this workflow again"]);
    expect(wrong({ self: "me", find: find(other) }, "nobody")).toEqual(["big|workflow: is no workflow"]);
    expect(wrong({ self: "me" }, "me")).toEqual([
      "big|workflow: is the workflow itself; it cannot run itself",
    ]);
  });

  it("tells everything at once, each thing once", () => {
    const { problems } = readGraph({
      version: 2,
      nodes: [{ id: "start", type: "start", next: "gone" }, { id: "x", type: "text" }, { type: "end" }, 7],
      extra: 1,
    });
    expect(problems.map(({ nodeId = "", field }) => `${nodeId}|${field}`)).toEqual([
      "|version",
      "|extra",
      "|nodes[2].id",
      "|nodes[3]",
      "start|next",
      "|nodes",
      "x|template",
    ]);
  });
});
