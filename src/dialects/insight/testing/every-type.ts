import type { OutputAction } from "../../../domain/output-action.ts";
import type { Trigger } from "../../../domain/trigger.ts";

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
export const TRIGGERS: [Trigger, string][] = [
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

/** Every member of every type. */
export const ACTIONS: OutputAction[] = [
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
