import type { ChatV3Message, CozeAPI, CreateChatData, StreamChatData } from "@coze/api";
import { afterEach } from "vitest";
import { startAntiphon, type TestAntiphon, upstreamModel } from "../../support/antiphon.ts";
import {
  type CozeCallOptions,
  type CozeClients,
  type CozeReply,
  openCozeClients,
} from "../../support/coze-client.ts";
import type { StrictProxy } from "../../support/coze-proxy.ts";
import type { TestEngine } from "../../support/engines.ts";
import { type Reply, startUpstream, type Upstream, type UpstreamRequest } from "../../support/upstream.ts";
import { startVendor } from "../../support/vendor.ts";

/** Everybody who calls: name → role in the workspace and what the token may do. */
const USERS = {
  owner: { role: "owner", scopes: ["all"] },
  admin: { role: "admin", scopes: ["all"] },
  member: { role: "member", scopes: ["all"] },
  /** Its token allows chatting and nothing else. */
  chatter: { role: "member", scopes: ["chat"] },
} as const;

export type UserName = keyof typeof USERS;

/** The agents of the configuration file: slug → what makes it special. */
const AGENTS = {
  /** A variable in the prompt; the everyday agent. */
  shop: {
    name: "商城客服",
    prompt: "你是商城客服，称呼用户为 {{ name }}。",
    opening: { message: "您好！", questions: ["怎么退货？"] },
    variables: [{ key: "name", title: "称呼", type: "Text", default: "朋友" }],
    appKey: "shop0000000000000000",
    shortcuts: [
      {
        id: "return",
        name: "退货",
        command: "/return",
        template: "退货 {{order}}，原因：{{reason}}",
        components: [{ name: "order" }, { name: "reason", default: "不喜欢" }],
      },
    ],
  },
  /** A second everyday agent. */
  school: { name: "教务助手", prompt: "你是教务助手。" },
  curious: { name: "好奇", suggestions: true },
  library: { name: "图书馆", knowledge: { bases: ["handbook"], topK: 3, scoreThreshold: 0.1 } },
  /** Its tools are run by whoever calls. */
  helper: {
    name: "助手",
    callerTools: [
      {
        name: "look_up_order",
        description: "Looks up an order.",
        parameters: { type: "object", properties: { order: { type: "string" } }, required: ["order"] },
      },
    ],
  },
  /** Its tool is run by the server. */
  weather: { name: "天气" },
  template: { name: "模板", prompt: "你是模板。", template: true },
  /** Never published. */
  unpublished: { name: "草稿", channels: [] },
} as const;

export type AgentSlug = keyof typeof AGENTS;

const LIBRARY_TEXT = "图书馆每天 22:00 闭馆，周末 18:00 闭馆。";

/** One installation with its model, and everybody who calls it through the strict proxy. */
export interface CozeWorld {
  readonly upstream: Upstream;
  /** The server itself, for what only its inside tells. */
  readonly server: TestAntiphon;
  readonly proxy: StrictProxy;
  readonly url: string;
  readonly spaceId: string;
  /** The official SDK with this user's token. */
  sdk(user?: UserName): CozeAPI;
  /** One call as another SDK would send it. */
  call(route: `${string} /${string}`, options?: CozeCallOptions & { as?: UserName }): Promise<CozeReply>;
  botId(slug: AgentSlug): string;
  /** Makes the model answer this question so. Questions are told apart by their text. */
  teach(question: string, reply: Reply): void;
  /** The newest request the model got whose last question holds this. */
  asked(question: string): UpstreamRequest;
  restart(): Promise<void>;
  close(): Promise<void>;
}

function tokenOf(user: UserName): string {
  return `pat_${user.padEnd(40, "0")}`;
}

/** Starts a world; after every test of the file that calls this, all answers must have been strict. */
export async function openCozeWorld(
  engine: TestEngine,
  environment: Record<string, string> = {},
): Promise<CozeWorld> {
  const upstream = await startUpstream();
  const tool = await startVendor((response) => {
    response.setHeader("content-type", "application/json").end('{"temp":26}');
  });
  let server: TestAntiphon = await startAntiphon({
    file: installation(upstream.baseUrl, tool.url),
    environment: {
      ANTIPHON_ALLOW_PRIVATE_CALLBACKS: "127.0.0.0/8",
      ANTIPHON_LOG_LEVEL: "silent",
      ...environment,
    },
    databaseUrl: await engine.databaseUrl(),
  });
  const clients = await openCozeClients(() => server.url);
  const ids = await readIds(clients);
  return {
    upstream,
    get server() {
      return server;
    },
    proxy: clients.proxy,
    get url() {
      return server.url;
    },
    spaceId: ids.space,
    sdk: (user = "owner") => clients.sdk(tokenOf(user)),
    call: (route, { as = "owner", ...options } = {}) => clients.call(tokenOf(as), route, options),
    botId: (slug) => ids.bots.get(AGENTS[slug].name) ?? "",
    teach: (question, reply) => upstream.replyWhen({ lastUserText: question }, reply),
    asked(question) {
      const request = upstream.requests.findLast((one) => one.lastUserText.includes(question));
      if (request === undefined) throw new Error(`the model was not asked ${question}`);
      return request;
    },
    async restart() {
      server = await server.restart();
    },
    async close() {
      await clients.close();
      await server.close();
      await upstream.close();
      await tool.close();
    },
  };
}

