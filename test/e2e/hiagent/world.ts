import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { startAntiphon, type TestAntiphon, upstreamModel } from "../../support/antiphon.ts";
import type { TestEngine } from "../../support/engines.ts";
import { hiagentClient } from "../../support/hiagent-client.ts";
import { type Reply, startUpstream, type Upstream } from "../../support/upstream.ts";
import { FLOW } from "./workflow-graph.ts";

/** The agents every world has: slug → what makes it special. */
const AGENTS = {
  /** Variables and an opening; the everyday agent. */
  shop: {
    name: "商城客服",
    prompt: "你是商城客服，称呼用户为 {{ name }}。",
    opening: { message: "您好！", questions: ["怎么退货？", "多久发货？"] },
    variables: [
      { key: "name", title: "称呼", type: "Text", maxLength: 8, required: true },
      { key: "tone", title: "语气", type: "Enum", choices: ["正式", "随和"] },
      { key: "note", title: "备注", type: "Paragraph" },
    ],
  },
  /** A second everyday agent. */
  school: { name: "教务助手" },
  library: { name: "图书馆", knowledge: { bases: ["handbook"], topK: 3, scoreThreshold: 0.1 } },
  /** Its model decides when to search. */
  scholar: { name: "学者", knowledge: { bases: ["handbook"], mode: "tool", scoreThreshold: 0.1 } },
  faq: { name: "售后问答", knowledge: { bases: ["pairs"] } },
  triage: { name: "分诊", handoffs: [{ agent: "aftersales", when: "订单问题" }] },
  aftersales: { name: "售后助手", prompt: "你是售后助手。" },
  weather: { name: "天气" },
  curious: { name: "好奇", suggestions: true },
  /** API access switched off. */
  closed: { name: "已停用", enabled: false },
  /** A workflow that goes many ways. */
  flow: { name: "流程", kind: "workflow", workflow: FLOW },
  /** The same of another app. */
  brook: { name: "小溪", kind: "workflow", workflow: FLOW },
  /** Answered by the first of the two. */
  clerk: { name: "办事员", responder: "flow" },
  /** Nothing was drawn of it. */
  blank: { name: "空白", kind: "workflow" },
} as const;

export type AgentSlug = keyof typeof AGENTS;

/** The app key of an agent: 20 characters like the vendor's. */
export function keyOf(slug: AgentSlug): string {
  return slug.replace(/[^0-9a-v]/g, "0").padEnd(20, "0");
}

export const LIBRARY_TEXT = "图书馆每天 22:00 闭馆，周末 18:00 闭馆。";
export const PAIR = { question: "可以退货吗", answer: "支持 7 天无理由退货。" };

/** A server with its model and the tool it may call. One per test file and engine. */
export interface World {
  readonly upstream: Upstream;
  readonly url: string;
  readonly port: number;
  readonly server: TestAntiphon;
  /** Calls of the weather tool for the city "slow" which the server gave up waiting for. */
  readonly abandonedToolCalls: number;
  /** Calls of the weather tool for the city "slow" so far; they are never answered. */
  readonly slowToolCalls: number;
  /** An application with the key of this agent. */
  client(slug?: AgentSlug, options?: { userId?: string; prefix?: string }): Client;
  /** Makes the model answer this question so. Questions are told apart by their text. */
  teach(question: string, reply: Reply): void;
  /** Closes the server and opens it again on the same data. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export type Client = ReturnType<typeof hiagentClient>;

/** Starts a world; `environment` holds more `ANTIPHON_*` variables. */
export async function openWorld(
  engine: TestEngine,
  environment: Record<string, string> = {},
): Promise<World> {
  const upstream = await startUpstream();
  const tool = await startTool();
  let server = await startAntiphon({
    file: installation(upstream.baseUrl, tool.url),
    environment: {
      ANTIPHON_ALLOW_PRIVATE_CALLBACKS: "127.0.0.0/8",
      ANTIPHON_LOG_LEVEL: "silent",
      ...environment,
    },
    databaseUrl: await engine.databaseUrl(),
  });
  return {
    upstream,
    get server() {
      return server;
    },
    get url() {
      return server.url;
    },
    get abandonedToolCalls() {
      return tool.abandonedCalls;
    },
    get slowToolCalls() {
      return tool.slowCalls;
    },
    get port() {
      return Number(new URL(server.url).port);
    },
    client: (slug = "shop", options = {}) => hiagentClient({ url: server.url, key: keyOf(slug), ...options }),
    teach: (question, reply) => upstream.replyWhen({ lastUserText: question }, reply),
    async restart() {
      server = await server.restart();
    },
    async close() {
      await server.close();
      await upstream.close();
      await tool.close();
    },
  };
}

function installation(baseUrl: string, toolUrl: string): Record<string, unknown> {
  const agents = Object.entries(AGENTS).map(([slug, agent]) => ({
    slug,
    appKey: keyOf(slug as AgentSlug),
    ...agent,
    ...(slug === "weather" ? { tools: [weatherTool(toolUrl)] } : {}),
  }));
  return {
    models: upstreamModel(baseUrl),
    agents,
    knowledge: [
      {
        slug: "handbook",
        name: "校园手册",
        documents: [{ name: "手册.md", text: `# 图书馆\n\n${LIBRARY_TEXT}` }],
      },
      { slug: "pairs", name: "FAQ", pairs: [PAIR] },
    ],
  };
}

function weatherTool(url: string) {
  return {
    name: "get_weather",
    title: "天气",
    description: "Tells the weather of a city.",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
    url,
  };
}

interface Tool {
  url: string;
  readonly slowCalls: number;
  readonly abandonedCalls: number;
  close(): Promise<void>;
}

async function startTool(): Promise<Tool> {
  let slowCalls = 0;
  let abandonedCalls = 0;
  const server = createServer((request, response) => {
    if (request.url?.includes("city=slow") === true) {
      slowCalls += 1;
      response.once("close", () => {
        abandonedCalls += 1;
      });
      return;
    }
    response.setHeader("content-type", "application/json").end('{"temp":26}');
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/weather`,
    get slowCalls() {
      return slowCalls;
    },
    get abandonedCalls() {
      return abandonedCalls;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
