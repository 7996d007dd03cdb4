import { expect } from "vitest";
import { realClock } from "../../../src/callbacks/schedule.ts";
import { formatUuid } from "../../../src/dialects/insight/ids.ts";
import { startAntiphon, type TestAntiphon, upstreamModel } from "../../support/antiphon.ts";
import { type Arrival, CallbackReceiver } from "../../support/callback-receiver.ts";
import { type CozeHttp, cozeHttp } from "../../support/coze-http.ts";
import type { TestEngine } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { type DocumentedFeedback, readDocumentedFeedback } from "../../support/feedback-shapes.ts";
import { hiagentClient } from "../../support/hiagent-client.ts";
import { type InsightClient, insightClient } from "../../support/insight-client.ts";
import { startUpstream } from "../../support/upstream.ts";
import { askCoze, askHiagent, cozeChatId } from "../families/world.ts";
import { botIds } from "../insight/world.ts";

export const OWNER_TOKEN = "pat_feedback_world_owner";
const SHOP_KEY = "feedbackworldshop001";
const ACCESS_KEY = {
  id: "6c7b0002-0000-4000-8000-000000000001",
  secret: "feedback-world-secret",
  scopes: ["all"],
};

/** Where callbacks go that were sent to an address without a path. */
export const FEEDBACK_PATH = "/v1/bot-message/feedback";

export type Family = "insight" | "hiagent" | "coze";

/** What a user says of an answer, whatever the family calls it. */
export interface Saying {
  rating: "like" | "dislike" | "none";
  comment?: string;
  /** Not over Insight, which has none. */
  reasons?: string[];
}

/** An answer that can be rated, and what its callbacks must call it. */
export interface RatedAnswer {
  execId: string;
  rater: string;
  question: string;
  /** Rates as the family's clients do. */
  rate(saying: Saying): Promise<void>;
}

/** A change as it came to the receiver: its body is the documented one. */
export interface ArrivedChange extends Arrival {
  feedback: DocumentedFeedback;
}

