import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { Busboy, type BusboyFileStream, type BusboyInstance } from "@fastify/busboy";
import { DomainError } from "../domain/errors.ts";
import type { UploadedFile } from "./route.ts";

const LIMITS = {
  files: 1,
  fields: 32,
  parts: 33,
  fieldSize: 64 * 1024,
  headerPairs: 16,
  headerSize: 8 * 1024,
};
const MAX_FIELD_NAME_CHARACTERS = 256;
/** What a body may be longer than its file before it is refused unread. */
const ROOM_FOR_FIELDS = LIMITS.parts * (LIMITS.fieldSize + LIMITS.headerSize);

interface UploadOptions {
  field: string;
  maxBytes: number;
  /** Aborts when the client is gone. */
  signal: AbortSignal;
}

/**
 * Reads a multipart body up to its file; see `Call.upload`. The body is read as fast as `bytes` is, which ends when the
 * whole body was read and held nothing else. Whatever is left when the response is sent is read and dropped.
 */
export async function readUpload(
  request: IncomingMessage,
  response: ServerResponse,
  options: UploadOptions,
): Promise<UploadedFile> {
  options.signal.throwIfAborted();
  const upload = new Upload(request, openParser(request), options);
  response.once("finish", () => upload.discard());
  return upload.file;
}

function openParser(request: IncomingMessage): BusboyInstance {
  const type = request.headers["content-type"];
  if (type === undefined || !/^multipart\/form-data\s*;/i.test(type)) {
    throw invalid("the request body must be multipart/form-data");
  }
  try {
    return new Busboy({ headers: { "content-type": type }, limits: LIMITS, preservePath: true });
  } catch (cause) {
    throw new DomainError("request_invalid", "the multipart boundary is missing or not understood", {
      cause,
    });
  }
}

class Upload {
  readonly file: Promise<UploadedFile>;
  readonly #request: IncomingMessage;
  readonly #parser: BusboyInstance;
  readonly #options: UploadOptions;
  readonly #fields = new Map<string, string>();
  #bytes: Readable | undefined;
  #isOver = false;
  #resolve: (file: UploadedFile) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(request: IncomingMessage, parser: BusboyInstance, options: UploadOptions) {
    this.#request = request;
    this.#parser = parser;
    this.#options = options;
    this.file = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const { signal, maxBytes } = options;
    const onGone = () => this.#fail(signal.reason);
    signal.addEventListener("abort", onGone, { once: true });
    parser
      .on("field", (name, value, _isNameCut, isValueCut) => this.#keepField(name, value, isValueCut))
      .on("file", (name, file, fileName, _encoding, mediaType) =>
        this.#begin(name, file, { name: fileName ?? "", mediaType }),
      )
      .on("filesLimit", () => this.#fail(invalid("the request body holds more than one file")))
      .on("fieldsLimit", () => this.#fail(invalid("the request body has too many fields")))
      .on("partsLimit", () => this.#fail(invalid("the request body has too many parts")))
      .on("error", (cause: unknown) => {
        this.#fail(
          new DomainError("request_invalid", "the multipart body is damaged or ends early", { cause }),
        );
      })
      .on("finish", () => this.#finish());
    if (Number(request.headers["content-length"] ?? 0) > maxBytes + ROOM_FOR_FIELDS)
      this.#fail(tooLarge(maxBytes));
    else request.pipe(parser);
  }

  /** Reads the rest of the body and forgets it. */
  discard(): void {
    this.#isOver = true;
    this.#request.unpipe(this.#parser);
    this.#request.resume();
    this.#bytes?.destroy();
  }

  #keepField(name: string, value: string, isCut: boolean): void {
    if (this.#bytes !== undefined) return;
    if (isCut || name.length > MAX_FIELD_NAME_CHARACTERS) {
      this.#fail(invalid("a field of the request body is too long"));
    } else this.#fields.set(name, value);
  }

  #begin(
    field: string,
    file: BusboyFileStream,
    { name, mediaType }: { name: string; mediaType: string },
  ): void {
    // What breaks the file breaks the parser too, which says so.
    file.on("error", () => {});
    if (this.#isOver) return;
    if (field !== this.#options.field) {
      this.#fail(invalid(`the file must be in the part "${this.#options.field}"`));
      return;
    }
    const bytes = new Readable({
      read: () => {
        file.resume();
      },
      destroy: (error, done) => {
        if (!this.#isOver) this.discard();
        done(error);
      },
    });
    // Whoever reads it hears of it; a handler that refuses the file before reading it does not.
    bytes.on("error", () => {});
    this.#bytes = bytes;
    let count = 0;
    file.on("data", (chunk: Buffer) => {
      count += chunk.length;
      if (count > this.#options.maxBytes) this.#fail(tooLarge(this.#options.maxBytes));
      else if (!this.#isOver && !bytes.push(chunk)) file.pause();
    });
    this.#resolve({ name, mediaType, fields: Object.fromEntries(this.#fields), bytes });
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#bytes === undefined) {
      this.#reject(invalid(`the request body has no file in the part "${this.#options.field}"`));
    } else this.#bytes.push(null);
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#reject(error);
    this.#bytes?.destroy(error instanceof Error ? error : new Error("the upload failed", { cause: error }));
    this.discard();
  }
}

function invalid(message: string): DomainError {
  return new DomainError("request_invalid", message);
}

function tooLarge(maxBytes: number): DomainError {
  return new DomainError("body_too_large", `the file is larger than ${maxBytes} bytes`);
}
