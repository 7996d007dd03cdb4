import { randomUUID } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { readDocumentedFeedback } from "../../../test/support/feedback-shapes.ts";
import { exampleEvent } from "../../callbacks/events.ts";
import type { Endpoint, FeedbackOptions } from "../../domain/endpoint.ts";
import type { EventData, ProductEvent } from "../../domain/event.ts";
import { ACTION_TYPES, type OutputAction } from "../../domain/output-action.ts";
import { TRIGGER_TYPES, type Trigger } from "../../domain/trigger.ts";
import { feedbackFormat } from "./callback-format.ts";
import { feedbackBody } from "./feedback-body.ts";
import { formatUuid } from "./ids.ts";

type FeedbackData = EventData["feedback.changed"];

const AT = new Date(1_700_000_000_123);
const OPTIONS: FeedbackOptions = { ratings: ["none", "like", "dislike"], historyLimit: 50, isStrict: true };
const BODY_LIMIT = 256 * 1024;

function changed(change: Partial<FeedbackData> = {}): ProductEvent & { data: FeedbackData } {
  const place = { id: 460_120_314_880_077, workspaceId: 1, at: AT } as never;
  const event = exampleEvent("feedback.changed", place);
  if (event.type !== "feedback.changed") throw new Error("another event");
  return { ...event, data: { ...event.data, ...change } };
}

function rendered(change: Partial<FeedbackData> = {}, options: Partial<FeedbackOptions> = {}) {
  const endpoint = { feedback: { ...OPTIONS, ...options } } as Endpoint;
  const sent = feedbackFormat.render(changed(change), endpoint);
  return sent && { ...sent, body: readDocumentedFeedback(sent.text) };
}

function run(change: Partial<FeedbackData["run"]>): Pick<FeedbackData, "run"> {
  return { run: { ...changed().data.run, ...change } };
}

