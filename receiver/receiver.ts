import {
  createHash,
  createHmac,
  createPublicKey,
  type KeyObject,
  timingSafeEqual,
  verify,
} from "node:crypto";

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

/** `whpk_…`, or one of the `keys` of a sender's `/.well-known/webhook-jwks.json`. */
export type PublicKey = string | { readonly x: string };

/** What a sender's signatures are checked with; at least one of both. */
export interface StandardKeys {
  /** Checked with HMAC-SHA256 (`v1`). */
  secrets?: string | readonly string[];
  /** Checked with Ed25519 (`v1a`). */
  publicKeys?: PublicKey | readonly PublicKey[];
}

/**
 * Checks `webhook-signature`, as https://www.standardwebhooks.com describes it. Of several secrets and public keys any
 * one will do, so that they can be changed without losing an event. The id is the same in every attempt at one event.
 * Throws a `SignatureError`, and a `TypeError` for a secret or key that is none, or when there is none.
 */
export function verifyStandardWebhook(request: ReceivedRequest & StandardKeys): Verified & { id: string } {
  if (request.secrets === undefined && request.publicKeys === undefined) {
    throw new TypeError("there is neither a secret nor a public key");
  }
  const secrets = [request.secrets ?? []].flat().map(keyOf);
  const publicKeys = [request.publicKeys ?? []].flat().map(publicKeyOf);
  const id = required(request.headers, "webhook-id");
  const timestamp = required(request.headers, "webhook-timestamp");
  const header = required(request.headers, "webhook-signature");
  const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(request.body)]);
  const macs = signaturesOf(header, "v1");
  const signatures = signaturesOf(header, "v1a");
  const isGood =
    secrets.some((secret) => {
      const expected = createHmac("sha256", secret).update(content).digest();
      return macs.some((mac) => isSame(mac, expected));
    }) || publicKeys.some((key) => signatures.some((signature) => verify(null, content, key, signature)));
  if (!isGood) throw wrongSignature();
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

function publicKeyOf(key: PublicKey): KeyObject {
  const bytes =
    typeof key === "string"
      ? Buffer.from(key.replace(/^whpk_/, ""), "base64")
      : Buffer.from(String(key.x), "base64url");
  if (bytes.length !== 32) throw new TypeError("a public key is whpk_ and 32 bytes in base64");
  const x = bytes.toString("base64url");
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
}

/** Of one version, in their order. */
function signaturesOf(header: string, version: string): Buffer[] {
  return header
    .split(" ")
    .filter((signature) => signature.startsWith(`${version},`))
    .map((signature) => Buffer.from(signature.slice(version.length + 1), "base64"));
}

/** Takes as long for a wrong signature as for a right one. */
function isSame(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

function wrongSignature(): SignatureError {
  return new SignatureError("signature_wrong", "the signature does not belong to this body and secret");
}
