import { afterAll, beforeAll, expect } from "vitest";
import { upstreamModel } from "../../support/antiphon.ts";
import { NO_LIMITS } from "../../support/antiphon-process.ts";
import { type Arrival, CallbackReceiver, contentOf } from "../../support/callback-receiver.ts";
import { type CozeHttp, cozeHttp } from "../../support/coze-http.ts";
import type { TestEngine } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { type FaultProcess, startFaultProcess } from "../../support/fault-process.ts";
import { hiagentClient } from "../../support/hiagent-client.ts";
import { type InsightClient, insightClient } from "../../support/insight-client.ts";
import { type Reply, startUpstream, type Upstream } from "../../support/upstream.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
type Any = any;

const APP_KEY = "familiesratedshop001";
const TOKEN = "pat_families_rated_owner";
const ACCESS_KEY = { id: "6c7b0002-0000-4000-8000-000000000001", secret: "families-rated-secret" };
const SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
/** Gives a conversation back to the agent. */
export const RELEASE_COMMAND = "#机器人";

/** One agent that three families talk to, in a process whose clock can be moved, and who hears of it. */
export interface RatingWorld {
  readonly server: FaultProcess;
  readonly upstream: Upstream;
  readonly receiver: CallbackReceiver;
  readonly insight: InsightClient;
  /** The agent as Insight and as Coze know it. */
  readonly botId: string;
  readonly cozeBotId: string;
  hiagent(userId: string): ReturnType<typeof hiagentClient>;
  coze(): CozeHttp;
  /** Our own API, as the owner. */
  api(path: string): Promise<Any>;
  /** Makes the model answer this question so. */
  teach(question: string, reply: Reply): void;
  /** What the model was told with the question, without the system prompt; undefined: it was not asked. */
  told(question: string): unknown[] | undefined;
  /** What a session did, newest first. */
  rows(sessionId: string): Promise<Any[]>;
  /** Feedback callbacks about an execution, in the order they came. Fails unless all are signed. */
  callbacks(execId: string, count: number): Promise<Arrival[]>;
  /** Data of our own events of this type about a conversation of this user. */
  events(type: string, userId: string): Any[];
}

/** A world for all tests of a suite. */
export function useRatingWorld(engine: TestEngine): () => RatingWorld {
  let world: (RatingWorld & { close(): Promise<void> }) | undefined;
  beforeAll(async () => {
    world = await openRatingWorld(engine);
  });
  afterAll(() => world?.close());
  return () => {
    if (world === undefined) throw new Error("the world is not open yet");
    return world;
  };
}

async function openRatingWorld(engine: TestEngine): Promise<RatingWorld & { close(): Promise<void> }> {
  const [receiver, upstream] = await Promise.all([CallbackReceiver.start(), startUpstream()]);
  for (const path of ["/feedback", "/events"]) receiver.trust(path, { webhookSecrets: [SECRET] });
  const server = await startFaultProcess({
    file: {
      models: upstreamModel(upstream.baseUrl),
      users: [{ name: "owner", role: "owner", tokens: [{ token: TOKEN, scopes: ["all"] }] }],
      insight: { accessKeys: [ACCESS_KEY] },
      agents: [
        {
          ...{ slug: "shop", name: "商城客服", appKey: APP_KEY, actions: ["handover", "update-data"] },
          variables: [{ key: "intent", title: "意向" }],
          handover: { idleMinutes: 1, releaseCommand: RELEASE_COMMAND },
        },
      ],
      callbacks: [
        { slug: "feedback", kind: "insight", url: `${receiver.url}/feedback`, secret: SECRET },
        {
          ...{ slug: "events", url: `${receiver.url}/events`, secret: SECRET, ordered: true },
          events: ["conversation.handed-over", "conversation.released"],
        },
      ],
    },
    environment: { ...NO_LIMITS, ANTIPHON_ALLOW_PRIVATE_CALLBACKS: "127.0.0.0/8" },
    databaseUrl: await engine.databaseUrl(),
  });
  const { url } = server;
  const coze = () => cozeHttp({ url, token: TOKEN });
  const insight = insightClient({ url, accessKeyId: ACCESS_KEY.id, accessKeySecret: ACCESS_KEY.secret });
  const api = async (path: string) => {
    const response = await fetch(`${url}/api${path}`, { headers: { authorization: `Bearer ${TOKEN}` } });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json() as Promise<Any>;
  };
  const { items: agents } = await api("/agents");
  const { insightBotId: botId, id: cozeBotId } = agents[0];
  return {
    ...{ server, upstream, receiver, insight, coze, api, botId, cozeBotId },
    hiagent: (userId) => hiagentClient({ url, key: APP_KEY, userId }),
    teach: (question, reply) => upstream.replyWhen({ lastUserText: question }, reply),
    told: (question) =>
      upstream.requests
        .findLast(({ lastUserText }) => lastUserText === question)
        ?.body.messages.filter(({ role }) => role !== "system"),
    rows: (sessionId) => {
      const [from, to] = [Date.now() - 3_600_000, Date.now() + 3_600_000];
      return insight.data(
        `GET /workflow/history/list?botId=${botId}&startTimestamp=${from}&endTimestamp=${to}&sessionId=${encodeURIComponent(sessionId)}&pageSize=200`,
      );
    },
    callbacks: (execId, count) =>
      eventually(() => {
        const found = receiver.at("/feedback").filter((arrival) => contentOf(arrival).execId === execId);
        expect(found).toHaveLength(count);
        expect(receiver.badSignatures()).toEqual([]);
        return found;
      }),
    events: (type, userId) =>
      receiver
        .at("/events")
        .map(contentOf)
        .filter((body) => body.type === type && body.data.userId === userId)
        .map(({ data }) => data),
    async close() {
      await server.close();
      await receiver.close();
      await upstream.close();
    },
  };
}