describe("the body", () => {
  test("is the seed's sample, byte for byte, for what the sample tells", () => {
    const said = "回复消息:\n\n\n\n发送人昵称:";
    const sample = {
      botId: "f7bb8f07-dc5c-416b-88d4-c1568f923857",
      sessionId: "20950312-c744-4e5d-8ac9-e4de6a1bed03",
      execId: "22b35345-f433-4f2a-b91f-7c71b7fd931b",
      triggerEvent: {
        triggerType: "receive-text-message",
        sessionId: "20950312-c744-4e5d-8ac9-e4de6a1bed03",
        receiveTextMessage: { text: "hi", role: "user" },
        history: [{ role: "user", content: [{ type: "text", text: "hi" }] }],
      },
      outputActions: [
        {
          type: "send-text-message",
          status: "send",
          payload: { text: said },
          nodeId: "0ecd34f2-bdfa-43bb-a9ab-8acfcaf67528",
        },
      ],
      feedbackStatus: "none",
    };
    const { botId, sessionId, execId } = sample;
    const text = feedbackBody(
      { botId, sessionId, execId },
      { rating: "none", categories: [], comment: "" },
      {
        sessionId,
        source: "api",
        trigger: { type: "receive-text-message", payload: { text: "hi", role: "user" } },
        actions: [
          {
            type: "send-text-message",
            status: "send",
            payload: { text: said },
            nodeId: "0ecd34f2-bdfa-43bb-a9ab-8acfcaf67528",
          },
        ],
        history: [{ role: "user", text: "hi", attachments: [] }],
      },
      OPTIONS,
    );
    expect(text).toBe(JSON.stringify(sample));
  });

  test("names bot, execution, session and message as UUIDs where no caller chose a name", () => {
    const { data } = changed();
    expect(rendered()?.body).toMatchObject({
      botId: formatUuid("agent", data.agentId),
      execId: formatUuid("turn", data.turnId),
      sessionId: formatUuid("conversation", data.conversationId),
      messageId: formatUuid("message", data.messageId),
      feedbackStatus: "thumb-down",
      feedback: "Returns take 15 days.",
    });
    expect(rendered(run({ sessionId: "wx-17" }))?.body).toMatchObject({
      sessionId: "wx-17",
      triggerEvent: { sessionId: "wx-17" },
    });
  });

  test("copies from the trigger who took part", () => {
    const trigger: Trigger = {
      type: "receive-image-message",
      payload: {
        imageUrl: "https://a.example/1.png",
        contactId: "c1",
        receiverId: "im-7",
        roomId: "room-42",
      },
    };
    expect(rendered(run({ trigger }))?.body).toMatchObject({
      contactId: "c1",
      receiverId: "im-7",
      roomId: "room-42",
    });
    expect(Object.keys(rendered()?.body ?? {})).not.toContain("contactId");
  });

  test("shows history as parts, with files only by address, and as much as the endpoint wants", () => {
    const file = (url: string, name: string) => ({ url, name, path: "", sizeBytes: 1 });
    const history = [
      { role: "user" as const, text: "one", attachments: [] },
      { role: "assistant" as const, text: "two", attachments: [] },
      {
        role: "user" as const,
        text: "",
        attachments: [
          file("https://a.example/p.png", ""),
          file("https://a.example/s.mp3", ""),
          file("https://a.example/v.mp4", ""),
          file("https://a.example/f.pdf", "f.pdf"),
          file("data:image/png;base64,AAAA", "inside.png"),
        ],
      },
    ];
    expect(rendered(run({ history }))?.body.triggerEvent["history"]).toEqual([
      { role: "user", content: [{ type: "text", text: "one" }] },
      { role: "assistant", content: [{ type: "text", text: "two" }] },
      {
        role: "user",
        content: [
          { type: "image_url", image_url: { url: "https://a.example/p.png" } },
          { type: "input_audio", input_audio: { url: "https://a.example/s.mp3" } },
          { type: "video_url", video_url: { url: "https://a.example/v.mp4" } },
          { type: "file", file: { url: "https://a.example/f.pdf", name: "f.pdf" } },
        ],
      },
    ]);
    expect(rendered(run({ history }), { historyLimit: 1 })?.body.triggerEvent["history"]).toHaveLength(1);
    expect(rendered(run({ history }), { historyLimit: 0 })?.body.triggerEvent).not.toHaveProperty("history");
  });

  test("tells what senders of triggers called them only where it need not be strict", () => {
    const trigger: Trigger = {
      type: "receive-other-message",
      payload: { rawContent: '{"fileUrl":"https://a.example/f"}' },
      native: { type: "receive-file-message", payload: { fileUrl: "https://a.example/f" } },
    };
    expect(rendered(run({ trigger }))?.body.triggerEvent).toMatchObject({
      triggerType: "receive-other-message",
      receiveOtherMessage: trigger.payload,
    });
    const loose = feedbackFormat.render(changed(run({ trigger, source: "adapter" })), {
      feedback: { ...OPTIONS, isStrict: false },
    } as Endpoint);
    expect(JSON.parse(loose?.text ?? "").triggerEvent).toMatchObject({
      triggerType: "receive-file-message",
      triggerSource: "mh",
      receiveFileMessage: { fileUrl: "https://a.example/f" },
    });
  });
});

const MESSAGE = {
  role: "user" as const,
  contactId: "c1",
  receiverId: "im-7",
  roomId: "room-42",
  messageId: "m-1",
  senderName: "小明",
  isCoworker: false,
  contactTags: ["vip"],
  customAttrs: [{ id: "a", value: 1 }],
  externalUserId: "e",
  wecomUserId: "w",
  imBotId: "b",
};
const TEXT = {
  text: "hi",
  ...MESSAGE,
  mentionSelf: true,
  mentionCoworker: false,
  mentionCustomer: false,
  isMentionAll: false,
  quoteMessageId: "m-0",
};
const PEOPLE = { contactId: "c1", receiverId: "im-7" };

/** Every member of every type, and the key it stands under. */
const TRIGGERS: [Trigger, string][] = [
  [{ type: "receive-text-message", payload: TEXT }, "receiveTextMessage"],
  [
    { type: "receive-image-message", payload: { imageUrl: "u", imageUrls: ["u"], text: "t", ...MESSAGE } },
    "receiveImageMessage",
  ],
  [
    { type: "receive-audio-message", payload: { audioUrl: "u", text: "t", duration: 3, ...MESSAGE } },
    "receiveAudioMessage",
  ],
  [{ type: "receive-video-message", payload: { videoUrl: "u", ...MESSAGE } }, "receiveVideoMessage"],
  [{ type: "receive-other-message", payload: { rawContent: "{}", ...MESSAGE } }, "receiveOtherMessage"],
  [
    { type: "tag-event", payload: { tagId: "t", operation: "REMOVE", tagName: "vip", ...PEOPLE } },
    "tagEvent",
  ],
  [
    {
      type: "join-room",
      payload: { roomId: "r", contactIds: ["c"], inviterId: "i", receiverId: "im", timestamp: 5 },
    },
    "joinRoom",
  ],
  [{ type: "new-friend", payload: { ...PEOPLE, hello: "hi", source: "qr", timestamp: 5 } }, "newFriend"],
  [
    {
      type: "canvas-event-trigger",
      payload: { eventId: "e", data: { a: null }, eventName: "n", executionId: "x", ...PEOPLE },
    },
    "canvasEvent",
  ],
  [{ type: "bot-receive-text-message", payload: TEXT }, "receiveTextMessage"],
];

