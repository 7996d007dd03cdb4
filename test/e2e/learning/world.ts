import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { type FakeTerminal, runCommand } from "../../../src/cli/testing/fake-terminal.ts";
import { formatUuid } from "../../../src/dialects/insight/ids.ts";
import type { Agent } from "../../../src/domain/agent.ts";
import { startAntiphon, type TestAntiphon, upstreamModel } from "../../support/antiphon.ts";
import { cozeHttp } from "../../support/coze-http.ts";
import type { TestEngine } from "../../support/engines.ts";
import { hiagentClient } from "../../support/hiagent-client.ts";
import { type InsightClient, insightClient } from "../../support/insight-client.ts";
import { startUpstream, type Upstream } from "../../support/upstream.ts";

const KEY = { id: "6c7b0002-0000-4000-8000-000000000001", secret: "learning-world-secret", scopes: ["all"] };
const SHOP_KEY = "learningworldshop001";
export const HANDBOOK_TEXT = "七天内可以无理由退货，运费由我们承担。";
const PRICES = { input: 2, output: 8, currency: "CNY" };

/** Tokens by whose they are. */
export const TOKENS = {
  owner: "pat_learning_owner",
  member: "pat_learning_member",
  powerless: "pat_learning_powerless",
} as const;

/** A server whose agent answers, is rated, and is tried. */
export interface LearningWorld {
  readonly server: TestAntiphon;
  readonly upstream: Upstream;
  readonly insight: InsightClient;
  readonly botId: string;
  readonly agent: Agent;
  hiagent(userId: string): ReturnType<typeof hiagentClient>;
  coze(): ReturnType<typeof cozeHttp>;
  /** Asks through Insight in a new session. */
  ask(message: string): Promise<{ execId: string; message: string; sessionId: string }>;
  rate(execId: string, feedbackStatus: string, more?: Record<string, unknown>): Promise<void>;
  get(path: string, token?: keyof typeof TOKENS): Promise<Response>;
  /** Runs a command beside the server, or without it. */
  run(...words: string[]): Promise<FakeTerminal>;
  environment(): Record<string, string>;
  /** Changes the draft, not what is live. */
  changeDraft(prompt: string): Promise<void>;
}

export function useLearningWorld(engine: TestEngine): () => LearningWorld {
  let world: (LearningWorld & { close(): Promise<void> }) | undefined;
  beforeAll(async () => {
    world = await openLearningWorld(engine);
  });
  afterAll(() => world?.close());
  return () => {
    if (world === undefined) throw new Error("the world is not open yet");
    return world;
  };
}

export async function openLearningWorld(
  engine: TestEngine,
): Promise<LearningWorld & { close(): Promise<void> }> {
  const upstream = await startUpstream();
  const databaseUrl = await engine.databaseUrl();
  const server = await startAntiphon({
    file: installation(upstream.baseUrl),
    environment: { ANTIPHON_LOG_LEVEL: "silent" },
    databaseUrl,
  });
  const { store, url } = server;
  const [workspace] = await store.workspaces.list();
  const agent = workspace && (await store.agents.findBySlug(workspace.id, "shop"));
  if (agent === undefined) throw new Error("no agent");
  const botId = formatUuid("agent", agent.id);
  const insight = insightClient({ url, accessKeyId: KEY.id, accessKeySecret: KEY.secret });
  const environment = () => ({
    ANTIPHON_DATA: server.dataDirectory,
    ANTIPHON_CONFIG: join(server.dataDirectory, "antiphon.yaml"),
    ANTIPHON_LOG_LEVEL: "silent",
    ...(databaseUrl !== undefined && { ANTIPHON_DATABASE_URL: databaseUrl }),
  });
  let sessions = 0;
  return {
    server,
    upstream,
    insight,
    botId,
    agent,
    hiagent: (userId) => hiagentClient({ url, key: SHOP_KEY, userId }),
    coze: () => cozeHttp({ url, token: TOKENS.owner }),
    async ask(message) {
      sessions += 1;
      const sessionId = `learning-${sessions}`;
      return { ...(await insight.ask({ botId, sessionId, message })), sessionId };
    },
    async rate(execId, feedbackStatus, more = {}) {
      await insight.data("POST /bot-message/feedback", { botId, execId, feedbackStatus, ...more });
    },
    get: (path, token = "owner") =>
      fetch(`${url}/api${path}`, { headers: { authorization: `Bearer ${TOKENS[token]}` } }),
    run: (...words) => runCommand(words, environment()),
    environment,
    async changeDraft(prompt) {
      const current = await store.agents.find(agent.id);
      if (current === undefined) throw new Error("no agent");
      const settings = { ...current.settings, prompt };
      await store.agents.save({ ...current, settings, revision: current.revision + 1 });
      await store.flushed();
    },
    async close() {
      await server.close();
      await upstream.close();
    },
  };
}

function installation(baseUrl: string): Record<string, unknown> {
  return {
    models: [
      ...upstreamModel(baseUrl, { prices: PRICES, retries: 0 }),
      { name: "judge", provider: "openai-compatible", baseUrl, model: "judge-model", retries: 0 },
    ],
    users: [
      { name: "owner", role: "owner", tokens: [{ token: TOKENS.owner, scopes: ["all"] }] },
      { name: "member", role: "member", tokens: [{ token: TOKENS.member, scopes: ["all"] }] },
      { name: "powerless", role: "owner", tokens: [{ token: TOKENS.powerless, scopes: ["chat"] }] },
    ],
    insight: { accessKeys: [KEY] },
    agents: [
      {
        slug: "shop",
        name: "商城客服",
        appKey: SHOP_KEY,
        prompt: "You are live.",
        knowledge: { bases: ["handbook"], topK: 2, scoreThreshold: 0.1 },
      },
      { slug: "other", name: "Other", channels: [] },
    ],
    knowledge: [{ slug: "handbook", name: "手册", documents: [{ name: "退货.md", text: HANDBOOK_TEXT }] }],
  };
}
