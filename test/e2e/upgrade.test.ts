import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatUuid } from "../../src/dialects/insight/ids.ts";
import { upstreamModel } from "../support/antiphon.ts";
import { type AntiphonProcess, startAntiphonProcess } from "../support/antiphon-process.ts";
import { engines } from "../support/engines.ts";
import { hiagentClient } from "../support/hiagent-client.ts";
import { insightClient } from "../support/insight-client.ts";
import { makeOldSchema, OLD } from "../support/old-schemas.ts";
import { startUpstream, type Upstream } from "../support/upstream.ts";

const TOKEN = `pat_${"owner".padEnd(40, "0")}`;

const ACCESS_KEY = {
  id: "6c7b0001-0000-4000-8000-00000000000a",
  secret: "upgrade-secret-upgrade",
  scopes: ["all"],
};

const databases = engines.flatMap((engine) => [1, 2, 3].map((version) => ({ ...engine, engine, version })));

describe.each(databases)("a database of schema $version on $name", ({ engine, version }) => {
  let upstream: Upstream;
  let dataDirectory: string;
  let server: AntiphonProcess;
  beforeAll(async () => {
    upstream = await startUpstream();
    dataDirectory = await mkdtemp(join(tmpdir(), "antiphon-upgrade-"));
    const databaseUrl = await engine.databaseUrl();
    await makeOldSchema(databaseUrl ?? join(dataDirectory, "antiphon.db"), version);
    server = await startAntiphonProcess({
      file: {
        models: upstreamModel(upstream.baseUrl),
        users: [{ name: "owner", role: "owner", tokens: [{ token: TOKEN, scopes: ["all"] }] }],
        insight: { accessKeys: [ACCESS_KEY] },
      },
      databaseUrl,
      dataDirectory,
    });
  });
  afterAll(async () => {
    await server?.close();
    await upstream.close();
    await rm(dataDirectory, { recursive: true, force: true });
  });

  test("its conversations are there, and its agent answers in them", async () => {
    const client = hiagentClient({ url: server.url, key: OLD.appKey });
    const { body } = await client.call("get_conversation_list");
    const [conversation] = body.ConversationList;
    expect(conversation).toMatchObject({ ConversationName: "旧会话" });
    const id: string = conversation.AppConversationID;
    expect(await client.history(id)).toMatchObject([
      { Query: OLD.question, AnswerInfo: { Answer: OLD.answer } },
    ]);
    upstream.replyOnce(["新的回答"]);
    const stream = await client.stream("chat_query", { AppConversationID: id, Query: "新的问题" });
    await stream.all();
    const asked = upstream.requests.at(-1)?.body.messages;
    expect(asked).toMatchObject([
      { role: "system", content: OLD.prompt },
      { role: "user", content: OLD.question },
      { role: "assistant", content: OLD.answer },
      { role: "user", content: "新的问题" },
    ]);
    expect(await client.history(id)).toHaveLength(2);
  });

  test("its agent has become a first version, published to the API", async () => {
    const get = async (path: string) => {
      const response = await fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${TOKEN}` } });
      const { data } = (await response.json()) as { data: Record<string, unknown> };
      return data;
    };
    expect(await get("/v1/bots/2")).toMatchObject({
      name: "旧客服",
      prompt_info: { prompt: OLD.prompt },
      version: String(Date.UTC(2026, 0, 1)),
    });
    expect(await get("/v1/bots/2/versions")).toMatchObject({ total: 1 });
    expect(await get("/v1/bots?workspace_id=1&publish_status=published_draft")).toMatchObject({ total: 0 });
  });

  test("its answers of before are executions of Insight, can be rated there, and are what its sessions go on from", async () => {
    const insight = insightClient({
      url: server.url,
      accessKeyId: ACCESS_KEY.id,
      accessKeySecret: ACCESS_KEY.secret,
    });
    const botId = formatUuid("agent", 2);
    const sessionId = formatUuid("conversation", 3);
    const execId = formatUuid("turn", 6);
    const rated = await insight.call("POST /bot-message/feedback", {
      botId,
      execId,
      feedbackStatus: "thumb-down",
      feedback: "旧的",
    });
    expect(rated.body).toMatchObject({ code: 0, data: { execId, revision: 1 } });
    const begin = Date.UTC(2026, 0, 1);
    const { body } = await insight.call(
      `GET /workflow/history/list?botId=${botId}&execId=${execId}&startTimestamp=${begin}&endTimestamp=${begin + 1}`,
    );
    expect(body).toMatchObject({
      data: [
        {
          execId,
          sessionId,
          status: "success",
          rawTrigger: {
            triggerType: "receive-text-message",
            receiveTextMessage: { text: OLD.question, role: "user" },
          },
          outputActions: [{ type: "send-text-message", status: "send", payload: { text: OLD.answer } }],
          feedbackStatus: "thumb-down",
        },
      ],
      page: { total: 1 },
    });
    upstream.replyOnce(["好"]);
    await insight.ask({ botId, sessionId, message: "还记得吗" });
    expect(upstream.requests.at(-1)?.body.messages).toEqual(
      expect.arrayContaining([{ role: "assistant", content: OLD.answer }]),
    );
  });
});
