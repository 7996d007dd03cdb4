import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startAntiphon, type TestAntiphon } from "../../../support/antiphon.ts";
import { seriousFindings } from "../../../support/axe.ts";
import { startBrowser } from "../../../support/chromium.ts";
import { engines } from "../../../support/engines.ts";

describe.each(engines)("the first run on $name", (engine) => {
  let server: TestAntiphon;
  let browser: Browser;

  beforeAll(async () => {
    server = await startAntiphon({
      file: { models: [{ name: "m", provider: "extractive" }] },
      environment: { ANTIPHON_LOG_LEVEL: "silent" },
      databaseUrl: await engine.databaseUrl(),
    });
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  test("who opens the link of the start-up log becomes the owner, carries on without a model, and the link is void", async () => {
    const link = server.setupUrl ?? "";
    expect(link).toContain("/console/setup?token=");
    const context = await browser.newContext({ locale: "en-GB", reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto(server.consoleUrl);
    await page.getByRole("heading", { name: "Open the link that the server printed" }).waitFor();
    await page.goto(link);
    await page.getByLabel("Sign-in name").fill("ann");
    await page.getByLabel("Password", { exact: true }).fill("a long password");
    await page.getByLabel("Password again").fill("a long password");
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "Create the owner" }).click();
    await page.getByRole("button", { name: "Carry on without one" }).click();
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await page.getByText("ann").first().waitFor();

    const other = await (await browser.newContext({ locale: "en-GB" })).newPage();
    await other.goto(link);
    await other.getByRole("heading", { name: "Sign in" }).waitFor();
    const again = await fetch(`${server.url}/api/setup`, {
      method: "POST",
      body: JSON.stringify({
        token: new URL(link).searchParams.get("token"),
        name: "eve",
        password: "a long one",
      }),
    });
    expect(again.status).toBe(401);
    server = await server.restart();
    expect(server.setupUrl).toBeUndefined();
  });
});
