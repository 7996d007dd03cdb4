import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seriousFindings } from "../../support/axe.ts";
import { startBrowser } from "../../support/chromium.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { tokens, tokensText } from "../../support/upstream.ts";
import { ask, aVisitorsPage, lastAnswer } from "./share-visit.ts";
import { openShareWorld, openSite, type ShareWorld } from "./share-world.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

describe.each(engines)("the share page on $name", (engine) => {
  let world: ShareWorld;
  beforeAll(async () => {
    world = await openShareWorld(engine);
  });
  afterAll(() => world?.close());

  test("a visitor asks, sees where the answer comes from, asks again, chooses, and says what was wrong", async () => {
    const { url } = await world.aLink({ title: "Ask the shop" });
    const page = await aVisitorsPage(browser);
    await page.goto(url);
    await page.getByRole("heading", { level: 1, name: "Ask the shop" }).waitFor();
    await page.locator("strong", { hasText: "商城客服" }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);

    await page.getByRole("button", { name: "怎么退货？" }).click();
    await lastAnswer(page).getByText("7 天无理由退货。").first().waitFor();
    await lastAnswer(page).getByText("Sources (1)").click();
    await lastAnswer(page).locator("details strong", { hasText: "怎么退货？" }).waitFor();

    world.upstream.replyOnce(["**Seven** ", "days."]);
    await ask(page, "When does it arrive?");
    await lastAnswer(page).locator("strong", { hasText: "Seven" }).waitFor();
    world.upstream.replyOnce(["A week."]);
    await lastAnswer(page).getByRole("button", { name: "Answer again" }).click();
    await lastAnswer(page).getByText("A week.").waitFor();
    await lastAnswer(page).getByText("2/2").waitFor();
    await lastAnswer(page).getByRole("button", { name: "Earlier answer" }).click();
    await lastAnswer(page).getByText("Seven").waitFor();

    await lastAnswer(page).getByRole("button", { name: "Bad answer" }).click();
    await page.getByLabel("Not complete").check();
    await page.getByLabel("Tell us more (optional)").fill("Which days?");
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "Send", exact: true }).first().click();
    await lastAnswer(page).getByText("Thank you.").waitFor();
    const rated = await eventually(async () => {
      const { body } = await world.call("GET", "/rated-turns?rating=dislike");
      const [first] = (body as { items: object[] }).items;
      return first ?? false;
    });
    expect(rated).toMatchObject({ comment: "Which days?", categories: ["Not complete"] });

    await page.reload();
    await lastAnswer(page).getByText("Seven").waitFor();
    await page.getByRole("button", { name: "Bad answer", pressed: true }).waitFor();
    await page.getByRole("button", { name: "New conversation" }).click();
    await page.getByRole("button", { name: "多久发货？" }).waitFor();
    expect(await page.getByRole("article", { name: "Answer" }).count()).toBe(0);
  });

  test("a reload in the middle of an answer goes on with it, and stop closes the connection to the model", async () => {
    const { url } = await world.aLink();
    const page = await aVisitorsPage(browser, { colorScheme: "dark" });
    await page.goto(url);
    let goOn = () => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    world.upstream.replyOnce([
      tokens(5, { label: "a" }),
      { type: "hold", until: held },
      tokens(5, { label: "b" }),
    ]);
    await ask(page, "Tell me a lot");
    await lastAnswer(page).getByText(tokensText(5, "a")).waitFor();
    await page.reload();
    await lastAnswer(page).getByText(tokensText(5, "a")).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    goOn();
    await lastAnswer(page)
      .getByText(tokensText(5, "a") + tokensText(5, "b"))
      .waitFor();
    await page.getByRole("button", { name: "Good answer" }).waitFor();
    expect(await page.getByRole("article", { name: "Answer" }).count()).toBe(1);

    world.upstream.replyOnce(["Once upon ", { type: "hold", until: new Promise(() => {}) }]);
    await ask(page, "A story");
    await lastAnswer(page).getByText("Once upon").waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await lastAnswer(page).getByText("Stopped").waitFor();
    await eventually(() => world.upstream.requests.at(-1)?.closedAtMs !== undefined);
  });

  test("a visitor tells what the agent has to know before the first question, once for a conversation", async () => {
    const { url } = await world.aLink({}, world.deskId);
    const page = await aVisitorsPage(browser);
    await page.goto(`${url}#plan=Gold&customer=Somebody+with+a+long+name&note=I+am+new`);
    await page.getByRole("group", { name: "Before you ask" }).waitFor();
    expect(await page.getByLabel("Your name").inputValue()).toBe("");
    expect(await page.getByLabel("Anything else (optional)").inputValue()).toBe("I am new");
    expect(await seriousFindings(page)).toEqual([]);

    await ask(page, "Who am I?");
    await page.getByRole("alert").getByText("Please fill in “Your name”.").waitFor();
    expect(await page.evaluate("document.activeElement.labels[0].textContent")).toBe("Your name");
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByLabel("Your name").fill("Ann");
    await page.getByLabel("Plan").selectOption("Pro");
    world.upstream.replyOnce(["You are Ann."]);
    await page.getByLabel("Your message").press("Enter");
    await lastAnswer(page).getByText("You are Ann.").waitFor();
    expect(world.upstream.requests.at(-1)?.body.messages[0]?.content).toContain(
      "You help Ann of SECRET-CITY, who pays for Pro. I am new",
    );
    expect(await page.getByLabel("Your name").count()).toBe(0);
    expect(await page.getByRole("alert").count()).toBe(0);

    await page.reload();
    await lastAnswer(page).getByText("You are Ann.").waitFor();
    world.upstream.replyOnce(["Still Ann."]);
    await ask(page, "And now?");
    await lastAnswer(page).getByText("Still Ann.").waitFor();
    expect(world.upstream.requests.at(-1)?.body.messages[0]?.content).toContain("You help Ann");
    await page.getByRole("button", { name: "New conversation" }).click();
    await page.getByLabel("Your name").waitFor();
  });

  test("an agent that has to know something else meanwhile asks for it", async () => {
    const { url } = await world.aLink({}, world.deskId);
    const page = await aVisitorsPage(browser, {
      ...{ locale: "zh-CN", colorScheme: "dark", viewport: { width: 390, height: 400 } },
    });
    await page.route("**/visitor", async (route) => {
      const response = await route.fetch();
      const body = (await response.json()) as { agent: { variables: { key: string }[] } };
      const variables = body.agent.variables.filter(({ key }) => key !== "plan");
      await route.fulfill({ response, json: { ...body, agent: { ...body.agent, variables } } });
    });
    await page.goto(url);
    await page.getByLabel("Your name").waitFor();
    expect(await page.evaluate("document.querySelector('main').scrollTop")).toBe(0);
    await page.getByLabel("Your name").fill("Ann");
    await page.unroute("**/visitor");
    await page.getByRole("button", { name: "What can you do?" }).click();
    await page.getByRole("alert").getByText("请填写“Plan”。").waitFor();
    await page.getByLabel("Plan").selectOption("Free");
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByLabel("你的消息").press("Enter");
    await page.getByRole("article", { name: "回答" }).getByText("upstream").waitFor();
  });

  test("speaks Chinese where the browser does, and tells what is wrong", async () => {
    const link = await world.aLink();
    const page = await aVisitorsPage(browser, { locale: "zh-CN" });
    await page.goto(link.url);
    await page.getByLabel("你的消息").waitFor();
    await world.call("PATCH", `/agents/${world.agentId}/share-links/${link.id}`, { isEnabled: false });
    await page.getByLabel("你的消息").fill("在吗");
    await page.getByRole("button", { name: "发送" }).click();
    await page.getByText("此链接已失效。").waitFor();
    const gone = await page.reload();
    expect(gone?.status()).toBe(404);
  });

  test("pages of another site show it with one script tag, as a bubble and within the page", async () => {
    const site = await openSite("");
    const { key, url } = await world.aLink({ origins: [site.origin], title: "Shop help" });
    const desk = await world.aLink({ origins: [site.origin] }, world.deskId);
    const variables = `data-variables='{"customer":"Zoë &amp; Co","plan":"Pro","unknown":"x"}'`;
    site.server.removeAllListeners("request");
    site.server.on("request", (request, response) => {
      const mode = request.url?.startsWith("/inline") === true ? "inline" : "bubble";
      const of =
        request.url === "/inline?of=desk" ? `data-key="${desk.key}" ${variables}` : `data-key="${key}"`;
      const tag = `<script src="${new URL(url).origin}/share/embed.js" ${of} data-mode="${mode}" data-label="Chat with us" async></script>`;
      response.writeHead(200, {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": `default-src 'none'; script-src ${new URL(url).origin}; frame-src ${new URL(url).origin}`,
      });
      response.end(`<!doctype html><title>A shop</title><h1>A shop</h1><input aria-label="Search">${tag}`);
    });
    try {
      const page = await aVisitorsPage(browser, { viewport: { width: 1000, height: 800 } });
      await page.goto(`${site.origin}/bubble`);
      const bubble = page.getByRole("button", { name: "Chat with us" });
      await bubble.click();
      const frame = page.frameLocator("iframe");
      world.upstream.replyOnce(["Hello from the corner."]);
      await ask(frame, "Hi");
      await lastAnswer(frame).getByText("Hello from the corner.").waitFor();
      await frame.getByRole("button", { name: "Close" }).click();
      await page.locator("iframe").waitFor({ state: "hidden" });
      await bubble.click();
      await lastAnswer(frame).getByText("Hello from the corner.").waitFor();

      await lastAnswer(frame).press("Escape");
      await page.locator("iframe").waitFor({ state: "hidden" });
      await page.waitForFunction("document.activeElement.tagName === 'BUTTON'");

      await page.getByLabel("Search").focus();
      await page.setViewportSize({ width: 390, height: 780 });
      expect(await page.evaluate("document.activeElement.tagName")).toBe("INPUT");
      await bubble.click();
      world.upstream.replyOnce(["All over the page."]);
      await frame.getByLabel("Your message").fill("And now?");
      await frame.getByRole("button", { name: "Send" }).click();
      await lastAnswer(frame).getByText("All over the page.").waitFor();
      await frame.getByRole("button", { name: "Close" }).click();
      await bubble.waitFor();

      await page.goto(`${site.origin}/inline`);
      await lastAnswer(frame).getByText("All over the page.").waitFor();
      expect(await frame.getByRole("button", { name: "Close" }).count()).toBe(0);

      await page.goto(`${site.origin}/inline?of=desk`);
      expect(await frame.getByLabel("Your name").inputValue()).toBe("Zoë & Co");
      expect(await frame.getByLabel("Plan").inputValue()).toBe("Pro");
    } finally {
      site.server.close();
    }
  });
});
