import { describe, expect, test, vi } from "vitest";
import type { HttpTool } from "../domain/agent.ts";
import type { KnowledgeBaseId } from "../domain/ids.ts";
import type { OutboundRequest } from "../http/outbound.ts";
import { importDocument, replacePairs } from "../knowledge/knowledge.ts";
import { scriptedModel } from "../models/scripted/scripted-model.ts";
import type { Store } from "../storage/store.ts";
import {
  aChatRoom,
  aConversation,
  anAgent,
  ask,
  eventsOf,
  outline,
  someSettings,
} from "./testing/fixtures.ts";

const weather: HttpTool = {
  name: "get_weather",
  title: "天气",
  description: "Weather of a city",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  method: "GET",
  url: "https://weather.example/{city}/today",
  headers: { "x-key": "secret" },
  timeoutMs: 1_000,
};

function callOf(name: string, input: unknown) {
  return { type: "tool-call" as const, id: "c1", name, arguments: JSON.stringify(input) };
}

function respond(status: number, text: string) {
  return vi.fn(async (request: OutboundRequest) => ({
    status,
    headers: {},
    body: Buffer.from(text),
    url: request.url,
    durationMs: 1,
  }));
}

async function shopKnowledge(store: Store): Promise<KnowledgeBaseId> {
  await anAgent(store);
  const workspace = await store.workspaces.findByName("test");
  if (workspace === undefined) throw new Error("no workspace");
  const id = store.newId<KnowledgeBaseId>();
  await store.knowledge.saveBase({ id, workspaceId: workspace.id, slug: "shop", name: "商城" });
  const text = "# 手册\n\n## 发票\n\n电子发票在订单完成后的第二天开具。\n\n## 门店\n\n门店每天十点开门。";
  await importDocument({ store }, { baseId: id, name: "手册", url: "", text, format: "markdown" });
  await replacePairs({ store }, id, [{ question: "怎么退货？", answer: "7 天无理由退货。" }]);
  return id;
}

describe("tools", () => {
  test("are called with what the model asked for, and it answers from what they said", async () => {
    const model = scriptedModel((_, call) =>
      call === 0 ? [callOf("get_weather", { city: "深圳/x" })] : ["26 度"],
    );
    const request = respond(200, '{"temp":26}');
    const { store, turns } = await aChatRoom(model, { outbound: { request } });
    const agent = await anAgent(store, { tools: [weather] });
    const events = await eventsOf(await ask(turns, agent, await aConversation(store, agent), "天气？"));
    expect(outline(events)).toEqual([
      "turn-start",
      "thought-start",
      "thought-end",
      "text-start",
      "text-delta",
      "text-end",
      "usage",
      "turn-end",
    ]);
    expect(events).toContainEqual(
      expect.objectContaining({ type: "thought-end", position: 1, observation: '{"temp":26}' }),
    );
    expect(request.mock.calls[0]?.[0]).toMatchObject({
      method: "GET",
      url: "https://weather.example/%E6%B7%B1%E5%9C%B3%2Fx/today",
      headers: { "x-key": "secret" },
    });
    expect(model.calls[1]?.request.messages.slice(-2)).toEqual([
      { role: "assistant", text: "", toolCalls: [expect.objectContaining({ name: "get_weather" })] },
      { role: "tool", toolCallId: "c1", toolName: "get_weather", text: '{"temp":26}' },
    ]);
    await store.close();
  });

  test("that fail, do not exist or are called wrongly tell the model, never the user", async () => {
    const model = scriptedModel((_, call) => {
      if (call === 0) return [callOf("get_weather", { city: "x" })];
      if (call === 1) return [callOf("no_such_tool", {})];
      if (call === 2) return [{ ...callOf("get_weather", {}), arguments: "{broken" }];
      if (call === 3) return [callOf("get_weather", {})];
      return ["sorry"];
    });
    const request = vi.fn().mockRejectedValue(new Error("connection refused"));
    const { store, turns } = await aChatRoom(model, { outbound: { request } });
    const agent = await anAgent(store, { tools: [weather] });
    const events = await eventsOf(await ask(turns, agent, await aConversation(store, agent), "?"));
    const observations = events.flatMap((event) => (event.type === "thought-end" ? [event.observation] : []));
    expect(observations).toEqual([
      "The tool failed: connection refused",
      'There is no tool "no_such_tool".',
      "The arguments are not a JSON object. Call again with valid JSON.",
      "Missing arguments: city.",
    ]);
    expect(events.at(-1)).toEqual({ type: "turn-end", status: "completed" });
    expect(request).toHaveBeenCalledTimes(1);
    await store.close();
  });

  test("leave out what the model did not give, and hand on whole characters only", async () => {
    const model = scriptedModel((_, call) =>
      call === 0 ? [callOf("get_weather", { city: "x", constructor: "y" })] : ["ok"],
    );
    const request = respond(200, `${"x".repeat(15_999)}😀`);
    const { store, turns } = await aChatRoom(model, { outbound: { request } });
    const url = "https://weather.example/{city}/today?unit={unit}&day={toString}";
    const agent = await anAgent(store, { tools: [{ ...weather, url }] });
    const events = await eventsOf(await ask(turns, agent, await aConversation(store, agent), "?"));
    expect(request.mock.calls[0]?.[0].url).toBe("https://weather.example/x/today?unit=&day=&constructor=y");
    const end = events.find((event) => event.type === "thought-end");
    expect(end?.observation.isWellFormed()).toBe(true);
    await store.close();
  });

  test("are withheld at the step limit, so that a model that only calls comes to an end", async () => {
    const model = scriptedModel((request) =>
      request.tools.length > 0 ? [callOf("get_weather", { city: "x" })] : ["enough"],
    );
    const { store, turns } = await aChatRoom(model, { outbound: { request: respond(200, "1") } });
    const agent = await anAgent(store, { tools: [weather], stepLimit: 3 });
    const events = await eventsOf(await ask(turns, agent, await aConversation(store, agent), "?"));
    expect(model.calls).toHaveLength(3);
    expect(events.at(-1)).toEqual({ type: "turn-end", status: "completed" });
    await store.close();
  });
});

