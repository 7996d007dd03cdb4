import { describe, expect, test } from "vitest";
import { z } from "zod";
import { TRIGGER_TYPES } from "../../domain/trigger.ts";
import { presentTrigger } from "./present-trigger.ts";
import { wireTriggerEvent } from "./read-trigger.ts";
import { InputError, readInput } from "./wire.ts";

const body = z.object({ triggerEvent: wireTriggerEvent });
const URL_A = "https://files.example/a";

function read(triggerEvent: unknown) {
  return readInput(body, { triggerEvent }).triggerEvent;
}

function problemsOf(triggerEvent: unknown): string[] {
  try {
    read(triggerEvent);
  } catch (error) {
    if (error instanceof InputError) return error.problems.map(({ field, rule }) => `${field}: ${rule}`);
    throw error;
  }
  return [];
}

const ORIGIN = {
  contactId: "c1",
  receiverId: "a1",
  roomId: "r1",
  messageId: "m1",
  senderName: "小李",
  role: "user",
  isCoworker: false,
  contactTags: ["VIP", { id: 1 }],
  customAttrs: [{ key: "level", value: 3 }],
  externalUserId: "x1",
  wecomUserId: "w1",
  imBotId: "b1",
};

/** Every documented member of every type. Source: spec page of Insight §4.3. */
const EVENTS: Record<string, Record<string, unknown>> = {
  "receive-text-message": {
    receiveTextMessage: {
      ...{ text: "hi", ...ORIGIN, quoteMessageId: "m0" },
      ...{ mentionSelf: true, mentionCoworker: false, mentionCustomer: false, isMentionAll: false },
    },
  },
  "receive-image-message": {
    receiveImageMessage: { imageUrl: URL_A, imageUrls: [URL_A, `${URL_A}2`], text: "看", ...ORIGIN },
  },
  "receive-audio-message": {
    receiveAudioMessage: { audioUrl: URL_A, text: "你好", duration: 2.5, ...ORIGIN },
  },
  "receive-video-message": { receiveVideoMessage: { videoUrl: URL_A, ...ORIGIN } },
  "receive-other-message": { receiveOtherMessage: { rawContent: "{}", ...ORIGIN } },
  "tag-event": {
    tagEvent: { tagId: "t1", operation: "ADD", tagName: "VIP", contactId: "c1", receiverId: "a1" },
  },
  "join-room": {
    joinRoom: {
      ...{ roomId: "r1", contactIds: ["c1", "c2"], inviterId: "c3", receiverId: "a1" },
      timestamp: 1_700_000_000_000,
    },
  },
  "new-friend": {
    newFriend: {
      ...{ contactId: "c1", receiverId: "a1", hello: "我是", source: "qr", timestamp: 1_700_000_000_000 },
    },
  },
  "canvas-event-trigger": {
    canvasEvent: {
      ...{ eventId: "e1", data: { text: "退款", n: 1, list: [null] }, eventName: "发送" },
      ...{ executionId: "x1", receiverId: "a1", contactId: "c1" },
    },
  },
  "bot-receive-text-message": { receiveTextMessage: { text: "hi", ...ORIGIN } },
};

