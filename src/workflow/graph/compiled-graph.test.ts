import { expect, it } from "vitest";
import type { WorkflowGraph } from "../../domain/workflow.ts";
import { compileGraph } from "./compiled-graph.ts";
import { readGraph } from "./read-graph.ts";

function aGraph(...nodes: object[]): WorkflowGraph {
  const { graph, problems } = readGraph({ version: 1, mode: "chatflow", nodes });
  if (graph === undefined) throw new Error(problems.map(({ message }) => message).join("; "));
  return graph;
}

const START = { id: "start", type: "start", next: "llm" };
const LLM = { id: "llm", type: "llm", prompt: "{{ start.query }}", next: "say" };

function saying(say: object, llm: object = {}) {
  const { nodes, tools } = aGraph(START, { ...LLM, ...llm }, { id: "say", type: "message", ...say });
  return compileGraph(nodes, tools).byId.get("say")?.mayBeginWith(["llm"]);
}

it("a node begins with text that is still written only where it tells that text and nothing else of its writer", () => {
  expect(saying({ text: "Hi: {{ llm.text }}", stream: true })).toBe(true);
  expect(saying({ text: "{{ llm.text }} {{ start.query }}", stream: true })).toBe(true);
  expect(saying({ text: "{{ llm.text }}" })).toBe(false);
  expect(saying({ text: "{{ llm.text|upper }}", stream: true })).toBe(false);
  expect(saying({ text: "{% if llm.text %}x{% endif %}", stream: true })).toBe(false);
  expect(saying({ text: "{{ start.query }}", stream: true })).toBe(false);
});

it("a graph is compiled once, with its bodies, which know what is known outside", () => {
  const { nodes, tools } = aGraph(
    {
      id: "start",
      type: "start",
      inputs: [{ name: "list", type: "array", items: { type: "string" } }],
      next: "each",
    },
    {
      id: "each",
      type: "batch",
      inputs: { items: { ref: "start.list" } },
      body: [{ id: "one", type: "aggregate", inputs: { all: [{ ref: "start.list" }] } }],
      next: "say",
    },
    { id: "say", type: "message", text: "x" },
  );
  const graph = compileGraph(nodes, tools);
  expect(compileGraph(nodes, tools)).toBe(graph);
  expect(graph.typeOf({ ref: "start.list[0]" })).toEqual({ type: "string" });
  expect(graph.typeOf({ ref: "each.count" })).toMatchObject({ type: "integer" });
  const body = graph.byId.get("each")?.node.body ?? [];
  expect(compileGraph(body, tools).byId.get("one")?.description.outputs).toMatchObject({
    all: { type: "array" },
  });
});

it("a node has effects as its kind says, unless it says otherwise itself", () => {
  const http = { id: "call", type: "http", method: "POST", url: "https://shop.example/", next: "say" };
  const hasEffects = (change: object) => {
    const { nodes, tools } = aGraph(
      { ...START, next: "call" },
      { ...http, ...change },
      { id: "say", type: "message", text: "x" },
    );
    return compileGraph(nodes, tools).byId.get("call")?.description.hasEffects;
  };
  expect(hasEffects({})).toBe(true);
  expect(hasEffects({ idempotent: true })).toBe(false);
  expect(hasEffects({ method: "GET" })).toBe(false);
  expect(hasEffects({ method: "GET", idempotent: false })).toBe(true);
});
