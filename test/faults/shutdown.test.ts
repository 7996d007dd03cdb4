import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { upstreamModel } from "../support/antiphon.ts";
import {
  type AntiphonProcess,
  NO_LIMITS,
  startAntiphonProcess,
  startRefused,
} from "../support/antiphon-process.ts";
import { eventually } from "../support/eventually.ts";
import { answerOf, type HiagentStream, hiagentClient } from "../support/hiagent-client.ts";
import { rawConnection } from "../support/raw-http-client.ts";
import { startUpstream, tokens, tokensText, tokenText, type Upstream } from "../support/upstream.ts";
import { sqliteTurns } from "./stored-turns.ts";

const KEY = "shutdowntestkey00001";
const never = new Promise<never>(() => {});

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const closer of closers.splice(0).reverse()) await closer();
});

interface Scene {
  upstream: Upstream;
  server: AntiphonProcess;
  client: ReturnType<typeof hiagentClient>;
}

async function scene(drainSeconds: number): Promise<Scene> {
  const upstream = await startUpstream();
  closers.push(() => upstream.close());
  const server = await startAntiphonProcess({
    file: { models: upstreamModel(upstream.baseUrl), agents: [{ slug: "a", name: "A", appKey: KEY }] },
    environment: { ...NO_LIMITS, ANTIPHON_DRAIN_SECONDS: String(drainSeconds) },
  });
  closers.push(() => server.close());
  return { upstream, server, client: hiagentClient({ url: server.url, key: KEY }) };
}

/** Asks and reads up to the third token. */
async function ask(
  { client }: Scene,
  question = "tell me",
): Promise<{ stream: HiagentStream; conversation: string }> {
  const conversation = await client.newConversation();
  const stream = await client.stream("chat_query_v2", { AppConversationID: conversation, Query: question });
  for (let count = 0; count < 3; count++) await stream.until("message");
  return { stream, conversation };
}

/** Sends a request whose body is held back until `finish`; resolves when the server waits for the body. */
async function begin({ server }: Scene, target: string, body: Record<string, unknown>) {
  const connection = await rawConnection(Number(new URL(server.url).port));
  const text = JSON.stringify(body);
  connection.send(
    `${target} HTTP/1.1\r\nhost: antiphon\r\napikey: ${KEY}\r\n` +
      `content-length: ${text.length}\r\nexpect: 100-continue\r\n\r\n`,
  );
  expect((await connection.response()).status).toBe(100);
  const finish = () => {
    connection.send(text);
    return connection.response();
  };
  return { finish };
}

async function restarted({ server }: Scene): Promise<ReturnType<typeof hiagentClient>> {
  await server.restart();
  return hiagentClient({ url: server.url, key: KEY });
}

