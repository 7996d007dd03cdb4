import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startAntiphon, type TestAntiphon, upstreamModel } from "../../test/support/antiphon.ts";
import { eventually } from "../../test/support/eventually.ts";
import { startUpstream, tokens, type Upstream } from "../../test/support/upstream.ts";
import { runCli } from "./cli.ts";
import { type FakeTerminal, fakeTerminal, runCommand } from "./testing/fake-terminal.ts";

const KEY = "d5k2m8s7q1v3c9n4b6t0";

let upstream: Upstream;
let server: TestAntiphon;
beforeEach(async () => {
  upstream = await startUpstream();
  server = await startAntiphon({
    file: {
      models: upstreamModel(upstream.baseUrl),
      agents: [
        {
          slug: "shop",
          name: "Shop",
          appKey: KEY,
          knowledge: ["faq"],
          tools: [{ name: "find_order", description: "finds orders", url: "http://127.0.0.1:1/{id}" }],
        },
      ],
      knowledge: [
        {
          slug: "faq",
          name: "FAQ",
          documents: [{ name: "delivery", text: "Parcels leave within two days." }],
          pairs: [{ question: "Where are you?", answer: "In Berlin." }],
        },
      ],
    },
  });
});
afterEach(async () => {
  await server.close();
  await upstream.close();
});

/** Begins to chat; lines are sent with `say`, and `ended` resolves when the command has. */
function startChat(words: string[] = ["--key", KEY]) {
  const terminal = fakeTerminal();
  const ended = runCli(["node", "antiphon", "chat", "--url", server.url, ...words], terminal);
  return {
    terminal,
    ended,
    say: (line: string) => {
      terminal.input.write(`${line}\n`);
    },
    async end() {
      terminal.input.end();
      await ended;
    },
  };
}

/** Chats with these lines as if from a pipe. */
async function chatWith(...lines: string[]): Promise<FakeTerminal> {
  const chat = startChat();
  for (const line of lines) chat.say(line);
  await chat.end();
  return chat.terminal;
}

