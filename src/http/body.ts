import { isUtf8 } from "node:buffer";
import { DomainError } from "../domain/errors.ts";

/** JSON nested deeper than this is refused, long before anything recursive could run out of stack. */
const MAX_NESTING = 200;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/**
 * The text of a request body, fit to be parsed as JSON; empty when there is nothing in it.
 * Throws `body_malformed` when it is not UTF-8 or nested too deep.
 */
export function bodyText(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new DomainError("body_malformed", "the request body is not valid UTF-8");
  if (isNestedTooDeep(bytes)) {
    throw new DomainError("body_malformed", `the request body is nested deeper than ${MAX_NESTING} levels`);
  }
  return bytes.toString("utf8").trim();
}

/**
 * What a body that came as bytes says; undefined when there is nothing in it. Throws `body_malformed` when it is not
 * JSON, `request_invalid` when it holds a key that would reach into prototypes.
 */
export function parseJson(bytes: Buffer): unknown {
  const text = bodyText(bytes);
  if (text === "") return undefined;
  try {
    return JSON.parse(text, refuseForbiddenKey);
  } catch (cause) {
    if (cause instanceof DomainError) throw cause;
    throw new DomainError("body_malformed", "the request body is not valid JSON", { cause });
  }
}

/** The refusal of valid JSON with a key that would reach into prototypes. */
export function forbiddenKey(cause?: Error): DomainError {
  const message = "the request body must not hold the keys __proto__ or constructor.prototype";
  return new DomainError("request_invalid", message, { cause });
}

function refuseForbiddenKey(key: string, value: unknown): unknown {
  const isForbidden =
    key === "__proto__" ||
    (key === "constructor" &&
      typeof value === "object" &&
      value !== null &&
      Object.hasOwn(value, "prototype"));
  if (isForbidden) throw forbiddenKey();
  return value;
}

function isNestedTooDeep(bytes: Buffer): boolean {
  if (bytes.length <= MAX_NESTING) return false;
  let depth = 0;
  let inString = false;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] ?? 0;
    if (inString) {
      if (byte === BACKSLASH) index++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (OPENING.has(byte)) {
      if (++depth > MAX_NESTING) return true;
    } else if (CLOSING.has(byte)) depth--;
  }
  return false;
}
