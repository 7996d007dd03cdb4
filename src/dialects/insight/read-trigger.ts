import { z } from "zod";
import type { HistoryItem } from "../../domain/conversation.ts";
import { isMessage, TRIGGER_TYPES, type Trigger } from "../../domain/trigger.ts";
import { TRIGGER_PAYLOAD_KEYS } from "./present-trigger.ts";
import { problemOf, TEXT_LIMIT, wireAddress, wireContent } from "./read-content.ts";
import { wireBoolean, wireName, wireSessionId, wireText, wireTime } from "./wire.ts";

const HISTORY_LIMIT = 200;
const LIST_LIMIT = 200;
const RAW_LIMIT = 32_000;
/** Everything an adapter may say of one trigger, members of its own included: UTF-16 units of JSON. */
const PAYLOAD_LIMIT = 64_000;

const said = (limit: number) =>
  wireText(limit).refine((words) => words.trim() !== "", { error: "must not be empty" });
const name = wireName(256);
const list = z.array(z.unknown()).max(LIST_LIMIT);
const milliseconds = wireTime.transform((time) => time.getTime());

/** Source: spec page of Insight §4.3, "common message fields". */
const origin = {
  contactId: name.exactOptional(),
  receiverId: name.exactOptional(),
  roomId: name.exactOptional(),
  messageId: name.exactOptional(),
  senderName: wireText(256).exactOptional(),
  role: z.enum(["user", "assistant"]).exactOptional(),
  isCoworker: wireBoolean.exactOptional(),
  contactTags: list.exactOptional(),
  customAttrs: list.exactOptional(),
  externalUserId: name.exactOptional(),
  wecomUserId: name.exactOptional(),
  imBotId: name.exactOptional(),
};

const text = z.looseObject({
  text: said(TEXT_LIMIT),
  ...origin,
  mentionSelf: wireBoolean.exactOptional(),
  mentionCoworker: wireBoolean.exactOptional(),
  mentionCustomer: wireBoolean.exactOptional(),
  isMentionAll: wireBoolean.exactOptional(),
  quoteMessageId: name.exactOptional(),
});

/** Members that the reference does not name are kept. Source: spec page of Insight §4.3. */
const knownTrigger = z.discriminatedUnion("type", [
  z.object({ type: z.literal("receive-text-message"), payload: text }),
  z.object({ type: z.literal("bot-receive-text-message"), payload: text }),
  z.object({
    type: z.literal("receive-image-message"),
    payload: z.looseObject({
      imageUrl: wireAddress,
      imageUrls: z.array(wireAddress).max(20).exactOptional(),
      text: wireText(TEXT_LIMIT).exactOptional(),
      ...origin,
    }),
  }),
  z.object({
    type: z.literal("receive-audio-message"),
    payload: z.looseObject({
      audioUrl: wireAddress,
      text: wireText(TEXT_LIMIT).exactOptional(),
      duration: z.number().min(0).exactOptional(),
      ...origin,
    }),
  }),
  z.object({
    type: z.literal("receive-video-message"),
    payload: z.looseObject({ videoUrl: wireAddress, ...origin }),
  }),
  z.object({
    type: z.literal("receive-other-message"),
    payload: z.looseObject({ rawContent: said(RAW_LIMIT), ...origin }),
  }),
  z.object({
    type: z.literal("tag-event"),
    payload: z.looseObject({
      tagId: name,
      operation: z.enum(["ADD", "REMOVE"]),
      tagName: wireText(256).exactOptional(),
      contactId: name.exactOptional(),
      receiverId: name.exactOptional(),
    }),
  }),
  z.object({
    type: z.literal("join-room"),
    payload: z.looseObject({
      roomId: name,
      contactIds: z.array(name).min(1).max(LIST_LIMIT),
      inviterId: name.exactOptional(),
      receiverId: name.exactOptional(),
      timestamp: milliseconds.exactOptional(),
    }),
  }),
  z.object({
    type: z.literal("new-friend"),
    payload: z.looseObject({
      contactId: name,
      receiverId: name,
      hello: wireText(TEXT_LIMIT).exactOptional(),
      source: wireText(256).exactOptional(),
      timestamp: milliseconds.exactOptional(),
    }),
  }),
  z.object({
    type: z.literal("canvas-event-trigger"),
    payload: z.looseObject({
      eventId: name,
      data: z.record(z.string(), z.unknown()),
      eventName: name.exactOptional(),
      executionId: name.exactOptional(),
      contactId: name.exactOptional(),
      receiverId: name.exactOptional(),
    }),
  }),
]);

