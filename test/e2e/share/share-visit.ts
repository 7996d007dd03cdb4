import type { Browser, BrowserContextOptions, FrameLocator, Page } from "playwright-core";

/** A window of somebody who has not been here before. */
export async function aVisitorsPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({
    reducedMotion: "reduce",
    locale: "en-GB",
    viewport: { width: 390, height: 780 },
    ...options,
  });
  return context.newPage();
}

export const lastAnswer = (page: Page | FrameLocator) => page.getByRole("article", { name: "Answer" }).last();

/** Asks as soon as the answer before is over. */
export async function ask(page: Page | FrameLocator, text: string): Promise<void> {
  await page.locator("footer").getByRole("button", { name: "Send" }).waitFor();
  await page.getByLabel("Your message").fill(text);
  await page.getByLabel("Your message").press("Enter");
}
