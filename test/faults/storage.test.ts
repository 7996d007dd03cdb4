import { fdatasync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { createApp } from "../../src/app.ts";
import { applyFile } from "../../src/apply.ts";
import { ModelDesk } from "../../src/catalog/model-desk.ts";
import { readConfig } from "../../src/config/config.ts";
import { readInstallationFile } from "../../src/config/file.ts";
import { openSecretKey } from "../../src/config/secrets.ts";
import { DomainError } from "../../src/domain/errors.ts";
import { createOutbound } from "../../src/http/outbound.ts";
import { configuredModels } from "../../src/installation.ts";
import { openModels } from "../../src/models/catalog.ts";
import { applyServices } from "../../src/publish/testing/apply-services.ts";
import { openDiskBlobs } from "../../src/storage/disk-blobs.ts";
import { openSqliteStore } from "../../src/storage/sqlite/open.ts";
import type { Store } from "../../src/storage/store.ts";
import { readGraph } from "../../src/workflow/graph/read-graph.ts";
import { openCodeSandbox } from "../../src/workflow/sandbox/quickjs-sandbox.ts";
import { upstreamModel } from "../support/antiphon.ts";
import { NO_LIMITS, startAntiphonProcess } from "../support/antiphon-process.ts";
import { eventually } from "../support/eventually.ts";
import { answerOf, type HiagentReply, hiagentClient } from "../support/hiagent-client.ts";
import { startUpstream, tokens, tokensText, tokenText, type Upstream } from "../support/upstream.ts";

const KEY = "storagetestkey000001";

let dataDirectory: string;
let upstream: Upstream;
const closers: (() => Promise<void>)[] = [];

beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), "antiphon-storage-test-"));
  closers.push(() => rm(dataDirectory, { recursive: true, force: true }));
  upstream = await startUpstream();
  closers.push(() => upstream.close());
});

afterEach(async () => {
  for (const closer of closers.splice(0).reverse()) await closer();
});

function installation(): Record<string, unknown> {
  return { models: upstreamModel(upstream.baseUrl), agents: [{ slug: "a", name: "A", appKey: KEY }] };
}

/** A server in this process on a disk of the test's own. */
async function startOnDisk(
  sync: (fileDescriptor: number) => Promise<void>,
  alter: (store: Store) => Store = (store) => store,
) {
  const path = join(dataDirectory, "antiphon.yaml");
  await writeFile(path, stringify(installation()));
  const loaded = readConfig({
    ANTIPHON_PORT: "0",
    ANTIPHON_DATA: dataDirectory,
    ANTIPHON_DRAIN_SECONDS: "0",
  });
  const file = await readInstallationFile(path, { environment: {}, readWorkflow: readGraph });
  const store = alter(await openSqliteStore({ path: join(dataDirectory, "antiphon.db"), sync }));
  const configured = configuredModels(loaded, file);
  const models = await openModels(configured.map(({ definition }) => definition));
  const outbound = createOutbound({ allowPrivate: [] });
  await applyFile(
    applyServices(store, () => new Date()),
    file,
  );
  const blobs = await openDiskBlobs({ folder: join(dataDirectory, "files"), writer: "test" });
  const sandbox = openCodeSandbox();
  const secretKey = await openSecretKey(undefined, dataDirectory);
  const app = createApp({
    ...{ store, blobs, models, outbound, callbackOutbound: outbound, sandbox, config: loaded.config },
    secretKey,
    modelDesk: new ModelDesk({ store, secretKey, models, configured, timeouts: undefined }),
  });
  const { url } = await app.start();
  const close = async () => {
    await app.stop();
    await sandbox.close();
    await outbound.close();
    await models.close();
    await store.close();
  };
  return { url, client: hiagentClient({ url, key: KEY }), close };
}

function expectRefused(reply: Pick<HiagentReply, "status" | "body">): void {
  expect([reply.status, reply.body.ResponseMetadata?.Error.Code]).toEqual([503, "ServiceUnavailable"]);
}

