import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { FileId } from "../../../src/domain/ids.ts";
import { startAntiphon, type TestAntiphon, upstreamModel } from "../../support/antiphon.ts";
import { type AntiphonProcess, startAntiphonProcess } from "../../support/antiphon-process.ts";
import { captureLogs } from "../../support/capture-logs.ts";
import { beginUpload, upload, uploadZeros } from "../../support/coze-uploads.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { metricOf } from "../../support/metrics.ts";
import { startUpstream, type Upstream } from "../../support/upstream.ts";

const TOKENS = {
  owner: `pat_${"o".repeat(40)}`,
  member: `pat_${"m".repeat(40)}`,
  chatter: `pat_${"c".repeat(40)}`,
};
const MEGABYTE = 1024 * 1024;

function installation(baseUrl: string): Record<string, unknown> {
  return {
    models: upstreamModel(baseUrl),
    users: [
      { name: "owner", role: "owner", tokens: [{ token: TOKENS.owner, scopes: ["all"] }] },
      { name: "member", role: "member", tokens: [{ token: TOKENS.member, scopes: ["all"] }] },
      { name: "chatter", role: "member", tokens: [{ token: TOKENS.chatter, scopes: ["chat"] }] },
    ],
    agents: [{ slug: "shop", name: "商城客服", appKey: "shop0000000000000000" }],
  };
}

async function call(url: string, path: string, init: RequestInit = {}, token = TOKENS.owner) {
  const headers = { authorization: `Bearer ${token}`, ...init.headers };
  const response = await fetch(url + path, { ...init, headers });
  return { status: response.status, headers: response.headers, body: Object(await response.json()) };
}

describe.each(engines)("uploads on $name", (engine) => {
  let upstream: Upstream;
  let server: TestAntiphon;
  let logs: Record<string, unknown>[];
  beforeAll(async () => {
    upstream = await startUpstream();
    logs = captureLogs("info");
    server = await startAntiphon({
      file: installation(upstream.baseUrl),
      environment: { ANTIPHON_MAX_FILE_MB: "1" },
      databaseUrl: await engine.databaseUrl(),
    });
  });
  afterAll(async () => {
    await server.close();
    await upstream.close();
  });
  afterEach(() => expect(logs.filter(({ level }) => level === "error")).toEqual([]));
  const files = () => readdir(join(server.dataDirectory, "files"));

  test("lie in a folder of the data directory under their ids, readable by the server only", async () => {
    const { body } = await upload(server.url, { token: TOKENS.owner, name: "a.txt", content: "hello" });
    expect(body).toMatchObject({ code: 0, msg: "", data: { bytes: 5, file_name: "a.txt" } });
    const { id } = body.data;
    expect(await files()).toContain(id);
    const folder = join(server.dataDirectory, "files");
    expect([(await stat(folder)).mode & 0o777, (await stat(join(folder, id))).mode & 0o777]).toEqual([
      0o700, 0o600,
    ]);
    await server.store.flushed();
    expect((await call(server.url, `/v1/files/retrieve?file_id=${id}`)).body.data).toEqual(body.data);
  });

  test("carry one log id in the header, the body and the log", async () => {
    const { headers, body } = await upload(server.url, { token: TOKENS.owner, name: "a.txt" });
    const refused = await call(server.url, "/v1/files/retrieve?file_id=1");
    for (const answer of [{ headers, body }, refused]) {
      const logId = answer.headers.get("x-tt-logid");
      expect(logId).toMatch(/^[0-9A-Z]{26}$/);
      expect(answer.body.detail).toEqual({ logid: logId });
      await eventually(() =>
        expect(logs.filter(({ requestId }) => requestId === logId)).toMatchObject([
          { msg: "request", dialect: "coze" },
        ]),
      );
    }
    expect(refused.body).toMatchObject({ code: 4200 });
  });

  test("are for the account that made them, with a token that permits it", async () => {
    const { body } = await upload(server.url, { token: TOKENS.owner, name: "a.txt" });
    const path = `/v1/files/retrieve?file_id=${body.data.id}`;
    expect((await call(server.url, path, {}, TOKENS.member)).body).toMatchObject({ code: 4200 });
    expect((await call(server.url, path, {}, TOKENS.chatter)).body).toMatchObject({ code: 4101 });
    const before = await files();
    const refused = await upload(server.url, { token: TOKENS.chatter, name: "a.txt" });
    expect(refused).toMatchObject({ status: 200, body: { code: 4101 } });
    const unknown = await upload(server.url, { token: "pat_nobody", name: "a.txt" });
    expect(unknown).toMatchObject({ status: 401, body: { code: 4100 } });
    expect(await files()).toEqual(before);
  });

  test("are never given out again", async () => {
    const { body } = await upload(server.url, { token: TOKENS.owner, name: "a.txt", content: "secret" });
    const { id } = body.data;
    for (const path of [
      `/v1/files/${id}`,
      `/files/${id}`,
      `/v1/files/${id}/content`,
      `/v1/files/download?file_id=${id}`,
    ]) {
      expect(await call(server.url, path)).toMatchObject({ status: 404 });
    }
  });

  test.each([
    ["a program", { name: "a.txt", content: "\x7fELF\x02\x01\0" }],
    ["a page called a picture", { name: "a.png", content: "<svg onload=alert(1)>" }],
    ["an unknown kind", { name: "a.xyz", content: "x" }],
    ["too large a file", { name: "a.txt", content: "x".repeat(MEGABYTE + 1) }],
  ])("of %s are refused and leave nothing", async (_what, file) => {
    const before = await files();
    const { status, body } = await upload(server.url, { token: TOKENS.owner, ...file });
    expect([status, body.code]).toEqual([200, 4000]);
    expect(await files()).toEqual(before);
  });

  test("of a client that goes away leave nothing", async () => {
    const before = await files();
    const connection = await beginUpload(server.url, { token: TOKENS.owner, name: "a.txt", size: MEGABYTE });
    connection.send("x".repeat(200_000));
    await eventually(async () => expect((await files()).length).toBe(before.length + 1));
    connection.socket.destroy();
    await eventually(async () => expect(await files()).toEqual(before));
  });

  test("that were deleted meanwhile are said to be gone, and the chat goes on", async () => {
    const { body } = await upload(server.url, {
      token: TOKENS.owner,
      name: "vertrag.txt",
      content: "geheim",
    });
    const id = Number(body.data.id) as FileId;
    const bots = await call(server.url, "/v1/workspaces");
    const space = bots.body.data.workspaces[0].id;
    const listed = await call(server.url, `/v1/bots?workspace_id=${space}&publish_status=all`);
    const content = JSON.stringify([
      { type: "text", text: "what does it say" },
      { type: "file", file_id: body.data.id },
    ]);
    const ask = async (conversation: string, message: object) => {
      const response = await fetch(`${server.url}/v3/chat${conversation}`, {
        method: "POST",
        headers: { authorization: `Bearer ${TOKENS.owner}`, "content-type": "application/json" },
        body: JSON.stringify({
          bot_id: listed.body.data.items[0].id,
          user_id: "u1",
          stream: true,
          additional_messages: [{ role: "user", ...message }],
        }),
      });
      return response.text();
    };
    const first = await ask("", { content, content_type: "object_string" });
    expect(JSON.stringify(upstream.requests.at(-1)?.body.messages)).toContain("geheim");
    const conversation = /"conversation_id":"(\d+)"/.exec(first)?.[1] ?? "";
    await server.store.files.delete([id]);
    const second = await ask(`?conversation_id=${conversation}`, { content: "again?", content_type: "text" });
    expect(second).toContain("event:conversation.chat.completed");
    const seen = JSON.stringify(upstream.requests.at(-1)?.body.messages);
    expect(seen).toContain("[vertrag.txt] (no longer available)");
    expect(seen).not.toContain("geheim");
  });
});

