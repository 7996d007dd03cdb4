import { z } from "zod";

/**
 * The documented body of the feedback callback, nothing beside it: written from the document's tables and types, not from
 * our code. Source: seed 001, spec page of Insight §4 and §5, appendix 1.
 */
const text = z.string();
const uuid = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
const common = {
  contactId: text.optional(),
  receiverId: text.optional(),
  roomId: text.optional(),
  messageId: text.optional(),
  senderName: text.optional(),
  role: z.enum(["user", "assistant"]).optional(),
  isCoworker: z.boolean().optional(),
  contactTags: z.array(z.unknown()).optional(),
  customAttrs: z.array(z.unknown()).optional(),
  externalUserId: text.optional(),
  wecomUserId: text.optional(),
  imBotId: text.optional(),
};
const textMessage = z.strictObject({
  ...common,
  text,
  mentionSelf: z.boolean().optional(),
  mentionCoworker: z.boolean().optional(),
  mentionCustomer: z.boolean().optional(),
  isMentionAll: z.boolean().optional(),
  quoteMessageId: text.optional(),
});
const url = z.strictObject({ url: z.url() });
const part = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("text"), text }),
  z.strictObject({ type: z.literal("image_url"), image_url: url }),
  z.strictObject({ type: z.literal("input_audio"), input_audio: url }),
  z.strictObject({ type: z.literal("video_url"), video_url: url }),
  z.strictObject({ type: z.literal("file"), file: z.strictObject({ url: z.url(), name: text.optional() }) }),
]);
const history = z
  .array(z.strictObject({ role: z.enum(["user", "assistant", "system"]), content: z.array(part).min(1) }))
  .optional();

/** Exactly one payload, under the key that the type names. */
function trigger<const Type extends string, const Key extends string>(
  type: Type,
  key: Key,
  payload: z.ZodObject,
) {
  return z.strictObject({ triggerType: z.literal(type), sessionId: text.min(1), [key]: payload, history });
}

const triggerEvent = z.union([
  trigger("receive-text-message", "receiveTextMessage", textMessage),
  trigger("bot-receive-text-message", "receiveTextMessage", textMessage),
  trigger(
    "receive-image-message",
    "receiveImageMessage",
    z.strictObject({ ...common, imageUrl: text, imageUrls: z.array(text).optional(), text: text.optional() }),
  ),
  trigger(
    "receive-audio-message",
    "receiveAudioMessage",
    z.strictObject({ ...common, audioUrl: text, text: text.optional(), duration: z.number().optional() }),
  ),
  trigger("receive-video-message", "receiveVideoMessage", z.strictObject({ ...common, videoUrl: text })),
  trigger("receive-other-message", "receiveOtherMessage", z.strictObject({ ...common, rawContent: text })),
  trigger(
    "tag-event",
    "tagEvent",
    z.strictObject({
      tagId: text,
      operation: z.enum(["ADD", "REMOVE"]),
      tagName: text.optional(),
      contactId: text.optional(),
      receiverId: text.optional(),
    }),
  ),
  trigger(
    "join-room",
    "joinRoom",
    z.strictObject({
      roomId: text,
      contactIds: z.array(text),
      inviterId: text.optional(),
      receiverId: text.optional(),
      timestamp: z.number().optional(),
    }),
  ),
  trigger(
    "new-friend",
    "newFriend",
    z.strictObject({
      contactId: text,
      receiverId: text,
      hello: text.optional(),
      source: text.optional(),
      timestamp: z.number().optional(),
    }),
  ),
  trigger(
    "canvas-event-trigger",
    "canvasEvent",
    z.strictObject({
      eventId: text,
      data: z.record(text, z.unknown()),
      eventName: text.optional(),
      executionId: text.optional(),
      contactId: text.optional(),
      receiverId: text.optional(),
    }),
  ),
]);