/** Lets every test fail whose answers the strict SDKs could not read. */
export function expectStrictAnswers(world: () => CozeWorld): void {
  afterEach(() => world().proxy.expectStrict());
}

function installation(baseUrl: string, toolUrl: string): Record<string, unknown> {
  return {
    models: upstreamModel(baseUrl),
    workspace: { name: "default" },
    users: Object.entries(USERS).map(([name, { role, scopes }]) => ({
      name,
      role,
      tokens: [{ token: tokenOf(name as UserName), scopes }],
    })),
    agents: Object.entries(AGENTS).map(([slug, agent]) => ({
      slug,
      ...agent,
      ...(slug === "weather" ? { tools: [weatherTool(toolUrl)] } : {}),
    })),
    knowledge: [
      {
        slug: "handbook",
        name: "校园手册",
        documents: [{ name: "手册.md", text: `# 图书馆\n\n${LIBRARY_TEXT}` }],
      },
    ],
  };
}

function weatherTool(url: string) {
  return {
    name: "get_weather",
    description: "Tells the weather of a city.",
    method: "POST",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
    url,
  };
}

/** Ids are made by the installation: found by name, as a client would. */
async function readIds(clients: CozeClients): Promise<{ space: string; bots: Map<string, string> }> {
  const sdk = clients.sdk(tokenOf("owner"));
  const { workspaces } = await sdk.workspaces.list();
  const space = workspaces.find((workspace) => workspace.name === "default")?.id ?? "";
  const { items } = await sdk.bots.listNew({ workspace_id: space, publish_status: "all", page_size: 50 });
  clients.proxy.expectStrict();
  return { space, bots: new Map(items.map((bot) => [bot.name, bot.id])) };
}

/** A question as the SDK sends it. */
export function question(text: string) {
  return {
    role: "user" as RoleOfSdk,
    type: "question" as const,
    content: text,
    content_type: "text" as const,
  };
}

/** What the SDK was told an assistant said. */
export function answer(text: string) {
  return {
    role: "assistant" as RoleOfSdk,
    type: "answer" as const,
    content: text,
    content_type: "text" as const,
  };
}

type RoleOfSdk = ChatV3Message["role"];

/** A whole stream of the SDK: it hands out the same object for every event, so each is copied. */
export async function readAll(stream: AsyncIterable<StreamChatData>): Promise<StreamChatData[]> {
  const events: StreamChatData[] = [];
  for await (const event of stream) events.push({ ...event });
  return events;
}

/** The chat that a stream began with. */
export function chatOf(events: StreamChatData[]): CreateChatData {
  const [created] = events;
  if (created?.event !== "conversation.chat.created") throw new Error(JSON.stringify(created));
  return created.data;
}

/** What was said in a conversation, oldest first. */
export async function historyOf(sdk: CozeAPI, conversationId: string): Promise<string[]> {
  const { data } = await sdk.conversations.messages.list(conversationId, { order: "asc" });
  return data.map((message) => message.content);
}

/** The messages that a stream completed, of one type or all. */
export function completedMessages(events: StreamChatData[], type?: string): ChatV3Message[] {
  return events.flatMap((event) =>
    event.event === "conversation.message.completed" && (type === undefined || event.data.type === type)
      ? [event.data]
      : [],
  );
}

/** The increments of the answer, joined. */
export function deltasOf(
  events: StreamChatData[],
  field: "content" | "reasoning_content" = "content",
): string {
  return events
    .map((event) => (event.event === "conversation.message.delta" ? (event.data[field] ?? "") : ""))
    .join("");
}

/** What the SDK threw: its class, status and code. */
export async function refusalOf(
  call: Promise<unknown>,
): Promise<{ name: string; code: unknown; msg: string }> {
  try {
    await call;
  } catch (error) {
    if (typeof error === "object" && error !== null && "code" in error && "msg" in error) {
      return { name: error.constructor.name, code: error.code, msg: String(error.msg) };
    }
    throw error;
  }
  throw new Error("the call succeeded");
}
