import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WorkspaceId } from "../../../../src/domain/ids.ts";
import { anAgent } from "../../../../src/storage/conformance/factories.ts";
import { seriousFindings } from "../../../support/axe.ts";
import { type ConsoleWorld, openConsole, PASSWORD, signIn } from "../../../support/console-browser.ts";
import { engines } from "../../../support/engines.ts";
import { eventually } from "../../../support/eventually.ts";

const FIRST_LOAD_LIMIT = 400_000;

/** What went wrong on a page that nobody sees: errors, and whatever its policy refused. */
function quietFailures(page: Page): string[] {
  const failures: string[] = [];
  page.on("pageerror", (error) => failures.push(error.message));
  page.on("console", (message) => {
    if (/Content Security Policy/.test(message.text())) failures.push(message.text());
  });
  return failures;
}

describe.each(engines)("around the pages of the console on $name", (engine) => {
  let world: ConsoleWorld;
  beforeAll(async () => {
    world = await openConsole(engine);
  });
  afterAll(() => world?.close());

  test("a person signs in where they wanted to go, finds their way, and signs out", async () => {
    const page = await world.visit("/conversations");
    const failures = quietFailures(page);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByLabel("User name").fill(world.owner.name);
    await page.getByLabel("Password").fill("not it");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("The user name or the password is not right.").waitFor();
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { level: 1, name: "Conversations" }).waitFor();

    const navigation = page.getByRole("navigation", { name: "Main navigation" });
    await navigation.getByRole("link", { name: "Agents" }).click();
    await page.getByRole("heading", { level: 1, name: "Agents" }).waitFor();
    expect(await navigation.getByRole("link", { name: "Agents" }).getAttribute("aria-current")).toBe("page");
    await page.goto(`${world.server.url}/console/no/such/page`);
    await page.getByRole("heading", { name: "There is no such page" }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);

    await page.route("**/api/session", (route) => route.abort(), { times: 1 });
    await page.getByRole("button", { name: /Olivia Owner/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByText("The server cannot be reached.").waitFor();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await page.goto(`${world.server.url}/console/agents`);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(failures).toEqual([]);
  });

  test("language and appearance are the person's, and stay", async () => {
    const page = await world.open("/agents", { viewport: { width: 390, height: 780 } });
    const failures = quietFailures(page);
    await page.getByRole("button", { name: "Open the navigation" }).click();
    const drawer = page.getByRole("dialog");
    await drawer.getByRole("link", { name: "Settings" }).waitFor();
    await drawer.getByRole("button", { name: /Olivia Owner/ }).click();
    await page.getByRole("menuitem", { name: "Dark" }).click();
    await page.getByRole("menuitem", { name: "中文" }).click();
    await drawer.getByRole("link", { name: "智能体" }).click();
    await page.getByRole("heading", { level: 1, name: "智能体" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "智能体" }).waitFor();
    expect(await page.locator("html").getAttribute("data-theme")).toBe("dark");
    expect(await page.locator("html").getAttribute("lang")).toBe("zh-CN");
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    expect(await seriousFindings(page)).toEqual([]);
    expect(failures).toEqual([]);
  });

  test("a page that is not told of changes stays as it is, and catches up when it is", async () => {
    const page = await world.visit("/agents");
    let isBroken = true;
    await page.route("**/api/live*", (route) =>
      isBroken ? route.fulfill({ status: 502 }) : route.continue(),
    );
    await signIn(page, world.owner.name);
    await page.getByText("No agents yet").waitFor();
    let refused = 0;
    await page.route("**/api/session", (route) => {
      refused += 1;
      return route.abort();
    });
    await eventually(() => expect(refused).toBeGreaterThan(2), 15_000);
    await page.getByText("No agents yet").waitFor();
    const { store } = world.server;
    await store.agents.save(anAgent(store, { workspaceId: world.workspace.id, name: "Newcomer" }));
    isBroken = false;
    await page.getByRole("link", { name: "Newcomer" }).waitFor();
    await page.context().close();
  });

  test("whoever signs in again elsewhere goes on here", async () => {
    const page = await world.open("/agents");
    const again = await page.request.post(`${world.server.url}/api/session`, {
      data: { name: world.owner.name, password: PASSWORD },
    });
    expect(again.status()).toBe(200);
    await page.getByRole("button", { name: "New agent" }).first().click();
    const dialog = page.getByRole("dialog", { name: "New agent" });
    await dialog.getByRole("textbox", { name: "Name" }).fill("After all");
    await dialog.getByRole("button", { name: "Create" }).click();
    await dialog.getByText("the request does not come from a page of this session").waitFor();
    await dialog.getByRole("button", { name: "Create" }).click();
    await page.getByRole("heading", { level: 1, name: "After all" }).waitFor();
    await page.context().close();
  });

  test("another workspace is entered when what cannot be saved here is given up", async () => {
    const { store } = world.server;
    const other = { ...world.workspace, id: store.newId<WorkspaceId>(), name: "Elsewhere" };
    const agent = anAgent(store, { workspaceId: world.workspace.id, name: "Unsaved" });
    await store.workspaces.save(other);
    await store.workspaces.saveMember({
      workspaceId: other.id,
      userId: world.owner.id,
      role: "owner",
      joinedAt: new Date(),
    });
    await store.agents.save(agent);
    const page = await world.open(`/agents/${agent.id}`);
    await page.route("**/api/agents/*", (route) =>
      route.request().method() === "PATCH" ? route.abort() : route.continue(),
    );
    await page.getByRole("textbox", { name: "Prompt" }).pressSequentially("Not saved");
    await page.getByText("This could not be saved").waitFor();
    const workspaces = page.getByRole("combobox", { name: "Workspace" });
    await workspaces.selectOption("Elsewhere");
    await page.getByRole("button", { name: "Stay" }).click();
    expect(await workspaces.inputValue()).toBe(String(world.workspace.id));
    await page.getByText("Not saved", { exact: true }).first().waitFor();
    await workspaces.selectOption("Elsewhere");
    await page.getByRole("button", { name: "Leave" }).click();
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    expect(await workspaces.inputValue()).toBe(String(other.id));
    await page.context().close();
  });

  test("the page one lands on fetches little, from this server only, and nothing twice", async () => {
    const page = await world.open("/agents");
    const state = await page.context().storageState();
    const context = await world.browser.newContext({ storageState: state });
    const fresh = await context.newPage();
    let bytes = 0;
    const addresses: string[] = [];
    fresh.on("response", (response) => {
      addresses.push(response.url());
      if (/\/assets\/.*\.(js|css)$/.test(response.url()))
        bytes += Number(response.headers()["content-length"]);
    });
    await fresh.goto(`${world.server.url}/console/`);
    await fresh.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await fresh.waitForLoadState("load");
    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThanOrEqual(FIRST_LOAD_LIMIT);
    expect(addresses.filter((address) => !address.startsWith(world.server.url))).toEqual([]);
    const assets = addresses.filter((address) => address.includes("/assets/"));
    expect(new Set(assets).size).toBe(assets.length);
  });
});
