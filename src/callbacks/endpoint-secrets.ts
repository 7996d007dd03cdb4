import { createHash, randomBytes, randomInt } from "node:crypto";
import { decryptSecret, encryptSecret, type SecretKey } from "../config/secrets.ts";
import type { Endpoint, EndpointKind, EndpointSecret } from "../domain/endpoint.ts";
import { DomainError } from "../domain/errors.ts";

const STANDARD_PREFIX = "whsec_";
const STANDARD_BYTES = 32;
/** Bytes of a secret that somebody brings along. Source: Standard Webhooks, "Signature scheme". */
const FEWEST_BYTES = 24;
const MOST_BYTES = 64;
/** Source: spec page of the callbacks §2, `verify_token`. */
const VERIFY_TOKEN_LENGTH = 64;
const ALPHANUMERICS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Whether receivers of this kind check with a verify token, which never changes. */
export function hasVerifyToken(kind: EndpointKind): boolean {
  return kind === "coze" || kind === "coze-channel";
}

/** A fresh secret as receivers of this kind know it: `whsec_…`, or 64 letters and digits for the Coze kinds. */
export function newSecret(kind: EndpointKind): string {
  if (!hasVerifyToken(kind)) return `${STANDARD_PREFIX}${randomBytes(STANDARD_BYTES).toString("base64")}`;
  return Array.from(
    { length: VERIFY_TOKEN_LENGTH },
    () => ALPHANUMERICS[randomInt(ALPHANUMERICS.length)],
  ).join("");
}

/**
 * Throws `request_invalid` naming `secret` unless it is `whsec_` and 24 to 64 bytes in base64, or for the Coze kinds 16
 * to 128 letters and digits.
 */
export function checkSecret(kind: EndpointKind, secret: string): void {
  if (!hasVerifyToken(kind)) checkStandardSecret(secret);
  else if (!/^[A-Za-z0-9]{16,128}$/.test(secret)) {
    throw new DomainError("request_invalid", "must be 16 to 128 letters and digits", { field: "secret" });
  }
}

function checkStandardSecret(secret: string): void {
  const text = secret.slice(STANDARD_PREFIX.length);
  const bytes = Buffer.from(text, "base64");
  const isBase64 = bytes.toString("base64").replace(/=+$/, "") === text.replace(/=+$/, "");
  if (
    secret.startsWith(STANDARD_PREFIX) &&
    isBase64 &&
    bytes.length >= FEWEST_BYTES &&
    bytes.length <= MOST_BYTES
  ) {
    return;
  }
  throw new DomainError(
    "request_invalid",
    `must be ${STANDARD_PREFIX} and ${FEWEST_BYTES} to ${MOST_BYTES} bytes in base64`,
    { field: "secret" },
  );
}

/** A secret as it is stored. */
export function sealed(key: SecretKey, secret: string, createdAt: Date): EndpointSecret {
  return { encrypted: encryptSecret(key, secret), createdAt };
}

/** Those that have not expired, newest first. */
export function validSecrets<Secret extends EndpointSecret>(
  { secrets }: { secrets: readonly Secret[] },
  now: Date,
): Secret[] {
  return secrets.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now);
}

/** What receivers may check with now, in the clear, newest first. */
export function openSecrets(key: SecretKey, endpoint: Pick<Endpoint, "secrets">, now: Date): string[] {
  return validSecrets(endpoint, now).map(({ encrypted }) => decryptSecret(key, encrypted));
}

/** Tells secrets apart without saying anything about them: twelve hex digits. */
export function fingerprintOf(secret: string): string {
  return createHash("sha256").update("antiphon endpoint secret").update(secret).digest("hex").slice(0, 12);
}

/** The headers sent along with every attempt, as they are stored. */
export function sealHeaders(key: SecretKey, headers: Record<string, string>): string {
  return encryptSecret(key, JSON.stringify(headers));
}

/** The headers sent along with every attempt. */
export function openHeaders(
  key: SecretKey,
  { encryptedHeaders }: Pick<Endpoint, "encryptedHeaders">,
): Record<string, string> {
  return JSON.parse(decryptSecret(key, encryptedHeaders));
}
