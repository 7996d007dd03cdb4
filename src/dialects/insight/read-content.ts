import { z } from "zod";
import { type Attachment, linkedFile } from "../../domain/conversation.ts";
import { wireName, wireText } from "./wire.ts";

/** Longest text of one message. Source: spec page of Insight §10. */
export const TEXT_LIMIT = 8_000;
const PART_LIMIT = 50;

/** An address that somebody can fetch. */
export const wireAddress = wireName(4_096).refine(
  (text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ""),
  { error: "must be an http or https address" },
);

/** Words and files of one message that was said elsewhere. */
export interface SaidContent {
  text: string;
  attachments: Attachment[];
}

const part = z.discriminatedUnion(
  "type",
  [
    z.object({ type: z.literal("text"), text: wireText(TEXT_LIMIT) }),
    z.object({ type: z.literal("image_url"), image_url: z.object({ url: wireAddress }) }),
    z.object({ type: z.literal("input_audio"), input_audio: z.object({ url: wireAddress }) }),
    z.object({ type: z.literal("video_url"), video_url: z.object({ url: wireAddress }) }),
    z.object({
      type: z.literal("file"),
      file: z.object({ url: wireAddress, name: wireText(255).nullish() }),
    }),
  ],
  { error: "must be text, image_url, input_audio, video_url or file" },
);

/** The content of a history item: a text, or parts. Source: spec page of Insight §4.4. */
export const wireContent = z
  .preprocess(
    (given) => (typeof given === "string" ? [{ type: "text", text: given }] : given),
    z.array(part, { error: "must be a text or a list of parts" }),
  )
  .refine((parts) => parts.length <= PART_LIMIT, { error: `more than ${PART_LIMIT} parts` })
  .transform(
    (parts): SaidContent => ({
      text: parts.flatMap((one) => (one.type === "text" && one.text !== "" ? [one.text] : [])).join("\n"),
      attachments: parts.flatMap((one) => {
        const attachment = attachmentOf(one);
        return attachment === undefined ? [] : [attachment];
      }),
    }),
  );

function attachmentOf(one: z.output<typeof part>): Attachment | undefined {
  switch (one.type) {
    case "text":
      return undefined;
    case "image_url":
      return linkedFile("image", one.image_url.url);
    case "input_audio":
      return linkedFile("audio", one.input_audio.url);
    case "video_url":
      return linkedFile("file", one.video_url.url);
    case "file":
      return linkedFile("file", one.file.url, one.file.name ?? "");
    default:
      return one satisfies never;
  }
}

/** Values by name, of any kind: at most `limit` UTF-16 units of JSON. */
export function wireData(limit: number) {
  return z.record(z.string(), z.unknown(), { error: "must be an object" }).superRefine((data, context) => {
    const problem = problemOf(data, limit);
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  });
}

/** What is wrong with a value that came as JSON. */
export function problemOf(value: unknown, limit: number): string | undefined {
  if (JSON.stringify(value).length > limit) return `longer than ${limit} characters`;
  return hasNul(value) ? "contains the character U+0000" : undefined;
}

function hasNul(value: unknown): boolean {
  if (typeof value === "string") return value.includes("\u0000");
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([name, member]) => name.includes("\u0000") || hasNul(member));
}
