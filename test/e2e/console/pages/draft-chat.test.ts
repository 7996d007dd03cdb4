import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seriousFindings } from "../../../support/axe.ts";
import { type ConsoleWorld, openConsole } from "../../../support/console-browser.ts";
import { engines } from "../../../support/engines.ts";
import { eventually } from "../../../support/eventually.ts";
import { startUpstream, tokens, type Upstream } from "../../../support/upstream.ts";

const RETURNS = "Goods can be returned within seven days of delivery.";

describe.each(engines)("talking to a draft on $name", (engine) => {
  let world: ConsoleWorld;
  let upstream: Upstream;
  let orders: Server;
  let path: string;

  beforeAll(async () => {
    upstream = await startUpstream();
    orders = await startOrders();
    const { port } = orders.address() as AddressInfo;
    world = await openConsole(engine, {
      environment: { ANTIPHON_ALLOW_PRIVATE_CALLBACKS: "127.0.0.0/8" },
      file: {
        models: [{ name: "talker", provider: "openai-compatible", baseUrl: upstream.baseUrl, model: "x" }],
        knowledge: [
          {
            slug: "handbook",
            name: "Handbook",
            documents: [{ name: "returns.md", text: `# Returns\n\n${RETURNS}` }],
          },
        ],
        agents: [
          {
            slug: "shop",
            name: "Shop assistant",
            prompt: "You help {{ name }}.",
            knowledge: ["handbook"],
            opening: { message: "I know about returns.", questions: ["How long may goods be returned?"] },
            variables: [{ key: "name", title: "Name", type: "Text", required: true, maxLength: 32 }],
            tools: [
              {
                name: "get_order",
                title: "Order",
                description: "Tells the state of an order.",
                parameters: { type: "object", properties: { order: { type: "string" } } },
                url: `http://127.0.0.1:${port}/{order}`,
              },
            ],
          },
        ],
      },
    });
    const [agent] = await world.server.store.agents.list(world.workspace.id);
    path = `/agents/${agent?.id}`;
  });
  afterAll(async () => {
    await world.close();
    await upstream.close();
    orders.close();
  });

  const asked = async (page: Page, question: string) => {
    const name = page.getByRole("textbox", { name: "Name", exact: true });
    if (await name.isVisible()) await name.fill("Anna");
    await page.getByRole("textbox", { name: "Ask something…" }).fill(question);
    await page.keyboard.press("Enter");
  };

  const begin = async (page: Page) => {
    await page.getByText("I know about returns.").first().waitFor();
    const button = page.getByRole("button", { name: "New conversation" });
    if (await button.isEnabled()) await button.click();
  };

  test("what is searched, called and spent stands beside the answer, with the request id of the vendor", async () => {
    const page = await world.open(path);
    await page.getByText("I know about returns.").first().waitFor();
    await page.getByRole("button", { name: "How long may goods be returned?" }).click();
    await page.getByText("“Name” needs a value before you ask.").waitFor();
    expect(await seriousFindings(page)).toEqual([]);

    const answering = Promise.withResolvers<void>();
    upstream.replyOnce([{ type: "tool-call", name: "get_order", arguments: '{"order":"A-17"}' }]);
    upstream.replyOnce(["It is **on", { type: "hold", until: answering.promise }, " its way**."]);
    await asked(page, "How long may goods be returned? And order A-17?");
    const steps = page.getByRole("list", { name: "Steps of the answer" });
    await steps.getByText("Knowledge", { exact: true }).waitFor();
    await steps.getByText("get_order").waitFor();
    await steps.getByText("running").waitFor();
    answering.resolve();
    await page.locator("strong", { hasText: "on its way" }).waitFor();
    await page.getByRole("button", { name: "Answer again" }).waitFor();

    await page.getByRole("button", { name: /Steps/ }).click();
    await page.locator(".turn-trace summary", { hasText: "Knowledge" }).click();
    await page.locator(".turn-trace").getByText(RETURNS).first().waitFor();
    await page.locator(".turn-trace summary", { hasText: "get_order" }).click();
    await page.getByText('"state": "shipped"').waitFor();
    await page.locator(".turn-trace summary", { hasText: "talker" }).first().click();
    await page.getByText("You help Anna.").first().waitFor();
    await page.getByText("upstream-request").first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.context().close();
  });

  test("stop closes the connection to the model; the text so far stays, and can be answered again and rated", async () => {
    const page = await world.open(path);
    await begin(page);
    upstream.replyOnce(["Never ", "ending ", tokens(5_000, { delayMs: 10 })]);
    await asked(page, "Go on");
    await page.getByText("Never ending").first().waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await eventually(() => expect(upstream.requests.at(-1)?.closedAtMs).toBeDefined());
    await page.getByText("Stopped here.", { exact: true }).waitFor();

    upstream.replyOnce(["A second try."]);
    await page.getByRole("button", { name: "Answer again" }).click();
    await page.getByText("A second try.").first().waitFor();
    await page.getByText("2 / 2").waitFor();
    await page.route(/(choose|feedback)$/, (route) => route.abort(), { times: 2 });
    await page.getByRole("button", { name: "Previous answer" }).click();
    await page.getByText("The server cannot be reached.").waitFor();
    await page.getByText("2 / 2").waitFor();
    await page.getByRole("button", { name: "Good answer" }).click();
    await page.getByText("The server cannot be reached.").nth(1).waitFor();
    expect(await page.getByRole("form", { name: "What is wrong with it?" }).count()).toBe(0);
    await page.getByRole("button", { name: "Previous answer" }).click();
    await page.getByText("1 / 2").waitFor();
    await page.getByText("Stopped here.", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Next answer" }).click();
    await page.getByText("A second try.").first().waitFor();

    const focused = (part: string) => page.evaluate(`document.activeElement.${part}`);
    await page.getByRole("button", { name: "Bad answer" }).press("Enter");
    await eventually(async () => expect(await focused("type")).toBe("checkbox"));
    await page.keyboard.press("Escape");
    await eventually(async () => expect(await focused("ariaLabel")).toBe("Bad answer"));
    await page.getByRole("button", { name: "Bad answer" }).click();
    await page.getByRole("checkbox", { name: "Incomplete" }).check();
    await page.getByRole("textbox", { name: "In your words" }).fill("no days are named");
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("button", { name: "Bad answer", pressed: true }).waitFor();
    await page.reload();
    await page.getByRole("button", { name: "Bad answer", pressed: true }).click();
    const words = page.getByRole("textbox", { name: "In your words" });
    await eventually(async () => expect(await words.inputValue()).toBe("no days are named"));
    await page.context().close();
  });

  test("a reload in the middle of an answer goes on with it, at 390 px", async () => {
    const page = await world.open(path, { viewport: { width: 390, height: 844 } });
    await page.getByRole("tab", { name: "Try it" }).click();
    await begin(page);
    const rest = Promise.withResolvers<void>();
    upstream.replyOnce(["The first half", { type: "hold", until: rest.promise }, " and the second."]);
    await asked(page, "In two halves");
    await page.getByText("The first half").first().waitFor();
    await page.reload();
    await page.getByText("The first half").first().waitFor();
    expect(await page.getByText("and the second.").count()).toBe(0);
    const blinking =
      "document.getAnimations().filter((each) => each.animationName?.includes('caret')).length";
    expect(await page.evaluate(blinking)).toBe(0);
    rest.resolve();
    await page.getByText("The first half and the second.").first().waitFor();
    await page.getByRole("button", { name: "Answer again" }).waitFor();
    expect(await page.getByText("The first half and the second.").count()).toBeLessThanOrEqual(2);
    expect(upstream.requests.filter(({ lastUserText }) => lastUserText === "In two halves")).toHaveLength(1);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    expect(await seriousFindings(page, ".draft-chat")).toEqual([]);
    await page.context().close();
  });

  test("what the vendor says against an answer is shown, also after a reload", async () => {
    const page = await world.open(path);
    await begin(page);
    upstream.replyOnce([{ type: "status", status: 402, body: { error: { message: "no money left" } } }]);
    await asked(page, "Will it?");
    await page
      .getByText(/no money left/)
      .first()
      .waitFor();
    const told = page.locator(".draft-chat-talk > [aria-live]");
    await eventually(async () => expect(await told.textContent()).toContain("No answer came"));
    expect(await told.textContent()).not.toContain("The answer is complete.");
    await page.reload();
    await page.getByText(/The model's server says: .*no money left/).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.context().close();
  });

  test("a question is asked once however often it is sent, and what is written beside another stays", async () => {
    const page = await world.open(path);
    await begin(page);
    const saving = Promise.withResolvers<void>();
    await page.route("**/api/agents/*", async (route) => {
      if (route.request().method() === "PATCH") await saving.promise;
      await route.continue();
    });
    await page.getByRole("textbox", { name: "Prompt" }).pressSequentially(" ");
    upstream.replyOnce(["Only once."]);
    await asked(page, "How often?");
    await page.keyboard.press("Enter");
    saving.resolve();
    await page.getByText("Only once.").first().waitFor();
    await page.getByRole("button", { name: "Answer again" }).waitFor();
    expect(upstream.requests.filter(({ lastUserText }) => lastUserText === "How often?")).toHaveLength(1);

    await page.getByRole("button", { name: "New conversation" }).click();
    const words = page.getByRole("textbox", { name: "Ask something…" });
    await words.fill("half a thought");
    upstream.replyOnce(["Seven days."]);
    await page.getByRole("button", { name: "How long may goods be returned?" }).click();
    await page.getByText("Seven days.").first().waitFor();
    expect(await words.inputValue()).toBe("half a thought");
    await page.context().close();
  });

  test("trying again answers again what was to be answered again, with the values of the conversation", async () => {
    const page = await world.open(path);
    await begin(page);
    upstream.replyOnce(["The first answer."]);
    await asked(page, "Which one?");
    await page.getByText("The first answer.").first().waitFor();
    await page.route("**/regenerate", (route) => route.abort(), { times: 1 });
    await page.getByRole("button", { name: "Answer again" }).click();
    upstream.replyOnce(["The second answer."]);
    await page.getByRole("button", { name: "Try again" }).waitFor();
    expect(await page.getByText("Nothing was searched, asked or called").count()).toBe(0);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("The second answer.").first().waitFor();
    await page.getByText("2 / 2").waitFor();
    expect(await page.locator(".draft-chat-asked").count()).toBe(1);

    await page.route(/draft-conversations\/\d+$/, () => {});
    await page.reload();
    await page.getByText("The second answer.").first().waitFor();
    upstream.replyOnce(["Still you."]);
    await page.getByRole("textbox", { name: "Ask something…" }).fill("Who am I?");
    await page.keyboard.press("Enter");
    await page.getByText("Still you.").first().waitFor();
    expect(JSON.stringify(upstream.requests.at(-1)?.body.messages[0])).toContain("You help Anna.");
    await page.context().close();
  });

  test("viewers see that they do not chat", async () => {
    const viewer = await world.aPerson("vera", "viewer");
    const page = await world.open(path, { as: viewer.name });
    await page.getByText("Viewers see agents, and do not chat with them.").waitFor();
    await page.context().close();
  });
});

async function startOrders(): Promise<Server> {
  const server = createServer((_, response) => response.end('{"state":"shipped"}'));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
