import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seriousFindings } from "../../../support/axe.ts";
import { type ConsoleWorld, openConsole } from "../../../support/console-browser.ts";
import { engines } from "../../../support/engines.ts";
import { hiagentClient } from "../../../support/hiagent-client.ts";
import { startUpstream, type Upstream } from "../../../support/upstream.ts";

const APP_KEY = "d5k2m8s7q1v3c9n4b6t0";
const PATIENCE = { timeout: 15_000 };

describe.each(engines)("the pages of feedback and evaluations on $name", (engine) => {
  let upstream: Upstream;
  let world: ConsoleWorld;
  let page: Page;
  beforeAll(async () => {
    upstream = await startUpstream({ reply: ["It takes ", "three days."] });
    upstream.replyWhen({ model: "judge" }, ['{"score": 4, "reason": "Correct and short."}']);
    const model = (name: string) => ({
      name,
      provider: "openai-compatible",
      baseUrl: upstream.baseUrl,
      model: name,
      prices: { input: 1, output: 2, currency: "CNY" },
    });
    world = await openConsole(engine, {
      file: {
        models: [model("answers"), model("judge")],
        agents: [{ slug: "shop", name: "Shop", appKey: APP_KEY, prompt: "Help.", channels: ["api"] }],
      },
    });
    page = await world.open("/feedback");
    page.setDefaultTimeout(PATIENCE.timeout);
  });
  afterAll(async () => {
    await world?.close();
    await upstream?.close();
  });

  const sees = (text: string | RegExp) => page.getByText(text).first().waitFor(PATIENCE);
  const choose = async (label: string, option: string) => {
    await page.getByRole("combobox", { name: label }).click();
    await page.locator(".ant-select-item-option").filter({ hasText: option }).click();
  };

  test("a dislike with a comment made over the HiAgent API appears without reloading", async () => {
    await sees("Nobody has rated an answer yet");
    expect(await seriousFindings(page)).toEqual([]);
    const client = hiagentClient({ url: world.server.url, key: APP_KEY, userId: "ann" });
    const AppConversationID = await client.newConversation();
    const asked = await client.call("chat_query_v2", {
      AppConversationID,
      Query: "How long is delivery?",
      ResponseMode: "blocking",
    });
    const rated = await client.call("feedback", {
      MessageID: asked.body.id,
      LikeType: -1,
      FeedbackInfo: { ProblemCategories: ["incomplete"], ProblemDetail: "Where to?" },
    });
    expect(rated.status).toBe(200);
    await sees("Where to?");
    for (const shown of ["How long is delivery?", "It takes three days.", "incomplete", "by ann"]) {
      await sees(shown);
    }
    expect(await seriousFindings(page)).toEqual([]);
  });

  test("filters keep to what is asked for, and what they find is exported", async () => {
    await page.getByText("Likes", { exact: true }).click();
    await sees("No rating matches these filters");
    await page.getByRole("button", { name: "Clear filters" }).click();
    await choose("Comment", "With a comment");
    await sees("Where to?");
    await page.getByRole("button", { name: "Export" }).click();
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: /spreadsheets/ }).click();
    expect((await download).suggestedFilename()).toBe("rated-turns.csv");
  });

  test("adding all that a filter finds asks for the agent where the filter names none", async () => {
    await page.getByRole("button", { name: "Add these to an evaluation set" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("combobox", { name: "Agent" }).click();
    await page.locator(".ant-select-item-option").filter({ hasText: "Shop" }).click();
    await dialog.getByRole("combobox", { name: "Evaluation set" }).waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.waitFor({ state: "hidden" });
  });

  test("it is added to a new set, which is evaluated, and the report is read", async () => {
    await page.getByRole("button", { name: "Add to evaluation set" }).click();
    await choose("Evaluation set", "New set");
    await page.getByLabel("Name of the new set").fill("Delivery");
    await page.getByLabel("The answer you would want").fill("Three days within the country.");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("link", { name: "Open the set" }).click();
    await page.getByRole("heading", { level: 1, name: "Delivery" }).waitFor(PATIENCE);
    await sees("from a conversation");
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "Run evaluation" }).click();
    await choose("Graded by", "judge");
    await page.getByRole("button", { name: "Start" }).click();
    await sees("Completed");
    await page.getByRole("heading", { name: "Totals" }).waitFor(PATIENCE);
    await sees("Three days within the country.");
    expect(await page.getByText("4 of 5").count()).toBe(2);
    expect(await page.getByText("Correct and short.").count()).toBe(2);
    expect(await page.getByText("It takes three days.").count()).toBe(2);
    expect(await seriousFindings(page)).toEqual([]);
  });

  test("an evaluation that runs is stopped, and the model's connections are closed", async () => {
    upstream.replyWhen({ model: "answers" }, ["slow", { type: "hold", until: new Promise(() => {}) }]);
    await page.getByRole("link", { name: "Delivery" }).click();
    await page.getByRole("button", { name: "Run evaluation" }).click();
    await page.getByRole("button", { name: "Start" }).click();
    await sees("Running");
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Stop" }).click();
    await sees("Stopped");
    await expect.poll(() => upstream.requests.at(-1)?.closedAtMs).toBeDefined();
  });
});
