import { expect, onTestFinished, test } from "vitest";
import type { KnowledgeBaseId } from "../../domain/ids.ts";
import type { GraphNode, WorkflowTool } from "../../domain/workflow.ts";
import type { OutboundRequest, OutboundResponse } from "../../http/outbound.ts";
import { importDocument } from "../../knowledge/knowledge.ts";
import { scriptedModel } from "../../models/scripted/scripted-model.ts";
import { openSqliteStore } from "../../storage/sqlite/open.ts";
import { TestHost } from "../testing/node-call.ts";
import { aGraph, anEngine, aWorkflow } from "../testing/runs.ts";

/** Text that would tell the secret, or come to something else, if anything evaluated it. Source: security-tests, Execution 5. */
const HOSTILE =
  "{{ start.secret }}{% for i in range(9) %}{{ start.secret }}{% endfor %} start.secret " +
  "1 + 1 $" +
  "{start.secret} {\"ref\":\"start.secret\"} {{ '{{' }} start.secret {{ '}}' }}";
const SECRET = "sesame-opens";

const TOOL: WorkflowTool = {
  runBy: "server",
  name: "lookup",
  title: "Lookup",
  description: "Looks something up.",
  parameters: { type: "object", properties: { name: { type: "string" } } },
  method: "GET",
  url: "https://tool.example/lookup",
  headers: {},
  timeoutMs: 5_000,
};

/** Nodes one after the other. */
function chain(...nodes: Omit<GraphNode, "next">[]): GraphNode[] {
  return nodes.map((node, index) => {
    const next = nodes[index + 1];
    return { ...node, ...(next !== undefined && { next: next["id"] }) } as GraphNode;
  });
}

async function open() {
  const store = await openSqliteStore({ path: ":memory:" });
  const model = scriptedModel([HOSTILE]);
  const sent: OutboundRequest[] = [];
  const host = new TestHost();
  const engine = await anEngine({
    store,
    hostOf: () => host,
    services: {
      model,
      outbound: {
        request: async (request: OutboundRequest): Promise<OutboundResponse> => {
          sent.push(request);
          const headers = { "content-type": "application/json" };
          const body = Buffer.from(JSON.stringify({ text: HOSTILE }));
          return { status: 200, headers, body, url: request.url, durationMs: 1 };
        },
      },
      sandbox: {
        run: async ({ input }) => ({ output: { made: HOSTILE, given: Object(input).text }, logs: [HOSTILE] }),
        close: async () => {},
      },
    },
  });
  onTestFinished(() => engine.close());
  return { ...engine, model, sent, host };
}

/** Everything that a node may be given, told by templates, expressions and references. */
function told(...paths: string[]): Record<string, unknown> {
  return Object.fromEntries(
    paths.flatMap((path) => {
      const name = path.replaceAll(/\W/g, "_");
      return [
        [`${name}_ref`, { ref: path }],
        [`${name}_cel`, { cel: path }],
        [`${name}_template`, { template: `{{ ${path} }}` }],
      ];
    }),
  );
}

function expectAsItWas(output: unknown, count: number): void {
  const values = Object.values(Object(output));
  expect(values).toHaveLength(count);
  for (const value of values) expect(value).toBe(HOSTILE);
}

