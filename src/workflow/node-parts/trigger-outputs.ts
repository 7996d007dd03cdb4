import type { TriggerType } from "../../domain/trigger.ts";
import type { ValueType } from "../../domain/workflow.ts";

const TEXT: ValueType = { type: "string" };
const NUMBER: ValueType = { type: "number" };
const TRUTH: ValueType = { type: "boolean" };
const LIST: ValueType = { type: "array" };

const ORIGIN: Record<string, ValueType> = {
  contactId: TEXT,
  receiverId: TEXT,
  roomId: TEXT,
  messageId: TEXT,
  senderName: TEXT,
  role: TEXT,
  isCoworker: TRUTH,
  contactTags: LIST,
  customAttrs: LIST,
  externalUserId: TEXT,
  wecomUserId: TEXT,
  imBotId: TEXT,
};

const SPOKEN: Record<string, ValueType> = {
  ...ORIGIN,
  text: TEXT,
  mentionSelf: TRUTH,
  mentionCoworker: TRUTH,
  mentionCustomer: TRUTH,
  isMentionAll: TRUTH,
  quoteMessageId: TEXT,
};

/** What each type of trigger gives to later nodes. Source: as `TriggerPayloads`. */
export const TRIGGER_OUTPUTS: Readonly<Record<TriggerType, Record<string, ValueType>>> = {
  "receive-text-message": SPOKEN,
  "receive-image-message": { ...ORIGIN, imageUrl: TEXT, imageUrls: LIST, text: TEXT },
  "receive-audio-message": { ...ORIGIN, audioUrl: TEXT, text: TEXT, duration: NUMBER },
  "receive-video-message": { ...ORIGIN, videoUrl: TEXT },
  "receive-other-message": { ...ORIGIN, rawContent: TEXT },
  "tag-event": { tagId: TEXT, operation: TEXT, tagName: TEXT, contactId: TEXT, receiverId: TEXT },
  "join-room": { roomId: TEXT, contactIds: LIST, inviterId: TEXT, receiverId: TEXT, timestamp: NUMBER },
  "new-friend": { contactId: TEXT, receiverId: TEXT, hello: TEXT, source: TEXT, timestamp: NUMBER },
  "canvas-event-trigger": {
    eventId: TEXT,
    data: { type: "object" },
    eventName: TEXT,
    executionId: TEXT,
    contactId: TEXT,
    receiverId: TEXT,
    roomId: TEXT,
  },
  "bot-receive-text-message": SPOKEN,
};