const ACTIONS: OutputAction[] = [
  {
    type: "send-text-message",
    status: "send",
    payload: { text: "t", clientIds: ["1"], mentionUserIds: ["2"], quoteMessageId: "3" },
    nodeId: "0ecd34f2-bdfa-43bb-a9ab-8acfcaf67528",
  },
  {
    type: "send-post-message",
    status: "skip",
    payload: { title: "t", messages: [{ type: "link", content: "https://a.example" }] },
  },
  { type: "send-file-message", status: "send", payload: { fileUrl: "u", fileName: "f", size: 3 } },
  { type: "send-image-message", status: "send", payload: { imageUrl: "u", clientIds: ["1"] } },
  { type: "send-audio-message", status: "send", payload: { audioUrl: "u", duration: 3, text: "t" } },
  {
    type: "tag-user",
    status: "send",
    payload: { operation: "ADD", tags: [{ tagId: "1", tagName: "vip" }], contactId: "c1" },
  },
  {
    type: "invite-room",
    status: "handover",
    payload: { roomId: "r", contactIds: ["c"], receiverId: "im", message: "m" },
  },
  {
    type: "canvas-event-action",
    status: "send",
    payload: {
      eventId: "e",
      eventName: "n",
      params: { a: 1 },
      schedule: { mode: "TIMER", delaySeconds: 5, at: "2026-11-21T08:00:00Z" },
    },
  },
  {
    type: "update-data",
    status: "send",
    payload: { operations: [{ fieldId: "f", fieldName: "n", updateOperation: "increment", value: 1 }] },
  },
  {
    type: "handover",
    status: "send",
    payload: { handoverMessage: "m", reason: "r", assigneeId: "a", groupId: "g" },
  },
  {
    type: "plugin-action",
    status: "send",
    payload: {
      pluginId: "p",
      toolName: "t",
      pluginName: "n",
      inputs: { city: "上海" },
      output: [1],
      error: { code: "c", message: "m" },
    },
  },
];

describe("every documented type", () => {
  test.each(TRIGGERS)("of a trigger comes through whole: %#", (trigger, key) => {
    const event = rendered(run({ trigger }))?.body.triggerEvent;
    expect(event?.["triggerType"]).toBe(trigger.type);
    expect(event?.[key]).toEqual(trigger.payload);
  });

  test("of an action comes through whole, in order", () => {
    expect(rendered(run({ actions: ACTIONS }))?.body.outputActions).toEqual(ACTIONS);
  });

  test("is among those above", () => {
    expect(TRIGGERS.map(([{ type }]) => type)).toEqual([...TRIGGER_TYPES]);
    expect(ACTIONS.map(({ type }) => type)).toEqual([...ACTION_TYPES]);
  });

  test("has no member beside the documented ones, and none that is null", () => {
    const payload = { ...TEXT, roomId: null, secretNote: "x" } as never;
    const trigger: Trigger = { type: "receive-text-message", payload };
    const event = rendered(run({ trigger }))?.body.triggerEvent["receiveTextMessage"];
    expect(Object.keys(event ?? {})).not.toContain("secretNote");
    expect(Object.keys(event ?? {})).not.toContain("roomId");
  });

  test("of a plugin keeps its secrets to itself", () => {
    const inputs = { city: "上海", apiKey: "sk-1", nested: { password: "p", list: [{ access_token: "t" }] } };
    const action: OutputAction = {
      type: "plugin-action",
      status: "send",
      payload: { pluginId: "p", toolName: "t", inputs },
    };
    expect(rendered(run({ actions: [action] }))?.body.outputActions[0]?.payload?.["inputs"]).toEqual({
      city: "上海",
      apiKey: "***",
      nested: { password: "***", list: [{ access_token: "***" }] },
    });
  });
});