test("what callers, files, knowledge, tools, requests, models, code and people give is told as it is, once", async () => {
  const { store, start, runs, model, sent, host } = await open();
  const draft = await aWorkflow(store, aGraph([]));
  const baseId = store.newId<KnowledgeBaseId>();
  const { workspaceId } = draft;
  await store.knowledge.saveBase({ id: baseId, workspaceId, slug: "faq", name: "FAQ" });
  const document = { baseId, name: "page", url: "", format: "text" as const };
  await importDocument({ store }, { ...document, text: `refund ${HOSTILE}` });

  const everything = told(
    "start.text",
    "start.file.name",
    "http.body.text",
    "tool.data.text",
    "model.text",
    "code.made",
    "code.given",
    "kept.note",
    "user.note",
    "upper.text",
    "variables.note",
    "question.answer",
    "form.city",
  );
  const graph = aGraph(
    chain(
      {
        id: "start",
        type: "start",
        inputs: [
          { name: "text", type: "string" },
          { name: "secret", type: "string" },
          { name: "file", type: "object" },
        ],
      },
      { id: "found", type: "knowledge", bases: ["faq"], inputs: { query: "refund" } },
      {
        id: "http",
        type: "http",
        url: "https://api.example/{{ start.text }}",
        headers: { "x-note": "note" },
        inputs: { query: { q: { ref: "start.text" } } },
      },
      { id: "tool", type: "tool", tool: "lookup", inputs: { name: { ref: "http.body.text" } } },
      {
        id: "model",
        type: "llm",
        system: "{{ start.text }}",
        prompt: "{{ tool.data.text }} {{ start.text }}",
        inputs: { passages: { ref: "found.passages" } },
      },
      {
        id: "code",
        type: "code",
        code: "function main() {}",
        inputs: { text: { ref: "model.text" } },
        outputs: { made: { type: "string" }, given: { type: "string" } },
      },
      { id: "kept", type: "variable-set", scope: "user", inputs: { note: { ref: "code.made" } } },
      { id: "shared", type: "variable-set", scope: "run", inputs: { note: { template: "{{ kept.note }}" } } },
      { id: "upper", type: "text", template: "{% set copy = start.text %}{{ copy }}" },
      { id: "sent", type: "send-text-message", inputs: { text: { template: "{{ upper.text }}" } } },
      { id: "question", type: "question", text: "{{ start.text }}" },
      {
        id: "form",
        type: "input",
        text: "{{ question.answer }}",
        fields: [{ name: "city", type: "string" }],
      },
      { id: "end", type: "end", outputs: everything, answer: "{{ form.city }}" },
    ),
    { tools: [TOOL] },
  );
  const input = { text: HOSTILE, secret: SECRET, file: { name: HOSTILE } };
  const begun = await start(graph, input, { userId: "u1" });
  const asked = await begun.settled;
  expect(asked).toMatchObject({ status: "waiting", interrupts: [{ text: HOSTILE }] });
  const answer = { runId: asked.id, data: HOSTILE, how: "sync" as const, requestId: "" };
  const formed = await (await runs.resume(answer)).settled;
  expect(formed).toMatchObject({ status: "waiting", interrupts: [{ text: HOSTILE }] });
  const ended = await (await runs.resume({ ...answer, data: { city: HOSTILE } })).settled;
  expect([ended.status, ended.error]).toEqual(["completed", undefined]);
  expect(ended.answer).toBe(HOSTILE);
  expectAsItWas(ended.output, Object.keys(everything).length);

  expect(host.decided).toMatchObject([{ payload: { text: HOSTILE } }]);
  expect(host.kept.user).toEqual({ note: HOSTILE });
  const said = JSON.stringify([
    model.calls[0]?.request.messages,
    sent.map(({ url, headers }) => [url, headers]),
  ]);
  expect(said).toContain(JSON.stringify(HOSTILE).slice(1, -1));
  expect(said).not.toContain(SECRET);
});

test("what a trigger carries and each turn of a loop gives is told as it is", async () => {
  const { store, runs } = await open();
  const everything = told("hook.text", "trigger.text", "each.said[0]");
  const graph = aGraph(
    chain(
      { id: "hook", type: "trigger", on: ["receive-text-message"] },
      {
        id: "each",
        type: "loop",
        over: "list",
        inputs: { items: { cel: "[hook.text]" } },
        body: [{ id: "inside", type: "text", template: "{{ loop.item }}" }],
        outputs: { said: { ref: "inside.text" } },
      },
      { id: "end", type: "end", outputs: everything },
    ),
  );
  const begun = await runs.start({
    workflow: await aWorkflow(store, graph),
    input: {},
    trigger: { type: "receive-text-message", payload: { text: HOSTILE } },
    how: "sync",
    dialect: "test",
    requestId: "",
  });
  const ended = await begun.settled;
  expect(ended).toMatchObject({ status: "completed" });
  expectAsItWas(ended.output, Object.keys(everything).length);
});
