import type { Page } from "playwright-core";
import { eventually } from "./eventually.ts";

const IS_AT_REST =
  "document.getAnimations().every((one) => one.playState !== 'running' || one.effect?.getTiming().iterations === Infinity)";

/** Resolves when nothing on the page moves any more but what moves for ever. */
export async function atRest(page: Page): Promise<void> {
  await eventually(() => page.evaluate<boolean>(IS_AT_REST));
}
