import { expect, test } from "vitest";
import { commandsOfPage } from "../support/page-commands.ts";
import { openPageShell } from "../support/page-shell.ts";
import type { ShellJob } from "../support/shell.ts";

const PAGE = new URL("../../docs/callbacks.md", import.meta.url);
/** The page's ports are taken by nobody in particular. */
const PORTS = ["9000", "9001"] as const;

const blocks = await commandsOfPage(PAGE, "Try it");
const [[setting = ""] = [], ...steps] = blocks;
const [name = "", value] = setting.replace(/^export /, "").split("=");
const { shell } = await openPageShell({ [name]: value });

/** What stands for something else in the page: ports, and the id that a command prints. */
const meanings = new Map<string, string>();

function meant(command: string): string {
  return [...meanings].reduce((text, [word, meaning]) => text.replaceAll(word, meaning), command);
}

/** Runs them one after the other; resolves with what each printed. */
async function paste(commands: readonly string[]): Promise<string[]> {
  const printed: string[] = [];
  for (const command of commands) {
    const output = await shell.run(meant(command));
    const channel = /channel_id=(\d+)/.exec(output)?.[1];
    if (channel !== undefined) meanings.set("CHANNEL_ID", channel);
    printed.push(output);
  }
  return printed;
}

async function listen([command = ""]: readonly string[], port: string): Promise<ShellJob> {
  const wanted = meanings.get(port) ?? "0";
  const receiver = shell.start(command.replace(`--port ${port}`, `--port ${wanted}`));
  const [, given = ""] = await receiver.says(/listening at http:\/\/127\.0\.0\.1:(\d+)/);
  meanings.set(port, given);
  return receiver;
}

test("docs/callbacks.md, word for word: subscribe, publish, approve, go live, lose the receiver and get everything", {
  timeout: 240_000,
}, async () => {
  expect(steps.map((commands) => commands.length)).toEqual([1, 1, 1, 2, 2, 2, 3, 1]);
  const [
    start = [],
    orders = [],
    market = [],
    subscribe = [],
    open = [],
    publish = [],
    lose = [],
    replay = [],
  ] = steps;

  await shell.start(start.join("\n")).says(/ready at http:/);
  const [first, second] = [await listen(orders, PORTS[0]), await listen(market, PORTS[1])];

  await paste(subscribe);
  await first.says(/signature: good/);
  await paste(open);
  await second.says(/challenge/);

  const [, early = ""] = await paste(publish);
  expect(early).toMatch(/auditing/);
  await second.says(/bot\.published.*signature: good.*"audit_status": ?2/s);
  await first.says(/(agent\.published.*?signature: good.*?){3}/s);
  const [, history = ""] = publish;
  const [late] = await paste([history]);
  expect(late).toMatch(/auditing → live/);

  const [republish = "", deliveries = "", tail = ""] = lose;
  await first.interrupt();
  await paste([republish]);
  expect(await paste([deliveries])).toEqual([expect.stringMatching(/agent\.published/)]);
  const watching = shell.start(meant(tail));
  await watching.says(/refused/);
  const third = await listen(orders, PORTS[0]);
  await third.says(/agent\.published.*attempt [2-9].*signature: good/s, 60_000);
  await watching.says(/: delivered/);
  const [replayed = ""] = await paste(replay);
  expect(replayed).not.toBe("");
  await watching.interrupt();
});