describe("a server told to stop with SIGTERM", () => {
  test("lets running answers finish, then ends by itself with exit code 0", async () => {
    const here = await scene(20);
    const rest = Promise.withResolvers<void>();
    here.upstream.reply([tokens(3), { type: "hold", until: rest.promise }, tokenText(3), tokenText(4)]);
    const { stream, conversation } = await ask(here);
    here.server.kill("SIGTERM");
    await eventually(() => here.server.errors.includes("SIGTERM"));
    rest.resolve();
    expect((await stream.all()).at(-1)?.event).toBe("message_end");
    expect(answerOf(stream.payloads)).toBe(tokensText(5));
    expect(await here.server.waitExit()).toEqual({ code: 0, signal: null });
    const later = await restarted(here);
    expect((await later.history(conversation))[0].AnswerInfo.Answer).toBe(tokensText(5));
  });

  test("after the drain time keeps the text so far, says so in the stream, and ends with exit code 0", async () => {
    const here = await scene(1);
    here.upstream.reply([tokens(3), { type: "hold", until: never }]);
    const asked = await Promise.all([ask(here), ask(here), ask(here)]);
    const blockingConversation = await here.client.newConversation();
    const blocking = here.client.call("chat_query_v2", {
      AppConversationID: blockingConversation,
      Query: "tell me",
      ResponseMode: "blocking",
    });
    await eventually(() => here.upstream.requests.length === 4);
    here.server.kill("SIGTERM");
    for (const { stream } of asked) {
      const payloads = await stream.all();
      expect(payloads.map((payload) => payload.event)).not.toContain("message_end");
      expect(payloads.slice(-2).map((payload) => payload.event)).toEqual([
        "message_output_end",
        "message_failed",
      ]);
    }
    const refused = await blocking;
    expect([refused.status, refused.body.ResponseMetadata.Error.Code]).toEqual([503, "ServiceUnavailable"]);
    expect(await here.server.waitExit()).toEqual({ code: 0, signal: null });
    expect(here.upstream.requests.every((request) => request.closedAtMs !== undefined)).toBe(true);

    const turns = [...(await sqliteTurns(join(here.server.dataDirectory, "antiphon.db")).all()).values()];
    expect(turns.map(({ status, text }) => [status, text])).toEqual(
      Array.from({ length: 4 }, () => ["interrupted", tokensText(3)]),
    );
    const later = await restarted(here);
    for (const { conversation, stream } of asked) {
      const [round] = await later.history(conversation);
      expect(round.AnswerInfo.Answer).toBe(tokensText(3));
      const again = await later.stream("chat_continue", { MessageID: stream.payloads[0]?.id });
      expect((await again.all()).at(-1)?.event).toBe("message_failed");
    }
  });

  test("refuses new questions and says it is not ready while answers finish", async () => {
    const here = await scene(20);
    const rest = Promise.withResolvers<void>();
    here.upstream.reply([tokens(3), { type: "hold", until: rest.promise }]);
    const { stream, conversation } = await ask(here);
    // Under way since before the signal: new connections are not accepted after it.
    const asking = await begin(here, "POST /chat_query_v2", {
      AppConversationID: conversation,
      Query: "more",
      UserID: "u1",
    });
    const probing = await begin(here, "GET /readyz", {});
    here.server.kill("SIGTERM");
    await eventually(() => here.server.errors.includes("SIGTERM"));
    const refusal = await asking.finish();
    expect(refusal.status).toBe(503);
    expect(refusal.chunks.join("")).toContain("ServiceUnavailable");
    const readiness = await probing.finish();
    expect(readiness.status).toBe(503);
    expect(readiness.chunks.join("")).toContain("the server is stopping");
    await expect(fetch(`${here.server.url}/healthz`)).rejects.toThrow();
    rest.resolve();
    expect((await stream.all()).at(-1)?.event).toBe("message_end");
    expect(await here.server.waitExit()).toEqual({ code: 0, signal: null });
    expect(here.upstream.requests).toHaveLength(1);
    const later = await restarted(here);
    expect(await later.history(conversation)).toHaveLength(1);
  });

  test.each(["SIGTERM", "SIGINT"] as const)(
    "and then with %s ends at once, and nothing is lost or damaged",
    async (second) => {
      const here = await scene(60);
      here.upstream.reply([tokens(3), { type: "hold", until: never }]);
      const { conversation } = await ask(here);
      here.server.kill("SIGTERM");
      await eventually(() => here.server.errors.includes("SIGTERM"));
      here.server.kill(second);
      expect((await here.server.waitExit()).code).toBe(130);
      const turns = sqliteTurns(join(here.server.dataDirectory, "antiphon.db"));
      await turns.checkFiles();
      const later = await restarted(here);
      expect(await turns.running()).toEqual([]);
      const [round] = await later.history(conversation);
      expect(round.Query).toBe("tell me");
      here.upstream.reply([tokens(3)]);
      const next = await later.stream("chat_query_v2", { AppConversationID: conversation, Query: "next" });
      expect((await next.all()).at(-1)?.event).toBe("message_end");
    },
  );

  test("while it has nothing to do ends at once with exit code 0", async () => {
    const here = await scene(60);
    await fetch(`${here.server.url}/healthz`);
    here.server.kill("SIGTERM");
    expect(await here.server.waitExit()).toEqual({ code: 0, signal: null });
  });
});

describe("a data directory in use", () => {
  test("is refused to a second server, which says so and ends with exit code 1", async () => {
    const here = await scene(0);
    const second = await startRefused({ file: {}, dataDirectory: here.server.dataDirectory });
    expect(second).toMatchObject({ code: 1, signal: null });
    expect(second.errors).toContain("is in use by another server");
    expect(second.errors).toContain(String(here.server.pid));
    expect(second.errors).not.toContain("    at ");
    expect((await fetch(`${here.server.url}/readyz`)).status).toBe(200);
  });

  test("is free again as soon as its server was killed", async () => {
    const dataDirectory = await mkdtemp(join(tmpdir(), "antiphon-lock-test-"));
    closers.push(() => rm(dataDirectory, { recursive: true }));
    const installation = {
      file: { agents: [{ slug: "a", name: "A", appKey: KEY }] },
      dataDirectory,
    };
    const first = await startAntiphonProcess(installation);
    first.kill("SIGKILL");
    await first.waitExit();
    const second = await startAntiphonProcess(installation);
    expect((await fetch(`${second.url}/readyz`)).status).toBe(200);
    await second.close();
  });
});
