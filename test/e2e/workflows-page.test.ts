import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { readGraph } from "../../src/workflow/graph/read-graph.ts";
import { blocksOfPage } from "../support/page-commands.ts";
import { openPageShell } from "../support/page-shell.ts";

const PAGE = new URL("../../docs/workflows.md", import.meta.url);
/** The page's ports are taken by nobody in particular. */
const SERVER = "http://127.0.0.1:8787";
const NEXT = "—— next block ——";

const { shell } = await openPageShell();

test("docs/workflows.md, word for word: a refund over three doors, a question nobody wrote down, a chain of events", {
  timeout: 180_000,
}, async () => {
  const [openShop = "", start = "", tryFile = "", ...talks] = await blocksOfPage(PAGE, "Try it");
  expect(talks).toHaveLength(4);
  const shop = shell.start(`${openShop.trimEnd()} --port 0`);
  const [, shopAddress = ""] = await shop.says(/shop at (http:\S+)/, 60_000);
  const withShop = `export SHOP_URL=${shopAddress}\n`;
  const server = shell.start(withShop + start);

  const tried = await shell.run(withShop + tryFile);
  expect(tried).toContain("refund.workflow.yaml is fine: workflow, 10 nodes");
  expect(tried).toContain('n_decide -->|"late"| n_refuse');
  expect(tried).toMatch(/\? .*What is the number of your order\?/);
  expect(tried).toContain("A colleague will look at order A1002.");
  expect(tried).toMatch(/✓ decide {2}condition .* → else/);
  expect(tried).toMatch(/completed in \d+ ms, 5 steps/);

  const [, address = ""] = await server.says(/ready at (http:\S+)/, 60_000);
  const told = await shell.run(talks.join(`echo '${NEXT}'\n`).replaceAll(SERVER, address));
  const [hiagent = "", coze = "", faq = "", chain = ""] = told.split(`${NEXT}\n`);

  expect(hiagent).toMatch(/^\{"runId":"\w{26}","status":"success",.*"decision\\?":\\?"paid/m);
  expect(hiagent).toMatch(/✓ decide .* → automatic/);
  expect(hiagent).toMatch(/said {3}已退款 89 元/);
  expect(shop.output.match(/refund R-\d+ of order \w+/g)).toEqual(["refund R-1 of order A1001"]);

  expect(coze).toMatch(/event: Message\ndata: \{"content":"\{\\"decision\\":\\"refused\\"\}"/);
  expect(coze).toContain("event: Done");

  expect([...faq.matchAll(/"answer":"([^"]*)"/g)].map(([, answer]) => answer)).toEqual([
    "付款后 48 小时内发货。",
    "正在为您转接人工。One moment, a person takes over.",
    "",
  ]);
  expect(faq).toMatch(/^\d+ +[0-9a-f-]{36} +faq +u1 +api +20/m);

  expect(chain).toContain("Thank you for buying 茶壶.");
  const members = (name: string) =>
    [...chain.matchAll(new RegExp(`^"${name}":"?([^"\n]+)"?$`, "gm"))].map(([, value]) => value);
  const [tagged, asked, thanked] = members("execId");
  expect(members("parentExecId")).toEqual([asked, thanked]);
  expect([tagged, ...members("chainDepth")]).toEqual([expect.any(String), "2", "1", "0"]);
});

test("the graph that docs/workflows.md explains may run", async () => {
  const page = await readFile(PAGE, "utf8");
  const [, graph = ""] = /\n## A graph\n+```yaml\n(.*?)^```$/ms.exec(page) ?? [];
  expect(readGraph(parse(graph)).problems).toEqual([]);
  const [, loop = ""] = /\n## Loops[^\n]*\n.*?^```yaml\n(.*?)^```$/ms.exec(page) ?? [];
  const nodes = [
    { id: "start", type: "start", inputs: [{ name: "orders", type: "array" }], next: "sum" },
    ...parse(loop),
    {
      id: "done",
      type: "end",
      outputs: { total: { ref: "sum.variables.total" }, turns: { ref: "sum.turns" } },
    },
  ];
  expect(readGraph({ version: 1, nodes }).problems).toEqual([]);
});
