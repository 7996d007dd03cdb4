import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { issueToken } from "../../../../src/access/tokens.ts";
import { FULL_SCOPE } from "../../../../src/domain/access.ts";
import { seriousFindings } from "../../../support/axe.ts";
import { type ConsoleWorld, openConsole } from "../../../support/console-browser.ts";
import { engines } from "../../../support/engines.ts";

/** What is looked at of an agent. */
interface Shown {
  settings: { prompt: string; opening: { questions: string[] } };
}

/** Longest a page may take for what it does at once. */
const PATIENCE = { timeout: 10_000 };

describe.each(engines)("the pages of agents on $name", (engine) => {
  let world: ConsoleWorld;
  let page: Page;
  let token: string;
  beforeAll(async () => {
    world = await openConsole(engine);
    const request = { kind: "personal", userId: world.owner.id, name: "test", scope: FULL_SCOPE } as const;
    ({ text: token } = await issueToken(world.server.store, { ...request, sessionName: "" }));
    page = await world.open("/agents");
    page.setDefaultTimeout(PATIENCE.timeout);
  });
  afterAll(() => world?.close());

  const agentId = () => /agents\/(\d+)/.exec(page.url())?.[1] ?? "";
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${world.server.url}/api${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    expect(response.status).toBe(200);
    return (await response.json()) as Shown;
  };
  const prompt = () => page.getByRole("textbox", { name: "Prompt" });
  const saved = () => page.locator(".save-state[data-status=saved]").waitFor(PATIENCE);
  const sees = (text: string | RegExp) => page.getByText(text).first().waitFor(PATIENCE);

  test("somebody makes an agent from a template", async () => {
    await sees("No agents yet");
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "New agent" }).first().click();
    const dialog = page.getByRole("dialog", { name: "New agent" });
    await dialog.getByRole("textbox", { name: "Name" }).fill("Helpful Hannah");
    await dialog.getByRole("radio", { name: /Customer service/ }).check();
    await dialog.getByRole("button", { name: "Create" }).click();
    await page.getByRole("heading", { level: 1, name: "Helpful Hannah" }).waitFor(PATIENCE);
    await sees("Draft only");
    await prompt().waitFor(PATIENCE);
    expect(await prompt().textContent()).toContain("{{ shop }}");
    expect(await page.locator(".cm-known").first().textContent()).toBe("shop");
    expect(await seriousFindings(page)).toEqual([]);
  });

  test("what is written is saved by itself, survives a reload, and speaks of variables there are", async () => {
    await prompt().click();
    await page.keyboard.press("ControlOrMeta+End");
    await page.keyboard.type("\nMention {{ weather }} first.");
    await sees("Not among the variables below: weather");
    await page.getByRole("button", { name: "Add variable weather" }).click();
    await saved();
    await page.reload();
    await prompt().waitFor(PATIENCE);
    expect(await prompt().textContent()).toContain("Mention {{ weather }} first.");
    expect(await page.locator(".cm-unknown").count()).toBe(0);
    await prompt().click();
    await page.keyboard.press("ControlOrMeta+End");
    await page.keyboard.type(" {{cust");
    await page.locator(".cm-tooltip-autocomplete").getByText("customer").click();
    await saved();
    expect((await call("GET", `/agents/${agentId()}`)).settings.prompt).toMatch(
      /first\. \{\{ ?customer ?\}\}$/,
    );
  });

  test("what the server refuses is said at its field, and saved once it is right", async () => {
    const key = page.getByRole("group", { name: "Variable 1" }).getByLabel("Key", { exact: true });
    await key.fill("1shop");
    await page.locator(".save-state[data-status=failed]").waitFor(PATIENCE);
    const field = page.locator("[data-field='variables.0.key']");
    await field.getByText("must be 1 to 64 letters, digits and _, beginning with no digit").waitFor(PATIENCE);
    expect(await key.getAttribute("aria-invalid")).toBe("true");
    expect(await seriousFindings(page)).toEqual([]);
    await key.fill("shop");
    await saved();
    expect(await key.getAttribute("aria-invalid")).toBeNull();
  });

  test("the order of questions is changed with the keyboard", async () => {
    await page.getByRole("tab", { name: "Opening" }).click();
    await page.getByRole("button", { name: "Move down: Question 1" }).focus();
    await page.keyboard.press("Enter");
    await saved();
    const { settings } = await call("GET", `/agents/${agentId()}`);
    expect(settings.opening.questions.slice(0, 2)).toEqual([
      "When will my order arrive?",
      "How do I return something?",
    ]);
    await page.getByRole("button", { name: "Remove: Question 3" }).press("Enter");
    await page.getByRole("button", { name: "Remove: Question 3" }).waitFor({ state: "detached" });
    await page.waitForFunction("document.activeElement.textContent === 'Add question'");
  });

  test("of two who change it at once the second is told, and may put hers on top", async () => {
    const other = await world.open(`/agents/${agentId()}?part=advanced`);
    await other.route("**/api/live*", (route) => route.abort());
    await other.reload();
    await other.getByLabel("Most model calls for one question").waitFor(PATIENCE);
    await call("PATCH", `/agents/${agentId()}`, { settings: { description: "Theirs" } });
    await other.getByLabel("Most model calls for one question").fill("5");
    await other.getByText("Somebody else changed this agent meanwhile").waitFor(PATIENCE);
    await other.getByRole("button", { name: "Keep mine" }).click();
    await other.locator(".save-state[data-status=saved]").waitFor(PATIENCE);
    expect((await call("GET", `/agents/${agentId()}`)).settings).toMatchObject({
      description: "Theirs",
      stepLimit: 5,
    });
    await other.context().close();
  });

  test("the difference of a version is read, and the draft goes back to it", async () => {
    await call("POST", `/agents/${agentId()}/publish`, {
      channels: [{ channel: "api" }],
      changelog: "Opened",
    });
    const settings = { prompt: "Be rude.\nAlways.", suggestions: false };
    await call("PATCH", `/agents/${agentId()}`, { settings });
    await page.getByRole("tab", { name: "Versions" }).click();
    await sees("2 differences");
    await page.locator("ins", { hasText: "Be rude." }).waitFor(PATIENCE);
    expect(await page.locator("del", { hasText: "{{ weather }}" }).count()).toBe(1);
    const asked = Promise.withResolvers<void>();
    const read = Promise.withResolvers<void>();
    await page.route("**/difference?*", async (route) => {
      asked.resolve();
      await read.promise;
      await route.continue();
    });
    await call("PATCH", `/agents/${agentId()}`, { settings: { prompt: "Be ruder.\nAlways." } });
    await asked.promise;
    expect(await page.locator("ins", { hasText: "Be rude." }).count()).toBe(1);
    read.resolve();
    await page.locator("ins", { hasText: "Be ruder." }).waitFor(PATIENCE);
    await page.unroute("**/difference?*");
    await sees("Unpublished changes");
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole("button", { name: "Restore" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Restore" }).click();
    await sees("There is no difference.");
    expect((await call("GET", `/agents/${agentId()}`)).settings.prompt).toContain("{{ weather }}");
  });

  test("an app key is shown once and opens the agent", async () => {
    await page.getByRole("tab", { name: "Access" }).click();
    await sees("No app keys yet");
    await page.getByRole("button", { name: "New app key" }).click();
    await page.getByRole("dialog").getByRole("textbox", { name: "Name" }).fill("Phone");
    await page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
    const secret = await page.locator(".secret-once code").textContent();
    expect(secret).toMatch(/^[0-9a-v]{20}$/);
    expect(await seriousFindings(page)).toEqual([]);
    const asked = await fetch(`${world.server.url}/api/proxy/api/v1/create_conversation`, {
      method: "POST",
      headers: { apikey: secret ?? "", "content-type": "application/json" },
      body: JSON.stringify({ UserID: "u1" }),
    });
    expect(asked.status).toBe(200);
    await page.evaluate(`
      Object.defineProperty(navigator, "clipboard", { value: undefined });
      addEventListener("copy", () => { globalThis.copied = document.activeElement.value; });
    `);
    const copy = page.locator(".secret-once").getByRole("button");
    await copy.click();
    await copy.getByText("Copied").waitFor(PATIENCE);
    expect(await page.evaluate("globalThis.copied")).toBe(secret);
    expect(await page.evaluate("document.activeElement.className")).toBe("copy-button");
    await page.getByRole("button", { name: "I have kept it" }).click();
    await sees("Phone");
    await page
      .getByText(secret ?? "")
      .first()
      .waitFor({ state: "detached", ...PATIENCE });
    expect(await seriousFindings(page)).toEqual([]);
  });

  test("what is sent twice is made once", async () => {
    const sent: string[] = [];
    const held = await world.open(`/agents/${agentId()}/keys`);
    await held.route(/\/api\/agents(\/\d+\/keys)?$/, (route) => {
      if (route.request().method() !== "POST") return route.continue();
      sent.push(route.request().url());
      return undefined;
    });
    const ask = async (button: string) => {
      await held.getByRole("button", { name: button }).first().click();
      await held.getByRole("dialog").getByRole("textbox", { name: "Name" }).fill("Twice");
      await held.keyboard.press("Enter");
      await held.locator(".ant-modal-footer .ant-btn-loading").waitFor(PATIENCE);
      await held.keyboard.press("Enter");
      await held.keyboard.press("Escape");
    };
    await ask("New app key");
    await held.getByRole("dialog").waitFor({ state: "hidden" });
    await held.getByRole("link", { name: "Agents" }).first().click();
    await ask("New agent");
    expect(sent).toHaveLength(2);
    await held.context().close();
  });

  test("a header keeps its value while another is given a name that begins like its own", async () => {
    const tools = await world.open(`/agents/${agentId()}?part=tools`);
    await tools.getByRole("button", { name: "Add tool" }).click();
    const put = async (number: number, name: string, value: string) => {
      await tools.getByRole("button", { name: "Add header" }).click();
      await tools.getByLabel(`Name of header ${number}`).pressSequentially(name);
      await tools.getByLabel(`Value of header ${number}`).fill(value);
    };
    await put(1, "X-Key", "one");
    await put(2, "X-Key-2", "two");
    expect(await tools.getByLabel("Value of header 1").inputValue()).toBe("one");
    await tools.getByLabel("Name of header 1").fill("");
    await tools.getByLabel("Name of header 1").pressSequentially("X-Other");
    expect(await tools.getByLabel("Value of header 1").inputValue()).toBe("one");
    expect(await tools.getByLabel("Value of header 2").inputValue()).toBe("two");
    await tools.context().close();
  });

  test("who may only look changes nothing", async () => {
    await world.aPerson("vera", "viewer");
    const viewer = await world.open(`/agents/${agentId()}`, { as: "vera" });
    await viewer.getByText("You can look at this agent, but not change it.").waitFor(PATIENCE);
    expect(await viewer.locator(".page-header-actions").getByText("Publish").count()).toBe(0);
    expect(await viewer.getByRole("button", { name: "Add variable" }).count()).toBe(0);
    await viewer.context().close();
  });

  test("on a narrow page nothing is cut off, and the agent is deleted", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole("tab", { name: "Edit" }).click();
    await prompt().waitFor(PATIENCE);
    const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
    expect(await page.evaluate(overflow)).toBe(0);
    await page.getByRole("button", { name: "More", exact: true }).click();
    await page.getByRole("menuitem", { name: "Delete agent" }).click();
    await page.getByRole("dialog").getByText("Its conversations stay").waitFor(PATIENCE);
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await sees("No agents yet");
  });
});