/** A server whose ratings go to a receiver, seen from outside. */
export interface FeedbackWorld {
  readonly server: TestAntiphon;
  readonly receiver: CallbackReceiver;
  readonly botId: string;
  /** The same agent, as our own API prints it. */
  readonly agentId: string;
  readonly insight: InsightClient;
  /** Calls our own management API. */
  api(route: `${string} /${string}`, body?: object): Promise<{ status: number; body: Json }>;
  /** An endpoint for ratings at a path of the receiver's, which checks signatures. */
  listen(path: string, settings?: object): Promise<{ id: string; secret: string }>;
  /** A question that was answered through a family. */
  answer(family: Family): Promise<RatedAnswer>;
  /** What came to a path; waits until there are `count`. */
  arrived(path: string, count: number): Promise<ArrivedChange[]>;
  /** Every delivery to the endpoint is in one of these states; resolves with all of them, oldest first. */
  settled(endpointId: string, states: string[]): Promise<string[]>;
  close(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
type Json = any;

/** A minute of a schedule takes `minuteMs`. */
export async function openFeedbackWorld(engine: TestEngine, minuteMs = 100): Promise<FeedbackWorld> {
  const upstream = await startUpstream();
  const receiver = await CallbackReceiver.start();
  const server = await startAntiphon({
    file: {
      models: upstreamModel(upstream.baseUrl),
      users: [{ name: "owner", role: "owner", tokens: [{ token: OWNER_TOKEN, scopes: ["all"] }] }],
      agents: [{ slug: "shop", name: "商城客服", appKey: SHOP_KEY }],
      insight: { accessKeys: [ACCESS_KEY] },
    },
    environment: { ANTIPHON_LOG_LEVEL: "silent", ANTIPHON_ALLOW_PRIVATE_CALLBACKS: "127.0.0.0/8" },
    databaseUrl: await engine.databaseUrl(),
    callbacks: { clock: { ...realClock, scale: minuteMs / 60_000 } },
  });
  const coze = cozeHttp({ url: server.url, token: OWNER_TOKEN });
  const botId = (await botIds(server.url, OWNER_TOKEN)).get("商城客服") ?? "";
  const { id: accessKeyId, secret: accessKeySecret } = ACCESS_KEY;
  const insight = insightClient({ url: server.url, accessKeyId, accessKeySecret });
  const api = (route: string, body?: object) => callApi(server.url, route, body);
  const agentId = await coze.botId("商城客服");
  let count = 0;
  return {
    server,
    receiver,
    botId,
    agentId,
    insight,
    api,
    async listen(path, settings = {}) {
      const url = path === FEEDBACK_PATH ? receiver.url : `${receiver.url}${path}`;
      const made = await api("POST /endpoints", { kind: "insight", name: "IM", url, ...settings });
      if (made.status !== 200) throw new Error(JSON.stringify(made.body));
      const { endpoint, secret } = made.body;
      receiver.trust(path, { webhookSecrets: [secret] });
      return { id: endpoint.id, secret };
    },
    answer(family) {
      count += 1;
      return FAMILIES[family]({ url: server.url, insight, coze, botId, rater: `rater-${count}` });
    },
    arrived: (path, wanted) =>
      eventually(() => {
        const arrivals = receiver.at(path);
        if (arrivals.length < wanted) throw new Error(`${arrivals.length} of ${wanted} came to ${path}`);
        return arrivals.map((one) => ({ ...one, feedback: readDocumentedFeedback(one.body.toString()) }));
      }),
    settled: (endpointId, states) =>
      eventually(async () => {
        const { body } = await api(`GET /deliveries?endpointId=${endpointId}&limit=100`);
        const found: string[] = body.items.map(({ state }: { state: string }) => state);
        if (found.every((state) => states.includes(state))) return found.reverse();
        throw new Error(found.join(", "));
      }),
    async close() {
      await server.close();
      await receiver.close();
      await upstream.close();
    },
  };
}

/** Calls the management API of a server. */
export async function callApi(url: string, route: string, body?: object) {
  const [method = "", path] = route.split(" ");
  const response = await fetch(`${url}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${OWNER_TOKEN}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === "" ? undefined : JSON.parse(text)) as Json };
}

interface Asking {
  url: string;
  insight: InsightClient;
  coze: CozeHttp;
  botId: string;
  rater: string;
}

const FAMILIES: Record<Family, (asking: Asking) => Promise<RatedAnswer>> = {
  async insight({ insight, botId, rater }) {
    const question = "asked over Insight";
    const { execId } = await insight.ask({ botId, sessionId: `session-${rater}`, message: question });
    const statuses = { like: "thumb-up", dislike: "thumb-down", none: "none" };
    return {
      ...{ execId, rater, question },
      async rate({ rating, comment }) {
        const feedback = comment === undefined ? {} : { feedback: comment };
        const said = { botId, execId, feedbackStatus: statuses[rating], userId: rater, ...feedback };
        await insight.data("POST /bot-message/feedback", said);
      },
    };
  },
  async hiagent({ url, rater }) {
    const client = hiagentClient({ url, key: SHOP_KEY, userId: rater });
    const question = "asked over HiAgent";
    const MessageID = await askHiagent(client, await client.newConversation(), question);
    const likes = { like: 1, dislike: -1, none: 0 };
    return {
      ...{ execId: formatUuid("turn", Number(cozeChatId(MessageID))), rater, question },
      async rate({ rating, comment, reasons }) {
        const FeedbackInfo = { ProblemDetail: comment, ProblemCategories: reasons };
        const said = { MessageID, LikeType: likes[rating], FeedbackInfo };
        expect((await client.call("feedback", said)).status).toBe(200);
      },
    };
  },
  async coze({ coze, rater }) {
    const question = "asked over Coze";
    const botId = await coze.botId("商城客服");
    const { chat, answer } = await askCoze(coze, { botId, userId: rater, question });
    const path = `/v1/conversations/${chat.conversation_id}/messages/${answer.id}/feedback` as const;
    return {
      ...{ execId: formatUuid("turn", Number(chat.id)), rater, question },
      async rate({ rating, comment, reasons: reason_types }) {
        if (rating === "none") await coze.data(`DELETE ${path}`);
        else {
          const feedback_type = rating === "like" ? "like" : "unlike";
          await coze.data(`POST ${path}`, { feedback_type, comment, reason_types });
        }
      },
    };
  },
};
