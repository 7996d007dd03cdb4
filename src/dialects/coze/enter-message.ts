import { z } from "zod";
import type { NewMessage } from "../../chat/conversations.ts";
import type { TokenCaller } from "../../domain/access.ts";
import { type Attachment, linkedFile, type MessageKind } from "../../domain/conversation.ts";
import { DomainError } from "../../domain/errors.ts";
import type { FileId } from "../../domain/ids.ts";
import type { Store } from "../../storage/store.ts";
import { idOf, readInput, wireMeta, wireText } from "./wire.ts";

/** Longest text of one message, and most parts of one. Unverified: the vendor documents no limit. */
const TEXT_LIMIT = 100_000;
const PART_LIMIT = 50;

/** Types a caller may send: no follow-ups, no verbose, no knowledge. Source: spec page §5. */
const KINDS = {
  question: "question",
  answer: "answer",
  function_call: "function-call",
  tool_output: "tool-output",
  tool_response: "tool-response",
} as const satisfies Record<string, MessageKind>;

const MessageType = z
  .enum(["question", "answer", "function_call", "tool_output", "tool_response"])
  .transform((type) => KINDS[type]);

/** `content`: text, or an object string, which may come as the array itself. Source: spec page §5. */
export const wireContent = z.union([wireText(TEXT_LIMIT), z.array(z.unknown())], {
  error: `must be text of at most ${TEXT_LIMIT} characters, or a list of parts`,
});

export const wireContentType = z.enum(["text", "object_string"]);

/** EnterMessage. Source: spec page §5, §6. */
export const EnterMessage = z.object({
  role: z.enum(["user", "assistant"]),
  type: MessageType.optional(),
  content: wireContent,
  content_type: wireContentType.optional(),
  meta_data: wireMeta.default({}),
});

/**
 * Reads one message. `field` is where it stands in the request; empty: it is the request. Rejects with
 * `request_invalid` when its parts do not go together or name a file that the caller did not upload.
 */
export async function readMessage(
  store: Pick<Store, "files">,
  caller: TokenCaller,
  message: z.output<typeof EnterMessage>,
  field: string,
): Promise<NewMessage> {
  const { role, type = role === "user" ? "question" : "answer", meta_data: meta } = message;
  if (type === "question" && role !== "user") {
    throw invalid(join(field, "type"), "only a user's message can be a question");
  }
  return { role, kind: type, meta, ...(await readContent(store, caller, message, join(field, "content"))) };
}

/**
 * Reads messages that follow each other. One of nothing but files needs one with text just before or after it.
 * Rejects as `readMessage` does.
 */
export async function readMessages(
  store: Pick<Store, "files">,
  caller: TokenCaller,
  messages: z.output<typeof EnterMessage>[],
  field: string,
): Promise<NewMessage[]> {
  const entered: NewMessage[] = [];
  for (const [index, message] of messages.entries()) {
    entered.push(await readMessage(store, caller, message, `${field}.${index}`));
  }
  for (const [index, { text }] of entered.entries()) {
    const hasText = text !== "" || isText(entered[index - 1]) || isText(entered[index + 1]);
    if (!hasText) throw invalid(`${field}.${index}`, "a message of files needs a text before or after it");
  }
  return entered;
}

/** Reads what a message says. Rejects with `request_invalid`. Source for the rules: spec page §5. */
export async function readContent(
  store: Pick<Store, "files">,
  caller: TokenCaller,
  message: { content: z.output<typeof wireContent>; content_type?: "text" | "object_string" | undefined },
  field: string,
): Promise<Pick<NewMessage, "text" | "attachments">> {
  const { content, content_type: type } = message;
  if (typeof content === "string" && type !== "object_string") return { text: content, attachments: [] };
  const value = typeof content === "string" ? parseParts(content, field) : content;
  const parts = readInput(z.object({ [field]: PartList }), { [field]: value })[field] ?? [];
  const texts = parts.filter((part) => part.type === "text");
  if (texts.length > 1) throw invalid(field, "more than one text");
  if (texts.length === parts.length) throw invalid(field, "a text needs an image or a file beside it");
  const attachments: Attachment[] = [];
  for (const [index, part] of parts.entries()) {
    if (part.type === "text") continue;
    attachments.push(await readAttachment(store, caller, { ...part, type: part.type }, `${field}.${index}`));
  }
  return { text: texts[0]?.text ?? "", attachments };
}

const Part = z
  .object({
    type: z.enum(["text", "image", "file", "audio"]),
    text: wireText(TEXT_LIMIT).optional(),
    file_id: z.union([z.string(), z.number()]).optional(),
    file_url: wireText(8_000).optional(),
  })
  .refine(({ type, text }) => type !== "text" || text !== undefined, { error: "is required", path: ["text"] })
  .refine(({ type, file_id, file_url }) => type === "text" || (file_id ?? file_url) !== undefined, {
    error: "file_id or file_url is required",
  })
  .refine(({ file_url: url }) => url === undefined || isWebAddress(url), {
    error: "must be an http or https address",
    path: ["file_url"],
  });

const PartList = z.array(Part).min(1).max(PART_LIMIT);

function parseParts(text: string, field: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(field, "an object string must be the JSON of a list of parts");
  }
}

async function readAttachment(
  store: Pick<Store, "files">,
  caller: TokenCaller,
  part: {
    type: "image" | "file" | "audio";
    file_id?: string | number | undefined;
    file_url?: string | undefined;
  },
  field: string,
): Promise<Attachment> {
  const { type: kind, file_id: fileId, file_url: url = "" } = part;
  if (fileId === undefined) return linkedFile(kind, url, nameIn(url));
  const file = await store.files.find(idOf<FileId>(fileId));
  if (file === undefined || file.ownerId !== caller.user.id)
    throw invalid(`${field}.file_id`, "no such file");
  return { kind, fileId: file.id, url: "", path: "", name: file.name, sizeBytes: file.sizeBytes };
}

function isWebAddress(url: string): boolean {
  const protocol = URL.parse(url)?.protocol;
  return protocol === "http:" || protocol === "https:";
}

/** The last part of an address' path, for people. */
function nameIn(url: string): string {
  return URL.parse(url)?.pathname.split("/").at(-1)?.slice(0, 500) ?? "";
}

function isText(message: NewMessage | undefined): boolean {
  return message !== undefined && message.text !== "";
}

function join(field: string, name: string): string {
  return field === "" ? name : `${field}.${name}`;
}

function invalid(field: string, problem: string): DomainError {
  return new DomainError("request_invalid", problem, { field });
}
