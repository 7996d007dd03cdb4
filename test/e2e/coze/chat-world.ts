import { startAntiphon, type TestAntiphon, upstreamModel } from "../../support/antiphon.ts";
import { type CozeHttp, cozeHttp } from "../../support/coze-http.ts";
import type { TestEngine } from "../../support/engines.ts";
import { type Reply, startUpstream, type Upstream } from "../../support/upstream.ts";

/** Who calls: name → what the token is for. */
const TOKENS = {
  owner: "pat_chat_world_owner",
  member: "pat_chat_world_member",
  /** Carries no permission to chat. */
  reader: "pat_chat_world_reader",
};

export const SHOP_KEY = "chatworldshop0000001";
export const DRAFT_KEY = "chatworlddraft000001";
export const FLOW_KEY = "chatworldflow0000001";
export const LIBRARY_TEXT = "图书馆每天 22:00 闭馆，周末 18:00 闭馆。";

const AGENTS = {
  /** Wants to know where its user is. */
  shop: {
    name: "商城客服",
    prompt: "你是商城客服，称呼用户为 {{ name }}。{% if latitude %}北纬 {{ latitude }}。{% endif %}",
    variables: [
      { key: "name", title: "称呼", type: "Text", default: "朋友" },
      { key: "latitude", title: "纬度", type: "Text" },
    ],
    appKey: SHOP_KEY,
  },
  school: { name: "教务助手" },
  /** Looks things up and proposes questions: chats of many messages. */
  library: {
    name: "图书馆",
    suggestions: true,
    knowledge: { bases: ["handbook"], topK: 3, scoreThreshold: 0.1 },
  },
  /** Its tools are run by whoever calls. */
  helper: {
    name: "助手",
    callerTools: [
      {
        name: "look_up_order",
        description: "Looks up an order.",
        parameters: { type: "object", properties: { order: { type: "string" } } },
      },
    ],
  },
  unpublished: { name: "草稿", channels: [], appKey: DRAFT_KEY },
  flow: { name: "流程", kind: "workflow", appKey: FLOW_KEY },
} as const;

export type AgentSlug = keyof typeof AGENTS;

/** A server that is chatted with, without anything in between. */
export interface ChatWorld {
  readonly upstream: Upstream;
  readonly url: string;
  readonly port: number;
  readonly server: TestAntiphon;
  token(user?: keyof typeof TOKENS): string;
  coze(user?: keyof typeof TOKENS): CozeHttp;
  botId(slug: AgentSlug): string;
  /** Makes the model answer this question so. Questions are told apart by their text. */
  teach(question: string, reply: Reply): void;
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function openChatWorld(
  engine: TestEngine,
  environment: Record<string, string> = {},
): Promise<ChatWorld> {
  const upstream = await startUpstream();
  let server = await startAntiphon({
    file: installation(upstream.baseUrl),
    environment: { ANTIPHON_LOG_LEVEL: "silent", ...environment },
    databaseUrl: await engine.databaseUrl(),
  });
  const coze = (user: keyof typeof TOKENS = "owner") => cozeHttp({ url: server.url, token: TOKENS[user] });
  const ids = new Map<string, string>();
  const { workspaces } = await coze().data("GET /v1/workspaces");
  const { items } = await coze().data(`GET /v1/bots?workspace_id=${workspaces[0].id}&publish_status=all`);
  for (const { name, id } of items) ids.set(name, id);
  return {
    upstream,
    get server() {
      return server;
    },
    get url() {
      return server.url;
    },
    get port() {
      return Number(new URL(server.url).port);
    },
    token: (user = "owner") => TOKENS[user],
    coze,
    botId: (slug) => ids.get(AGENTS[slug].name) ?? "",
    teach: (question, reply) => upstream.replyWhen({ lastUserText: question }, reply),
    async restart() {
      server = await server.restart();
    },
    async close() {
      await server.close();
      await upstream.close();
    },
  };
}

function installation(baseUrl: string): Record<string, unknown> {
  return {
    models: upstreamModel(baseUrl),
    users: [
      { name: "owner", role: "owner", tokens: [{ token: TOKENS.owner, scopes: ["all"] }] },
      { name: "member", role: "member", tokens: [{ token: TOKENS.member, scopes: ["all"] }] },
      { name: "reader", role: "member", tokens: [{ token: TOKENS.reader, scopes: ["listBot"] }] },
    ],
    agents: Object.entries(AGENTS).map(([slug, agent]) => ({ slug, ...agent })),
    knowledge: [
      {
        slug: "handbook",
        name: "校园手册",
        documents: [{ name: "手册.md", text: `# 图书馆\n\n${LIBRARY_TEXT}` }],
      },
    ],
  };
}
