import { createHash } from "node:crypto";
import { Webhook, WebhookVerificationError } from "standardwebhooks";

/** What receivers check with. */
export interface CallbackTrust {
  /** Any of them will do, as while a secret is exchanged for another. */
  webhookSecrets?: string[];
  verifyToken?: string;
}

export interface SignedRequest {
  headers: Record<string, string>;
  body: Buffer;
}

/**
 * Why the signature of a callback does not hold; empty: it holds. Written from the specifications, with the reference
 * library where there is one, and shares nothing with what signs.
 */
export function signatureProblem({ headers, body }: SignedRequest, trust: CallbackTrust): string {
  const problems = [];
  if (trust.verifyToken !== undefined) problems.push(cozeProblem(headers, body, trust.verifyToken));
  if (trust.webhookSecrets !== undefined) {
    const found = trust.webhookSecrets.map((secret) => webhookProblem(headers, body, secret));
    problems.push(found.includes("") ? "" : found.join("; ") || "no secret to check with");
  }
  return problems.filter((problem) => problem !== "").join("; ");
}

/** Source: spec page of the callbacks §3.3. */
function cozeProblem(headers: Record<string, string>, body: Buffer, verifyToken: string): string {
  const timestamp = headers["x-coze-timestamp"] ?? "";
  const nonce = headers["x-coze-nonce"] ?? "";
  if (!/^\d{13}$/.test(timestamp)) return `x-coze-timestamp is ${timestamp}`;
  if (nonce === "") return "x-coze-nonce is missing";
  const hash = createHash("sha1");
  for (const part of [timestamp, nonce, verifyToken]) hash.update(Buffer.from(part, "utf8"));
  const expected = hash.update(body).digest("hex");
  return headers["x-coze-signature"] === expected ? "" : "x-coze-signature is another";
}

function webhookProblem(headers: Record<string, string>, body: Buffer, secret: string): string {
  try {
    new Webhook(secret).verify(body.toString("utf8"), headers);
    return "";
  } catch (error) {
    if (error instanceof WebhookVerificationError) return error.message;
    throw error;
  }
}
