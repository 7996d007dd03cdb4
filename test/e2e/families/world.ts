import { CozeAPI } from "@coze/api";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { formatUlid, formatXid, parseUlid, parseXid } from "../../../src/dialects/hiagent/ids.ts";
import { startAntiphon, upstreamModel } from "../../support/antiphon.ts";
import { type CozeHttp, chatQuery, cozeHttp, userMessage } from "../../support/coze-http.ts";
import { type StrictProxy, startStrictProxy } from "../../support/coze-proxy.ts";
import type { TestEngine } from "../../support/engines.ts";
import { hiagentClient } from "../../support/hiagent-client.ts";
import { type Reply, startUpstream, type Upstream } from "../../support/upstream.ts";

export const SHOP_KEY = "familiesshop00000001";
const OTHER_KEY = "familiesother0000001";
/** What users are told when a person takes over, and what gives the conversation back. */
export const HANDOVER_MESSAGE = "正在为您转人工。";
export const RELEASE_COMMAND = "结束人工";
const TOKENS = { owner: "pat_families_owner", member: "pat_families_member" };

type HiagentClient = ReturnType<typeof hiagentClient>;

/** One agent that is talked to through every family. */
export interface FamilyWorld {
  readonly upstream: Upstream;
  readonly url: string;
  readonly botId: string;
  readonly proxy: StrictProxy;
  /** An application with the agent's key; `other`: with the key of another agent of the workspace. */
  hiagent(userId: string, agent?: "shop" | "other"): HiagentClient;
  /** A user of the workspace with a token. */
  coze(user?: keyof typeof TOKENS): CozeHttp;
  /** The official SDK, with the owner's token. */
  sdk(): CozeAPI;
  /** Makes the model answer this question so. Questions are told apart by their text. */
  teach(question: string, reply: Reply): void;
  /** What the model was told last, without the system prompt. */
  lastMessages(): unknown[];
  close(): Promise<void>;
}

/** A world for all tests of a suite, after each of which all answers of the Coze family must have been strict. */
export function useFamilyWorld(engine: TestEngine): () => FamilyWorld {
  let world: FamilyWorld | undefined;
  const open = () => {
    if (world === undefined) throw new Error("the world is not open yet");
    return world;
  };
  beforeAll(async () => {
    world = await openFamilyWorld(engine);
  });
  afterEach(() => open().proxy.expectStrict());
  afterAll(() => world?.close());
  return open;
}

async function openFamilyWorld(engine: TestEngine): Promise<FamilyWorld> {
  const upstream = await startUpstream();
  const server = await startAntiphon({
    file: {
      models: upstreamModel(upstream.baseUrl),
      users: [
        { name: "owner", role: "owner", tokens: [{ token: TOKENS.owner, scopes: ["all"] }] },
        { name: "member", role: "member", tokens: [{ token: TOKENS.member, scopes: ["all"] }] },
      ],
      agents: [
        {
          ...{ slug: "shop", name: "商城客服", appKey: SHOP_KEY },
          actions: ["handover"],
          handover: { message: HANDOVER_MESSAGE, releaseCommand: RELEASE_COMMAND },
        },
        { slug: "other", name: "教务助手", appKey: OTHER_KEY },
      ],
    },
    environment: { ANTIPHON_LOG_LEVEL: "silent" },
    databaseUrl: await engine.databaseUrl(),
  });
  const proxy = await startStrictProxy(() => server.url);
  const coze = (user: keyof typeof TOKENS = "owner") => cozeHttp({ url: proxy.url, token: TOKENS[user] });
  return {
    upstream,
    proxy,
    url: server.url,
    botId: await coze().botId("商城客服"),
    hiagent: (userId, agent = "shop") =>
      hiagentClient({ url: server.url, key: agent === "shop" ? SHOP_KEY : OTHER_KEY, userId }),
    coze,
    sdk: () => new CozeAPI({ baseURL: proxy.url, token: TOKENS.owner }),
    teach: (question, reply) => upstream.replyWhen({ lastUserText: question }, reply),
    lastMessages: () =>
      (upstream.requests.at(-1)?.body.messages ?? []).filter((message) => message.role !== "system"),
    async close() {
      await proxy.close();
      await server.close();
      await upstream.close();
    },
  };
}

/** Asks through HiAgent and resolves with the MessageID of the answer. */
export async function askHiagent(
  client: HiagentClient,
  AppConversationID: string,
  Query: string,
  more: object = {},
): Promise<string> {
  const reply = await client.call("chat_query_v2", {
    ...{ AppConversationID, Query, ResponseMode: "blocking" },
    ...more,
  });
  if (reply.status !== 200) throw new Error(`chat_query_v2: ${reply.status} ${reply.text}`);
  return reply.body.id;
}

/** Calls a HiAgent action that must succeed. */
export async function act(client: HiagentClient, action: string, body: Record<string, unknown>) {
  const reply = await client.call(action, body);
  expect([action, reply.status, reply.text]).toEqual([action, 200, expect.any(String)]);
  return reply.body;
}

/** A chat through Coze without a stream, polled to its end; resolves with what it made. */
export async function askCoze(
  coze: CozeHttp,
  ask: { botId: string; userId: string; conversationId?: string; question: string; more?: object },
) {
  const query = ask.conversationId === undefined ? "" : `?conversation_id=${ask.conversationId}`;
  const begun = await coze.data(`POST /v3/chat${query}`, {
    bot_id: ask.botId,
    user_id: ask.userId,
    additional_messages: [userMessage(ask.question)],
    ...ask.more,
  });
  const chat = await coze.polled(begun);
  const messages = await coze.data(`GET /v3/chat/message/list?${chatQuery(chat)}`);
  const answer = messages.find((message: { type: string }) => message.type === "answer");
  return { chat, answer };
}

/** A conversation's id as Coze prints it, and as HiAgent does. */
export function cozeConversationId(AppConversationID: string): string {
  return decimal(parseXid("conversation", AppConversationID));
}

export function hiagentConversationId(conversationId: string): string {
  return formatXid("conversation", Number(conversationId));
}

/** A turn's id as Coze prints it (chat_id), and as HiAgent does (MessageID). */
export function cozeChatId(MessageID: string): string {
  return decimal(parseUlid("turn", MessageID));
}

export function hiagentMessageId(chatId: string): string {
  return formatUlid("turn", Number(chatId));
}

function decimal(id: number | undefined): string {
  if (id === undefined) throw new Error("no id of HiAgent");
  return String(id);
}

/** Type and content of messages. */
export function told(messages: { type: string; content: string }[]): string[][] {
  return messages.map(({ type, content }) => [type, content]);
}