describe("a disk that takes its time", () => {
  test("holds back every acknowledgement until it has the question, and the model is not asked before", async () => {
    let disk: Promise<void> = Promise.resolve();
    const server = await startOnDisk(async (fileDescriptor) => {
      await disk;
      await promisify(fdatasync)(fileDescriptor);
    });
    closers.push(server.close);
    const { client } = server;
    const conversation = await client.newConversation();
    const gate = Promise.withResolvers<void>();
    closers.push(async () => gate.resolve());
    disk = gate.promise;
    let isAnswered = false;
    const asking = client
      .stream("chat_query_v2", { AppConversationID: conversation, Query: "slow disk" })
      .finally(() => {
        isAnswered = true;
      });
    // The question is stored, yet not on the disk: other requests see it while its own has no head.
    await eventually(async () => expect(await client.history(conversation)).toHaveLength(1));
    expect([isAnswered, upstream.requests.length]).toEqual([false, 0]);
    gate.resolve();
    expect((await (await asking).all()).at(-1)?.event).toBe("message_end");
  });

  test("holds back the end of an answer until it has all of it", async () => {
    let disk: Promise<void> = Promise.resolve();
    const server = await startOnDisk(async (fileDescriptor) => {
      await disk;
      await promisify(fdatasync)(fileDescriptor);
    });
    closers.push(server.close);
    const rest = Promise.withResolvers<void>();
    upstream.reply([tokens(3), { type: "hold", until: rest.promise }, tokenText(3)]);
    const conversation = await server.client.newConversation();
    const stream = await server.client.stream("chat_query_v2", {
      AppConversationID: conversation,
      Query: "slow disk",
    });
    await stream.until("message");
    const gate = Promise.withResolvers<void>();
    closers.push(async () => gate.resolve());
    disk = gate.promise;
    rest.resolve();
    await stream.until("message_output_end");
    await eventually(async () => {
      const [round] = await server.client.history(conversation);
      expect(round.AnswerInfo.Answer).toBe(tokensText(4));
    });
    expect(stream.payloads.at(-1)?.event).toBe("message_output_end");
    gate.resolve();
    expect((await stream.all()).at(-1)?.event).toBe("message_end");
  });
});

describe("a disk that refuses to keep what was written", () => {
  test("ends acknowledging: questions are refused, running answers fail, the server is not ready", async () => {
    let isBroken = false;
    const server = await startOnDisk((fileDescriptor) =>
      isBroken
        ? Promise.reject(new Error("EIO: i/o error, fdatasync"))
        : promisify(fdatasync)(fileDescriptor),
    );
    const { client, url } = server;
    upstream.reply([tokens(2)]);
    const kept = await client.newConversation();
    const before = await client.stream("chat_query_v2", { AppConversationID: kept, Query: "before" });
    expect((await before.all()).at(-1)?.event).toBe("message_end");

    const rest = Promise.withResolvers<void>();
    upstream.reply([tokens(3), { type: "hold", until: rest.promise }]);
    const conversations = await Promise.all(Array.from({ length: 8 }, () => client.newConversation()));
    const running = await Promise.all(
      conversations.map((conversation) =>
        client.stream("chat_query_v2", { AppConversationID: conversation, Query: "during" }),
      ),
    );
    await Promise.all(running.map((stream) => stream.until("message")));
    isBroken = true;
    rest.resolve();
    for (const stream of running) {
      const events = (await stream.all()).map((payload) => payload.event);
      expect(events.at(-1)).toBe("message_failed");
      expect(events).not.toContain("message_end");
    }
    const questions = Array.from({ length: 8 }, (_, index) =>
      client.call(index % 2 === 0 ? "chat_query_v2" : "chat_query", {
        AppConversationID: kept,
        Query: "after",
        ResponseMode: index < 4 ? "streaming" : "blocking",
      }),
    );
    for (const reply of await Promise.all(questions)) expectRefused(reply);
    expectRefused(await client.call("create_conversation", {}));
    const readiness = await fetch(`${url}/readyz`);
    expect([readiness.status, await readiness.json()]).toMatchObject([
      503,
      { status: "not_ready", reasons: [expect.stringContaining("disk")] },
    ]);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await server.close();

    const repaired = await startOnDisk(promisify(fdatasync));
    closers.push(repaired.close);
    const [round] = await repaired.client.history(kept);
    expect([round.Query, round.AnswerInfo.Answer]).toEqual(["before", tokensText(2)]);
    for (const conversation of conversations) {
      const [asked] = await repaired.client.history(conversation);
      expect(asked.Query).toBe("during");
    }
    upstream.reply([tokens(2)]);
    const next = await repaired.client.stream("chat_query_v2", { AppConversationID: kept, Query: "next" });
    expect((await next.all()).at(-1)?.event).toBe("message_end");
  });
});

