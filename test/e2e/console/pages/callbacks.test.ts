import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seriousFindings } from "../../../support/axe.ts";
import { CallbackReceiver, contentOf } from "../../../support/callback-receiver.ts";
import { type ConsoleWorld, openConsole } from "../../../support/console-browser.ts";
import { engines } from "../../../support/engines.ts";
import { eventually } from "../../../support/eventually.ts";
import { hiagentClient } from "../../../support/hiagent-client.ts";

const APP_KEY = "d5k2m8s7q1v3c9n4b6t0";

describe.each(engines)("the callbacks pages on $name", (engine) => {
  let world: ConsoleWorld;
  let receiver: CallbackReceiver;

  beforeAll(async () => {
    receiver = await CallbackReceiver.start();
    world = await openConsole(engine, {
      file: { agents: [{ slug: "shop", name: "Shop assistant", prompt: "Be brief.", appKey: APP_KEY }] },
      environment: { ANTIPHON_ALLOW_PRIVATE_CALLBACKS: "127.0.0.1/32" },
    });
  });
  afterAll(async () => {
    await world.close();
    await receiver.close();
  });

  /** Makes an endpoint in the page; resolves with the secret that was shown, on the page of the endpoint. */
  async function makeEndpoint(page: Page, name: string, { events = [] as string[], retries = "" } = {}) {
    await page.getByRole("button", { name: "New endpoint" }).first().click();
    const dialog = page.getByRole("dialog", { name: "New endpoint" });
    await dialog.getByLabel("Name", { exact: true }).fill(name);
    await dialog.getByLabel("Address").fill(`${receiver.url}/${name}`);
    for (const event of events) await dialog.getByRole("checkbox", { name: event }).check();
    if (retries !== "") {
      await dialog.getByText("Limits and order").click();
      await dialog.getByLabel(/^Pauses before/).fill(retries);
    }
    await expectUsable(page);
    await dialog.getByRole("button", { name: "Create", exact: true }).click();
    const secret = dialog.locator("pre", { hasText: "whsec_" });
    await secret.waitFor();
    const text = (await secret.textContent()) ?? "";
    await dialog.getByRole("button", { name: "Close" }).last().click();
    await page.getByRole("heading", { level: 1, name }).waitFor();
    return text.trim();
  }

  test("an endpoint is made, tried at once, and gets another secret while the first stays valid", async () => {
    const page = await world.open("/callbacks");
    await page.getByText("No endpoints yet").waitFor();
    await expectUsable(page);
    const first = await makeEndpoint(page, "tried", { events: ["turn.completed"] });
    receiver.trust("/tried", { webhookSecrets: [first] });
    await page.getByText("Not tried yet").waitFor();
    await expectUsable(page);

    await page.getByRole("button", { name: "Send test event" }).click();
    const tryIt = page.getByRole("dialog", { name: "Test event" });
    await tryIt.getByRole("button", { name: "Send" }).click();
    await tryIt.getByText(/It arrived: HTTP 200 in \d+ ms/).waitFor();
    receiver.behave("/tried", { status: 503, body: "closed for repairs" });
    await tryIt.getByRole("button", { name: "Send" }).click();
    await tryIt.getByText(/It did not arrive/).waitFor();
    await tryIt.getByText("closed for repairs").waitFor();
    await tryIt.getByRole("button", { name: "Close" }).last().click();
    receiver.behave("/tried", {});

    await page.getByRole("button", { name: "Rotate secret" }).click();
    const rotate = page.getByRole("dialog", { name: "Sign with another secret" });
    await rotate.getByRole("button", { name: "Rotate secret" }).click();
    const shown = rotate.locator("pre", { hasText: "whsec_" });
    await shown.waitFor();
    const second = ((await shown.textContent()) ?? "").trim();
    await rotate.getByRole("button", { name: "Close" }).last().click();
    await page.getByText("Valid until").waitFor();
    receiver.trust("/tried", { webhookSecrets: [first, second] });
    await page.getByRole("button", { name: "Send test event" }).click();
    await tryIt.getByRole("button", { name: "Send" }).click();
    await tryIt.getByText(/It arrived/).waitFor();
    expect(receiver.badSignatures()).toEqual([]);
    await page.context().close();
  });

  test("a dislike with its comment arrives, its failures and retries are seen, and it is sent again", async () => {
    const page = await world.open("/callbacks");
    await makeEndpoint(page, "ratings", { events: ["feedback.changed"], retries: "1" });
    receiver.behave("/ratings", { status: 500, body: "no room" });
    await page.getByRole("link", { name: "Callbacks", exact: true }).first().click();
    await page.getByRole("tab", { name: "Live", exact: true }).click();
    await page.getByText("Listening").waitFor();
    await expectUsable(page);

    await dislike("很慢，而且答非所问");
    const live = page.getByRole("table", { name: "Live" }).getByRole("row", { name: /feedback\.changed/ });
    await live.first().waitFor();
    await eventually(async () => expect(await live.count()).toBe(2));
    await live.first().getByText("Failed · HTTP 500").waitFor();

    await page.getByRole("tab", { name: "Deliveries", exact: true }).click();
    const row = page.getByRole("row", { name: /feedback\.changed/ });
    await row.getByText("Given up").waitFor();
    await expectUsable(page);
    await row.getByRole("link", { name: "feedback.changed" }).click();
    await page.getByRole("heading", { level: 1, name: "Delivery of feedback.changed" }).waitFor();
    await page.getByText("Attempt 2").waitFor();
    await page.getByText("no room").first().waitFor();
    await page.getByText("很慢，而且答非所问").waitFor();
    await page.getByRole("rowheader", { name: "webhook-id" }).first().waitFor();
    await page.getByText("First byte").first().waitFor();
    await expectUsable(page);
    await page.getByRole("button", { name: "As curl" }).click();
    await page.getByText(/curl -sS -i -X POST/).waitFor();
    await page.getByRole("dialog", { name: "As curl" }).getByRole("button", { name: "Close" }).click();

    receiver.behave("/ratings", {});
    await page.getByRole("button", { name: "Resend" }).click();
    await page.getByText("Delivered").waitFor();
    const arrivals = receiver.at("/ratings");
    expect(arrivals).toHaveLength(3);
    expect(new Set(arrivals.map(({ id }) => id)).size).toBe(1);
    expect(contentOf(arrivals[2] ?? { body: Buffer.alloc(0) })).toMatchObject({
      data: { rating: "dislike", comment: "很慢，而且答非所问" },
    });

    await page.getByRole("link", { name: "Deliveries" }).first().click();
    await page
      .getByRole("row", { name: /feedback\.changed.*Given up/ })
      .getByRole("checkbox")
      .check();
    await page.getByRole("button", { name: "Resend selected" }).click();
    await page.getByText("1 delivery is on its way again").first().waitFor();
    await eventually(() => expect(receiver.at("/ratings")).toHaveLength(4));
    await page.context().close();
  });

  test("an endpoint is disabled with a reason, holds what comes, and delivers it when it is enabled", async () => {
    const page = await world.open("/callbacks");
    await makeEndpoint(page, "held", { events: ["conversation.created"] });
    await page.getByRole("button", { name: "Disable" }).click();
    const disable = page.getByRole("dialog", { name: "Disable held" });
    await disable.getByLabel("Reason").fill("repairs");
    await disable.getByRole("button", { name: "Disable" }).click();
    await page.getByText("repairs").waitFor();
    await aConversation();
    await page.getByText("1 held").waitFor();
    expect(receiver.at("/held")).toHaveLength(0);
    await page.getByRole("button", { name: "Enable" }).click();
    await page.getByRole("dialog", { name: "Enable held" }).getByRole("button", { name: "Enable" }).click();
    await page.getByText("Working").waitFor();
    await eventually(() => expect(receiver.at("/held")).toHaveLength(1));

    await page.getByRole("button", { name: "Replay since…" }).click();
    const replay = page.getByRole("dialog", { name: "Replay to held" });
    await replay.getByRole("checkbox", { name: "Only what was not delivered" }).uncheck();
    await expectUsable(page);
    await replay.getByRole("button", { name: "Start" }).click();
    await page.getByText("1 sent").waitFor();
    await page.getByText("Done").waitFor();
    await eventually(() => expect(receiver.at("/held")).toHaveLength(2));
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("heading", { level: 1, name: "Callbacks" }).waitFor();
    await page.context().close();
  });

  test("members are told that callbacks are for owners and admins", async () => {
    await world.aPerson("mia", "member");
    const page = await world.open("/callbacks", { as: "mia", viewport: { width: 390, height: 844 } });
    await page.getByText("For owners and admins").waitFor();
    await expectUsable(page);
    await page.context().close();
  });

  const client = () => hiagentClient({ url: world.server.url, key: APP_KEY, userId: "anna" });

  function aConversation(): Promise<string> {
    return client().newConversation();
  }

  /** Asks, and rates the answer, over the HiAgent API. */
  async function dislike(comment: string): Promise<void> {
    const AppConversationID = await aConversation();
    const question = { AppConversationID, Query: "怎么退货？", ResponseMode: "blocking" };
    expect((await client().call("chat_query_v2", question)).status).toBe(200);
    const [{ AnswerInfo }] = await client().history(AppConversationID);
    const feedback = {
      MessageID: AnswerInfo.MessageID,
      LikeType: -1,
      FeedbackInfo: { ProblemDetail: comment },
    };
    expect(await client().call("feedback", feedback)).toMatchObject({ status: 200 });
  }
});

/** Nothing serious is found, once nothing is pointed at and colours have settled. */
async function expectUsable(page: Page): Promise<void> {
  await page.mouse.move(0, 0);
  await eventually(async () => expect(await seriousFindings(page)).toEqual([]));
}
