import { startAntiphon, type TestAntiphon, upstreamModel } from "../../support/antiphon.ts";
import { type CozeReply, openCozeClients } from "../../support/coze-client.ts";
import type { TestEngine } from "../../support/engines.ts";
import { startUpstream, type Upstream } from "../../support/upstream.ts";

export type UserName = "owner" | "member" | "reader";

const USERS = {
  owner: { role: "owner", scopes: ["all"] },
  member: { role: "member", scopes: ["all"] },
  /** Its token shows agents and changes nothing. */
  reader: { role: "member", scopes: ["listBot", "getMetadata"] },
};

/** A server whose agents are looked at from all sides. */
export interface AgentsWorld {
  readonly server: TestAntiphon;
  readonly upstream: Upstream;
  /** The workspace of the configuration file: everybody's. */
  readonly home: string;
  /** A workspace of `owner` alone. */
  readonly away: string;
  readonly userIds: Record<"owner" | "member", string>;
  call(as: UserName, route: `${string} /${string}`, body?: unknown): Promise<CozeReply>;
  /** Makes an agent of `owner`'s at home and returns its id. */
  create(fields?: Record<string, unknown>): Promise<string>;
  /** The agents of the configuration file by name. */
  botId(name: string): string;
  close(): Promise<void>;
}

export async function openAgentsWorld(engine: TestEngine): Promise<AgentsWorld> {
  const upstream = await startUpstream();
  const server = await startAntiphon({
    file: installation(upstream.baseUrl),
    environment: { ANTIPHON_LOG_LEVEL: "silent" },
    databaseUrl: await engine.databaseUrl(),
  });
  const clients = await openCozeClients(() => server.url);
  const call: AgentsWorld["call"] = (as, route, body) =>
    clients.call(tokenOf(as), route, body === undefined ? {} : { body });
  const idOfUser = async (name: UserName) => (await call(name, "GET /v1/users/me")).json.data.user_id;
  const home: string = (await call("owner", "GET /v1/workspaces")).json.data.workspaces[0].id;
  const wanted = { name: "auswärts", description: "d" };
  const away: string = (await call("owner", "POST /v1/workspaces", wanted)).json.data.id;
  const listed = await call("owner", `GET /v1/bots?workspace_id=${home}&publish_status=all&page_size=50`);
  const bots: { id: string; name: string }[] = listed.json.data.items;
  return {
    server,
    upstream,
    home,
    away,
    userIds: { owner: await idOfUser("owner"), member: await idOfUser("member") },
    call,
    async create(fields = {}) {
      const body = { space_id: home, name: "助手", ...fields };
      const reply = await call("owner", "POST /v1/bot/create", body);
      if (reply.json.code !== 0) throw new Error(reply.body);
      return reply.json.data.bot_id;
    },
    botId: (name) => bots.find((bot) => bot.name === name)?.id ?? "",
    async close() {
      await clients.close();
      await server.close();
      await upstream.close();
    },
  };
}

/** The app key of the agent `商城`. */
export const SHOP_KEY = "shop0000000000000000";

function tokenOf(user: UserName): string {
  return `pat_${user.padEnd(40, "0")}`;
}

function installation(baseUrl: string): Record<string, unknown> {
  return {
    models: [...upstreamModel(baseUrl), ...upstreamModel(baseUrl, { name: "second" })],
    users: Object.entries(USERS).map(([name, { role, scopes }]) => ({
      name,
      role,
      tokens: [{ token: tokenOf(name as UserName), scopes }],
    })),
    knowledge: [{ slug: "faq", name: "常见问题", pairs: [{ question: "在吗？", answer: "在。" }] }],
    agents: [
      {
        slug: "shop",
        name: "商城",
        description: "卖东西",
        appKey: SHOP_KEY,
        folder: "门店/线上",
        template: true,
        prompt: "你好 {{ name }}",
        knowledge: ["faq"],
        icon: "https://pictures.example/icon.png",
        background: "https://pictures.example/back.png",
        variables: [{ key: "name", title: "称呼", description: "怎么称呼", default: "朋友" }],
        shortcuts: [
          {
            id: "s1",
            name: "退货",
            command: "/return",
            template: "退 {{order}}",
            components: [{ name: "order", description: "订单号", default: "1" }],
          },
        ],
        tools: [
          {
            name: "secret",
            description: "d",
            url: "https://tools.example/",
            headers: { authorization: "Bearer tool-secret" },
          },
        ],
      },
      { slug: "quiet", name: "未发布", channels: [] },
    ],
  };
}
