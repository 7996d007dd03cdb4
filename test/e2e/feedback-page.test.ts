import { expect, test } from "vitest";
import { blocksOfPage } from "../support/page-commands.ts";
import { openPageShell } from "../support/page-shell.ts";

const PAGE = new URL("../../docs/feedback.md", import.meta.url);
/** The page's ports are taken by nobody in particular. */
const SERVER = "http://127.0.0.1:8787";
const RECEIVER_PORT = "9002";

const { shell, dataDirectory } = await openPageShell();

test("docs/feedback.md, word for word: rate, lose the receiver, change your mind twice, and be told once", {
  timeout: 240_000,
}, async () => {
  const [start = "", listen = "", subscribe = "", rate = "", lose = "", ...others] = await blocksOfPage(
    PAGE,
    "Try it",
  );
  expect(others).toEqual([]);
  const [, address = ""] = await shell.start(start).says(/ready at (http:\S+)/, 60_000);
  const receive = async (port: string) => {
    const receiver = shell.start(listen.replace(`--port ${RECEIVER_PORT}`, `--port ${port}`));
    const [, given = ""] = await receiver.says(/listening at http:\/\/127\.0\.0\.1:(\d+)/, 60_000);
    return { receiver, port: given };
  };
  const { receiver: first, port } = await receive("0");

  await shell.run(subscribe.replace(`127.0.0.1:${RECEIVER_PORT}`, `127.0.0.1:${port}`));
  await first.says(/\/v1\/bot-message\/feedback feedback thumb-down, revision 1.*signature: good/s, 60_000);

  // One shell for both: the second uses what the first set.
  const pause = `${dataDirectory}/go-on`;
  const waiting = `until [ -e ${pause} ]; do sleep 0.1; done\n`;
  const talk = shell.start(`${rate.replace(SERVER, address)}${waiting}${lose}`);
  await first.says(
    /feedback thumb-up, revision 1.*signature: good.*"text": "What does delivery cost\?"/s,
    60_000,
  );
  await first.interrupt();
  await shell.run(`touch ${pause}`);
  await talk.says(/"feedbackStatus":"none","revision":3/, 60_000);
  await talk.says(/superseded/, 60_000);

  const { receiver: second } = await receive(port);
  await second.says(/feedback none, revision 3.*attempt [2-9].*signature: good/s, 90_000);
  expect(second.output).not.toContain("revision 2");
  expect(talk.output).not.toContain("errorCode");
});
