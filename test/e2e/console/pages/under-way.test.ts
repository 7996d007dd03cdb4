import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ConsoleWorld, openConsole, signIn } from "../../../support/console-browser.ts";
import { eventually } from "../../../support/eventually.ts";
import { hiagentClient } from "../../../support/hiagent-client.ts";

const APP_KEY = "d5k2m8s7q1v3c9n4b6t0";
const SQLITE = { name: "SQLite", databaseUrl: async () => undefined } as const;
const GONE = { status: 404, json: { error: { code: "not_found", message: "it is gone" } } };

describe("pages while something else happens", () => {
  let world: ConsoleWorld;
  beforeAll(async () => {
    world = await openConsole(SQLITE, {
      file: { agents: [{ slug: "shop", name: "Shop", prompt: "Be brief.", appKey: APP_KEY }] },
    });
    await dislike("ann", "Where to?");
  });
  afterAll(() => world.close());

  /** Does something as the person of a page, who is not looking. */
  async function behind<Answer>(page: Page, method: string, path: string, data: unknown): Promise<Answer> {
    const { url } = world.server;
    const { csrfToken } = await (await page.request.get(`${url}/api/session`)).json();
    const headers = { "x-csrf-token": csrfToken };
    const answer = await page.request.fetch(`${url}${path}`, { method, data, headers });
    expect(answer.status(), await answer.text()).toBe(200);
    return answer.json();
  }

  const makeEndpoint = async (page: Page, name: string) => {
    const body = { name, url: "https://receiver.example/", eventTypes: ["turn.completed"] };
    const made = await behind<{ endpoint: { id: string } }>(page, "POST", "/api/endpoints", body);
    return made.endpoint.id;
  };

  const dislike = async (userId: string, comment: string) => {
    const client = hiagentClient({ url: world.server.url, key: APP_KEY, userId });
    const AppConversationID = await client.newConversation();
    const asked = await client.call("chat_query_v2", {
      AppConversationID,
      Query: "How long is delivery?",
      ResponseMode: "blocking",
    });
    await client.call("feedback", {
      MessageID: asked.body.id,
      LikeType: -1,
      FeedbackInfo: { ProblemDetail: comment },
    });
  };

  test("what is asked while a page loads is asked once, and again only what changed meanwhile", async () => {
    const asked = async (topics: string[], path: string) => {
      const page = await world.open("/agents");
      await page.getByRole("link", { name: "Shop" }).first().waitFor();
      let count = 0;
      await page.route("**/api/live*", (route) =>
        route.fulfill({
          contentType: "text/event-stream",
          body: `retry: 600000\n\nevent: ready\ndata: ${JSON.stringify({ topics })}\n\n`,
        }),
      );
      page.on("request", (request) => {
        if (new URL(request.url()).pathname === path) count += 1;
      });
      const live = page.waitForResponse("**/api/live*");
      await page.reload();
      await live;
      await page.getByRole("link", { name: "Shop" }).first().waitFor();
      await page.waitForLoadState("networkidle");
      await page.context().close();
      return count;
    };
    expect(await asked([], "/api/agents")).toBe(1);
    expect(await asked(["agents"], "/api/agents")).toBe(2);
  });

  test("a secret that is shown this once stays when its endpoint cannot be asked for again", async () => {
    const page = await world.open("/callbacks");
    const id = await makeEndpoint(page, "kept");
    await page.goto(`${world.server.url}/console/callbacks/endpoints/${id}`);
    await page.getByRole("button", { name: "Rotate secret" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Rotate secret" }).click();
    await page.locator("pre", { hasText: "whsec_" }).waitFor();
    await page.route(`**/api/endpoints/${id}`, (route) => route.fulfill(GONE));
    await page.getByText("it is gone").waitFor();
    expect(await page.locator("pre", { hasText: "whsec_" }).isVisible()).toBe(true);
    await page.context().close();
  });

  test("rated turns of a period stay as time goes by", async () => {
    const page = await world.visit("/sign-in?back=/feedback%3Fperiod%3Dday");
    await page.clock.install();
    await signIn(page, world.owner.name);
    await page.getByText("Where to?").waitFor();
    await page.route("**/api/rated-turns?**", () => {});
    await page.clock.fastForward(90_000);
    await page.getByRole("button", { name: "Add to evaluation set" }).click();
    await page.getByRole("dialog").waitFor();
    expect(await page.getByText("Where to?").isVisible()).toBe(true);
    await page.context().close();
  });

  test("what is confirmed in a filter keeps the focus, and no filter is lost for the next", async () => {
    const page = await world.open("/feedback");
    const rater = page.getByLabel("Rater");
    await rater.fill("ann");
    await rater.press("Enter");
    await page.getByRole("button", { name: "Clear filters" }).waitFor();
    expect(await rater.and(page.locator(":focus")).count()).toBe(1);
    await page.getByLabel("Reason").fill("slow");
    await page.getByText("Dislikes", { exact: true }).click();
    await eventually(() =>
      expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({
        rater: "ann",
        category: "slow",
        rating: "dislike",
      }),
    );
    await page.getByRole("button", { name: "Clear filters" }).click();
    await page.getByText("Where to?").waitFor();
    expect(await rater.inputValue()).toBe("");

    await page.getByRole("link", { name: "Conversations" }).click();
    const search = page.getByRole("searchbox", { name: "Search in questions and answers" });
    await search.fill("delivery");
    await search.press("Enter");
    await page.getByRole("button", { name: "Clear all", exact: true }).waitFor();
    expect(await search.and(page.locator(":focus")).count()).toBe(1);
    await page.getByRole("button", { name: "Clear all", exact: true }).click();
    await eventually(async () => expect(await search.inputValue()).toBe(""));
    await page.context().close();
  });

  test("a form shows what somebody else saved in the meantime, and does not save what was before", async () => {
    const page = await world.open("/settings/limits");
    const tokens = page.getByLabel("Tokens a month");
    await tokens.waitFor();
    await page.getByRole("link", { name: "Access tokens" }).click();
    await page.getByRole("heading", { level: 1, name: "Access tokens" }).waitFor();
    const workspaceId = String(world.workspace.id);
    const limits = { turnsPerMinute: null, turnsAtOnce: null, tokensPerMonth: 700, costPerMonth: null };
    await behind(page, "PUT", "/api/limits", { ...limits, workspaceId });
    await page.getByRole("link", { name: "Limits and budgets" }).click();
    await page.getByText("of 700").waitFor();
    await eventually(async () => expect(await tokens.inputValue()).toBe("700"));
    await page.getByLabel("Answers a minute").fill("60");
    await behind(page, "PUT", "/api/limits", { ...limits, tokensPerMonth: 800, workspaceId });
    await page.getByText("of 800").waitFor();
    expect(await page.getByLabel("Answers a minute").inputValue()).toBe("60");
    await page.context().close();
  });

  test("who signs in after somebody else is not shown what was theirs", async () => {
    await world.aPerson("second", "member");
    const page = await world.open("/settings/account");
    await page.getByLabel("Shown name").waitFor();
    await page.getByRole("button", { name: "Sign out everywhere" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Sign out everywhere" }).click();
    await page.locator("input[autocomplete=username]").waitFor();
    await page.route("**/api/account", () => {});
    await signIn(page, "second");
    await page.getByRole("heading", { level: 1, name: "My account" }).waitFor();
    expect(await page.getByLabel("Shown name").count()).toBe(0);
    await page.context().close();
  });

  test("the audit log of a day holds that day, by an address that can be kept", async () => {
    const page = await world.open("/settings/audit-log");
    await makeEndpoint(page, "audited");
    await page.getByText("POST /endpoints").first().waitFor();
    await page.getByLabel("Since").focus();
    await page.keyboard.type("10102020");
    await eventually(() => expect(new URL(page.url()).searchParams.get("since")).toBe("2020-10-10"));
    expect(await page.getByLabel("Since").inputValue()).toBe("2020-10-10");
    const today = await page.evaluate(() => {
      const now = new Date();
      const two = (part: number) => String(part).padStart(2, "0");
      return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
    });
    await page.getByLabel("Since").fill(today);
    await page.getByLabel("Until").fill(today);
    await page.getByText("POST /endpoints").first().waitFor();
    await page.getByLabel("Done to").fill("endpoints/0");
    await page.getByLabel("Done to").press("Enter");
    await page.getByText("Nothing fits").waitFor();
    await page.reload();
    await page.getByText("Nothing fits").waitFor();
    expect(await page.getByLabel("Until").inputValue()).toBe(today);
    expect(await page.getByLabel("Done to").inputValue()).toBe("endpoints/0");
    await page.context().close();
  });

  test("the live tail goes on after the server could not answer", async () => {
    const page = await world.open("/callbacks");
    let isRefused = true;
    await page.route("**/api/deliveries/tail?**", (route) =>
      isRefused ? route.fulfill({ status: 503, body: "" }) : route.continue(),
    );
    await page.getByRole("tab", { name: "Live", exact: true }).click();
    await page.getByText("Connecting…").waitFor();
    isRefused = false;
    await page.getByText("Listening").waitFor();
    await page.context().close();
  });

  test("deliveries that were chosen among others are chosen no more when others are looked for", async () => {
    const page = await world.open("/callbacks");
    const id = await makeEndpoint(page, "chosen");
    await behind(page, "POST", `/api/endpoints/${id}/test`, { type: "turn.completed" });
    await page.getByRole("tab", { name: "Deliveries", exact: true }).click();
    await page.getByRole("checkbox").first().check();
    await page.getByText("1 selected").waitFor();
    await page.getByRole("combobox", { name: "State" }).click();
    await page.locator(".ant-select-item-option").filter({ hasText: "Superseded" }).click();
    await page.getByText("No deliveries").waitFor();
    expect(await page.getByText("1 selected").count()).toBe(0);
    await page.context().close();
  });

  test("what was refused is gone on with: what is new about a version, the name of a set, a key", async () => {
    const page = await world.open("/publish");
    const refusal = { status: 403, json: { error: { code: "permission_denied", message: "not today" } } };
    await page.getByRole("link", { name: "Shop" }).click();
    await page.route("**/publish", (route) => route.fulfill(refusal));
    await page.getByRole("button", { name: "Publish" }).click();
    const dialog = page.getByRole("dialog", { name: "Publish Shop" });
    await dialog.getByRole("checkbox", { name: /^API/ }).check();
    await dialog.getByLabel("What is new").fill("It is kinder.");
    await dialog.getByRole("button", { name: "Publish" }).click();
    await page.getByText("not today").waitFor();
    await page.getByRole("button", { name: "Publish" }).click();
    expect(await dialog.getByLabel("What is new").inputValue()).toBe("It is kinder.");
    expect(await dialog.getByRole("checkbox", { name: /^API/ }).isChecked()).toBe(true);

    const { items } = await behind<{ items: { id: string }[] }>(page, "GET", "/api/agents", undefined);
    const body = { name: "Asked often", agentId: items[0]?.id };
    const set = await behind<{ id: string }>(page, "POST", "/api/evaluation-sets", body);
    await page.goto(`${world.server.url}/console/evaluations/${set.id}`);
    await page.getByRole("button", { name: "Rename" }).click();
    await page.route(`**/api/evaluation-sets/${set.id}`, (route) =>
      route.request().method() === "PATCH" ? route.fulfill(refusal) : route.continue(),
    );
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.getByText("not today").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Rename" }).click();
    await page.getByText("not today").waitFor({ state: "detached" });

    const workspaceId = String(world.workspace.id);
    const made = { name: "until now", workspaceId };
    const { accessKey } = await behind<{ accessKey: { keyId: string } }>(
      page,
      "POST",
      "/api/access-keys",
      made,
    );
    await behind(page, "POST", `/api/access-keys/${accessKey.keyId}/disable`, undefined);
    await page.goto(`${world.server.url}/console/settings/access-keys`);
    await page.route("**/enable", (route) => route.fulfill(refusal));
    await page.getByRole("button", { name: "Enable: until now" }).click();
    await page.getByText("not today").waitFor();
    await page.context().close();
  });

  test("an agent that was made a moment ago can be published", async () => {
    const page = await world.open("/publish");
    await page.getByRole("link", { name: "Shop" }).waitFor();
    await page.getByRole("link", { name: "Callbacks" }).click();
    await page.getByRole("tab", { name: "Deliveries", exact: true }).waitFor();
    await behind(page, "POST", "/api/agents", { name: "Newcomer" });
    await page.getByRole("navigation").getByRole("link", { name: "Publish" }).click();
    await page.getByRole("link", { name: "Newcomer" }).waitFor({ timeout: 10_000 });
    await page.context().close();
  });

  test("a transcript around a turn keeps what is read, and is told of ratings", async () => {
    const client = hiagentClient({ url: world.server.url, key: APP_KEY, userId: "talkative" });
    const AppConversationID = await client.newConversation();
    const messages: string[] = [];
    for (let number = 1; number <= 42; number += 1) {
      const said = { AppConversationID, Query: `Question ${number}.`, ResponseMode: "blocking" };
      messages.push((await client.call("chat_query_v2", said)).body.id);
    }
    const page = await world.open("/conversations?user=talkative");
    await page.getByRole("link", { name: "Question 42." }).click();
    await page.getByRole("heading", { level: 1, name: "Conversation of talkative" }).waitFor();
    const address = page.url();
    const exchanges = address.replace("/console/", "/api/");
    const { items } = await (await page.request.get(`${exchanges}/exchanges?order=asc&limit=20`)).json();
    await page.goto(`${address}?turn=${items[19].answers[0].turnId}`);
    await page.getByText("Question 1.", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Show later" }).click();
    await page.getByText("Question 42.").waitFor();
    const FeedbackInfo = { ProblemDetail: "not what I asked" };
    await client.call("feedback", { MessageID: messages[29], LikeType: -1, FeedbackInfo });
    await page.getByText("not what I asked").waitFor({ timeout: 10_000 });
    for (const number of [1, 20, 39, 42]) {
      expect(await page.getByText(`Question ${number}.`, { exact: true }).count()).toBe(1);
    }
    await page.context().close();
  });

  test("a listed conversation that was being answered is not said to be so for ever", async () => {
    const page = await world.open("/agents");
    let isAnswering = true;
    await page.route("**/api/conversations?**", async (route) => {
      const response = await route.fetch();
      const json = await response.json();
      if (isAnswering) for (const { newest } of json.items) newest.turn.status = "running";
      await route.fulfill({ response, json });
    });
    await page.getByRole("navigation").getByRole("link", { name: "Conversations" }).click();
    await page.getByText("Being answered").first().waitFor();
    isAnswering = false;
    await dislike("dora", "And now?");
    await eventually(async () => expect(await page.getByText("Being answered").count()).toBe(0), 10_000);
    await page.context().close();
  });

  test("addresses of nothing say so in every area", async () => {
    const page = await world.open("/callbacks/nowhere");
    for (const path of ["callbacks/nowhere", "publish/1/2", "feedback/1"]) {
      await page.goto(`${world.server.url}/console/${path}`);
      await page
        .getByRole("heading", { level: 1, name: "There is no such page" })
        .waitFor({ timeout: 10_000 });
    }
    await page.context().close();
  });
});
