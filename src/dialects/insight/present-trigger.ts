import type { Attachment, HistoryItem } from "../../domain/conversation.ts";
import type { TriggerId } from "../../domain/ids.ts";
import type { Trigger, TriggerPayloads, TriggerSource, TriggerType } from "../../domain/trigger.ts";
import { formatUuid } from "./ids.ts";
import { presentMembers } from "./present-members.ts";

/** What started a turn, as callers see it. Source: spec page of Insight §4.3 and its appendix 1. */
export type WireTriggerEvent = Record<string, unknown> & {
  triggerType: string;
  sessionId: string;
  triggerSource?: WireTriggerSource;
  history?: WireHistoryItem[];
};

export type WireTriggerSource = "mh" | "api" | "test";

export interface WireHistoryItem {
  role: "user" | "assistant";
  content: WirePart[];
}

/** Source: spec page of Insight §4.4. Media only by address. */
export type WirePart =
  | { type: "text"; text: string }
  | { type: "image_url"; image_url: { url: string } }
  | { type: "input_audio"; input_audio: { url: string } }
  | { type: "video_url"; video_url: { url: string } }
  | { type: "file"; file: { url: string; name?: string } };

/** The member of `triggerEvent` that holds the payload of each type. Source: spec page of Insight §4.3. */
export const TRIGGER_PAYLOAD_KEYS: Readonly<Record<TriggerType, string>> = {
  "receive-text-message": "receiveTextMessage",
  "receive-image-message": "receiveImageMessage",
  "receive-audio-message": "receiveAudioMessage",
  "receive-video-message": "receiveVideoMessage",
  "receive-other-message": "receiveOtherMessage",
  "tag-event": "tagEvent",
  "join-room": "joinRoom",
  "new-friend": "newFriend",
  "canvas-event-trigger": "canvasEvent",
  "bot-receive-text-message": "receiveTextMessage",
};

const ORIGIN = [
  "role",
  "contactId",
  "receiverId",
  "roomId",
  "messageId",
  "senderName",
  "isCoworker",
  "contactTags",
  "customAttrs",
  "externalUserId",
  "wecomUserId",
  "imBotId",
] as const;

const TEXT = [
  "text",
  ...ORIGIN,
  "mentionSelf",
  "mentionCoworker",
  "mentionCustomer",
  "isMentionAll",
  "quoteMessageId",
] as const;

/** The documented members of each payload, in the order they are written. Source: spec page of Insight, appendix 1. */
const TRIGGER_MEMBERS: { readonly [Type in TriggerType]: readonly (keyof TriggerPayloads[Type])[] } = {
  "receive-text-message": TEXT,
  "receive-image-message": ["imageUrl", "imageUrls", "text", ...ORIGIN],
  "receive-audio-message": ["audioUrl", "text", "duration", ...ORIGIN],
  "receive-video-message": ["videoUrl", ...ORIGIN],
  "receive-other-message": ["rawContent", ...ORIGIN],
  "tag-event": ["tagId", "operation", "tagName", "contactId", "receiverId"],
  "join-room": ["roomId", "contactIds", "inviterId", "receiverId", "timestamp"],
  "new-friend": ["contactId", "receiverId", "hello", "source", "timestamp"],
  "canvas-event-trigger": ["eventId", "data", "eventName", "executionId", "contactId", "receiverId"],
  "bot-receive-text-message": TEXT,
};

/** What there is to tell of a trigger beside itself. */
interface Surroundings {
  sessionId: string;
  source: TriggerSource;
  /** Absent: it is not kept for itself. */
  triggerId?: TriggerId | undefined;
  isStrict: boolean;
  history?: readonly HistoryItem[];
}

/**
 * A trigger as callers see it. `isStrict`: only the documented types and members, and no source; otherwise also what its
 * sender called it. Nothing is ever null.
 */
export function presentTrigger(plain: Trigger, about: Surroundings): WireTriggerEvent {
  const { sessionId, source, triggerId, isStrict, history } = about;
  const trigger = withExecution(plain, triggerId);
  const { type, native } = trigger;
  const content =
    native !== undefined && !isStrict
      ? { triggerType: native.type, [payloadKey(native.type)]: native.payload }
      : {
          triggerType: type,
          [TRIGGER_PAYLOAD_KEYS[type]]: presentMembers(trigger.payload, TRIGGER_MEMBERS[type], isStrict),
        };
  const { triggerType, ...payload } = content;
  return {
    triggerType,
    sessionId,
    ...(!isStrict && { triggerSource: SOURCES[source] }),
    ...payload,
    ...(history !== undefined && { history: presentHistory(history) }),
  };
}

/** An event says which time it happened: what its sender calls that, or else we. Source: spec page of Insight §14. */
export function withExecution(trigger: Trigger, triggerId: TriggerId | undefined): Trigger {
  if (trigger.type !== "canvas-event-trigger" || triggerId === undefined) return trigger;
  return { ...trigger, payload: { executionId: formatUuid("trigger", triggerId), ...trigger.payload } };
}

/** Oldest first; what has neither words nor files is left out. */
function presentHistory(items: readonly HistoryItem[]): WireHistoryItem[] {
  return items
    .map(({ role, text, attachments }) => ({ role, content: presentParts(text, attachments) }))
    .filter(({ content }) => content.length > 0);
}

const SOURCES: Readonly<Record<TriggerSource, WireTriggerSource>> = {
  api: "api",
  adapter: "mh",
  action: "api",
  test: "test",
};

/** By the naming of the documented ones: `custom-attr-event` → `customAttrEvent`. */
function payloadKey(type: string): string {
  const known = Object.entries(TRIGGER_PAYLOAD_KEYS).find(([name]) => name === type);
  return known?.[1] ?? type.replaceAll(/-+(.)/g, (_, letter: string) => letter.toUpperCase());
}

function presentParts(text: string, attachments: readonly Attachment[]): WirePart[] {
  return [
    ...(text === "" ? [] : [{ type: "text" as const, text }]),
    ...attachments.filter(({ url }) => isAddress(url)).map(presentAttachment),
  ];
}

const IMAGE_NAME = /\.(png|jpe?g|gif|webp|bmp)$/i;
const AUDIO_NAME = /\.(mp3|wav|ogg|m4a|amr|silk)$/i;
const VIDEO_NAME = /\.(mp4|mov|webm|mkv|avi)$/i;

function presentAttachment({ kind, url, name }: Attachment): WirePart {
  const path = name || (URL.parse(url)?.pathname ?? "");
  if (kind === "image" || (kind === undefined && IMAGE_NAME.test(path))) {
    return { type: "image_url", image_url: { url } };
  }
  if (kind === "audio" || (kind === undefined && AUDIO_NAME.test(path))) {
    return { type: "input_audio", input_audio: { url } };
  }
  if (VIDEO_NAME.test(path)) return { type: "video_url", video_url: { url } };
  return { type: "file", file: { url, ...(name !== "" && { name }) } };
}

/** Content inside an address (`data:`) is never sent. */
function isAddress(url: string): boolean {
  return url.startsWith("https:") || url.startsWith("http:");
}
