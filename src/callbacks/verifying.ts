import { createHmac, timingSafeEqual } from "node:crypto";

/** How far the sender's clock may be from ours, either way. Source: Standard Webhooks, "Verifying webhook authenticity". */
const TOLERANCE_MS = 300_000;
const ID_LIMIT = 128;

/** What somebody sent who knows a `standard` endpoint's secret, or says so. */
export interface SignedRequest {
  /** Names in lower case. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Exactly as it came. */
  body: Uint8Array;
}

/**
 * The `webhook-id` of a request that was signed with any of the secrets, lately; undefined when it was not. The other
 * direction of `webhookSignature`.
 */
export function verifiedWebhookId(
  { headers, body }: SignedRequest,
  secrets: readonly string[],
  now: Date,
): string | undefined {
  const [id, timestamp, signature] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => {
    const value = headers[name];
    return typeof value === "string" ? value : "";
  });
  if (!id || id.length > ID_LIMIT || timestamp === undefined || !/^\d{1,12}$/.test(timestamp))
    return undefined;
  const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
  const given = (signature ?? "").split(" ").flatMap((part) => {
    const [version, mac = ""] = part.split(",");
    return version === "v1" ? [Buffer.from(mac, "base64")] : [];
  });
  const isSigned = secrets.some((secret) => {
    const expected = createHmac("sha256", keyOf(secret)).update(content).digest();
    return given.some((mac) => mac.length === expected.length && timingSafeEqual(mac, expected));
  });
  const isTimely = Math.abs(now.getTime() - Number(timestamp) * 1_000) <= TOLERANCE_MS;
  return isSigned && isTimely ? id : undefined;
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.replace(/^whsec_/, ""), "base64");
}
