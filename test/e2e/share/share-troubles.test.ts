import type { Browser, Page, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ConversationId } from "../../../src/domain/ids.ts";
import { startBrowser } from "../../support/chromium.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { tokens, tokensText } from "../../support/upstream.ts";
import { ask, aVisitorsPage, lastAnswer } from "./share-visit.ts";
import { openShareWorld, openSite, type ShareWorld } from "./share-world.ts";

const refuse = (status: number, code: string) => (route: Route) =>
  route.fulfill({ status, json: { error: { code, message: "no" }, requestId: "r" } });

/** Something that is waited for until a test says so. */
function gate(): { opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

describe("the share page when something goes wrong", () => {
  let browser: Browser;
  let world: ShareWorld;
  beforeAll(async () => {
    const [engine] = engines;
    if (engine === undefined) throw new Error("there is no engine");
    [browser, world] = await Promise.all([startBrowser(), openShareWorld(engine)]);
  });
  afterAll(async () => {
    await browser?.close();
    await world?.close();
  });

  const aPage = async (
    ...[options]: Parameters<typeof aVisitorsPage> extends [Browser, ...infer Rest] ? Rest : []
  ) => {
    const page = await aVisitorsPage(browser, options);
    page.setDefaultTimeout(8_000);
    return page;
  };
  const conversationOf = (page: Page) =>
    page.evaluate<string>(
      "Object.entries(localStorage).find(([name]) => name.startsWith('antiphon.conversation.'))?.[1]",
    );

  test("a question that is refused need not be written again, and the visitor is told in its language", async () => {
    const page = await aPage({ locale: "zh-CN" });
    await page.goto((await world.aLink()).url);
    const message = page.getByLabel("你的消息");
    for (const [status, code, words] of [
      [429, "rate_limited", "消息太频繁，请稍后再试。"],
      [429, "budget_exhausted", "该助手暂不可用。"],
      [503, "shutting_down", "无法连接服务器，请稍后再试。"],
      [413, "body_too_large", "内容太长。"],
    ] as const) {
      await page.route("**/ask", refuse(status, code));
      await message.fill("在吗");
      await message.press("Enter");
      await page.getByRole("alert").getByText(words).waitFor();
      await eventually(async () => (await message.inputValue()) === "在吗");
      expect(await page.getByText("在吗").count()).toBe(1);
      await page.unroute("**/ask");
    }
    await message.press("Enter");
    await page.getByRole("article", { name: "回答" }).getByText("upstream").waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    expect(await message.inputValue()).toBe("");
  });

  test("an answer goes on although what stands between server and page says it is gone", async () => {
    const page = await aPage();
    await page.goto((await world.aLink()).url);
    const { opened, open } = gate();
    world.upstream.replyOnce([
      tokens(5, { label: "a" }),
      { type: "hold", until: opened },
      tokens(5, { label: "b" }),
    ]);
    await ask(page, "Tell me a lot");
    await lastAnswer(page).getByText(tokensText(5, "a")).waitFor();
    await page.route("**/events", (route) => route.fulfill({ status: 502, body: "<h1>Bad gateway</h1>" }), {
      times: 2,
    });
    await page.reload();
    await page.getByRole("alert").getByText("The connection is gone. Trying again…").waitFor();
    open();
    await lastAnswer(page)
      .getByText(tokensText(5, "a") + tokensText(5, "b"))
      .waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    await page.getByRole("button", { name: "Answer again" }).waitFor();
  });

  test("a link that is switched off in the middle of an answer ends it, and says so", async () => {
    const link = await world.aLink();
    const page = await aPage();
    await page.goto(link.url);
    world.upstream.replyOnce(["Once upon ", { type: "hold", until: new Promise(() => {}) }]);
    await ask(page, "A story");
    await lastAnswer(page).getByText("Once upon").waitFor();
    await page.route("**/events", refuse(404, "not_found"));
    await page.reload();
    await page.getByRole("alert").getByText("This link leads nowhere any more.").waitFor();
    await lastAnswer(page).getByText("This answer was interrupted.").waitFor();
    expect(await page.getByRole("button", { name: "Stop" }).count()).toBe(0);
  });

  test("a link that leads nowhere says so in the visitor's language, in the frame of another site too", async () => {
    const { origin, pathname } = new URL((await world.aLink({ isEnabled: false, origins: ["*"] })).url);
    const site = await openSite(
      `<!doctype html><h1>A shop</h1><script src="${origin}/share/embed.js" data-key="${pathname.split("/")[2]}" data-label="Help"></script>`,
    );
    try {
      const page = await aPage({ locale: "zh-CN" });
      const gone = await page.goto(origin + pathname);
      expect(gone?.status()).toBe(404);
      await page.getByRole("heading", { name: "此链接已失效" }).waitFor();
      await page.goto(site.origin);
      const bubble = page.getByRole("button", { name: "Help" });
      await bubble.click();
      await page.frameLocator("iframe").getByRole("heading", { name: "此链接已失效" }).waitFor();
      await bubble.click();
      await page.locator("iframe").waitFor({ state: "hidden" });
    } finally {
      site.server.close();
    }
  });

  test("an address that ends with a slash leads to the same page", async () => {
    const page = await aPage();
    await page.goto(`${(await world.aLink()).url}/`);
    await page.getByRole("button", { name: "怎么退货？" }).waitFor();
  });

  test("a rating that fails while a question is on its way does not lose the question", async () => {
    const page = await aPage();
    await page.goto((await world.aLink()).url);
    await ask(page, "First");
    await page.getByRole("button", { name: "Good answer" }).waitFor();
    const { opened, open } = gate();
    await page.route("**/ask", async (route) => {
      await opened;
      await route.continue();
    });
    await page.route("**/feedback", refuse(429, "rate_limited"));
    world.upstream.replyOnce(["The second answer."]);
    await ask(page, "Second");
    await page.getByText("Second").waitFor();
    await page.getByRole("button", { name: "Good answer" }).click();
    await page.getByRole("alert").waitFor();
    open();
    await lastAnswer(page).getByText("The second answer.").waitFor();
    expect(await page.locator(".bubble-question").allInnerTexts()).toHaveLength(2);
  });

  test("words about a bad answer stay until they were taken", async () => {
    const page = await aPage();
    await page.goto((await world.aLink()).url);
    await ask(page, "First");
    await page.getByRole("button", { name: "Bad answer" }).click();
    await page.getByRole("button", { name: "Bad answer", pressed: true }).waitFor();
    await page.getByLabel("Tell us more (optional)").fill("It is wrong");
    await page.route("**/feedback", refuse(500, "internal"), { times: 1 });
    await lastAnswer(page).getByRole("button", { name: "Send", exact: true }).click();
    await page.getByRole("alert").waitFor();
    expect(await page.getByLabel("Tell us more (optional)").inputValue()).toBe("It is wrong");
    await lastAnswer(page).getByRole("button", { name: "Send", exact: true }).click();
    await lastAnswer(page).getByText("Thank you.").waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe("Bad answer");
  });

  test("a page that was not reached at first is there when it is tried again, with what was said before", async () => {
    const page = await aPage();
    const { url } = await world.aLink();
    await page.route("**/visitor", (route) => route.abort(), { times: 1 });
    await page.goto(url);
    await page.getByRole("heading", { name: "The server cannot be reached. Try again later." }).waitFor();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("button", { name: "怎么退货？" }).waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    await ask(page, "First");
    await lastAnswer(page).getByText("upstream").waitFor();
    await page.route("**/exchanges", (route) => route.abort(), { times: 1 });
    await page.reload();
    await page.getByRole("button", { name: "Try again" }).click();
    await lastAnswer(page).getByText("upstream").waitFor();
  });

  test("a conversation that was deleted is left for a new one", async () => {
    const page = await aPage();
    await page.goto((await world.aLink()).url);
    await ask(page, "First");
    await lastAnswer(page).getByText("upstream").waitFor();
    await world.server.store.conversations.delete(
      Number(await conversationOf(page)) as ConversationId,
      new Date(),
    );
    await ask(page, "Second");
    await page.getByRole("alert").getByText("This conversation is not there any more.").waitFor();
    await page.getByRole("button", { name: "New conversation" }).click();
    expect(await page.evaluate("document.activeElement.tagName")).not.toBe("BODY");
    await ask(page, "Third");
    await lastAnswer(page).getByText("upstream").waitFor();
  });

  test("while a person has the conversation, nothing is shown as an answer of the agent", async () => {
    const page = await aPage();
    await page.goto((await world.aLink()).url);
    await ask(page, "First");
    await page.getByRole("button", { name: "Good answer" }).waitFor();
    const held = await world.call("POST", `/conversations/${await conversationOf(page)}/hold`, {});
    expect(held.status).toBe(200);
    await page.getByRole("button", { name: "Answer again" }).click();
    await page.getByText("A person will answer here.").waitFor();
    await lastAnswer(page).getByText("upstream").waitFor();
    await page.getByRole("button", { name: "Send" }).waitFor();
    for (const step of ["asked", "reloaded"]) {
      if (step === "asked") await ask(page, "Is anybody there?");
      else await page.reload();
      await page.getByText("A person will answer here.").waitFor();
      await page.getByText("Is anybody there?").waitFor();
      await page.getByRole("button", { name: "Send" }).waitFor();
      expect(await page.getByRole("article", { name: "Answer" }).count()).toBe(1);
    }
  });

  test("a browser that keeps nothing talks all the same, and begins anew after a reload", async () => {
    const page = await aPage();
    await page.addInitScript(
      "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })",
    );
    await page.goto((await world.aLink()).url);
    await ask(page, "First");
    await lastAnswer(page).getByText("upstream").waitFor();
    await ask(page, "Second");
    await eventually(async () => (await page.getByRole("article", { name: "Answer" }).count()) === 2);
    await page.reload();
    await page.getByRole("button", { name: "怎么退货？" }).waitFor();
  });

  test("a browser whose streams cannot be gone through, as Safari's, shows answers too", async () => {
    const page = await aPage();
    await page.addInitScript(
      "delete ReadableStream.prototype[Symbol.asyncIterator]; delete ReadableStream.prototype.values",
    );
    await page.goto((await world.aLink()).url);
    await ask(page, "First");
    await lastAnswer(page).getByText("upstream").waitFor();
  });

  test("two windows that come at once are one visitor", async () => {
    const first = await aPage();
    const second = await first.context().newPage();
    const { url } = await world.aLink();
    const { opened, open } = gate();
    await first.route("**/visitor", async (route) => {
      await opened;
      await route.continue();
    });
    await first.goto(url);
    await second.goto(url);
    await ask(second, "First");
    await lastAnswer(second).getByText("upstream").waitFor();
    open();
    await first.getByLabel("Your message").waitFor();
    await second.reload();
    await lastAnswer(second).getByText("upstream").waitFor();
  });

  test("those who do not see the page are told that an answer failed, and keep their place in it", async () => {
    const page = await aPage();
    await page.goto((await world.aLink()).url);
    world.upstream.replyOnce([{ type: "status", status: 401, body: {} }]);
    await page.getByRole("button", { name: "多久发货？" }).press("Enter");
    await page.locator("[aria-live=polite]", { hasText: "This answer failed." }).waitFor();
    expect(await page.evaluate("document.activeElement.tagName")).not.toBe("BODY");
    world.upstream.replyOnce(["Seven days."]);
    await page.getByRole("button", { name: "Answer again" }).press("Enter");
    await lastAnswer(page).getByText("Seven days.").waitFor();
    expect(await page.evaluate("document.activeElement.tagName")).not.toBe("BODY");
  });
});