describe("a disk that is full", () => {
  test("refuses questions, says it is not ready, and loses nothing that was acknowledged", async () => {
    const server = await startAntiphonProcess({
      file: installation(),
      environment: { ...NO_LIMITS, ANTIPHON_LOG_LEVEL: "error" },
      dataDirectory,
      fileSizeBlocks: (4 * 1024 * 1024) / 512,
    });
    closers.push(() => server.close());
    const client = hiagentClient({ url: server.url, key: KEY });
    const answer = "长".repeat(30_000);
    upstream.reply([answer]);
    const kept: { conversation: string; text: string }[] = [];
    let refused: HiagentReply | undefined;
    for (let count = 0; refused === undefined && count < 500; count++) {
      const created = await client.call("create_conversation", {});
      if (created.status !== 200) {
        refused = created;
        break;
      }
      const conversation = created.body.Conversation.AppConversationID;
      const body = { AppConversationID: conversation, Query: "fill the disk" };
      const reply = await client.call("chat_query_v2", body);
      if (reply.status !== 200) refused = reply;
      else if (reply.text.includes('"message_end"')) kept.push({ conversation, text: answer });
    }
    expect(kept.length).toBeGreaterThan(3);
    if (refused === undefined) throw new Error("the disk was never full");
    expectRefused(refused);
    const readiness = await fetch(`${server.url}/readyz`);
    expect([readiness.status, await readiness.json()]).toMatchObject([
      503,
      { reasons: [expect.stringContaining("disk")] },
    ]);
    for (const { conversation, text } of kept) {
      expect((await client.history(conversation))[0].AnswerInfo.Answer === text).toBe(true);
    }
    server.kill("SIGKILL");
    await server.waitExit();

    const roomy = await startAntiphonProcess({ file: installation(), dataDirectory });
    closers.push(() => roomy.close());
    const later = hiagentClient({ url: roomy.url, key: KEY });
    for (const { conversation, text } of kept) {
      expect((await later.history(conversation))[0].AnswerInfo.Answer === text).toBe(true);
    }
    upstream.reply(["room again"]);
    const conversation = await later.newConversation();
    const next = await later.stream("chat_query_v2", { AppConversationID: conversation, Query: "next" });
    expect(answerOf(await next.all())).toBe("room again");
  });
});

test("an answer that could not be stored fails, and its conversation is free again soon", async () => {
  let failures = 0;
  const server = await startOnDisk(promisify(fdatasync), (store) => ({
    ...store,
    turns: {
      ...store.turns,
      close: async (turn) => {
        failures += 1;
        if (failures === 1) throw new DomainError("storage_failed", "the store failed");
        return store.turns.close(turn);
      },
    },
  }));
  closers.push(server.close);
  upstream.reply([tokens(3)]);
  const conversation = await server.client.newConversation();
  const body = { AppConversationID: conversation, Query: "tell me" };
  const failed = await server.client.stream("chat_query_v2", body);
  expect((await failed.all()).at(-1)?.event).toBe("message_failed");
  const next = await server.client.stream("chat_query_v2", body);
  expect(answerOf(await next.all())).toBe(tokensText(3));
  expect(next.payloads.at(-1)?.event).toBe("message_end");
  const again = await server.client.stream("chat_continue", { MessageID: failed.payloads[0]?.id });
  expect((await again.all()).at(-1)?.event).toBe("message_failed");
});
