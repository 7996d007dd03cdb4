import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seriousFindings } from "../../../support/axe.ts";
import { type ConsoleWorld, openConsole } from "../../../support/console-browser.ts";
import { engines } from "../../../support/engines.ts";
import { eventually } from "../../../support/eventually.ts";
import { hiagentClient } from "../../../support/hiagent-client.ts";
import { startUpstream, type Upstream } from "../../../support/upstream.ts";

const run = promisify(execFile);
const APP_KEY = "d5k2m8s7q1v3c9n4b6t0";

describe.each(engines)("reading conversations in a browser on $name", (engine) => {
  let world: ConsoleWorld;
  let upstream: Upstream;
  let page: Page;

  beforeAll(async () => {
    upstream = await startUpstream();
    upstream.reply(["Within **seven** days."]);
    world = await openConsole(engine, {
      file: {
        models: [{ name: "m", provider: "openai-compatible", baseUrl: upstream.baseUrl, model: "x" }],
        agents: [{ slug: "shop", name: "商城客服", prompt: "Be brief.", appKey: APP_KEY }],
      },
    });
    await ask("anna", "Do you deliver to Mars?");
    const wang = await ask("wang", "你好", "怎么退货？");
    await ask("berta", "Is it blue?");
    const first = await wang.last();
    upstream.replyOnce(["七天之内都可以。"]);
    const again = { AppConversationID: wang.AppConversationID, MessageID: first, ResponseMode: "blocking" };
    await wang.client.call("query_again_v2", again);
    await wang.client.call("feedback", { MessageID: first, LikeType: -1 });
    page = await world.open("/conversations");
  });
  afterAll(async () => {
    await world.close();
    await upstream.close();
  });

  const ask = async (userId: string, ...questions: string[]) => {
    const client = hiagentClient({ url: world.server.url, key: APP_KEY, userId });
    const AppConversationID = await client.newConversation();
    for (const Query of questions) {
      await client.call("chat_query_v2", { AppConversationID, Query, ResponseMode: "blocking" });
    }
    const last = async () => (await client.history(AppConversationID)).at(-1).AnswerInfo.MessageID as string;
    return { client, AppConversationID, last };
  };
  const rows = () => page.getByRole("list", { name: "Conversations" }).getByRole("heading");
  const questions = (...wanted: string[]) =>
    eventually(async () => expect(await rows().allTextContents()).toEqual(wanted));

  test("they are found by Chinese words, by user and by rating, and the filters stand in the address", async () => {
    await questions("怎么退货？", "Is it blue?", "Do you deliver to Mars?");
    const text = page.getByRole("searchbox", { name: "Search in questions and answers" });
    await text.fill("退货");
    await text.press("Enter");
    await questions("怎么退货？");
    expect(new URL(page.url()).searchParams.get("text")).toBe("退货");
    await page.getByRole("button", { name: "Clear all", exact: true }).click();
    const user = page.getByRole("searchbox", { name: "User id begins with" });
    await user.fill("an");
    await user.press("Enter");
    await questions("Do you deliver to Mars?");
    await page.getByRole("button", { name: "Clear all: User an…" }).click();
    await page.getByRole("combobox", { name: "Rating" }).click();
    await page.getByTitle("Disliked", { exact: true }).last().click();
    await questions("怎么退货？");
    expect(await seriousFindings(page)).toEqual([]);
  });

  test("a new one is announced and comes when it is asked for", async () => {
    await page.getByRole("button", { name: "Clear all", exact: true }).click();
    await questions("怎么退货？", "Is it blue?", "Do you deliver to Mars?");
    await ask("cleo", "Am I new?");
    const pill = page.getByRole("button", { name: "1 conversation with something new" });
    await pill.waitFor();
    await questions("怎么退货？", "Is it blue?", "Do you deliver to Mars?");
    await pill.click();
    await questions("Am I new?", "怎么退货？", "Is it blue?", "Do you deliver to Mars?");
  });

  test("one is read with both answers of a question, their trace, and how to ask it again", async () => {
    await page.getByRole("link", { name: "怎么退货？" }).click();
    await page.getByRole("heading", { level: 1, name: "Conversation of wang" }).waitFor();
    await page.getByText("七天之内都可以。").waitFor();
    await page.getByText("Shown to the user").waitFor();
    await page.getByRole("button", { name: "Answer before" }).click();
    await page.getByText("Answer 1 of 2").waitFor();
    await page.getByRole("img", { name: "Disliked" }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);

    await page.getByRole("button", { name: "Trace" }).last().click();
    const trace = page.getByRole("dialog", { name: "How this answer came to be" });
    await trace.getByRole("list").getByText("Model").first().waitFor();
    await trace.getByRole("button", { name: "Close" }).click();
    await trace.waitFor({ state: "hidden" });

    await page.getByRole("button", { name: "Open in API" }).last().click();
    const drawer = page.getByRole("dialog", { name: "Open in API" });
    for (const family of ["HiAgent", "Coze", "Insight", "OpenAI"]) {
      await drawer.getByRole("tab", { name: family }).waitFor();
    }
    expect(await seriousFindings(page)).toEqual([]);
    const command = await drawer.locator("pre").textContent();
    const env = { PATH: process.env["PATH"] ?? "", HIAGENT_APP_KEY: APP_KEY };
    const { stdout } = await run("/bin/sh", ["-c", command ?? ""], { env });
    expect(JSON.parse(stdout).answer).toBe("Within **seven** days.");
    expect(upstream.requests.at(-1)?.lastUserText).toBe("怎么退货？");
    await drawer.getByText("TypeScript").click();
    await drawer.getByText("await fetch(").waitFor();
    await drawer.getByRole("button", { name: "Close" }).click();
    await drawer.waitFor({ state: "hidden" });
    await eventually(async () => expect(await page.getByText("怎么退货？").count()).toBeGreaterThan(1));
  });

  test("one is given to a person and back, found by the place of an answer, and deleted", async () => {
    await page.getByRole("button", { name: "Give to a person" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Give to a person" }).click();
    await page.getByText("This conversation is with a person").waitFor();
    await page.getByRole("button", { name: "Give back to the agent" }).click();
    await page.getByText("This conversation is with a person").waitFor({ state: "hidden" });

    const response = await page.request.get(
      `${page.url().replace("/console/", "/api/")}/exchanges?order=asc&limit=1`,
    );
    const { items } = (await response.json()) as { items: { answers: { turnId: string }[] }[] };
    await page.goto(`${page.url()}?turn=${items[0]?.answers[0]?.turnId}`);
    await page.locator(".transcript-meant").getByText("你好").waitFor();
    await page.getByText("怎么退货？").first().waitFor();

    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await questions("Am I new?", "Is it blue?", "Do you deliver to Mars?");
  });
});
