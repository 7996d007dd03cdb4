import { expect, test } from "vitest";
import { blocksOfPage } from "../support/page-commands.ts";
import { openPageShell } from "../support/page-shell.ts";

const PAGE = new URL("../../docs/insight.md", import.meta.url);
/** The page's port is taken by nobody in particular. */
const ADDRESS = "http://127.0.0.1:8787";

const { shell } = await openPageShell();

test("docs/insight.md, word for word: key, token, chat, history, rating, events, messages from elsewhere, handover", {
  timeout: 180_000,
}, async () => {
  const [start = "", ...blocks] = await blocksOfPage(PAGE);
  const [, address = ""] = await shell.start(start).says(/ready at (http:\S+)/, 60_000);
  // One shell for all of them: later ones use what earlier ones set.
  const script = blocks.map((block) => block.replace(ADDRESS, address)).join("echo '=== next'\n");
  const printed = (await shell.run(script)).split("=== next\n");
  const [token = "", chat = "", history = "", events = "", elsewhere = "", handover = "", pushed = ""] =
    printed;

  expect(token).toMatch(/access_key|the secret is shown only now/);
  expect(chat).toMatch(/^\{"code":0,"data":\{"message":"Within 48 hours of payment\."/);
  expect(chat).toMatch(/^data: \{"code":0,"data":\{"message":"8 yuan.*"finish":true.*^data: \[DONE\]$/ms);
  expect(history).toMatch(
    /^\{"code":0,"data":\[\{"execId".*"content":"What does delivery cost\?".*"total":2\}/,
  );
  expect(history).toMatch(/"feedbackStatus":"thumb-down","revision":1/);
  expect(events).toMatch(/"name":"ask".*Within 7 days.*"status":"queued"/s);
  expect(elsewhere).toMatch(/"added":1,"skipped":0/);
  expect(handover).toMatch(/"state":"human".*"handover":true.*"state":"bot".*Within 7 days/s);
  expect(pushed).toMatch(/"added":2,"skipped":0/);
  expect(printed).toHaveLength(7);
  expect(printed.join("")).not.toMatch(/"errorCode"/);
});