describe("a trigger event", () => {
  test.each(TRIGGER_TYPES)("%s is read with every documented member, and told as it came", (triggerType) => {
    const sent = { triggerType, sessionId: "s1", ...EVENTS[triggerType] };
    const { trigger, sessionId, isOwn } = read(sent);
    expect({ type: trigger.type, native: trigger.native, isOwn }).toEqual({
      type: triggerType,
      isOwn: false,
    });
    expect(presentTrigger(trigger, { sessionId, source: "adapter", isStrict: true })).toEqual(sent);
  });

  test.each([
    ["receive-file-message", "receiveFileMessage", { fileUrl: URL_A, contactId: "c1", isCoworker: true }],
    ["input", "input", { value: "x" }],
    ["receive-email-message", "receiveEmailMessage", { subject: "hi" }],
    ["receive-intent-comment", "receiveIntentComment", {}],
    ["receive-note-message", "receiveNoteMessage", { note: 1 }],
    ["receive-share-note-comment-message", "receiveShareNoteCommentMessage", { a: [1] }],
    ["write-message", "writeMessage", { text: "x" }],
  ])("%s becomes a message of another type that remembers itself", (triggerType, key, payload) => {
    const { trigger, sessionId } = read({ triggerType, sessionId: "s1", [key]: payload });
    expect(trigger).toMatchObject({
      type: "receive-other-message",
      payload: { rawContent: JSON.stringify(payload) },
      native: { type: triggerType, payload },
    });
    if (triggerType === "receive-file-message") {
      expect(trigger.payload).toMatchObject({ contactId: "c1", isCoworker: true });
    }
    const told = presentTrigger(trigger, { sessionId, source: "adapter", isStrict: false });
    expect(told).toMatchObject({ triggerType, [key]: payload });
  });

  test.each([
    ["custom-attr-event", "customAttrEvent"],
    ["contact-lead-filled", "contactLeadFilled"],
    ["wecom-contact-bind", "wecomContactBind"],
  ])("%s becomes an event of that name", (triggerType, key) => {
    const payload = { contactId: "c1", field: "phone" };
    expect(read({ triggerType, sessionId: "s1", [key]: payload }).trigger).toEqual({
      type: "canvas-event-trigger",
      payload: { eventId: triggerType, eventName: triggerType, data: payload, contactId: "c1" },
      native: { type: triggerType, payload },
    });
  });

  test("keeps members that nobody documented, and takes null for nothing", () => {
    const receiveTextMessage = { text: "hi", contactId: null, weight: 3 };
    const { trigger } = read({ triggerType: "receive-text-message", sessionId: "s1", receiveTextMessage });
    expect(trigger.payload).toEqual({ text: "hi", weight: 3 });
  });

  test.each([
    [{ role: "assistant" }, true],
    [{ isSelf: true }, true],
    [{ role: "user", isSelf: false }, false],
  ])("%j: whether the account itself wrote it is known", (said, isOwn) => {
    const receiveTextMessage = { text: "hi", ...said };
    expect(read({ triggerType: "receive-text-message", sessionId: "s1", receiveTextMessage }).isOwn).toBe(
      isOwn,
    );
  });

  test("brings its history along, without what the system said", () => {
    const history = [
      { role: "system", content: [{ type: "text", text: "be nice" }] },
      {
        role: "user",
        content: [
          { type: "text", text: "hi" },
          { type: "image_url", image_url: { url: URL_A } },
        ],
      },
      { role: "assistant", content: "hello" },
    ];
    const sent = { triggerType: "new-friend", sessionId: "s1", ...EVENTS["new-friend"] };
    expect(read({ ...sent, history }).history).toEqual([
      {
        role: "user",
        text: "hi",
        attachments: [{ kind: "image", url: URL_A, path: "", name: "", sizeBytes: 0 }],
      },
      { role: "assistant", text: "hello", attachments: [] },
    ]);
    expect(read(sent)).not.toHaveProperty("history");
    expect(read({ ...sent, history: null })).not.toHaveProperty("history");
    expect(problemsOf({ ...sent, history: Array.from({ length: 201 }, () => history[2]) })).toEqual([
      "triggerEvent.history: too_big",
    ]);
  });

  const text = (message: unknown) => ({
    triggerType: "receive-text-message",
    sessionId: "s1",
    receiveTextMessage: message,
  });

  test.each([
    ["nothing", undefined, ["triggerEvent: required"]],
    ["no object", "hi", ["triggerEvent: invalid_type"]],
    [
      "no type and no session",
      {},
      ["triggerEvent.triggerType: required", "triggerEvent.sessionId: required"],
    ],
    [
      "a type that nobody knows",
      { ...text({ text: "hi" }), triggerType: "receive-smell" },
      ["triggerEvent.triggerType: invalid"],
    ],
    ["no payload", { triggerType: "tag-event", sessionId: "s1" }, ["triggerEvent.tagEvent: invalid"]],
    ["a payload that is no object", text("hi"), ["triggerEvent.receiveTextMessage: invalid"]],
    [
      "the payload of another type",
      { triggerType: "new-friend", sessionId: "s1", tagEvent: EVENTS["tag-event"]?.["tagEvent"] },
      ["triggerEvent.tagEvent: invalid"],
    ],
    [
      "a second payload",
      { ...text({ text: "hi" }), ...EVENTS["tag-event"] },
      ["triggerEvent.tagEvent: invalid"],
    ],
    ["no text", text({}), ["triggerEvent.receiveTextMessage.text: required"]],
    ["an empty text", text({ text: " " }), ["triggerEvent.receiveTextMessage.text: invalid"]],
    ["a text that is a number", text({ text: 1 }), ["triggerEvent.receiveTextMessage.text: invalid_type"]],
    [
      "a text that is too long",
      text({ text: "长".repeat(8_001) }),
      ["triggerEvent.receiveTextMessage.text: max_length"],
    ],
    [
      "U+0000 somewhere",
      text({ text: "hi", own: { a: ["\u0000"] } }),
      ["triggerEvent.receiveTextMessage: invalid"],
    ],
    [
      "very much",
      text({ text: "hi", own: "x".repeat(64_001) }),
      ["triggerEvent.receiveTextMessage: invalid"],
    ],
    [
      "an address that nobody can fetch",
      {
        triggerType: "receive-video-message",
        sessionId: "s1",
        receiveVideoMessage: { videoUrl: "file:///x" },
      },
      ["triggerEvent.receiveVideoMessage.videoUrl: invalid"],
    ],
    [
      "an operation that is none",
      { triggerType: "tag-event", sessionId: "s1", tagEvent: { tagId: "t", operation: "SET" } },
      ["triggerEvent.tagEvent.operation: invalid_value"],
    ],
    [
      "nobody who joined",
      { triggerType: "join-room", sessionId: "s1", joinRoom: { roomId: "r", contactIds: [] } },
      ["triggerEvent.joinRoom.contactIds: too_small"],
    ],
    [
      "data that is a list",
      { triggerType: "canvas-event-trigger", sessionId: "s1", canvasEvent: { eventId: "e", data: [] } },
      ["triggerEvent.canvasEvent.data: invalid_type"],
    ],
    [
      "a session without a name",
      { ...text({ text: "hi" }), sessionId: "" },
      ["triggerEvent.sessionId: too_small"],
    ],
  ])("with %s is refused", (_what, sent, problems) => {
    expect(problemsOf(sent)).toEqual(problems.map((problem) => expect.stringContaining(problem)));
  });
});
