import { afterAll, beforeAll } from "vitest";
import { formatUuid } from "../../../src/dialects/insight/ids.ts";
import { startAntiphon, type TestAntiphon, upstreamModel } from "../../support/antiphon.ts";
import { cozeHttp } from "../../support/coze-http.ts";
import type { TestEngine } from "../../support/engines.ts";
import { hiagentClient } from "../../support/hiagent-client.ts";
import { type InsightClient, insightClient } from "../../support/insight-client.ts";
import { type Reply, startUpstream, type Upstream } from "../../support/upstream.ts";

/** Who calls: name → the access key. */
const KEYS = {
  all: { id: "6c7b0001-0000-4000-8000-000000000001", secret: "insight-world-secret-all", scopes: ["all"] },
  /** May chat, and nothing else. */
  chat: { id: "6c7b0001-0000-4000-8000-000000000002", secret: "insight-world-secret-chat", scopes: ["chat"] },
  /** May not chat. */
  reader: {
    id: "6c7b0001-0000-4000-8000-000000000003",
    secret: "insight-world-secret-read",
    scopes: ["workflow"],
  },
} as const;

/** The access key that may do everything. */
export const ALL_KEY = KEYS.all;

export const OWNER_TOKEN = "pat_insight_world_owner";
const SHOP_KEY = "insightworldshop0001";
export const LIBRARY_TEXT = "图书馆每天 22:00 闭馆，周末 18:00 闭馆。";

const AGENTS = {
  shop: {
    name: "商城客服",
    prompt: "你是商城客服，称呼用户为 {{ name }}。",
    variables: [
      { key: "name", title: "称呼", type: "Text", default: "朋友", maxLength: 20 },
      { key: "level", title: "等级", type: "Text" },
    ],
    appKey: SHOP_KEY,
  },
  /** Looks things up. */
  library: {
    name: "图书馆",
    knowledge: { bases: ["handbook"], topK: 3, scoreThreshold: 0.1 },
  },
  /** Does more than answer. */
  desk: {
    name: "前台",
    actions: ["handover", "send-image-message", "send-post-message", "update-data"],

    variables: [{ key: "intent", title: "意向", type: "Text" }],
  },
  /** Wants to know why somebody dislikes an answer. */
  strict: { name: "质检员", needsDislikeComment: true },
  unpublished: { name: "草稿", channels: [] },
} as const;

export type AgentSlug = keyof typeof AGENTS;

/** A server whose agents are talked to by clients of Insight. */
export interface InsightWorld {
  readonly upstream: Upstream;
  readonly url: string;
  readonly server: TestAntiphon;
  readonly insight: InsightClient;
  client(key: keyof typeof KEYS, prefix?: string): InsightClient;
  botId(slug: AgentSlug): string;
  /** An application of HiAgent with the key of the agent `shop`. */
  hiagent(userId: string): ReturnType<typeof hiagentClient>;
  coze(): ReturnType<typeof cozeHttp>;
  /** Makes the model answer this question so. Questions are told apart by their text. */
  teach(question: string, reply: Reply): void;
  /** Requests that asked the model this. */
  asked(question: string): Upstream["requests"];
  /** What the model was told with the last of them, without the system prompt. */
  told(question: string): unknown[];
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** A world for all tests of a suite. */
export function useInsightWorld(engine: TestEngine, environment: Record<string, string> = {}) {
  let world: InsightWorld | undefined;
  beforeAll(async () => {
    world = await openInsightWorld(engine, environment);
  });
  afterAll(() => world?.close());
  return () => {
    if (world === undefined) throw new Error("the world is not open yet");
    return world;
  };
}

async function openInsightWorld(
  engine: TestEngine,
  environment: Record<string, string> = {},
): Promise<InsightWorld> {
  const upstream = await startUpstream();
  let server = await startAntiphon({
    file: insightInstallation(upstream.baseUrl),
    environment: { ANTIPHON_LOG_LEVEL: "silent", ...environment },
    databaseUrl: await engine.databaseUrl(),
  });
  const coze = () => cozeHttp({ url: server.url, token: OWNER_TOKEN });
  const ids = await botIds(server.url);
  const client = (key: keyof typeof KEYS, prefix = "/openapi") => {
    const { id: accessKeyId, secret: accessKeySecret } = KEYS[key];
    return insightClient({ url: server.url, accessKeyId, accessKeySecret, prefix });
  };
  let insight = client("all");
  const asked = (question: string) =>
    upstream.requests.filter(({ lastUserText }) => lastUserText.includes(question));
  return {
    upstream,
    get server() {
      return server;
    },
    get url() {
      return server.url;
    },
    get insight() {
      return insight;
    },
    client,
    botId: (slug) => ids.get(AGENTS[slug].name) ?? "",
    hiagent: (userId) => hiagentClient({ url: server.url, key: SHOP_KEY, userId }),
    coze,
    teach: (question, reply) => upstream.replyWhen({ lastUserText: question }, reply),
    asked,
    told: (question) =>
      (asked(question).at(-1)?.body.messages ?? []).filter((message) => message.role !== "system"),
    async restart() {
      server = await server.restart();
      insight = client("all");
    },
    async close() {
      await server.close();
      await upstream.close();
    },
  };
}

/** Content of `antiphon.yaml`. */
export function insightInstallation(baseUrl: string): Record<string, unknown> {
  return {
    models: upstreamModel(baseUrl),
    users: [{ name: "owner", role: "owner", tokens: [{ token: OWNER_TOKEN, scopes: ["all"] }] }],
    insight: { accessKeys: Object.values(KEYS) },
    agents: Object.entries(AGENTS).map(([slug, agent]) => ({ slug, ...agent })),
    knowledge: [
      {
        slug: "handbook",
        name: "校园手册",
        documents: [{ name: "手册.md", text: `# 图书馆\n\n${LIBRARY_TEXT}` }],
        pairs: [{ question: "可以带宠物吗？", answer: "导盲犬可以，其他宠物不可以。" }],
      },
    ],
  };
}

/** The `botId` of each agent, by its name, on a server with the installation above. */
export async function botIds(url: string, token = OWNER_TOKEN): Promise<Map<string, string>> {
  const coze = cozeHttp({ url, token });
  const { workspaces } = await coze.data("GET /v1/workspaces");
  const { items } = await coze.data(
    `GET /v1/bots?workspace_id=${workspaces[0].id}&publish_status=all&page_size=50`,
  );
  return new Map(
    items.map(({ name, id }: { name: string; id: string }) => [name, formatUuid("agent", Number(id))]),
  );
}

/** A session of its own for every test. */
export function aSession(name: string): string {
  count += 1;
  return `${name}-${count}`;
}

let count = 0;

/** One execution as the history lists it; fails when it does not. */
export async function rowOf(insight: InsightClient, botId: string, execId: string) {
  const now = Date.now();
  const window = `startTimestamp=${now - 86_400_000}&endTimestamp=${now + 60_000}`;
  const path = `/workflow/history/list?botId=${botId}&${window}&execId=${execId}` as const;
  const [row] = await insight.data(`GET ${path}`);
  if (row === undefined) throw new Error(`no execution ${execId}`);
  return row;
}

/** How many streams a server has open now. */
export async function openStreams(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^antiphon_http_open_streams(?:\{[^}]*\})? (\d+)$/m.exec(text)?.[1] ?? Number.NaN);
}
