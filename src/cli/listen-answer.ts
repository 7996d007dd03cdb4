import { memberOf } from "./listen-content.ts";
import type { Signature } from "./listen-signature.ts";

/** What is said of an agent that wants to be published in a channel. `audit`: decided later. `none`: nothing. */
export const VERDICTS = ["approve", "audit", "reject", "none"] as const;

export type Verdict = (typeof VERDICTS)[number];

/** Source: spec page of the callbacks §4.2. */
const AUDIT_STATUS: Record<Exclude<Verdict, "none">, number> = { audit: 1, approve: 2, reject: 3 };

/** What a receiver that checks signatures and gives this verdict would answer. */
export function answerTo(
  { method, content, signature }: { method: string | undefined; content: unknown; signature: Signature },
  { verdict, reason, status }: { verdict: Verdict; reason: string; status: number },
): { status: number; body: string } {
  if (method !== "POST") return { status: 405, body: "{}" };
  if (!signature.isBelieved) return { status: 401, body: "{}" };
  const header = memberOf(content, "header");
  const type = memberOf(header, "event_type");
  if (type === "url_verification") {
    const challenge = memberOf(memberOf(content, "event"), "challenge");
    return { status: 200, body: JSON.stringify({ challenge }) };
  }
  const isQuestion = type === "bot.published" && memberOf(header, "connector_id") !== undefined;
  if (!isQuestion || verdict === "none") return { status, body: "{}" };
  return { status, body: JSON.stringify({ audit: { audit_status: AUDIT_STATUS[verdict], reason } }) };
}
