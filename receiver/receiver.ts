import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** Headers of a request, as Node, Express and Fastify have them, or those of the Fetch standard. */
export type RequestHeaders =
  | { readonly [name: string]: string | readonly string[] | undefined }
  | { get(name: string): string | null };

export interface ReceivedRequest {
  headers: RequestHeaders;
  /** The body exactly as it came: parsed and written again it has another signature. */
  body: string | Uint8Array;
  /** How far the sender's clock may be from ours; `Infinity`: any time is good. 300 when absent. */
  toleranceSeconds?: number;
  /** Our clock. Absent: now. */
  now?: Date;
}

/** What a signature proves. */
export interface Verified {
  /** When the attempt was made. */
  sentAt: Date;
}

export type SignatureProblem =
  | "header_missing"
  | "timestamp_invalid"
  | "timestamp_too_old"
  | "timestamp_too_new"
  | "signature_wrong";

/** A request that nobody who knows the secret has sent, or not lately. Answer it with status 401. */
export class SignatureError extends Error {
  readonly problem: SignatureProblem;

  constructor(problem: SignatureProblem, message: string) {
    super(message);
    this.name = "SignatureError";
    this.problem = problem;
  }
}

const DEFAULT_TOLERANCE_SECONDS = 300;

/**
 * Checks `x-coze-signature`: the lower-case hexadecimal SHA-1 of timestamp, nonce, verify token and body. The
 * timestamp is in milliseconds. Throws a `SignatureError`, and a `TypeError` for a verify token that is empty.
 */
export function verifyCozeSignature(request: ReceivedRequest & { verifyToken: string }): Verified {
  if (request.verifyToken === "") throw new TypeError("without a verify token everything would be believed");
  const timestamp = required(request.headers, "x-coze-timestamp");
  const nonce = required(request.headers, "x-coze-nonce");
  const signature = required(request.headers, "x-coze-signature");
  const expected = createHash("sha1")
    .update(timestamp + nonce + request.verifyToken, "utf8")
    .update(request.body)
    .digest();
  if (!isSame(Buffer.from(signature, "hex"), expected)) throw wrongSignature();
  return { sentAt: timely(request, timestamp, 1) };
}

/**
 * Checks `webhook-signature` with HMAC-SHA256 (`v1`), as https://www.standardwebhooks.com describes it. Of several
 * secrets any one will do, so that a secret can be changed without losing an event. The id is the same in every
 * attempt at one event. Throws a `SignatureError`, and a `TypeError` for a secret that is none.
 */
export function verifyStandardWebhook(
  request: ReceivedRequest & { secrets: string | readonly string[] },
): Verified & { id: string } {
  const id = required(request.headers, "webhook-id");
  const timestamp = required(request.headers, "webhook-timestamp");
  const signatures = required(request.headers, "webhook-signature")
    .split(" ")
    .filter((signature) => signature.startsWith("v1,"))
    .map((signature) => Buffer.from(signature.slice("v1,".length), "base64"));
  const expected = [request.secrets]
    .flat()
    .map((secret) =>
      createHmac("sha256", keyOf(secret)).update(`${id}.${timestamp}.`, "utf8").update(request.body).digest(),
    );
  if (!expected.some((mac) => signatures.some((signature) => isSame(signature, mac)))) throw wrongSignature();
  return { id, sentAt: timely(request, timestamp, 1_000) };
}

/**
 * The answer to the question that Coze asks an address before it is saved, `{"challenge": …}`; undefined when the
 * body is an event. Throws a `SyntaxError` when the body is no JSON.
 */
export function answerToChallenge(body: string | Uint8Array): { challenge: string } | undefined {
  const text = typeof body === "string" ? body : Buffer.from(body).toString("utf8");
  const { header, event } = JSON.parse(text) ?? {};
  if (header?.event_type !== "url_verification") return undefined;
  return { challenge: String(event?.challenge) };
}

function required(headers: RequestHeaders, name: string): string {
  const value = typeof headers["get"] === "function" ? headers["get"](name) : headerValue(headers, name);
  if (value === undefined || value === null || value === "") {
    throw new SignatureError("header_missing", `the header ${name} is missing`);
  }
  return value;
}

function headerValue(headers: object, name: string): string | undefined {
  for (const [key, value] of Object.entries(headers)) {
    if (key.toLowerCase() === name) return Array.isArray(value) ? value.join(", ") : value;
  }
  return undefined;
}

/** Looked at after the signature: who cannot sign learns nothing about the clock. */
function timely(
  { toleranceSeconds = DEFAULT_TOLERANCE_SECONDS, now = new Date() }: ReceivedRequest,
  timestamp: string,
  unitMs: number,
): Date {
  if (!/^\d{1,15}$/.test(timestamp)) {
    throw new SignatureError("timestamp_invalid", "the timestamp is not a whole number");
  }
  const sentAt = new Date(Number(timestamp) * unitMs);
  const ageSeconds = (now.getTime() - sentAt.getTime()) / 1_000;
  if (ageSeconds > toleranceSeconds) {
    throw new SignatureError("timestamp_too_old", `the request was signed ${Math.round(ageSeconds)} s ago`);
  }
  if (-ageSeconds > toleranceSeconds) {
    throw new SignatureError(
      "timestamp_too_new",
      `the request was signed ${Math.round(-ageSeconds)} s ahead`,
    );
  }
  return sentAt;
}

function keyOf(secret: string): Buffer {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  if (key.length === 0) throw new TypeError("a secret is whsec_ and some bytes in base64");
  return key;
}

/** Takes as long for a wrong signature as for a right one. */
function isSame(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

function wrongSignature(): SignatureError {
  return new SignatureError("signature_wrong", "the signature does not belong to this body and secret");
}
