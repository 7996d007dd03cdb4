import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { parseUlid } from "../../src/dialects/hiagent/ids.ts";
import { upstreamModel } from "../support/antiphon.ts";
import { type AntiphonProcess, NO_LIMITS, startAntiphonProcess } from "../support/antiphon-process.ts";
import { eventually } from "../support/eventually.ts";
import { hiagentClient } from "../support/hiagent-client.ts";
import { seededRandom } from "../support/random.ts";
import { startUpstream, tokens } from "../support/upstream.ts";
import { chatUntilCut, type Promised } from "./chatters.ts";
import { sqliteTurns } from "./stored-turns.ts";

const PROGRAM = join(import.meta.dirname, "../../bin/antiphon.js");
const KEY = "guesttestkey00000001";
const CHATTERS = 4;

async function startServer(): Promise<AntiphonProcess> {
  const upstream = await startUpstream({ keepRequests: 1_000_000 });
  onTestFinished(() => upstream.close());
  upstream.reply(() => [tokens(8, { delayMs: 2 })]);
  const server = await startAntiphonProcess({
    file: {
      models: upstreamModel(upstream.baseUrl),
      users: [{ name: "owner", role: "owner" }],
      agents: [{ slug: "a", name: "A", appKey: KEY }],
    },
    environment: NO_LIMITS,
  });
  onTestFinished(() => server.close());
  return server;
}

/** Runs a command as a process of its own on the server's data; `acknowledged` is called with its first output. */
async function command(
  server: AntiphonProcess,
  words: string[],
  { input = "", acknowledged = () => {} }: { input?: string; acknowledged?: () => void } = {},
) {
  const child = spawn(process.execPath, [PROGRAM, ...words], {
    env: { PATH: process.env["PATH"], ANTIPHON_DATA: server.dataDirectory },
  });
  child.stdin.end(input);
  child.stdout.once("data", acknowledged);
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  if (code !== 0) throw new Error(`antiphon ${words.join(" ")}: ${code}\n${out}${err}`);
  return out;
}

/** The code and the user that the server finds behind a token. */
async function caller(server: AntiphonProcess, token: string) {
  const response = await fetch(`${server.url}/v1/users/me`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { code, data } = JSON.parse(await response.text());
  return { code, name: data?.user_name };
}

async function chatters(server: AntiphonProcess, round: number, promises: Promised[]): Promise<void> {
  const client = hiagentClient({ url: server.url, key: KEY });
  const conversations = await Promise.all(Array.from({ length: CHATTERS }, () => client.newConversation()));
  const chats = conversations.map((conversation, index) => {
    const random = seededRandom(100 * round + index);
    return chatUntilCut({ client, conversation, name: `${round}-${index}`, random, promises });
  });
  await Promise.all(chats);
}

test("tokens made beside a busy server work at once and outlive its being killed, and nobody loses anything", async () => {
  const server = await startServer();
  const turns = sqliteTurns(join(server.dataDirectory, "antiphon.db"));
  const promises: Promised[] = [];
  const made: string[] = [];
  for (let round = 1; round <= 3; round++) {
    const chats = chatters(server, round, promises);
    await eventually(() => promises.length >= round * CHATTERS);
    const create = (acknowledged?: () => void) =>
      command(server, ["token", "create", "--user", "owner"], acknowledged && { acknowledged });
    const together = await Promise.all([create(), create()]);
    for (const token of together) {
      expect(await caller(server, token.trim())).toEqual({ code: 0, name: "owner" });
    }
    const last = await create(() => server.kill("SIGKILL"));
    made.push(...[...together, last].map((token) => token.trim()));
    await Promise.all([chats, server.waitExit()]);
    await turns.checkFiles();
    await server.restart();
  }
  expect(new Set(made).size).toBe(9);
  for (const token of made) expect(await caller(server, token)).toEqual({ code: 0, name: "owner" });
  const stored = await turns.all();
  for (const { messageId, question, wholeText } of promises) {
    const turn = stored.get(parseUlid("turn", messageId) ?? 0);
    expect(turn?.question).toBe(question);
    if (wholeText !== undefined) expect(turn?.text).toBe(wholeText);
  }
}, 180_000);

test("users are added, given passwords and shut out while the server runs", async () => {
  const server = await startServer();
  await command(server, ["user", "add", "ann", "--role", "admin", "--password"], {
    input: "correct horse\n",
  });
  const token = (await command(server, ["token", "create", "--user", "ann", "--expires", "1d"])).trim();
  expect(await caller(server, token)).toEqual({ code: 0, name: "ann" });
  expect(await command(server, ["user", "list"])).toMatch(/ann .*default \(admin\) +yes/);
  expect(await command(server, ["token", "list"])).not.toContain(token.slice(4));

  await command(server, ["user", "disable", "ann"]);
  expect(await caller(server, token)).toMatchObject({ code: 4100 });
  await command(server, ["user", "enable", "ann"]);
  expect(await caller(server, token)).toEqual({ code: 0, name: "ann" });
  await command(server, ["token", "revoke", token]);
  expect(await caller(server, token)).toMatchObject({ code: 4100 });
}, 120_000);

test("a command killed in the middle of its work leaves a server that goes on", async () => {
  const server = await startServer();
  const client = hiagentClient({ url: server.url, key: KEY });
  const conversation = await client.newConversation();
  for (let afterMs = 100; afterMs <= 700; afterMs += 100) {
    const child = spawn(process.execPath, [PROGRAM, "token", "create", "--user", "owner"], {
      env: { PATH: process.env["PATH"], ANTIPHON_DATA: server.dataDirectory },
      stdio: "ignore",
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), afterMs);
    await once(child, "close");
    clearTimeout(timer);
    const question = { AppConversationID: conversation, Query: `${afterMs}`, ResponseMode: "blocking" };
    expect((await client.call("chat_query_v2", question)).status).toBe(200);
  }
  const token = (await command(server, ["token", "create", "--user", "owner"])).trim();
  expect(await caller(server, token)).toEqual({ code: 0, name: "owner" });
}, 120_000);
