import type { Page } from "playwright-core";
import { openSite } from "../e2e/share/share-world.ts";
import type { Upstream } from "../support/upstream.ts";
import { WALK_WORDS } from "./walk-words.ts";

/** The pictures of `docs/first-agent.md`, in its order. */
export const FIRST_AGENT_PICTURES = [
  "first-agent-1-owner",
  "first-agent-2-model",
  "first-agent-3-agent",
  "first-agent-4-live",
  "first-agent-5-embed",
  "first-agent-6-page",
] as const;

export interface FirstAgentWalk {
  /** On which nothing was opened yet. */
  page: Page;
  language: "en" | "zh";
  /** As the server printed it. */
  setupUrl: string;
  /** Stands for the vendor of the model. */
  upstream: Upstream;
  /** Called when there is something to see. */
  shoot(name: (typeof FIRST_AGENT_PICTURES)[number]): Promise<void>;
}

/**
 * What `docs/first-agent.md` tells, as a person does it: from the link that the start prints to an agent that answers on
 * a web page of another origin. Resolves with the answer that is read there, and the address of the agent's page.
 */
export async function makeFirstAgent(walk: FirstAgentWalk): Promise<{ answer: string; agentUrl: string }> {
  await becomeOwner(walk);
  await connectModel(walk);
  const agentUrl = await makeAgent(walk);
  await publish(walk);
  const snippet = await makeLink(walk);
  return { answer: await embed(walk, snippet), agentUrl };
}

async function becomeOwner({ page, language, setupUrl, shoot }: FirstAgentWalk): Promise<void> {
  const words = WALK_WORDS[language];
  await page.goto(setupUrl);
  await page.getByLabel(words.signInName).fill("olivia");
  await page.getByLabel(words.yourName).fill(words.owner);
  await page.getByLabel(words.password, { exact: true }).fill("correct horse battery");
  await page.getByLabel(words.passwordAgain).fill("correct horse battery");
  await shoot("first-agent-1-owner");
  await page.getByRole("button", { name: words.createOwner }).click();
}

async function connectModel({ page, language, upstream, shoot }: FirstAgentWalk): Promise<void> {
  const words = WALK_WORDS[language];
  await page.getByRole("radio", { name: words.otherServer }).check();
  await page.getByLabel(words.modelName, { exact: true }).fill("my-model");
  await page.getByLabel(words.model, { exact: true }).fill("chat-large");
  await page.getByLabel(words.modelAddress, { exact: true }).fill(upstream.baseUrl);
  await page.getByLabel(words.apiKey).fill("sk-0123456789");
  await page.getByRole("button", { name: words.test }).click();
  await page.getByText(words.works).waitFor();
  await shoot("first-agent-2-model");
  await page.getByRole("button", { name: words.save, exact: true }).click();
  await page.locator("#content").waitFor();
}

async function makeAgent({ page, language, upstream, shoot }: FirstAgentWalk): Promise<string> {
  const words = WALK_WORDS[language];
  await page.goto(new URL("/console/agents", page.url()).href);
  await page.getByRole("button", { name: words.newAgent }).first().click();
  const dialog = page.getByRole("dialog", { name: words.newAgent });
  await dialog.getByRole("textbox", { name: words.name }).fill(words.agent);
  await dialog.getByRole("radio", { name: words.support }).check();
  await dialog.getByRole("button", { name: words.create }).click();
  await page.getByRole("heading", { level: 1, name: words.agent }).waitFor();
  upstream.reply(words.answer);
  await page.getByRole("textbox", { name: words.askDraft }).fill(words.question);
  await page.keyboard.press("Enter");
  await page.locator("strong", { hasText: boldOf(words.answer) }).waitFor();
  await shoot("first-agent-3-agent");
  return page.url();
}

async function publish({ page, language, shoot }: FirstAgentWalk): Promise<void> {
  const words = WALK_WORDS[language];
  const agentId = /agents\/(\d+)/.exec(page.url())?.[1];
  await page.goto(new URL(`/console/publish/${agentId}`, page.url()).href);
  await page.getByRole("button", { name: words.publish, exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("checkbox", { name: "API" }).check();
  await dialog.getByRole("button", { name: words.publish, exact: true }).click();
  await dialog.waitFor({ state: "hidden" });
  await page
    .getByRole("listitem")
    .filter({ has: page.getByRole("heading", { name: "API", exact: true }) })
    .getByText(words.live)
    .waitFor();
  await shoot("first-agent-4-live");
}

/** Resolves with the line of HTML that shows the agent in the corner of a page. */
async function makeLink({ page, language, shoot }: FirstAgentWalk): Promise<string> {
  const words = WALK_WORDS[language];
  await page.getByRole("button", { name: words.newLink }).click();
  const dialog = page.getByRole("dialog", { name: words.newLink });
  await dialog.getByLabel(words.origins).fill("*");
  await page.keyboard.press("Enter");
  await dialog.getByRole("button", { name: words.newLink }).click();
  await dialog.waitFor({ state: "hidden" });
  await page.getByRole("button", { name: words.embed }).click();
  const snippet = page.getByRole("dialog").locator("pre").first();
  await snippet.waitFor();
  await shoot("first-agent-5-embed");
  return ((await snippet.textContent()) ?? "").trim();
}

async function embed({ page, language, shoot }: FirstAgentWalk, snippet: string): Promise<string> {
  const words = WALK_WORDS[language];
  const html = `<!doctype html><meta charset="utf-8"><title>${words.agent}</title>
<body style="font-family: 'Noto Sans SC', sans-serif; margin: 4rem"><h1>${words.agent}</h1>${snippet}</body>`;
  const site = await openSite(html);
  try {
    await page.goto(`${site.origin}/`);
    await page.locator("button").first().click();
    const frame = page.frameLocator("iframe");
    await frame.getByLabel(words.yourMessage).fill(words.question);
    await frame.getByLabel(words.yourMessage).press("Enter");
    const answer = frame.locator("strong", { hasText: boldOf(words.answer) });
    await answer.waitFor();
    await shoot("first-agent-6-page");
    return (await answer.textContent()) ?? "";
  } finally {
    site.server.closeAllConnections();
    site.server.close();
  }
}

function boldOf(answer: string[]): string {
  return /\*\*(.+?)\*\*/.exec(answer.join(""))?.[1] ?? "";
}
