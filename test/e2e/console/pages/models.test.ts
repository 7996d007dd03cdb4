import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seriousFindings } from "../../../support/axe.ts";
import { type ConsoleWorld, openConsole } from "../../../support/console-browser.ts";
import { engines } from "../../../support/engines.ts";
import { hiagentClient } from "../../../support/hiagent-client.ts";
import { startUpstream, type Upstream } from "../../../support/upstream.ts";

const APP_KEY = "d5k2m8s7q1v3c9n4b6t0";
const KEY = "sk-good-key-0123456789";
const PATIENCE = { timeout: 10_000 };

describe.each(engines)("the page of models on $name", (engine) => {
  let upstream: Upstream;
  let world: ConsoleWorld;
  let page: Page;
  beforeAll(async () => {
    upstream = await startUpstream({
      reply: ({ headers }) =>
        headers.authorization === `Bearer ${KEY}`
          ? ["Hello ", "from the model."]
          : [{ type: "status", status: 401, body: { error: { message: "Incorrect API key provided" } } }],
    });
    world = await openConsole(engine, {
      file: { agents: [{ slug: "shop", name: "Shop", appKey: APP_KEY, prompt: "Help.", channels: ["api"] }] },
    });
    page = await world.open("/settings/models");
    page.setDefaultTimeout(PATIENCE.timeout);
  });
  afterAll(async () => {
    await world?.close();
    await upstream?.close();
  });

  const form = () => page.getByRole("dialog", { name: /Connect a model|Change / });
  const sees = (text: string | RegExp) => page.getByText(text).first().waitFor(PATIENCE);
  const row = (name: string) => page.getByRole("row").filter({ hasText: name });

  test("says that nothing but quotes answers so far, and offers vendors", async () => {
    await sees("No language model is connected");
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "Connect a model" }).click();
    await form().getByRole("radio", { name: "DeepSeek" }).check();
    expect(await form().getByLabel("Address").inputValue()).toBe("https://api.deepseek.com/v1");
    await sees("https://platform.deepseek.com/api_keys");
    expect(await seriousFindings(page)).toEqual([]);
  });

  test("a test with a wrong key shows what the vendor says, one with the right key how long it took", async () => {
    await form().getByRole("radio", { name: "Another server" }).check();
    await form().getByLabel("Name", { exact: true }).fill("house/model");
    await form().getByLabel("Model", { exact: true }).fill("upstream-model");
    await form().getByLabel("Address").fill(upstream.baseUrl);
    await form().getByLabel("API key").fill("sk-wrong-key-0123456789");
    await form().getByRole("button", { name: "Test" }).click();
    await sees("It says: Incorrect API key provided");
    await sees("HTTP 401");
    await form().getByLabel("API key").fill(KEY);
    await form().getByRole("button", { name: "Test" }).click();
    await sees(/It answers: first token after \d+ ms/);
    await form().getByText("More: prices and parameters").click();
    await form().getByLabel("Input").fill("2");
    await form().getByLabel("Output").fill("8");
    await form().getByRole("button", { name: "Save" }).click();
    await row("house/model").getByText("Default").waitFor(PATIENCE);
    await row("house/model").getByText("2 in · 8 out").waitFor(PATIENCE);
    expect(await page.getByText("No language model is connected").count()).toBe(0);
    await page.reload();
    await row("house/model").getByText("Default").waitFor(PATIENCE);
    expect((await page.content()).includes(KEY)).toBe(false);
  });

  test("what was connected answers at once, and its key is kept encrypted", async () => {
    const ask = async () => {
      const client = hiagentClient({ url: world.server.url, key: APP_KEY });
      const AppConversationID = await client.newConversation();
      const reply = await client.call("chat_query_v2", {
        AppConversationID,
        Query: "hi",
        ResponseMode: "blocking",
      });
      expect([reply.status, reply.body.answer]).toEqual([200, "Hello from the model."]);
    };
    await ask();
    expect(upstream.requests.at(-1)?.body.model).toBe("upstream-model");
    expect((await world.server.store.models.find("house/model"))?.secrets).not.toContain(KEY);
  });

  test("it is changed without writing its key again, and deleted", async () => {
    await row("house/model").getByRole("button", { name: "Edit" }).click();
    await form().getByText("A key is kept").waitFor(PATIENCE);
    await form().getByRole("button", { name: "Test" }).click();
    await sees(/It answers: first token after \d+ ms/);
    await form().getByLabel("Model", { exact: true }).fill("other-model");
    await form().getByRole("button", { name: "Save" }).click();
    await row("other-model").waitFor(PATIENCE);
    const withTemperature = async (written: string) => {
      await row("house/model").getByRole("button", { name: "Edit" }).click();
      await form().getByText("More: prices and parameters").click();
      await form().getByLabel("Temperature").fill(written);
      await form().getByRole("button", { name: "Save" }).click();
      await form().waitFor({ state: "hidden" });
      const kept = await world.server.store.models.find("house/model");
      return JSON.parse(kept?.definition ?? "{}").parameters;
    };
    expect(await withTemperature("0.5")).toEqual({ temperature: 0.5 });
    expect(await withTemperature("")).toEqual({});

    await page.getByRole("button", { name: "Connect a model" }).click();
    await form().getByRole("radio", { name: "Another server" }).check();
    await form().getByLabel("Name", { exact: true }).fill("house/model");
    await form().getByLabel("Model", { exact: true }).fill("upstream-model");
    await form().getByLabel("Address").fill(upstream.baseUrl);
    await form().getByRole("button", { name: "Save" }).click();
    await sees("It could not be saved");
    expect(await page.getByText("It does not answer").count()).toBe(0);
    await page.keyboard.press("Escape");
    await form().waitFor({ state: "hidden" });
    await row("house/model").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await sees("No language model is connected");
  });

  test("members see models and cannot change them", async () => {
    await world.aPerson("molly", "member");
    const theirs = await world.open("/settings/models", { as: "molly" });
    await theirs.getByText("Its owner connects and changes them").waitFor(PATIENCE);
    expect(await theirs.getByRole("button", { name: "Connect a model" }).count()).toBe(0);
  });
});
