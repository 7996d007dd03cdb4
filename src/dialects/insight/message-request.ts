import { z } from "zod";
import type { QuestionContent } from "../../chat/dialogue.ts";
import { type HistoryItem, linkedFile } from "../../domain/conversation.ts";
import type { MessageOrigin, Trigger } from "../../domain/trigger.ts";
import { TEXT_LIMIT, wireAddress } from "./read-content.ts";
import { wireBoolean, wireBotId, wireName, wireSessionId, wireText } from "./wire.ts";

const HISTORY_LIMIT = 200;
const ATTRIBUTE_LIMIT = 100;
const ATTRIBUTES_LENGTH = 16_000;
const VARIABLE_LIMIT = 100;
const FILE_NAME_LIMIT = 255;

const wireSaid = wireText(TEXT_LIMIT).refine((text) => text.trim() !== "", { error: "must not be empty" });
const wireName256 = wireName(256);

/** A bare string is a text. Source: spec page of Insight §10, `message` variants. */
const wireMessage = z.preprocess(
  (value) => (typeof value === "string" ? { type: "text", text: value } : value),
  z.discriminatedUnion(
    "type",
    [
      z.object({ type: z.literal("text"), text: wireSaid }),
      z.object({ type: z.literal("image"), imageUrl: wireAddress, text: wireText(TEXT_LIMIT).nullish() }),
      z.object({ type: z.literal("audio"), audioUrl: wireAddress }),
      z.object({ type: z.literal("video"), videoUrl: wireAddress }),
      z.object({
        type: z.literal("file"),
        fileUrl: wireAddress,
        fileName: wireText(FILE_NAME_LIMIT).nullish(),
      }),
      z.object({ type: z.literal("other"), rawContent: wireSaid }),
    ],
    {
      error: (issue) =>
        issue.input === undefined
          ? "is required"
          : "must be a text, or an object whose type is text, image, audio, video, file or other",
    },
  ),
);

type WireMessage = z.output<typeof wireMessage>;

/** Whose message it was: `isSelf` is the bot's. */
const wireHistory = z
  .array(z.object({ text: wireText(TEXT_LIMIT), isSelf: wireBoolean.default(false) }))
  .max(HISTORY_LIMIT, { error: `more than ${HISTORY_LIMIT} messages` })
  .transform((items) =>
    items.map(
      ({ text, isSelf }): HistoryItem => ({ role: isSelf ? "assistant" : "user", text, attachments: [] }),
    ),
  );

/** What is no text is kept as JSON. */
const wireVariables = z
  .record(wireName(200), z.unknown())
  .refine((values) => Object.keys(values).length <= VARIABLE_LIMIT, {
    error: `more than ${VARIABLE_LIMIT} values`,
  })
  .transform((values) =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        typeof value === "string" ? value.toWellFormed() : jsonOf(value),
      ]),
    ),
  )
  .refine((values) => Object.values(values).every((value) => !value.includes("\u0000")), {
    error: "contains the character U+0000",
  });

const wireAttributes = z
  .array(z.unknown())
  .max(ATTRIBUTE_LIMIT, { error: `more than ${ATTRIBUTE_LIMIT} attributes` })
  .refine((attributes) => JSON.stringify(attributes).length <= ATTRIBUTES_LENGTH, {
    error: `longer than ${ATTRIBUTES_LENGTH} characters`,
  });

/** Body of `POST /bot/message`. Source: spec page of Insight §10. */
export const messageBody = {
  botId: wireBotId,
  sessionId: wireSessionId,
  message: wireMessage.describe(
    "A text, or `{type, …}` of text, image, audio, video, file or other. Longest text: 8000 characters.",
  ),
  history: wireHistory
    .describe("`{text, isSelf}`, oldest first, instead of what is stored; for this call only.")
    .optional(),
  stream: wireBoolean.default(false),
  contactId: wireName(128).describe("Who writes; whose the session is when it is new.").optional(),
  receiverId: wireName256.describe("The account that received the message.").optional(),
  roomId: wireName256.describe("The group it was written in.").optional(),
  customAttrs: wireAttributes.describe("What the caller knows of the writer.").optional(),
  variables: wireVariables.describe("Values kept with the session, by name.").optional(),
  testRun: wireBoolean
    .describe("`true`: a trial. What the bot decides is told and not done; no list shows it.")
    .default(false),
  messageId: wireName(128).describe("The same one within 24 hours gets the same reply.").optional(),
};

export type MessageRequest = z.output<z.ZodObject<typeof messageBody>>;

/** What the model is asked. */
export function questionOf({ message }: MessageRequest): QuestionContent {
  switch (message.type) {
    case "text":
      return { text: message.text, attachments: [] };
    case "image":
      return { text: message.text ?? "", attachments: [linkedFile("image", message.imageUrl)] };
    case "audio":
      return { text: "", attachments: [linkedFile("audio", message.audioUrl)] };
    case "video":
      return { text: "", attachments: [linkedFile("file", message.videoUrl)] };
    case "file":
      return { text: "", attachments: [linkedFile("file", message.fileUrl, message.fileName ?? "")] };
    case "other":
      return { text: message.rawContent, attachments: [] };
    default:
      return message satisfies never;
  }
}

/** What starts the turn; undefined for words of which nothing else is said. */
export function triggerFor(request: MessageRequest): Trigger | undefined {
  const { contactId, receiverId, roomId, messageId, customAttrs, message } = request;
  const said: MessageOrigin = {
    ...(contactId !== undefined && { contactId }),
    ...(receiverId !== undefined && { receiverId }),
    ...(roomId !== undefined && { roomId }),
    ...(messageId !== undefined && { messageId }),
    ...(customAttrs !== undefined && { customAttrs }),
  };
  const isPlain = message.type === "text" && Object.keys(said).length === 0;
  return isPlain ? undefined : withOrigin(message, { role: "user", ...said });
}

/** Source: spec page of Insight §10, "map 1:1 to trigger types"; a file is a message of another type. */
function withOrigin(message: WireMessage, origin: MessageOrigin): Trigger {
  switch (message.type) {
    case "text":
      return { type: "receive-text-message", payload: { text: message.text, ...origin } };
    case "image": {
      const text = message.text ?? "";
      const { imageUrl } = message;
      return {
        type: "receive-image-message",
        payload: { imageUrl, ...(text !== "" && { text }), ...origin },
      };
    }
    case "audio":
      return { type: "receive-audio-message", payload: { audioUrl: message.audioUrl, ...origin } };
    case "video":
      return { type: "receive-video-message", payload: { videoUrl: message.videoUrl, ...origin } };
    case "file": {
      const fileName = message.fileName ?? "";
      const file = { fileUrl: message.fileUrl, ...(fileName !== "" && { fileName }) };
      return {
        type: "receive-other-message",
        payload: { rawContent: JSON.stringify(file), ...origin },
        native: { type: "receive-file-message", payload: { ...file, ...origin } },
      };
    }
    case "other":
      return { type: "receive-other-message", payload: { rawContent: message.rawContent, ...origin } };
    default:
      return message satisfies never;
  }
}

function jsonOf(value: unknown): string {
  return value === null ? "" : (JSON.stringify(value) ?? "");
}
