import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { anAgent, anEnd, aTurn, begin } from "../../../../src/storage/conformance/factories.ts";
import { seriousFindings } from "../../../support/axe.ts";
import { type ConsoleWorld, openConsole } from "../../../support/console-browser.ts";
import { engines } from "../../../support/engines.ts";
import { eventually } from "../../../support/eventually.ts";
import { hiagentClient } from "../../../support/hiagent-client.ts";
import { startUpstream, tokens, type Upstream } from "../../../support/upstream.ts";

const APP_KEY = "d5k2m8s7q1v3c9n4b6t0";
const HOUR_MS = 3_600_000;

describe.each(engines)("the overview on $name", (engine) => {
  let world: ConsoleWorld;
  let upstream: Upstream;

  beforeAll(async () => {
    upstream = await startUpstream();
    world = await openConsole(engine, {
      file: {
        models: [{ name: "m", provider: "openai-compatible", baseUrl: upstream.baseUrl, model: "x" }],
        agents: [{ slug: "shop", name: "Shop assistant", prompt: "Be brief.", appKey: APP_KEY }],
      },
    });
  });
  afterAll(async () => {
    await world.close();
    await upstream.close();
  });

  test("before anything was asked it leads to the next step; then the numbers are there, and change by themselves", async () => {
    const page = await world.open();
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await page.getByRole("heading", { name: "No answers in this period yet" }).waitFor();
    await page.getByRole("button", { name: "Publish it" }).waitFor();
    await page.getByText("Nothing runs just now.").waitFor();
    expect(await seriousFindings(page)).toEqual([]);

    const client = hiagentClient({ url: world.server.url, key: APP_KEY });
    const conversation = await client.call("create_conversation", {});
    const AppConversationID = conversation.body.Conversation.AppConversationID;
    await client.call("chat_query_v2", { AppConversationID, Query: "How long?", ResponseMode: "blocking" });
    await expectTile(page, "Turns", "1");
    await page.getByRole("button", { name: "Only Shop assistant" }).waitFor();
    await page.context().close();
  });

  test("a running turn appears, and stop closes the connection to the model", async () => {
    const page = await world.open();
    upstream.replyOnce([tokens(5_000, { delayMs: 10 })]);
    const client = hiagentClient({ url: world.server.url, key: APP_KEY, userId: "anna" });
    const conversation = await client.call("create_conversation", {});
    const AppConversationID = conversation.body.Conversation.AppConversationID;
    const answered = client.call("chat_query_v2", {
      AppConversationID,
      Query: "Go on",
      ResponseMode: "blocking",
    });
    const row = page.getByRole("table", { name: "Running now" }).getByRole("row", { name: /anna/ });
    await row.getByText("HiAgent").waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await row.getByRole("button", { name: "Stop the answer of Shop assistant to anna" }).click();
    await eventually(() => expect(upstream.requests.at(-1)?.closedAtMs).toBeDefined());
    await page.getByText("Nothing runs just now.").waitFor();
    await answered;
    await page.context().close();
  });

  test("numbers of days, told apart, as chart and as table, for one agent only", async () => {
    await fillDays(world);
    const page = await world.open();
    await page.getByText("30 days", { exact: true }).click();
    await expectTile(page, "Turns", /^5\d$/);
    await expectTile(page, "Cost", "CN¥1.20");
    await page.getByRole("img", { name: "Turns over time" }).hover();
    await page.locator(".overview-chart canvas").waitFor();
    await page.getByText("Table", { exact: true }).click();
    await page.getByText("Latency", { exact: true }).last().click();
    await page.getByRole("table", { name: "Latency over time" }).getByText("Median").waitFor();
    const counted = Promise.withResolvers<void>();
    await page.route(/groupBy=family/, async (route) => {
      await counted.promise;
      await route.continue();
    });
    await page.getByText("API family", { exact: true }).first().click();
    expect(await page.getByRole("button", { name: "Only Travel guide" }).isVisible()).toBe(true);
    counted.resolve();
    await page.getByRole("button", { name: "Only Coze" }).click();
    await page.getByText("API family: Coze").waitFor();
    await expectTile(page, "Turns", "24");
    await page.getByRole("button", { name: "Remove the filter Coze" }).click();
    await expectTile(page, "Turns", /^5\d$/);
    expect(await seriousFindings(page)).toEqual([]);
    await page.context().close();
  });

  test("fits a phone, in Chinese and in the dark", async () => {
    const page = await world.open("/", {
      locale: "zh-CN",
      colorScheme: "dark",
      viewport: { width: 390, height: 844 },
    });
    await page.getByRole("heading", { level: 1, name: "概览" }).waitFor();
    await page.getByText("30 天", { exact: true }).click();
    await page.getByRole("img", { name: "回答数的变化趋势" }).waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
    expect(await seriousFindings(page)).toEqual([]);
    await page.context().close();
  });
});

async function expectTile(page: Page, name: string, value: string | RegExp): Promise<void> {
  const tile = page.locator(".overview-tile", { has: page.getByText(name, { exact: true }) });
  await eventually(async () => {
    const text = await tile.locator(".overview-tile-value").textContent();
    if (typeof value === "string") expect(text).toBe(value);
    else expect(text).toMatch(value);
  }, 15_000);
}

/** Twice two dozen turns of the last days, of two families. */
async function fillDays({ server: { store }, workspace }: ConsoleWorld): Promise<void> {
  const agent = anAgent(store, { workspaceId: workspace.id, name: "Travel guide" });
  await store.agents.save(agent);
  const endOf = (index: number) => new Date(Date.now() - (index + 1) * 9 * HOUR_MS);
  for (let index = 0; index < 48; index += 1) {
    const conversation = await begin(store, { agentId: agent.id, workspaceId: workspace.id });
    const turn = aTurn(store, conversation, { family: index % 2 === 0 ? "coze" : "insight" });
    const usage = { inputTokens: 900, outputTokens: 150, firstTokenMs: 300, latencyMs: 900 + 97 * index };
    await store.turns.open(turn);
    await store.turns.close(
      anEnd(turn, {
        endedAt: endOf(index),
        status: index % 12 === 11 ? "failed" : "completed",
        usage: { ...usage, cost: 0.025, currency: "CNY" },
        model: index % 3 === 0 ? "deepseek-chat" : "qwen-plus",
      }),
    );
    if (index % 5 === 0) {
      await store.feedback.save({
        ...{ turnId: turn.turnId, rater: "u-1", rating: index % 2 === 0 ? "like" : "dislike" },
        ...{ categories: [], comment: "", revision: 1, updatedAt: new Date(Date.now() - index * HOUR_MS) },
      });
    }
  }
  // As it is done for turns whose end comes late: the server has counted these days already.
  while (await store.statistics.countTurns(new Date()));
  for (let index = 0; index < 48; index += 1) {
    await store.statistics.verify(Math.floor(endOf(index).getTime() / HOUR_MS));
  }
}