describe("a change", () => {
  const nothing = { rating: "none" as const, categories: [], comment: "" };
  const liked = { rating: "like" as const, categories: [], comment: "" };
  const disliked = { rating: "dislike" as const, categories: [], comment: "" };
  const because = { ...disliked, comment: "too slow" };

  test.each([
    [nothing, liked, "thumb-up", undefined],
    [disliked, liked, "thumb-up", undefined],
    [nothing, disliked, "thumb-down", undefined],
    [liked, because, "thumb-down", "too slow"],
    [because, { ...disliked, comment: "wrong" }, "thumb-down", "wrong"],
    [nothing, { ...disliked, categories: ["wrong", "slow"] }, "thumb-down", "wrong; slow"],
    [nothing, { ...because, categories: ["wrong"] }, "thumb-down", "too slow"],
    [liked, nothing, "none", undefined],
    [because, nothing, "none", undefined],
  ])("from %j to %j is told", (before, after, feedbackStatus, feedback) => {
    const { rating: ratingBefore, categories: categoriesBefore, comment: commentBefore } = before;
    const body = rendered({ ...after, ratingBefore, categoriesBefore, commentBefore })?.body;
    expect(body?.feedbackStatus).toBe(feedbackStatus);
    expect(body?.feedback).toBe(feedback);
  });

  test.each([
    [liked, { ...liked, comment: "nice" }],
    [because, { ...because, categories: ["wrong"] }],
    [nothing, nothing],
  ])("from %j to %j is none for callers of this family", (before, after) => {
    const { rating: ratingBefore, categories: categoriesBefore, comment: commentBefore } = before;
    expect(rendered({ ...after, ratingBefore, categoriesBefore, commentBefore })).toBeUndefined();
  });

  test("that the endpoint does not want is not told, and neither are other events", () => {
    expect(rendered({}, { ratings: ["like", "none"] })).toBeUndefined();
    const other = exampleEvent("turn.completed", { id: 7, workspaceId: 1, at: AT } as never);
    expect(feedbackFormat.render(other, {} as Endpoint)).toBeUndefined();
  });

  test("of a time when nobody knew what to tell is not told", () => {
    const { run: _, ...data } = changed().data;
    expect(feedbackFormat.render({ ...changed(), data } as never, {} as Endpoint)).toBeUndefined();
  });

  test("is said in no more than 2000 characters", () => {
    expect(rendered({ comment: "😀".repeat(3_000) })?.body.feedback).toBe("😀".repeat(2_000));
  });
});