/** Types of the live service outside the documented list. Source: spec page of Insight §4.3, last paragraph. */
const OTHER_MESSAGES: ReadonlySet<string> = new Set([
  "input",
  "receive-file-message",
  "receive-intent-comment",
  "receive-note-message",
  "receive-share-note-comment-message",
  "receive-email-message",
  "write-message",
]);
const OTHER_EVENTS: ReadonlySet<string> = new Set([
  "custom-attr-event",
  "contact-lead-filled",
  "wecom-contact-bind",
]);

/** A trigger as a caller sent it. */
export interface ReadTrigger {
  sessionId: string;
  trigger: Trigger;
  /** The account's own message, sent from elsewhere: nothing to answer. */
  isOwn: boolean;
  /** What was said before it, oldest first. Absent: what is stored counts. */
  history?: HistoryItem[];
}

const history = z
  .array(
    z.object({
      role: z.enum(["user", "assistant", "system"], { error: "must be user or assistant" }),
      content: wireContent,
    }),
  )
  .max(HISTORY_LIMIT, { error: `more than ${HISTORY_LIMIT} messages` })
  .transform((items) =>
    items.flatMap(({ role, content }): HistoryItem[] => (role === "system" ? [] : [{ role, ...content }])),
  );

/**
 * `triggerEvent`: exactly one payload, that of its type. The live service's other types are taken too, as a message or
 * an event that remembers what it was called. Source: spec page of Insight §4.3.
 */
export const wireTriggerEvent = z
  .looseObject({ triggerType: wireName(64), sessionId: wireSessionId, history: history.nullish() })
  .transform((event, context): ReadTrigger => {
    const { triggerType, sessionId, history: given, ...members } = event;
    const refuse = (path: PropertyKey[], message: string) => {
      context.addIssue({ code: "custom", path, message });
      return z.NEVER;
    };
    const payload = payloadOf(triggerType, members);
    if ("problem" in payload) return refuse([payload.key], payload.problem);
    const read = readTrigger(triggerType, payload.value);
    if (!read.success) {
      for (const issue of read.error.issues) {
        context.addIssue({ ...issue, path: [payload.key, ...issue.path.slice(1)] });
      }
      return z.NEVER;
    }
    return {
      sessionId,
      trigger: withNative(read.data, triggerType, payload.value),
      isOwn: isMessage(read.data) && isOwn(payload.value),
      ...(given !== undefined && given !== null && { history: given }),
    };
  });

type Payload = { key: string; value: Record<string, unknown> } | { key: string; problem: string };

/** The one payload, without members that are null. */
function payloadOf(triggerType: string, members: Record<string, unknown>): Payload {
  const key = payloadKey(triggerType);
  if (key === undefined) {
    return { key: "triggerType", problem: `must be one of ${TRIGGER_TYPES.join(", ")}` };
  }
  const other = Object.values(TRIGGER_PAYLOAD_KEYS).find(
    (candidate) => candidate !== key && isObject(members[candidate]),
  );
  if (other !== undefined) return { key: other, problem: `does not belong to the type ${triggerType}` };
  const value = members[key];
  if (!isObject(value)) return { key, problem: "must be an object" };
  const problem = problemOf(value, PAYLOAD_LIMIT);
  return problem === undefined ? { key, value: withoutNulls(value) } : { key, problem };
}

/** Undefined for a type that nobody knows. */
function payloadKey(triggerType: string): string | undefined {
  const known = TRIGGER_TYPES.find((type) => type === triggerType);
  if (known !== undefined) return TRIGGER_PAYLOAD_KEYS[known];
  if (!OTHER_MESSAGES.has(triggerType) && !OTHER_EVENTS.has(triggerType)) return undefined;
  return triggerType.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

function readTrigger(triggerType: string, value: Record<string, unknown>) {
  if (OTHER_MESSAGES.has(triggerType)) {
    const rawContent = JSON.stringify(value);
    return knownTrigger.safeParse({
      type: "receive-other-message",
      payload: { ...originOf(value), rawContent },
    });
  }
  if (OTHER_EVENTS.has(triggerType)) {
    const { contactId, receiverId } = value;
    const payload = withoutNulls({
      eventId: triggerType,
      eventName: triggerType,
      data: value,
      contactId,
      receiverId,
    });
    return knownTrigger.safeParse({ type: "canvas-event-trigger", payload });
  }
  return knownTrigger.safeParse({ type: triggerType, payload: value });
}

function originOf(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([member]) => Object.hasOwn(origin, member)));
}

function withNative(trigger: Trigger, triggerType: string, payload: Record<string, unknown>): Trigger {
  return trigger.type === triggerType ? trigger : { ...trigger, native: { type: triggerType, payload } };
}

/** Source: spec page of Insight §14.1, "own message". */
function isOwn({ role, isSelf }: Record<string, unknown>): boolean {
  return role === "assistant" || isSelf === true;
}

function withoutNulls(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== null && member !== undefined),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
