import { createHash, randomBytes, randomUUID } from "node:crypto";
import { deliveryHeaders } from "../../callbacks/delivery-headers.ts";
import type { EndpointFormat, EndpointFormats, Handshake } from "../../callbacks/formats.ts";
import type { Verdict } from "../../domain/channel.ts";
import { type BodyOptions, callbackBody } from "./callback-bodies.ts";
import { type AppKind, callbackEventOf } from "./callback-events.ts";

const NONCE_BYTES = 16;
const HANDSHAKE_TIMEOUT_MS = 3_000;

/** How callback apps are spoken to. Source: spec page of the callbacks §3 to §5. */
export function cozeFormats(options: BodyOptions): Pick<EndpointFormats, AppKind> {
  return {
    coze: appFormat("coze", options),
    "coze-channel": { ...appFormat("coze-channel", options), readVerdict },
  };
}

function appFormat(kind: AppKind, options: BodyOptions): EndpointFormat {
  return {
    render: (event, { id, channel }) =>
      callbackBody(event, { id, kind, ...(channel === undefined ? {} : { channel }) }, options),
    headers(attempt) {
      const [verifyToken] = attempt.secrets;
      if (verifyToken === undefined) throw new TypeError("a callback app has no verify token");
      return { ...signedHeaders({ ...attempt, verifyToken }), ...deliveryHeaders(attempt) };
    },
    timeoutMs: ({ timeoutMs }, eventType) =>
      Math.min(timeoutMs, callbackEventOf(kind, eventType)?.timeoutMs ?? HANDSHAKE_TIMEOUT_MS),
    // 200 by contract; other statuses of the kind are no refusals. Source: spec page of the deliveries §4.6.
    isDelivered: (status) => status >= 200 && status < 300,
    handshake: () => newHandshake(new Date()),
  };
}

/** Source: spec page of the callbacks §3.1 and §3.3. */
function signedHeaders({ body, at, verifyToken }: { body: string; at: Date; verifyToken: string }) {
  const timestamp = String(at.getTime());
  const nonce = randomBytes(NONCE_BYTES).toString("hex");
  return {
    "content-type": "application/json",
    "x-coze-timestamp": timestamp,
    "x-coze-nonce": nonce,
    "x-coze-signature": cozeSignature({ timestamp, nonce, verifyToken, body }),
  };
}

/** Plain SHA-1, no HMAC, in lower-case hexadecimal. */
export function cozeSignature(signed: {
  timestamp: string;
  nonce: string;
  verifyToken: string;
  body: string;
}): string {
  const { timestamp, nonce, verifyToken, body } = signed;
  return createHash("sha1").update(`${timestamp}${nonce}${verifyToken}${body}`, "utf8").digest("hex");
}

/** The answer is `{"challenge": …}`; the bare value will do. Source: spec page of the callbacks §3.2. */
function newHandshake(at: Date): Handshake {
  const wireId = randomUUID();
  const challenge = randomUUID();
  const header = { event_type: "url_verification", event_id: wireId, created_at: at.getTime() };
  return {
    wireId,
    text: JSON.stringify({ header, event: { challenge } }),
    timeoutMs: HANDSHAKE_TIMEOUT_MS,
    isAnswered: ({ status, body }) =>
      status === 200 && (body.trim() === challenge || memberOf(parsed(body), "challenge") === challenge),
  };
}

/** `audit` is an object; a list of one counts too. Source: spec page of the callbacks §4.2. */
function readVerdict(body: string): Verdict | undefined {
  const answer = parsed(body);
  const audit = memberOf(answer, "audit");
  const verdict: unknown = Array.isArray(audit) ? audit[0] : audit;
  const status = memberOf(verdict, "audit_status");
  if (typeof status !== "number" && typeof status !== "string") return undefined;
  switch (String(status)) {
    case "1":
      return { status: "auditing" };
    case "2":
      return { status: "approved", shareLink: textOf(memberOf(answer, "share_link")) };
    case "3":
      return { status: "rejected", reason: textOf(memberOf(verdict, "reason")) };
    default:
      return undefined;
  }
}

/** Text that every engine can keep; its length and meaning are looked at where it is kept. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value.toWellFormed().replaceAll("\u0000", "") : "";
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