test("unknown paths of the family are refused in its words", async () => {
  const server = await startAntiphon({
    file: installation("http://127.0.0.1:9/v1"),
    environment: { ANTIPHON_LOG_LEVEL: "silent" },
  });
  onTestFinished(() => server.close());
  for (const path of ["/v1/nothing", "/v3/nothing", "/open_api/nothing", "/v1"]) {
    const { status, headers, body } = await call(server.url, path, { method: "POST" });
    expect([path, status, body.code]).toEqual([path, 404, 4200]);
    expect(body.detail.logid).toBe(headers.get("x-tt-logid"));
  }
});

describe("a server as a process of its own", () => {
  async function start(more: { fileSizeBlocks?: number } = {}): Promise<AntiphonProcess> {
    const server = await startAntiphonProcess({ file: installation("http://127.0.0.1:9/v1"), ...more });
    onTestFinished(() => server.close());
    return server;
  }
  const filesOf = (server: AntiphonProcess) => readdir(join(server.dataDirectory, "files"));

  test("killed in the middle of an upload starts with a clean folder", async () => {
    const server = await start();
    const kept = await upload(server.url, { token: TOKENS.owner, name: "a.txt", content: "kept" });
    const connection = await beginUpload(server.url, { token: TOKENS.owner, name: "b.txt", size: MEGABYTE });
    connection.send("x".repeat(500_000));
    await eventually(async () => expect(await filesOf(server)).toHaveLength(2));
    await server.restart();
    expect(await filesOf(server)).toEqual([kept.body.data.id]);
    const found = await call(server.url, `/v1/files/retrieve?file_id=${kept.body.data.id}`);
    expect(found.body.data).toEqual(kept.body.data);
  });

  test("whose disk is full refuses the upload, keeps nothing of it and goes on", async () => {
    const server = await start({ fileSizeBlocks: (8 * MEGABYTE) / 512 });
    const refused = await uploadZeros(server.url, {
      token: TOKENS.owner,
      name: "a.mp4",
      size: 20 * MEGABYTE,
    });
    expect([refused.status, refused.body.code]).toEqual([503, 5000]);
    expect(await filesOf(server)).toEqual([]);
    const fits = await uploadZeros(server.url, { token: TOKENS.owner, name: "a.mp4", size: MEGABYTE });
    expect(fits.body).toMatchObject({ code: 0, data: { bytes: MEGABYTE } });
  });

  test("takes a large file without holding it in memory", async () => {
    const server = await start();
    const memory = () => metricOf(server.url, "process_resident_memory_bytes");
    const size = 400 * MEGABYTE;
    await uploadZeros(server.url, { token: TOKENS.owner, name: "warm.mp4", size: MEGABYTE });
    const before = await memory();
    let highest = before;
    const watching = setInterval(() => {
      void memory().then((now) => {
        highest = Math.max(highest, now);
      });
    }, 100);
    const { body } = await uploadZeros(server.url, { token: TOKENS.owner, name: "film.mp4", size });
    clearInterval(watching);
    highest = Math.max(highest, await memory());
    expect(body).toMatchObject({ code: 0, data: { bytes: size } });
    expect(highest - before).toBeLessThan(size / 2);
  }, 60_000);
});