describe("knowledge", () => {
  test("is searched first and handed to the model with the question", async () => {
    const model = scriptedModel(["第二天"]);
    const { store, turns } = await aChatRoom(model);
    const baseId = await shopKnowledge(store);
    const agent = await anAgent(store, {
      knowledge: { ...someSettings().knowledge, baseIds: [baseId] },
    });
    const events = await eventsOf(await ask(turns, agent, await aConversation(store, agent), "发票何时开？"));
    expect(outline(events).slice(0, 3)).toEqual([
      "turn-start",
      "knowledge-search-start",
      "knowledge-search-end",
    ]);
    const request = model.calls[0]?.request;
    expect(request?.passages[0]?.headings).toContain("发票");
    expect(request?.messages[0]?.text).toContain("电子发票在订单完成后的第二天开具。");
    await store.close();
  });

  test("answers a known question directly, without the model", async () => {
    const model = scriptedModel(["never"]);
    const { store, turns } = await aChatRoom(model);
    const baseId = await shopKnowledge(store);
    const agent = await anAgent(store, { knowledge: { ...someSettings().knowledge, baseIds: [baseId] } });
    const turn = await ask(turns, agent, await aConversation(store, agent), "请问怎么退货");
    const events = await eventsOf(turn);
    expect(outline(events)).toEqual([
      "turn-start",
      "qa-search-start",
      "qa-search-end",
      "text-start",
      "text-delta",
      "text-end",
      "usage",
      "turn-end",
    ]);
    expect(turn.log.text).toBe("7 天无理由退货。");
    expect(model.calls).toHaveLength(0);
    await store.close();
  });

  test("is a tool where the agent says so", async () => {
    const model = scriptedModel((_, call) =>
      call === 0 ? [callOf("search_knowledge", { query: "发票" })] : ["第二天"],
    );
    const { store, turns } = await aChatRoom(model);
    const baseId = await shopKnowledge(store);
    const agent = await anAgent(store, {
      knowledge: { ...someSettings().knowledge, baseIds: [baseId], mode: "tool" },
    });
    const events = await eventsOf(await ask(turns, agent, await aConversation(store, agent), "发票何时开？"));
    expect(outline(events).slice(1, 5)).toEqual([
      "thought-start",
      "thought-end",
      "knowledge-search-start",
      "knowledge-search-end",
    ]);
    expect(model.calls[0]?.request.passages).toEqual([]);
    expect(JSON.stringify(model.calls[1]?.request.messages.at(-1))).toContain("电子发票");
    await store.close();
  });
});

describe("handing over", () => {
  test("lets the other agent answer with its own prompt", async () => {
    const model = scriptedModel((request) => {
      const handover = request.tools.find((tool) => tool.name.startsWith("hand_over_to_"));
      return handover === undefined ? ["请提供订单号。"] : [callOf(handover.name, { reason: "订单问题" })];
    });
    const { store, turns } = await aChatRoom(model);
    const other = await anAgent(store, { prompt: "你是售后助手" }, { name: "售后助手" });
    const agent = await anAgent(store, { handoffs: [{ agentId: other.id, description: "订单" }] });
    const events = await eventsOf(await ask(turns, agent, await aConversation(store, agent), "订单丢了"));
    expect(events).toContainEqual(
      expect.objectContaining({ type: "agent-jump", to: "售后助手", reason: "订单问题" }),
    );
    expect(events).toContainEqual({ type: "agent-take-over", agent: "售后助手", reason: "订单问题" });
    expect(model.calls[1]?.request.messages[0]).toEqual({ role: "system", text: "你是售后助手" });
    await store.close();
  });

  test("comes to an end when agents keep handing over to each other", async () => {
    const model = scriptedModel((request) => {
      const handover = request.tools[0];
      return handover === undefined ? ["done"] : [callOf(handover.name, { reason: "you" })];
    });
    const { store, turns } = await aChatRoom(model);
    const agent = await anAgent(store);
    const other = await anAgent(store, { handoffs: [{ agentId: agent.id, description: "" }] });
    const looping = {
      ...agent,
      settings: someSettings({ handoffs: [{ agentId: other.id, description: "" }] }),
    };
    await store.agents.save(looping);
    const events = await eventsOf(await ask(turns, looping, await aConversation(store, agent), "?"));
    expect(events.filter((event) => event.type === "agent-jump").length).toBeLessThanOrEqual(5);
    expect(events.at(-1)).toEqual({ type: "turn-end", status: "completed" });
    await store.close();
  });
});

