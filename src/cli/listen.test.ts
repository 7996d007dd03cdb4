import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import { describe, expect, it, onTestFinished } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import { runCli } from "./cli.ts";
import { fakeTerminal, runCommand } from "./testing/fake-terminal.ts";

const TOKEN = "XzHka769anqJdSfyndM5VM6jPTg2Lcel5YVBHMjfczpQhOR5e6taOt2y12zABCDE";
const SECRET = `whsec_${Buffer.alloc(32, 3).toString("base64")}`;

/** Runs `antiphon listen` with these words until the test ends. */
async function listening(...words: string[]) {
  const terminal = fakeTerminal();
  const ended = runCli(["node", "antiphon", "listen", "--port", "0", ...words], terminal);
  onTestFinished(async () => {
    terminal.signal("SIGINT");
    await ended;
  });
  const url = await eventually(() => {
    const found = /listening at (http:\S+)/.exec(terminal.written)?.[1];
    if (found === undefined) throw new Error(`it does not listen: ${terminal.noted}`);
    return found;
  });
  const post = async (headers: Record<string, string>, body: string, signal?: AbortSignal) => {
    const init = { method: "POST", headers, body, ...(signal !== undefined && { signal }) };
    const response = await fetch(`${url}/hook`, init);
    return { status: response.status, body: await response.json() };
  };
  return { terminal, ended, url, post };
}

function cozeHeaders(body: string, token = TOKEN, at = Date.now()): Record<string, string> {
  const signature = createHash("sha1").update(`${at}n-1${token}${body}`).digest("hex");
  return { "x-coze-timestamp": String(at), "x-coze-nonce": "n-1", "x-coze-signature": signature };
}

function standardHeaders(body: string, secret = SECRET): Record<string, string> {
  const now = new Date();
  return {
    "webhook-id": "evt_7",
    "webhook-timestamp": String(Math.floor(now.getTime() / 1_000)),
    "webhook-signature": new Webhook(secret).sign("evt_7", now, body),
    "x-antiphon-attempt": "2",
  };
}

function published(connectorId?: string): string {
  const header = { event_type: "bot.published", event_id: "e-1", connector_id: connectorId };
  return JSON.stringify({ header, event: { bot_name: "商城客服" } });
}

const CHALLENGE = JSON.stringify({ header: { event_type: "url_verification" }, event: { challenge: "c-1" } });

