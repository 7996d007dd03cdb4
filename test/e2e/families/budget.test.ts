import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startAntiphon, type TestAntiphon, upstreamModel } from "../../support/antiphon.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { hiagentClient } from "../../support/hiagent-client.ts";
import { startUpstream, type Upstream } from "../../support/upstream.ts";

const KEY = "budgetshop0000000001";
const TOKEN = "pat_budget_owner";

describe.each(engines)("a workspace whose budget is spent, on $name", (engine) => {
  let server: TestAntiphon;
  let upstream: Upstream;
  let botId: string;

  beforeAll(async () => {
    upstream = await startUpstream();
    server = await startAntiphon({
      file: {
        models: upstreamModel(upstream.baseUrl),
        users: [{ name: "owner", role: "owner", tokens: [{ token: TOKEN, scopes: ["all"] }] }],
        agents: [{ slug: "shop", name: "商城", appKey: KEY }],
      },
      environment: { ANTIPHON_LOG_LEVEL: "silent", ANTIPHON_USER_TURNS_PER_MINUTE: "0" },
      databaseUrl: await engine.databaseUrl(),
    });
    const [workspace] = await server.store.workspaces.list();
    if (workspace === undefined) throw new Error("no workspace");
    botId = String((await server.store.agents.list(workspace.id))[0]?.id);
    await server.store.limits.save(workspace.id, { tokensPerMonth: 1 }, new Date());
    await eventually(async () => expect((await askHiagent()).status).toBe(429));
  });
  afterAll(async () => {
    await server.close();
    await upstream.close();
  });

  async function askHiagent(mode: "blocking" | "streaming" = "blocking") {
    const client = hiagentClient({ url: server.url, key: KEY });
    const AppConversationID = await client.newConversation();
    return client.call("chat_query_v2", { AppConversationID, Query: "hello", ResponseMode: mode });
  }

  async function askCoze(stream: boolean) {
    const response = await fetch(`${server.url}/v3/chat`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify({
        bot_id: botId,
        user_id: "u",
        stream,
        additional_messages: [{ role: "user", content: "hello", content_type: "text" }],
      }),
    });
    return { status: response.status, text: await response.text() };
  }

  test.each(["blocking", "streaming"] as const)("HiAgent says so with its own error, %s", async (mode) => {
    const asked = upstream.requests.length;
    const { status, body } = await askHiagent(mode);
    expect(status).toBe(429);
    expect(body.ResponseMetadata.Error).toMatchObject({
      Code: "TooManyRequests",
      Message: expect.stringContaining("1 tokens of this month"),
    });
    expect(upstream.requests).toHaveLength(asked);
  });

  test.each([false, true])("Coze says so with its own code, streaming: %s", async (stream) => {
    const asked = upstream.requests.length;
    const { status, text } = await askCoze(stream);
    // Clients of streams lose the code of an answer with another status.
    expect(status).toBe(stream ? 200 : 429);
    expect(text).toContain('"code":4013');
    expect(text).toContain("1 tokens of this month");
    expect(upstream.requests).toHaveLength(asked);
  });
});