function action<const Type extends string>(type: Type, payload: z.ZodObject) {
  return z.strictObject({
    type: z.literal(type),
    status: z.enum(["send", "handover", "skip"]).optional(),
    payload: payload.optional(),
    nodeId: text.optional(),
  });
}

const outputAction = z.discriminatedUnion("type", [
  action(
    "send-text-message",
    z.strictObject({
      text,
      clientIds: z.array(text).optional(),
      mentionUserIds: z.array(text).optional(),
      quoteMessageId: text.optional(),
    }),
  ),
  action(
    "send-post-message",
    z.strictObject({
      title: text.optional(),
      messages: z.array(
        z.strictObject({ type: z.enum(["text", "image", "video", "file", "link"]), content: text }),
      ),
    }),
  ),
  action(
    "send-file-message",
    z.strictObject({ fileUrl: text, fileName: text.optional(), size: z.number().optional() }),
  ),
  action("send-image-message", z.strictObject({ imageUrl: text, clientIds: z.array(text).optional() })),
  action(
    "send-audio-message",
    z.strictObject({ audioUrl: text, duration: z.number().optional(), text: text.optional() }),
  ),
  action(
    "tag-user",
    z.strictObject({
      operation: z.enum(["ADD", "REMOVE"]),
      tags: z.array(z.strictObject({ tagId: text.optional(), tagName: text })),
      contactId: text.optional(),
    }),
  ),
  action(
    "invite-room",
    z.strictObject({
      roomId: text,
      contactIds: z.array(text),
      receiverId: text.optional(),
      message: text.optional(),
    }),
  ),
  action(
    "canvas-event-action",
    z.strictObject({
      eventId: text,
      eventName: text.optional(),
      params: z.record(text, z.unknown()),
      schedule: z
        .strictObject({
          mode: z.enum(["IMMEDIATE", "SCHEDULE", "TIMER"]),
          delaySeconds: z.number().optional(),
          at: text.optional(),
        })
        .optional(),
    }),
  ),
  action(
    "update-data",
    z.strictObject({
      operations: z.array(
        z.strictObject({
          fieldId: text,
          fieldName: text.optional(),
          updateOperation: z.enum(["set", "clear", "append", "remove", "increment"]),
          value: z.unknown().optional(),
        }),
      ),
    }),
  ),
  action(
    "handover",
    z.strictObject({
      handoverMessage: text.optional(),
      reason: text.optional(),
      assigneeId: text.optional(),
      groupId: text.optional(),
    }),
  ),
  action(
    "plugin-action",
    z.strictObject({
      pluginId: text,
      toolName: text,
      pluginName: text.optional(),
      inputs: z.record(text, z.unknown()).optional(),
      output: z.unknown().optional(),
      error: z.strictObject({ code: text, message: text }).optional(),
    }),
  ),
]);

export const documentedFeedback = z
  .strictObject({
    botId: uuid,
    sessionId: text.min(1),
    execId: uuid,
    triggerEvent,
    outputActions: z.array(outputAction),
    feedbackStatus: z.enum(["none", "thumb-up", "thumb-down"]),
    feedback: text.min(1).max(4_000).optional(),
    messageId: text.optional(),
    receiverId: text.optional(),
    contactId: text.optional(),
    roomId: text.optional(),
  })
  .superRefine(({ sessionId, triggerEvent: event, feedback, feedbackStatus }, context) => {
    if (event["sessionId"] !== sessionId) context.addIssue("the trigger names another session");
    if (feedback !== undefined && feedbackStatus !== "thumb-down") {
      context.addIssue("a comment without a thumb down");
    }
  });

export type DocumentedFeedback = z.output<typeof documentedFeedback>;

/** Throws, naming what is wrong, unless the text is JSON of a documented body. */
export function readDocumentedFeedback(body: string): DocumentedFeedback {
  const read = documentedFeedback.safeParse(JSON.parse(body));
  if (read.success) return read.data;
  throw new Error(`not the documented body: ${z.prettifyError(read.error)}\n${body}`);
}