describe("antiphon listen", () => {
  it("answers the question that comes before an address is saved, whatever else it answers", async () => {
    const { post, terminal } = await listening("--token", TOKEN, "--status", "500");
    expect(await post(cozeHeaders(CHALLENGE), CHALLENGE)).toEqual({
      status: 200,
      body: { challenge: "c-1" },
    });
    expect(terminal.written).toContain('#1 → 200 {"challenge":"c-1"}\n');
    const event = published();
    expect(await post(cozeHeaders(event), event)).toEqual({ status: 500, body: {} });
  });

  it("prints what arrives, readable and in order, and counts repetitions", async () => {
    const { post, terminal } = await listening("--token", TOKEN, "--secret", SECRET);
    const own = '{"type":"turn.completed","data":{"answer":"七天"}}';
    await post(cozeHeaders(published()), published());
    await post(standardHeaders(own), own);
    await post(standardHeaders(own), own);
    const [, ...blocks] = terminal.written.replace(/\d\d:\d\d:\d\d\.\d{3}/g, "TIME").split("\n\n");
    expect(blocks).toEqual([
      [
        "#1 TIME POST /hook bot.published",
        "   event e-1",
        "   signature: good (Coze)",
        "   {",
        '     "header": {',
        '       "event_type": "bot.published",',
        '       "event_id": "e-1"',
        "     },",
        '     "event": {',
        '       "bot_name": "商城客服"',
        "     }",
        "   }",
        "#1 → 200 {}",
      ].join("\n"),
      [
        "#2 TIME POST /hook turn.completed",
        "   event evt_7, attempt 2",
        "   signature: good (Standard Webhooks)",
        "   {",
        '     "type": "turn.completed",',
        '     "data": {',
        '       "answer": "七天"',
        "     }",
        "   }",
        "#2 → 200 {}",
      ].join("\n"),
      expect.stringContaining("event evt_7, attempt 2, received 2 times so far\n"),
    ]);
  });

  it.each([
    [["--verdict", "approve"], { audit: { audit_status: 2, reason: "" } }],
    [[], { audit: { audit_status: 2, reason: "" } }],
    [["--verdict", "audit"], { audit: { audit_status: 1, reason: "" } }],
    [["--verdict", "reject", "--reason", "no prices"], { audit: { audit_status: 3, reason: "no prices" } }],
    [["--verdict", "none"], {}],
  ])("as a channel's server says %j as its verdict, and none of ordinary events", async (words, body) => {
    const { post } = await listening(...words);
    expect(await post({}, published("42"))).toEqual({ status: 200, body });
    expect(await post({}, published())).toEqual({ status: 200, body: {} });
  });

  it("says plainly when it cannot check a signature", async () => {
    const { post, terminal } = await listening();
    expect(terminal.written).toContain("No --token: signatures of Coze callbacks are NOT checked\n");
    expect(terminal.written).toContain("No --secret: signatures of Standard Webhooks are NOT checked\n");
    expect((await post(cozeHeaders("{}"), "{}")).status).toBe(200);
    expect(terminal.written).toContain("signature: NOT CHECKED (Coze): give --token");
    expect((await post(standardHeaders("{}"), "{}")).status).toBe(200);
    expect(terminal.written).toContain("signature: NOT CHECKED (Standard Webhooks): give --secret");
    expect((await post({}, "{}")).status).toBe(200);
    expect(terminal.written).toContain("signature: none\n");
  });

  it("refuses what is not signed, signed with another secret, or long ago", async () => {
    const { post, terminal } = await listening("--token", "old", "--token", TOKEN, "--secret", SECRET);
    expect((await post(cozeHeaders("{}", "old"), "{}")).status).toBe(200);
    expect((await post(cozeHeaders("{}", "another"), "{}")).status).toBe(401);
    expect(terminal.written).toContain("signature: WRONG (Coze): the signature does not belong to this body");
    expect((await post(cozeHeaders("{}", TOKEN, Date.now() - 600_000), "{}")).status).toBe(401);
    expect(terminal.written).toContain("signature: WRONG (Coze): the request was signed 600 s ago");
    expect((await post({ ...standardHeaders("{}"), "webhook-id": "evt_8" }, "{}")).status).toBe(401);
    expect((await post({}, "{}")).status).toBe(401);
    expect(terminal.written).toContain("signature: none, so it is refused\n");
  });

  it("answers late when it is told to", async () => {
    const { post, terminal } = await listening("--delay", "50");
    const startMs = performance.now();
    expect((await post({}, "{}")).status).toBe(200);
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(49);
    expect(terminal.written).toContain("#1 → 200 {}\n");
  });

  it("says when the sender did not wait for the answer", async () => {
    const { post, terminal } = await listening("--delay", "600000");
    const abort = new AbortController();
    const pending = post({}, "{}", abort.signal);
    await eventually(() => terminal.written.includes("#1 "));
    abort.abort();
    await expect(pending).rejects.toThrow();
    await eventually(() => terminal.written.includes("#1 → no answer: the sender did not wait\n"));
  });

  it("shows bodies that are no JSON, and lets none of them move the cursor", async () => {
    const { post, terminal } = await listening();
    await post({}, "not\u001b[2J JSON");
    expect(terminal.written).toContain("   not[2J JSON\n");
    const { url } = await listening();
    expect((await fetch(url)).status).toBe(405);
  });

  it("takes no body without end", async () => {
    const { post, terminal } = await listening();
    await expect(post({}, "x".repeat(2 << 20))).rejects.toThrow();
    await eventually(() => terminal.written.includes("the request broke off: its body is longer than"));
  });

  it("ends when it is told to, even with a sender that waits", async () => {
    const { post, terminal, ended } = await listening("--delay", "600000");
    const waiting = post({}, "{}");
    await eventually(() => terminal.written.includes("#1 "));
    terminal.signal("SIGINT");
    await ended;
    await expect(waiting).rejects.toThrow();
    expect(terminal.written).toContain("1 received\n");
    expect(terminal.exitCode).toBe(0);
  });

  it("says what is wrong with its options", async () => {
    const failing = async (...words: string[]) => {
      const { exitCode, noted } = await runCommand(["listen", ...words]);
      expect(exitCode).toBe(1);
      return noted;
    };
    expect(await failing("--port", "70000")).toContain("It must be a whole number from 0 to 65535.");
    expect(await failing("--verdict", "maybe")).toContain(
      "Allowed choices are approve, audit, reject, none.",
    );
    expect(await failing("--secret", "abc")).toContain("It must begin with whsec_.");
    const other = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => {
      other.close();
    });
    await eventually(() => other.listening);
    const port = String((other.address() as AddressInfo).port);
    expect(await failing("--port", port)).toContain(`cannot listen on 127.0.0.1:${port}`);
  });
});
