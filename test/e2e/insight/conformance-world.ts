import { randomUUID } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { expect } from "vitest";
import { realClock } from "../../../src/callbacks/schedule.ts";
import { startAntiphon, type TestAntiphon, upstreamModel } from "../../support/antiphon.ts";
import { type Arrival, CallbackReceiver, contentOf } from "../../support/callback-receiver.ts";
import type { TestEngine } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { readDocumentedFeedback } from "../../support/feedback-shapes.ts";
import { type Reply, startUpstream } from "../../support/upstream.ts";
import { StrictClient } from "./strict-client.ts";

export const KEY = { id: "6c7b0003-0000-4000-8000-000000000001", secret: "conformance-secret" };
export const LESSER_KEY = {
  ...{ id: "6c7b0003-0000-4000-8000-000000000002", secret: "conformance-lesser" },
  scopes: ["chat"],
};
const TOKEN = "pat_insight_conformance_owner";
/** Of every endpoint; the vector's. Source: spec page of Insight §7. */
export const SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
export const EVENT_ID = "a277efc6-025f-41cd-8888-43e3a8e8e28f";
export const UNKNOWN_ID = "f7bb8f07-dc5c-416b-88d4-c1568f923857";
/** A minute of a schedule. */
export const MINUTE_MS = 100;

/** Where ratings go that are sent to an address without a path. */
export const FEEDBACK_PATH = "/v1/bot-message/feedback";

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
type Any = any;

/** Source: spec page of Insight §4.3. */
export const TRIGGERS: Record<string, Record<string, object>> = {
  "receive-text-message": {
    receiveTextMessage: {
      text: "在吗",
      role: "user",
      contactId: "c1",
      mentionSelf: true,
      quoteMessageId: "q",
    },
  },
  "receive-image-message": {
    receiveImageMessage: { imageUrl: "https://files.example/a.png", text: "看", contactId: "c1" },
  },
  "receive-audio-message": {
    receiveAudioMessage: { audioUrl: "https://files.example/a.mp3", text: "喂", duration: 3 },
  },
  "receive-video-message": {
    receiveVideoMessage: { videoUrl: "https://files.example/a.mp4", roomId: "r1", contactId: "c1" },
  },
  "receive-other-message": { receiveOtherMessage: { rawContent: '{"type":"Location"}', receiverId: "a1" } },
  "tag-event": { tagEvent: { tagId: "t1", operation: "ADD", tagName: "VIP", contactId: "c1" } },
  "join-room": {
    joinRoom: { roomId: "r1", contactIds: ["c1", "c2"], inviterId: "c3", timestamp: 1_700_000_000_000 },
  },
  "new-friend": { newFriend: { contactId: "c1", receiverId: "a1", hello: "你好", source: "扫码" } },
  "canvas-event-trigger": {
    canvasEvent: { eventId: EVENT_ID, eventName: "发送", data: { message: "已登记" }, contactId: "c1" },
  },
  "bot-receive-text-message": { receiveTextMessage: { text: "bot to bot", role: "user" } },
};

/** A tool of the model, what it is called with, and the action that it makes. Source: spec page of Insight §5.1. */
export const ACTIONS: [tool: string, input: object, type: string, payload: object][] = [
  [
    "send_post",
    {
      title: "活动",
      messages: [
        { type: "text", content: "看" },
        { type: "link", content: "https://shop.example" },
      ],
    },
    "send-post-message",
    {
      title: "活动",
      messages: [
        { type: "text", content: "看" },
        { type: "link", content: "https://shop.example" },
      ],
    },
  ],
  [
    "send_file",
    { fileUrl: "https://files.example/a.pdf", fileName: "a.pdf" },
    "send-file-message",
    { fileUrl: "https://files.example/a.pdf", fileName: "a.pdf" },
  ],
  [
    "send_image",
    { imageUrl: "https://files.example/a.png" },
    "send-image-message",
    { imageUrl: "https://files.example/a.png" },
  ],
  [
    "send_audio",
    { audioUrl: "https://files.example/a.mp3", duration: 2 },
    "send-audio-message",
    { audioUrl: "https://files.example/a.mp3", duration: 2 },
  ],
  [
    "tag_user",
    { operation: "ADD", tags: [{ tagName: "VIP" }] },
    "tag-user",
    { operation: "ADD", tags: [{ tagName: "VIP" }], contactId: "c1" },
  ],
  [
    "invite_to_room",
    { roomId: "r1", contactIds: ["c1"], message: "来" },
    "invite-room",
    { roomId: "r1", contactIds: ["c1"], message: "来" },
  ],
  [
    "emit_event",
    { event: "发送", data: { message: "稍后" }, delaySeconds: 600 },
    "canvas-event-action",
    {
      ...{ eventId: EVENT_ID, eventName: "发送", params: { message: "稍后" } },
      schedule: { mode: "TIMER", delaySeconds: 600 },
    },
  ],
  [
    "update_data",
    { operations: [{ field: "intent", operation: "set", value: "退款" }] },
    "update-data",
    { operations: [{ fieldId: "intent", fieldName: "意向", updateOperation: "set", value: "退款" }] },
  ],
  ["transfer_to_human", { reason: "要人工" }, "handover", { reason: "要人工" }],
];

