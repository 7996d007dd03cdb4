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