describe("antiphon chat", () => {
  it("answers every line of a pipe in order, with nothing but answers on standard output", async () => {
    upstream.replyWhen({ lastUserText: "one" }, ["First ", "answer."]);
    upstream.replyWhen({ lastUserText: "two" }, ["Second answer."]);
    const { written, noted, exitCode } = await chatWith("one", "", "two", "/quit", "never asked");
    expect(written).toBe("First answer.\nSecond answer.\n");
    expect(noted).toContain("tokens");
    expect(exitCode).toBe(0);
    expect(upstream.requests).toHaveLength(2);
  });

  it("says in short what was found, thought and called", async () => {
    upstream.replyOnce([
      { type: "reasoning", text: "Let me look." },
      { type: "tool-call", name: "find_order", arguments: '{"id":"7"}' },
    ]);
    upstream.replyOnce(["It is on its way."]);
    const { written, noted } = await chatWith("When do parcels leave?", "Where are you?");
    expect(written).toBe("It is on its way.\nIn Berlin.\n");
    expect(noted).toContain("· found 1 in delivery\n");
    expect(noted).toContain("Let me look.\n");
    expect(noted).toContain('· calls find_order {"id":"7"}\n');
    expect(noted).toMatch(/· find_order answered in \d+\.\d s\n/);
    expect(noted).toContain("· found 1 in FAQ\n");
  });

  it("asks again, rates, shows the history and begins anew", async () => {
    upstream.replyOnce(["First."]);
    upstream.replyOnce(["Better."]);
    const { written, noted, exitCode } = await chatWith(
      "question",
      "/again",
      "/dislike too short",
      "/history",
      "/like",
      "/history",
      "/new",
      "/history",
    );
    expect(written).toBe(
      "First.\nBetter.\n> question\nBetter. (disliked) (and 1 more)\n> question\nBetter. (liked) (and 1 more)\n",
    );
    expect(noted).toContain("noted: not good\n");
    expect(noted).toContain("a new conversation\n");
    expect(exitCode).toBe(0);
  });

  it("stops the answer on /stop, keeps what there is and goes on", async () => {
    upstream.replyOnce(["Once upon", tokens(1_000_000, { delayMs: 20 })]);
    const chat = startChat();
    chat.say("tell");
    await eventually(() => upstream.requests.length === 1 && chat.terminal.written !== "");
    chat.say("/stop");
    await eventually(() => upstream.requests[0]?.closedAtMs !== undefined);
    chat.say("/history");
    await chat.end();
    expect(chat.terminal.written).toMatch(/^Once upon.*\n> tell\nOnce upon/);
  });

  it("stops the answer on Ctrl-C and leaves on the next", async () => {
    upstream.reply([tokens(1_000_000, { delayMs: 20 })]);
    const chat = startChat();
    chat.say("tell");
    await eventually(() => chat.terminal.written !== "");
    chat.terminal.signal("SIGINT");
    await eventually(() => upstream.requests[0]?.closedAtMs !== undefined);
    await eventually(() => chat.terminal.written.endsWith("\n"));
    chat.terminal.signal("SIGINT");
    await chat.ended;
    expect(chat.terminal.exitCode).toBe(0);
  });

  it("leaves without the end of the answer when Ctrl-C comes twice", async () => {
    upstream.reply([tokens(1_000_000, { delayMs: 20 })]);
    const chat = startChat();
    chat.say("tell");
    chat.say("and another");
    await eventually(() => chat.terminal.written !== "");
    chat.terminal.signal("SIGINT");
    chat.terminal.signal("SIGINT");
    await chat.ended;
    expect(upstream.requests).toHaveLength(1);
  });

  it("says what failed, goes on, and ends with exit code 1", async () => {
    upstream.replyOnce([{ type: "status", status: 400, body: "no" }]);
    upstream.replyOnce(["Fine."]);
    const { written, noted, exitCode } = await chatWith("/like", "/nonsense", "bad", "good");
    expect(noted).toContain("there is no answer yet. Ask something first\n");
    expect(noted).toContain("/nonsense is not known. See /help\n");
    expect(noted).toMatch(/the answer failed: .+\. \/again tries once more\n/);
    expect(written).toBe("Fine.\n");
    expect(exitCode).toBe(1);
  });

  it("never lets an answer move the cursor", async () => {
    upstream.replyOnce(["a\u001b[2Jb\u0007c\td"]);
    const { written } = await chatWith("x");
    expect(written).toBe("a[2Jbc\td\n");
  });

  it("says how to give a key when there is none or a wrong one", async () => {
    const none = await runCommand(["chat", "--url", server.url], { ANTIPHON_DATA: "/nonexistent" });
    expect(none.noted).toBe("no app key is known. Give one with --key or ANTIPHON_APP_KEY\n");
    const wrong = await runCommand(["chat", "--url", server.url], { ANTIPHON_APP_KEY: "wrong" });
    expect(wrong.noted).toMatch(/^the server refused: .+\. Give an app key of this server/);
    expect([none.exitCode, wrong.exitCode]).toEqual([1, 1]);
  });

  it("says so when no server answers, or one that is none of ours", async () => {
    await server.close();
    const gone = await runCommand(["chat", "--url", server.url, "--key", KEY]);
    expect(gone.noted).toMatch(
      /^no server answers at http:\/\/127\.0\.0\.1:\d+\. Start one with `antiphon serve`/,
    );
    const other = await runCommand(["chat", "--url", upstream.baseUrl, "--key", KEY]);
    expect(other.noted).toMatch(/does not speak as antiphon does\. Check --url\n$/);
    const odd = await runCommand(["chat", "--url", "localhost", "--key", KEY]);
    expect(odd.noted).toMatch(/^localhost is no address/);
    expect([gone.exitCode, other.exitCode, odd.exitCode]).toEqual([1, 1, 1]);
  });
});
