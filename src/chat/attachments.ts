import type { Attachment } from "../domain/conversation.ts";
import { DomainError } from "../domain/errors.ts";
import type { StoredFile } from "../domain/file.ts";
import { chatLog } from "../log/logger.ts";
import type { BlobStore } from "../storage/blob-store.ts";
import type { Store } from "../storage/store.ts";

/** Uploaded images go to the model inside the request; these are what its servers take. Bytes before base64. */
const IMAGE_LIMIT_BYTES = 5 * 1024 * 1024;
const IMAGES_LIMIT_BYTES = 15 * 1024 * 1024;
/** UTF-16 units of uploaded text shown to the model, of one file and of all files of a request to it. */
const TEXT_LIMIT = 20_000;
const TEXTS_LIMIT = 60_000;
const MAX_BYTES_PER_UNIT = 3;

const MODEL_IMAGES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
const TEXTS = /^(text\/|application\/(json|xml|yaml|toml)$)/;
const IMAGE_NAME = /\.(png|jpe?g|gif|webp|bmp)$/i;

export interface AttachmentServices {
  store: Pick<Store, "files">;
  blobs: Pick<BlobStore, "read">;
}

/** What the files of one request to the model may still show. */
export interface FileBudget {
  imageBytes: number;
  textUnits: number;
}

/** Nothing is shown yet. */
export function fileBudget(): FileBudget {
  return { imageBytes: IMAGES_LIMIT_BYTES, textUnits: TEXTS_LIMIT };
}

/** A line of the text, or an image. */
type Shown = { line: string } | { imageUrl: string };

/**
 * A question as the model gets it. Images go as images, uploaded ones as `data:` URLs; uploaded texts (UTF-8) stand
 * in the text, cut where they are long; of all other files the name stands there, with what is known of them. What is
 * too large, or past the budget, is only named, and a file that is no longer there is said to be gone: an old file never
 * fails a turn.
 */
export async function describeQuestion(
  services: AttachmentServices,
  question: { text: string; attachments: Attachment[] },
  budget: FileBudget,
): Promise<{ text: string; imageUrls: string[] }> {
  const lines = question.text === "" ? [] : [question.text];
  const imageUrls: string[] = [];
  for (const attachment of question.attachments) {
    const shown = await show(services, attachment, budget);
    if ("line" in shown) lines.push(shown.line);
    else imageUrls.push(shown.imageUrl);
  }
  return { text: lines.join("\n"), imageUrls };
}

async function show(
  services: AttachmentServices,
  attachment: Attachment,
  budget: FileBudget,
): Promise<Shown> {
  const { fileId, name, url, path } = attachment;
  if (fileId === undefined) {
    return isFetchableImage(attachment) ? { imageUrl: url } : { line: `[${name || "file"}] ${url || path}` };
  }
  try {
    const file = await services.store.files.find(fileId);
    if (file !== undefined) return await showFile(services, file, budget);
  } catch (error) {
    const isGone = error instanceof DomainError && error.code === "not_found";
    if (!isGone) chatLog.error({ fileId, err: error }, "an uploaded file cannot be read");
  }
  return { line: `[${name || "file"}] (no longer available)` };
}

/** Only what a model's server can fetch or read; anything else would make it refuse this turn and all later ones. */
function isFetchableImage({ url, name, kind }: Attachment): boolean {
  if (/^data:image\/[a-z0-9.+-]+;base64,/i.test(url)) return true;
  const address = URL.parse(url);
  if (address?.protocol !== "https:" && address?.protocol !== "http:") return false;
  if (kind !== undefined) return kind === "image";
  return IMAGE_NAME.test(name) || IMAGE_NAME.test(address.pathname);
}

async function showFile({ blobs }: AttachmentServices, file: StoredFile, budget: FileBudget): Promise<Shown> {
  const { id, mediaType, sizeBytes } = file;
  if (MODEL_IMAGES.has(mediaType) && sizeBytes <= Math.min(IMAGE_LIMIT_BYTES, budget.imageBytes)) {
    const bytes = await blobs.read(id);
    budget.imageBytes -= sizeBytes;
    return { imageUrl: `data:${mediaType};base64,${bytes.toString("base64")}` };
  }
  const limit = Math.min(TEXT_LIMIT, budget.textUnits);
  if (TEXTS.test(mediaType) && limit > 0) {
    const text = textOf(await blobs.read(id, limit * MAX_BYTES_PER_UNIT));
    if (text !== undefined) {
      budget.textUnits -= Math.min(text.length, limit);
      return { line: textLines(file, text, limit) };
    }
  }
  return { line: `[${file.name}] (${mediaType}, ${sizeInWords(sizeBytes)})` };
}

function textLines({ name, sizeBytes }: StoredFile, text: string, limit: number): string {
  const isCut = text.length > limit || sizeBytes > limit * MAX_BYTES_PER_UNIT;
  const remark = isCut ? ` (the beginning; the whole file has ${sizeInWords(sizeBytes)})` : "";
  return `[${name}]${remark}\n${text.slice(0, limit).toWellFormed()}\n[end of ${name}]`;
}

/** The text, without a character that was cut at the end; undefined when it is none. */
function textOf(bytes: Buffer): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return undefined;
  }
}

function sizeInWords(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const kilobytes = bytes / 1024;
  return kilobytes < 1024 ? `${kilobytes.toFixed(1)} KB` : `${(kilobytes / 1024).toFixed(1)} MB`;
}
