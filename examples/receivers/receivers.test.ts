import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { describe, expect, it, onTestFinished } from "vitest";
import { eventually } from "../../test/support/eventually.ts";

const SECRET = `whsec_${Buffer.alloc(32, 5).toString("base64")}`;
const TOKEN = "a verify token";

/** Runs an example as a reader of it would. */
async function start(words: string[]) {
  const child = spawn(process.execPath, words, {
    cwd: import.meta.dirname,
    env: { PATH: process.env["PATH"], SECRET, VERIFY_TOKEN: TOKEN, PORT: "0" },
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const said = { text: "" };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said.text += text;
    });
  }
  const port = await eventually(() => {
    const found = /listening .*"port":(\d+)/.exec(said.text)?.[1];
    if (found === undefined) throw new Error(`it does not listen: ${said.text}`);
    return found;
  });
  const post = (path: string, headers: Record<string, string>, body: string) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
    });
  return { said, post };
}

describe.each([
  ["bare Node", ["node.ts"]],
  ["Express", ["--import", join(import.meta.dirname, "testing/express.js"), "express.js"]],
])("the example for %s", (_name, words) => {
  it("takes what is signed, once, and refuses what is not", async () => {
    const { said, post } = await start(words);
    const body = '{"type":"turn.completed","data":{"answer":"七天"}}';
    const now = new Date();
    const headers = {
      "webhook-id": "evt_1",
      "webhook-timestamp": String(Math.floor(now.getTime() / 1_000)),
      "webhook-signature": new Webhook(SECRET).sign("evt_1", now, body),
    };
    expect((await post("/events", headers, body)).status).toBe(204);
    expect((await post("/events", headers, body)).status).toBe(204);
    expect((await post("/events", headers, `${body} `)).status).toBe(401);
    expect((await post("/events", {}, body)).status).toBe(401);
    await eventually(() => said.text.includes(`evt_1 ${body}\n`));
    expect(said.text.split("evt_1")).toHaveLength(2);
  });
});

describe("the example for Fastify", () => {
  it("answers the challenge, gives verdicts and refuses what is not signed", async () => {
    const { post } = await start(["fastify.ts"]);
    const send = async (content: object, verifyToken = TOKEN) => {
      const [timestamp, nonce, body] = [String(Date.now()), "n-1", JSON.stringify(content)];
      const signature = createHash("sha1").update(`${timestamp}${nonce}${verifyToken}${body}`).digest("hex");
      const headers = { "x-coze-timestamp": timestamp, "x-coze-nonce": nonce, "x-coze-signature": signature };
      const response = await post("/coze", headers, body);
      return { status: response.status, body: await response.json() };
    };
    const published = (name: string) => ({
      header: { event_type: "bot.published" },
      event: { bot_name: name },
    });
    const question = { header: { event_type: "url_verification" }, event: { challenge: "c-1" } };
    expect(await send(question)).toEqual({ status: 200, body: { challenge: "c-1" } });
    expect(await send(published("示例"))).toMatchObject({ body: { audit: { audit_status: 2 } } });
    expect(await send(published("spam"))).toMatchObject({
      body: { audit: { audit_status: 3, reason: "spam" } },
    });
    expect(await send(published("示例"), "another token")).toMatchObject({ status: 401 });
  });
});
