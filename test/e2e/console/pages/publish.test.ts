import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seriousFindings } from "../../../support/axe.ts";
import {
  answeringChallenges,
  CallbackReceiver,
  type Reaction,
  verdict,
} from "../../../support/callback-receiver.ts";
import { type ConsoleWorld, openConsole } from "../../../support/console-browser.ts";
import { engines } from "../../../support/engines.ts";
import { eventually } from "../../../support/eventually.ts";

describe.each(engines)("the publish pages on $name", (engine) => {
  let world: ConsoleWorld;
  let receiver: CallbackReceiver;
  /** What the channel's server says to the next question, when it does. */
  let answer: () => Reaction = () => verdict(2);

  beforeAll(async () => {
    receiver = await CallbackReceiver.start();
    receiver.behave(
      "/audit",
      answeringChallenges(() => answer()),
    );
    world = await openConsole(engine, {
      file: { agents: [{ slug: "shop", name: "Shop assistant", prompt: "Be brief.", channels: [] }] },
      environment: { ANTIPHON_ALLOW_PRIVATE_CALLBACKS: "127.0.0.1/32" },
    });
  });
  afterAll(async () => {
    await world.close();
    await receiver.close();
  });

  const place = (page: Page, name: string) =>
    page.getByRole("listitem").filter({ has: page.getByRole("heading", { name, exact: true }) });

  /** Publishes the draft to these channels alone. */
  async function publish(page: Page, channels: string[], changelog = "") {
    await page.getByRole("button", { name: "Publish", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Publish Shop assistant" });
    const checked = dialog.getByRole("checkbox", { checked: true });
    while ((await checked.count()) > 0) await checked.first().click();
    for (const channel of channels) await dialog.getByRole("checkbox", { name: channel }).check();
    if (changelog !== "") await dialog.getByLabel("What is new").fill(changelog);
    await dialog.getByRole("button", { name: "Publish" }).click();
    await dialog.waitFor({ state: "hidden" });
  }

  test("a channel gets a server that decides; each release then moves without reloading", async () => {
    const page = await world.open("/publish");
    await page.getByRole("link", { name: "Shop assistant" }).waitFor();
    await expectUsable(page);

    await page.getByRole("button", { name: "Custom channels" }).click();
    await page.getByRole("button", { name: "New channel" }).first().click();
    const dialog = page.getByRole("dialog", { name: "New channel" });
    await dialog.getByLabel("Name").fill("Hardware shop");
    await dialog.getByRole("button", { name: "Create" }).click();
    const panel = page.getByRole("dialog", { name: "Hardware shop" });
    await panel.getByRole("button", { name: "Set up a server" }).click();
    const token = panel.locator("pre");
    await token.waitFor();
    receiver.trust("/audit", { verifyToken: ((await token.textContent()) ?? "").trim() });
    await panel.getByLabel("Address").fill(`${receiver.url}/audit`);
    await panel.getByRole("button", { name: "Check and save" }).click();
    await panel.getByText("No address yet").waitFor({ state: "hidden" });
    await expectUsable(page);
    expect(receiver.at("/audit")).toHaveLength(1);

    await page.goto(`${world.server.url}/console/publish`);
    await page.getByRole("link", { name: "Shop assistant" }).click();
    await page.getByRole("heading", { level: 1, name: "Channels of Shop assistant" }).waitFor();
    await expectUsable(page);
    const answered = Promise.withResolvers<void>();
    answer = () => ({ ...verdict(3, "图标不合规"), until: answered.promise });
    await publish(page, ["API", "Hardware shop"], "The first one");
    await place(page, "API").getByText("Live").waitFor();
    await place(page, "Hardware shop").getByText("In review").waitFor();
    answered.resolve();
    await place(page, "Hardware shop").getByText("Rejected").waitFor();
    await place(page, "Hardware shop").getByText("图标不合规").waitFor();

    answer = () => ({ status: 500 });
    await publish(page, ["Hardware shop"]);
    await place(page, "Hardware shop").getByText("Failed", { exact: true }).waitFor();
    await place(page, "Hardware shop").getByText(/500/).waitFor();

    answer = () => verdict(1);
    await publish(page, ["Hardware shop"]);
    await place(page, "Hardware shop").getByText("In review").waitFor();
    const [channel] = await world.server.store.channels.list();
    const decided = await decide(page, String(channel?.id));
    expect(decided).toBe(200);
    await place(page, "Hardware shop").getByText("Live").waitFor();
    expect(receiver.badSignatures()).toEqual([]);
    await page.context().close();
  });

  test("what was live is taken down, and published again from the history", async () => {
    const page = await world.open("/publish");
    await page.getByRole("link", { name: "Shop assistant" }).click();
    await publish(page, ["Store"], "The second one");
    const store = place(page, "Store");
    await store.getByText("Live").waitFor();
    await store.getByRole("button", { name: "Take down" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Take down" }).click();
    await store.getByText("Taken down").waitFor();
    const row = page.getByRole("row", { name: /Store · Taken down/ });
    await row.getByText("Olivia Owner").waitFor();
    await row.getByRole("button", { name: "Publish again" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Publish again" }).click();
    await store.getByText("Live").waitFor();
    await expectUsable(page);
    await page.context().close();
  });

  test("who may not change an agent sees where it is live, on a narrow screen too", async () => {
    await world.aPerson("vera", "viewer");
    const page = await world.open("/publish", { as: "vera", viewport: { width: 390, height: 844 } });
    await page.getByRole("link", { name: "Shop assistant" }).click();
    await place(page, "API").getByText("Live").waitFor();
    expect(await page.getByRole("button", { name: /^(Publish|Take down|Publish again)$/ }).count()).toBe(0);
    await expectUsable(page);
    await page.context().close();
  });

  /** The channel's owner approves in the name of the channel, over the API. */
  function decide(page: Page, channelId: string): Promise<number> {
    return page.evaluate(async (id) => {
      const read = async <Shown>(path: string) => (await (await fetch(path)).json()) as Shown;
      const { csrfToken } = await read<{ csrfToken: string }>("/api/session");
      const { items } = await read<{ items: { agentId: string }[] }>("/api/publications");
      const reply = await fetch(`/api/channels/${id}/verdicts`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-csrf-token": csrfToken },
        body: JSON.stringify({ agentId: items[0]?.agentId, verdict: "approved" }),
      });
      return reply.status;
    }, channelId);
  }
});

/** Nothing serious is found, once nothing is pointed at and colours have settled. */
async function expectUsable(page: Page): Promise<void> {
  await page.mouse.move(0, 0);
  await eventually(async () => expect(await seriousFindings(page)).toEqual([]));
}
