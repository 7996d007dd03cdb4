import { createHmac, type KeyObject, sign } from "node:crypto";

const SECRET_PREFIX = "whsec_";

/**
 * The value of `webhook-signature`: one signature for each secret (`v1`), then one for each private Ed25519 key (`v1a`),
 * in their order, so that receivers can change from one to the next in their own time. `timestamp` is in whole seconds.
 * Source: Standard Webhooks, "Signature scheme".
 */
export function webhookSignature({
  id,
  timestamp,
  body,
  secrets,
  keys = [],
}: {
  id: string;
  timestamp: string;
  body: string;
  secrets: readonly string[];
  keys?: readonly KeyObject[] | undefined;
}): string {
  if (secrets.length === 0) throw new TypeError("there is no secret to sign with");
  const content = `${id}.${timestamp}.${body}`;
  const symmetric = secrets.map(
    (secret) => `v1,${createHmac("sha256", keyOf(secret)).update(content, "utf8").digest("base64")}`,
  );
  const asymmetric = keys.map((key) => `v1a,${sign(null, Buffer.from(content), key).toString("base64")}`);
  return [...symmetric, ...asymmetric].join(" ");
}

function keyOf(secret: string): Buffer {
  if (!secret.startsWith(SECRET_PREFIX)) throw new TypeError(`a secret does not begin with ${SECRET_PREFIX}`);
  return Buffer.from(secret.slice(SECRET_PREFIX.length), "base64");
}
