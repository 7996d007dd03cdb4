import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { atRest } from "./at-rest.ts";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
let source: Promise<string> | undefined;

interface Finding {
  id: string;
  impact: string | null;
  help: string;
  nodes: { html: string; target: string[] }[];
}

/**
 * What axe finds on a page that keeps people from using it: serious and critical findings, each as one line, so that a
 * test may expect none. `within`: only in what matches.
 */
export async function seriousFindings(page: Page, within = "html"): Promise<string[]> {
  source ??= readFile(AXE, "utf8");
  // What comes or goes is paler than what is there.
  await atRest(page);
  // As the debugger evaluates it: the policy of the page has no say in it.
  await page.evaluate(await source);
  const findings = (await page.evaluate(
    `axe.run(${JSON.stringify(within)}, { resultTypes: ['violations'] }).then(({ violations }) => violations)`,
  )) as Finding[];
  return findings
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, target }) => `${id}: ${help}: ${target.join(" ")} ${html.slice(0, 160)}`),
    );
}
