import { isUtf8 } from "node:buffer";
import { DomainError } from "../domain/errors.ts";

const FORM_TYPE = /^application\/x-www-form-urlencoded\s*(;|$)/i;
const MAX_FIELDS = 100;
const FORBIDDEN_NAMES = new Set(["__proto__", "constructor", "prototype"]);

/**
 * The fields of a URL-encoded body; none when it is empty. Throws `request_invalid` for any other content type, for
 * a name given twice (which of them counts is what attackers play with), and past the limits.
 */
export function formFields(contentType: string | undefined, bytes: Buffer): Record<string, string> {
  if (bytes.length === 0) return {};
  if (!FORM_TYPE.test(contentType ?? "")) {
    throw new DomainError("request_invalid", "the request body must be application/x-www-form-urlencoded");
  }
  if (!isUtf8(bytes)) throw new DomainError("request_invalid", "the request body is not valid UTF-8");
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(bytes.toString("utf8"))) {
    if (FORBIDDEN_NAMES.has(name)) throw new DomainError("request_invalid", `no field may be named ${name}`);
    if (fields.has(name)) throw new DomainError("request_invalid", "is given twice", { field: name });
    if (fields.size === MAX_FIELDS) {
      throw new DomainError("request_invalid", `the form has more than ${MAX_FIELDS} fields`);
    }
    fields.set(name, value);
  }
  return Object.fromEntries(fields);
}