describe("an answer", () => {
  test("keeps no NUL characters, which not every database can store", async () => {
    const { store, turns } = await aChatRoom(scriptedModel(["a\u0000b", "\u0000"]));
    const agent = await anAgent(store);
    const events = await eventsOf(await ask(turns, agent, await aConversation(store, agent), "?"));
    const deltas = events.flatMap((event) => (event.type === "text-delta" ? [event.text] : []));
    expect(deltas).toEqual(["ab"]);
    await store.close();
  });
});

describe("the prompt", () => {
  test("is filled with values that are never parsed again", async () => {
    const model = scriptedModel(["ok"]);
    const { store, turns } = await aChatRoom(model);
    const agent = await anAgent(store, { prompt: "Call them {{ name }}." });
    const conversation = await aConversation(store, agent, { name: "{{ 7*7 }}{% raw %}" });
    await (await ask(turns, agent, conversation, "Hi")).ended;
    expect(model.calls[0]?.request.messages[0]).toEqual({
      role: "system",
      text: "Call them {{ 7*7 }}{% raw %}.",
    });
    await store.close();
  });

  test("is not broken by a value named like something of the template language", async () => {
    const model = scriptedModel(["ok"]);
    const { store, turns } = await aChatRoom(model);
    const agent = await anAgent(store, {
      prompt: "Call them {{ name }}{% for i in range(2) %}!{% endfor %}",
    });
    const taken = ["true", "True", "false", "False", "none", "None", "range", "namespace", "raise_exception"];
    const junk = Object.fromEntries(
      [...taken, "strftime_now", "loop", "constructor"].map((key) => [key, "x"]),
    );
    const conversation = await aConversation(store, agent, { ...junk, name: "Li" });
    expect((await eventsOf(await ask(turns, agent, conversation, "Hi"))).at(-1)?.type).toBe("turn-end");
    expect(model.calls[0]?.request.messages[0]).toEqual({ role: "system", text: "Call them Li!!" });
    await store.close();
  });

  test("shows the default of a variable whose value is empty", async () => {
    const model = scriptedModel(["ok"]);
    const { store, turns } = await aChatRoom(model);
    const agent = await anAgent(store, {
      prompt: "Call them {{ name }}.",
      variables: [
        {
          key: "name",
          name: "",
          description: "",
          required: false,
          type: "text",
          choices: [],
          defaultValue: "guest",
        },
      ],
    });
    const conversation = await aConversation(store, agent, { name: "" });
    await (await ask(turns, agent, conversation, "Hi")).ended;
    expect(model.calls[0]?.request.messages[0]).toEqual({ role: "system", text: "Call them guest." });
    await store.close();
  });
  test("shows the model as images only what it can fetch; other files are named", async () => {
    const model = scriptedModel(["ok"]);
    const { store, turns } = await aChatRoom(model);
    const agent = await anAgent(store, { prompt: "" });
    const conversation = await aConversation(store, agent);
    const file = (url: string, name = "") => ({ url, name, path: "", sizeBytes: 0 });
    const attachments = [
      file("https://files.example/a.PNG?sign=1"),
      file("https://files.example/b", "b.jpg"),
      file("data:image/png;base64,aGk=", "c.png"),
      file("d.png"),
      file("file:///etc/e.png"),
      file("https://files.example/f.pdf", "f.pdf"),
    ];
    const question = { text: "Look", attachments };
    const { signal } = new AbortController();
    const asking = { agent, conversation, question, dialect: "test", requestId: "r1", signal };
    await (await turns.start(asking)).ended;
    expect(model.calls[0]?.request.messages).toEqual([
      {
        role: "user",
        text: "Look\n[file] d.png\n[file] file:///etc/e.png\n[f.pdf] https://files.example/f.pdf",
        imageUrls: [
          "https://files.example/a.PNG?sign=1",
          "https://files.example/b",
          "data:image/png;base64,aGk=",
        ],
      },
    ]);
    await store.close();
  });
});