describe("what stands in headers", () => {
  test("is the number of the change, who changed it and when", () => {
    expect(rendered({ rater: "用户 17", revision: 3 })?.headers).toEqual({
      "x-feedback-revision": "3",
      "x-feedback-user": "%E7%94%A8%E6%88%B7%2017",
      "x-feedback-occurred-at": "1700000000123",
    });
    expect(rendered({ rater: "" })?.headers).not.toHaveProperty("x-feedback-user");
  });

  test("is a name that every endpoint and every attempt gets, and no other change", () => {
    const name = rendered()?.wireId;
    expect(name).toMatch(/^fb_[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(rendered({}, { historyLimit: 0 })?.wireId).toBe(name);
    expect(rendered({ revision: 2 })?.wireId).not.toBe(name);
    expect(rendered({ rater: "somebody else" })?.wireId).not.toBe(name);
  });

  test("keeps the order of an answer and its rater", () => {
    expect(rendered()?.orderKey).toBe(rendered({ revision: 2, rating: "like" })?.orderKey);
    expect(rendered({ rater: "somebody else" })?.orderKey).not.toBe(rendered()?.orderKey);
  });

  // Source: spec page of Insight §7, "Signature test vector".
  test("is the documented signature", () => {
    const headers = feedbackFormat.headers({
      delivery: { wireId: "fb_00000000-0000-4000-8000-000000000001" } as never,
      number: 4,
      body: '{"botId":"f7bb8f07-dc5c-416b-88d4-c1568f923857"}',
      bodyHeaders: { "x-feedback-revision": "3" },
      at: new Date(1_700_000_000_999),
      secrets: ["whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="],
    });
    expect(headers).toEqual({
      "content-type": "application/json",
      "webhook-id": "fb_00000000-0000-4000-8000-000000000001",
      "webhook-timestamp": "1700000000",
      "webhook-signature": "v1,2NRweGYQBI1+oUvlQCTVDXm+NUSfHfpCBUcajponz0o=",
      "x-feedback-revision": "3",
      "x-delivery-attempt": "4",
    });
  });

  test("is one signature for each secret, which the reference package accepts", () => {
    const secrets = [1, 2].map(() => `whsec_${Buffer.from(randomUUID()).toString("base64")}`);
    const body = rendered()?.text ?? "";
    const delivery = { wireId: rendered()?.wireId ?? "" } as never;
    const headers = feedbackFormat.headers({
      ...{ delivery, number: 1, body, bodyHeaders: {}, at: new Date(), secrets },
    });
    for (const secret of secrets) expect(() => new Webhook(secret).verify(body, headers)).not.toThrow();
  });
});

describe("a body that would be too long", () => {
  const words = (bytes: number) => "长".repeat(bytes / 3);
  const said = (text: string) => ({ role: "user" as const, text, attachments: [] });
  const text = (payload: string): OutputAction => ({
    type: "send-text-message",
    status: "send",
    payload: { text: payload },
  });

  test("loses its oldest history first", () => {
    const history = Array.from({ length: 40 }, (_, index) => said(`${index} ${words(9_000)}`));
    const sent = rendered(run({ history }));
    const kept = sent?.body.triggerEvent["history"];
    expect(Buffer.byteLength(sent?.text ?? "")).toBeLessThanOrEqual(BODY_LIMIT);
    expect(Buffer.byteLength(sent?.text ?? "")).toBeGreaterThan(BODY_LIMIT - 10_000);
    expect(JSON.stringify(kept)).toContain("39 长");
    expect(JSON.stringify(kept)).not.toContain('"0 长');
    expect(sent?.text).not.toContain("[truncated]");
  });

  test("then has its long texts cut, and keeps every action", () => {
    const actions = [text(words(300_000)), text("short"), text(words(30_000))];
    const sent = rendered(run({ actions, history: [said(words(30_000))] }));
    expect(Buffer.byteLength(sent?.text ?? "")).toBeLessThanOrEqual(BODY_LIMIT);
    const texts = sent?.body.outputActions.map(({ payload }) => String(payload?.["text"]));
    expect(texts?.map((one) => one.endsWith("…[truncated]"))).toEqual([true, false, true]);
    expect(texts?.map((one) => Buffer.byteLength(one) <= 8_192)).toEqual([true, true, true]);
    expect(sent?.body.triggerEvent).not.toHaveProperty("history");
  });

  test("keeps every action, however many there are", () => {
    const many = Array.from({ length: 1_000 }, () => text(words(9_000)));
    const few = { type: "update-data" as const, status: "send" as const };
    const operations = Array.from({ length: 9_000 }, (_, index) => ({
      fieldId: `field ${index}`,
      updateOperation: "clear" as const,
    }));
    for (const actions of [many, [text("short"), { ...few, payload: { operations } }]]) {
      const sent = rendered(run({ actions }));
      expect(Buffer.byteLength(sent?.text ?? "")).toBeLessThanOrEqual(BODY_LIMIT);
      expect(sent?.body.outputActions.map(({ type }) => type)).toEqual(actions.map(({ type }) => type));
    }
  });

  test("keeps what happened, however much came with it", () => {
    const data = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, index) => [`variable ${index}`, index]),
    );
    const trigger: Trigger = { type: "canvas-event-trigger", payload: { eventId: "e", data } };
    const sent = rendered(run({ trigger }));
    expect(Buffer.byteLength(sent?.text ?? "")).toBeLessThanOrEqual(BODY_LIMIT);
    expect(sent?.body.triggerEvent["canvasEvent"]).toEqual({ eventId: "e", data: {} });
    expect(sent?.body.outputActions).toHaveLength(1);
  });
});

describe("an answer of the receiver", () => {
  test.each([200, 201, 204, 299])("with %i means that it was delivered", (status) => {
    expect(feedbackFormat.isDelivered(status)).toBe(true);
  });

  test.each([
    [301, 3],
    [307, 3],
    [400, 3],
    [404, 3],
    [408, undefined],
    [425, undefined],
    [429, undefined],
    [500, undefined],
    [503, undefined],
  ])("with %i leaves %s attempts", (status, limit) => {
    expect(feedbackFormat.attemptLimit?.(status)).toBe(limit);
  });
});
