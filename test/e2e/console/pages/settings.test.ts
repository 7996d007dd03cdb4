import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seriousFindings } from "../../../support/axe.ts";
import { type ConsoleWorld, openConsole, PASSWORD, signIn } from "../../../support/console-browser.ts";
import { engines } from "../../../support/engines.ts";
import { eventually } from "../../../support/eventually.ts";

const SECTIONS = [
  ["workspace", "Workspace"],
  ["members", "Members"],
  ["tokens", "Access tokens"],
  ["oauth-apps", "OAuth apps"],
  ["access-keys", "Insight access keys"],
  ["limits", "Limits and budgets"],
  ["audit-log", "Audit log"],
  ["account", "My account"],
  ["about", "About"],
] as const;

describe.each(engines)("the settings on $name", (engine) => {
  let world: ConsoleWorld;

  beforeAll(async () => {
    world = await openConsole(engine);
  });
  afterAll(() => world.close());

  async function choose(page: Page, section: string): Promise<void> {
    await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: section }).click();
    await page.getByRole("heading", { level: 1, name: section }).waitFor();
  }

  test("an owner adds a viewer, makes and revokes a token, sets a budget, and reads of it in the audit log", async () => {
    const page = await world.open("/settings");
    await choose(page, "Members");
    await page.getByRole("button", { name: "Add a member" }).click();
    await page.getByLabel("Sign-in name").fill("vera");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("radio", { name: /^Viewer/ }).check();
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("row", { name: /vera/ }).getByText("Viewer").waitFor();

    await choose(page, "Access tokens");
    await page.getByRole("button", { name: "New token" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("What it is for").fill("nightly build");
    await dialog.getByRole("button", { name: "New token" }).click();
    const secret = await dialog.locator("pre code").textContent();
    const asProgram = async () =>
      (await fetch(`${world.server.url}/api/account`, { headers: { authorization: `Bearer ${secret}` } }))
        .status;
    expect(await asProgram()).toBe(200);
    await dialog.getByRole("button", { name: "Done" }).click();
    await page.getByRole("button", { name: "Revoke: nightly build" }).first().click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await page.getByText("No access tokens yet").waitFor();
    expect(await asProgram()).toBe(401);

    await choose(page, "Limits and budgets");
    await page.getByLabel("Tokens a month").fill("500000");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("of 500,000").waitFor();

    await choose(page, "Audit log");
    for (const action of [
      "PUT /limits",
      "DELETE /tokens/:tokenId",
      "POST /workspaces/:workspaceId/members",
    ]) {
      await page.getByText(action).waitFor();
    }
    await page.context().close();
  });

  test("a viewer sees the settings that are for it, and changes its own password only", async () => {
    await world.aPerson("victor", "viewer");
    const page = await world.open("/settings/members", { as: "victor" });
    await page.getByRole("row", { name: /victor/ }).waitFor();
    expect(await page.getByRole("button", { name: "Add a member" }).count()).toBe(0);
    expect(await page.getByRole("link", { name: "Audit log" }).count()).toBe(0);
    await choose(page, "My account");
    await page.getByLabel("Password until now").fill(PASSWORD);
    await page.getByLabel("New password", { exact: true }).fill("another long one");
    await page.getByLabel("New password again").fill("another long one");
    await page.getByRole("button", { name: "Change password" }).click();
    await page.getByText("The password is changed").waitFor();
    await page.getByRole("button", { name: "Sign out everywhere" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Sign out everywhere" }).click();
    await signIn(page, "victor", "another long one");
    await page.context().close();
  });

  test("no page has serious findings, or is wider than a phone", async () => {
    const page = await world.open("/settings");
    for (const [path, title] of SECTIONS) {
      await page.goto(`${world.server.url}/console/settings/${path}`);
      await page.getByRole("heading", { level: 1, name: title }).waitFor();
      const loading = page.getByRole("status", { name: "Loading…" });
      await eventually(async () => expect(await loading.count()).toBe(0));
      expect({ path, findings: await seriousFindings(page) }).toEqual({ path, findings: [] });
      await page.setViewportSize({ width: 390, height: 844 });
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
      await page.setViewportSize({ width: 1440, height: 900 });
    }
    await page.context().close();
  });
});
