import { afterEach, expect, test } from "vitest";
import { startUpstream } from "../../test/support/upstream.ts";
import type { ModelDefinition } from "../domain/model-definition.ts";
import { type OpenModels, openModels } from "./catalog.ts";
import type { ChatRequest } from "./chat-model.ts";

const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

async function open(definitions: ModelDefinition[]): Promise<OpenModels> {
  const models = await openModels(definitions);
  opened.push(models);
  return models;
}

const request: ChatRequest = {
  messages: [{ role: "user", text: "hi", imageUrls: [] }],
  tools: [],
  parameters: {},
  passages: [],
};

async function readAll(
  models: OpenModels,
  name: string,
  onPart = async (): Promise<void> => {},
): Promise<void> {
  const stream = models.find(name)?.stream(request, new AbortController().signal) ?? [];
  for await (const _part of stream) void onPart();
}

test("models are found by name, and the first is the default", async () => {
  const models = await open([
    { provider: "extractive", name: "quotes" },
    { provider: "openai-compatible", name: "local", baseUrl: "http://127.0.0.1:1/v1", model: "m" },
    { provider: "anthropic", name: "claude", model: "m", prices: { input: 1, output: 2, currency: "USD" } },
    { provider: "google", name: "gemini", model: "m" },
  ]);
  expect(models.names).toEqual(["quotes", "local", "claude", "gemini"]);
  expect(models.find(undefined)?.name).toBe("quotes");
  expect(models.find("claude")).toMatchObject({ name: "claude", prices: { currency: "USD" } });
  expect(models.find("unknown")).toBeUndefined();
});

test("without models there is no default", async () => {
  expect((await open([])).find(undefined)).toBeUndefined();
});

test("two models of one name are refused", async () => {
  const twice: ModelDefinition = { provider: "extractive", name: "same" };
  await expect(openModels([twice, twice])).rejects.toThrow('two models are named "same"');
});

test("a missing provider package is named with its model", async () => {
  await expect(
    openModels([{ provider: "@ai-sdk/not-installed", name: "other", model: "m" }]),
  ).rejects.toThrow('model "other": package @ai-sdk/not-installed is not installed');
});

test("what a definition says reaches the requests: retries, headers, parameters, time-outs", async () => {
  const upstream = await startUpstream({ reply: [{ type: "status", status: 503 }] });
  opened.push(upstream);
  const models = await open([
    {
      provider: "openai-compatible",
      name: "local",
      baseUrl: `${upstream.baseUrl}/`,
      model: "m",
      retries: 0,
      headers: { "x-tenant": "t" },
      parameters: { temperature: 0.1 },
      timeouts: { connectMs: undefined, firstByteMs: 5_000 },
    },
  ]);
  await expect(readAll(models, "local")).rejects.toMatchObject({ failure: "overloaded" });
  expect(upstream.requests).toMatchObject([
    { headers: { "x-tenant": "t" }, body: { model: "m", temperature: 0.1 } },
  ]);
});

test("closing ends streams that are still running", async () => {
  const upstream = await startUpstream({ reply: ["a", { type: "hold", until: new Promise(() => {}) }] });
  opened.push(upstream);
  const models = await open([
    { provider: "openai-compatible", name: "local", baseUrl: upstream.baseUrl, model: "m", retries: 0 },
  ]);
  await expect(readAll(models, "local", () => models.close())).rejects.toMatchObject({ failure: "broken" });
});

test("models that are added are offered beside the configured ones, which keep their names", async () => {
  const models = await open([
    { provider: "openai-compatible", name: "fixed", baseUrl: "http://127.0.0.1:1/v1", model: "m" },
  ]);
  const added = (name: string): ModelDefinition => ({ provider: "anthropic", name, model: "m" });
  const problems = await models.offer(
    [added("fixed"), added("new"), { provider: "@ai-sdk/not-installed", name: "odd", model: "m" }],
    undefined,
  );
  expect([...problems.keys()]).toEqual(["fixed", "odd"]);
  expect([models.names, models.defaultName]).toEqual([["fixed", "new"], "fixed"]);
  await models.offer([added("new")], "new");
  expect(models.find(undefined)?.name).toBe("new");
  await models.offer([], "new");
  expect([models.find(undefined)?.name, models.find("new")]).toEqual(["fixed", undefined]);
});

test("what only quotes is the default until there is a language model", async () => {
  const models = await open([{ provider: "extractive", name: "quotes" }]);
  expect(models.defaultName).toBe("quotes");
  await models.offer([{ provider: "anthropic", name: "claude", model: "m" }], undefined);
  expect([models.defaultName, models.names]).toEqual(["claude", ["claude", "quotes"]]);
});

test("a model that is replaced answers to the end what it began, and whoever has it may go on asking", async () => {
  const held = Promise.withResolvers<void>();
  const upstream = await startUpstream({ reply: ["a", { type: "hold", until: held.promise }, "b"] });
  opened.push(upstream);
  const models = await open([]);
  const definition = (model: string): ModelDefinition => ({
    provider: "openai-compatible",
    name: "local",
    baseUrl: upstream.baseUrl,
    model,
    retries: 0,
  });
  await models.offer([definition("old")], undefined);
  const old = models.find("local");
  const texts: string[] = [];
  for await (const part of old?.stream(request, new AbortController().signal) ?? []) {
    if (part.type !== "text-delta") continue;
    texts.push(part.text);
    if (texts.length > 1) continue;
    await models.offer([definition("new")], undefined);
    await readAll(models, "unknown");
    held.resolve();
  }
  expect(texts).toEqual(["a", "b"]);
  expect(models.find("local")).not.toBe(old);
  await expect.poll(() => upstream.openConnections()).toBe(0);
  for await (const part of old?.stream(request, new AbortController().signal) ?? []) {
    if (part.type === "text-delta") texts.push(part.text);
  }
  expect([texts, upstream.requests.at(-1)?.body.model]).toEqual([["a", "b", "a", "b"], "old"]);
  await expect.poll(() => upstream.openConnections()).toBe(0);
});