/** One agent that can do everything, whose ratings go to a receiver, and an adapter. */
export interface ConformanceWorld {
  server: TestAntiphon;
  receiver: CallbackReceiver;
  /** With a token of the key that may do everything. */
  client: StrictClient;
  botId: string;
  /** Calls our own API as the owner; rejects unless it succeeds. */
  api(route: string, body?: object): Promise<Any>;
  ask(sessionId: string, message: unknown, more?: object): Promise<Any>;
  rate(execId: string, feedbackStatus: string, more?: object): Promise<Any>;
  /** The route that lists executions. */
  history(query?: string, window?: { from: number | string; to: number | string }): string;
  /** Callbacks about an execution, in the order they came. */
  arrivals(execId: string): Arrival[];
  /** The same when there are so many, each of which is exactly the documented body, and signed. */
  callbacks(execId: string, count: number): Promise<Any[]>;
  /** Makes the model answer this question so. */
  teach(question: string, reply: Reply): void;
  /** What the model was told with the question, without the system prompt. */
  askedWith(question: string): { role: string; content?: unknown }[] | undefined;
  /** Sends a trigger as an adapter does, and resolves with the execution it started. */
  triggered(triggerEvent: object): Promise<Any>;
  /** The execution that an event or a trigger started, when it is over. */
  finished(executionId: string): Promise<Any>;
  close(): Promise<void>;
}

export async function openConformanceWorld(engine: TestEngine): Promise<ConformanceWorld> {
  const [upstream, receiver] = await Promise.all([startUpstream(), CallbackReceiver.start()]);
  const server = await startAntiphon({
    file: installation(upstream.baseUrl, receiver.url),
    environment: { ANTIPHON_LOG_LEVEL: "silent", ANTIPHON_ALLOW_PRIVATE_CALLBACKS: "127.0.0.0/8" },
    databaseUrl: await engine.databaseUrl(),
    callbacks: { clock: { ...realClock, scale: MINUTE_MS / 60_000 } },
  });
  const client = new StrictClient(server.url);
  await client.authenticate(KEY.id, KEY.secret);
  for (const path of [FEEDBACK_PATH, "/im"]) receiver.trust(path, { webhookSecrets: [SECRET] });
  const api = (route: string, body?: object) => callApi(server.url, route, body);
  const { items } = await api("GET /agents");
  const botId = items[0].insightBotId;
  const world: ConformanceWorld = {
    ...{ server, receiver, client, api, botId },
    ask: (sessionId, message, more = {}) =>
      client.data("POST /bot/message", { botId, sessionId, message, ...more }),
    rate: (execId, feedbackStatus, more = {}) =>
      client.data("POST /bot-message/feedback", { botId, execId, feedbackStatus, ...more }),
    history(query = "", { from, to } = { from: Date.now() - 3_600_000, to: Date.now() + 60_000 }) {
      return `GET /workflow/history/list?botId=${botId}&startTimestamp=${from}&endTimestamp=${to}&${query}`;
    },
    arrivals: (execId) =>
      receiver.at(FEEDBACK_PATH).filter((arrival) => contentOf(arrival).execId === execId),
    callbacks: (execId, count) =>
      eventually(() => {
        const found = world.arrivals(execId);
        expect(found).toHaveLength(count);
        expect(receiver.badSignatures()).toEqual([]);
        return found.map(({ body }) => readDocumentedFeedback(body.toString()));
      }),
    teach: (question, reply) => upstream.replyWhen({ lastUserText: question }, reply),
    askedWith: (question) =>
      upstream.requests
        .findLast(({ lastUserText }) => lastUserText === question)
        ?.body.messages.filter(({ role }) => role !== "system"),
    async triggered(triggerEvent) {
      const text = JSON.stringify({ botId, triggerEvent });
      const [id, at] = [randomUUID(), new Date()];
      const headers = {
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
        "webhook-signature": new Webhook(SECRET).sign(id, at, text),
      };
      const reply = await client.call("POST /adapters/im/triggers", { token: null, body: text, headers });
      expect(reply.body.data, JSON.stringify(reply.body)).toMatchObject({ status: "queued" });
      return world.finished(reply.body.data.executionId);
    },
    finished: (executionId) =>
      eventually(async () => {
        const path = `GET /workflow/event/execution?botId=${botId}&executionId=${executionId}`;
        const { execId } = await client.data(path);
        const [row] = await client.data(world.history(`execId=${execId}`));
        expect(row.status).toBe("success");
        return row;
      }),
    async close() {
      await server.close();
      await receiver.close();
      await upstream.close();
    },
  };
  return world;
}

function installation(baseUrl: string, receiverUrl: string) {
  return {
    models: upstreamModel(baseUrl),
    users: [{ name: "owner", role: "owner", tokens: [{ token: TOKEN, scopes: ["all"] }] }],
    insight: { accessKeys: [KEY, LESSER_KEY] },
    agents: [
      {
        ...{ slug: "clerk", name: "前台", triggers: Object.keys(TRIGGERS) },
        variables: [{ key: "intent", title: "意向" }],
        events: [
          { id: EVENT_ID, name: "发送", variables: [{ name: "message" }] },
          { name: "一次", limit: 1 },
        ],
        actions: [
          ...["handover", "tag-user", "invite-room", "update-data", "canvas-event-action"],
          ...["send-image-message", "send-file-message", "send-audio-message", "send-post-message"],
        ],
      },
    ],
    callbacks: [
      { slug: "feedback", kind: "insight", url: receiverUrl, secret: SECRET },
      { slug: "im", url: `${receiverUrl}/im`, events: ["turn.actions"], secret: SECRET },
    ],
  };
}

async function callApi(url: string, route: string, body?: object): Promise<Any> {
  const [method = "", path = ""] = route.split(" ");
  const response = await fetch(`${url}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${route}: ${response.status} ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}
