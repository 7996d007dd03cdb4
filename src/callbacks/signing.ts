import { createHmac } from "node:crypto";

const SECRET_PREFIX = "whsec_";

/**
 * The value of `webhook-signature`: one signature for each secret, in their order, so that receivers can change from
 * one secret to the next in their own time. `timestamp` is in whole seconds.
 * Source: Standard Webhooks, "Signature scheme" (symmetric, `v1`).
 */
export function webhookSignature({
  id,
  timestamp,
  body,
  secrets,
}: {
  id: string;
  timestamp: string;
  body: string;
  secrets: readonly string[];
}): string {
  if (secrets.length === 0) throw new TypeError("there is no secret to sign with");
  const content = `${id}.${timestamp}.${body}`;
  return secrets
    .map((secret) => `v1,${createHmac("sha256", keyOf(secret)).update(content, "utf8").digest("base64")}`)
    .join(" ");
}

function keyOf(secret: string): Buffer {
  if (!secret.startsWith(SECRET_PREFIX)) throw new TypeError(`a secret does not begin with ${SECRET_PREFIX}`);
  return Buffer.from(secret.slice(SECRET_PREFIX.length), "base64");
}
