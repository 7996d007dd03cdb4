import { createHash } from "node:crypto";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import {
  answerToChallenge,
  type PublicKey,
  type ReceivedRequest,
  SignatureError,
  type StandardKeys,
  verifyCozeSignature,
  verifyStandardWebhook,
} from "./receiver.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER_SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

/** Source: spec page of the callbacks, §3.3. */
const COZE = {
  headers: {
    "X-Coze-Timestamp": "1613427443000",
    "X-Coze-Nonce": "1a2b3c4d5e6f7a8b",
    "X-Coze-Signature": "add82b7f7982b84d9e37441483db50c127e5a138",
  },
  body: '{"header":{"event_type":"bot.published","event_id":"12345abc","created_at":1613427443000},"event":{"bot_name":"示例"}}',
  verifyToken: "test_verify_token",
  now: new Date(1_613_427_443_000),
};

/** Source: spec page of the delivery, §4.8. */
const STANDARD = {
  headers: {
    "webhook-id": "evt_12345abc",
    "webhook-timestamp": "1700000000",
    "webhook-signature": "v1,F2mIA5HqgSqSY1Zy4DDOQcm//n8/Z8kViKv4GneliJY=",
  },
  body: '{"header":{"event_type":"bot.published","event_id":"12345abc","created_at":1613427443000,"coze_account_id":"418960299","api_app_id":"750974592959","connector_id":"12345"},"event":{"bot_name":"示例 Bot","version":"12345"}}',
  secrets: SECRET,
  now: new Date(1_700_000_000_000),
};

/** The key of RFC 8032 §7.1, test 1; the signature was made by the program in its §6. */
const ASYMMETRIC = {
  headers: {
    ...STANDARD.headers,
    "webhook-signature":
      "v1a,BWMgPSBtlK5itPB77qS5QGKsB1eTBgvUNZaLUn3+sCC8Y5tmotfOAxufxxNvkF0FxCQh+dNnGTr3IbeLsUkQBA==",
  },
  body: STANDARD.body,
  publicKeys: "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
  now: STANDARD.now,
};

function problemOf(check: () => unknown): string {
  try {
    check();
  } catch (error) {
    if (error instanceof SignatureError) return error.problem;
    throw error;
  }
  return "none";
}

describe.each([
  ["Coze", (changes: Partial<ReceivedRequest>) => verifyCozeSignature({ ...COZE, ...changes }), COZE],
  [
    "Standard Webhooks",
    (changes: Partial<ReceivedRequest>) => verifyStandardWebhook({ ...STANDARD, ...changes }),
    STANDARD,
  ],
  [
    "Standard Webhooks with a public key",
    (changes: Partial<ReceivedRequest>) => verifyStandardWebhook({ ...ASYMMETRIC, ...changes }),
    ASYMMETRIC,
  ],
])("a signature of %s", (_name, verify, { headers, body, now }) => {
  test("is good for its body, however headers and body are held", () => {
    expect(verify({})).toMatchObject({ sentAt: now });
    expect(verify({ headers: new Headers(headers) })).toMatchObject({ sentAt: now });
    expect(verify({ body: Buffer.from(body) })).toMatchObject({ sentAt: now });
    expect(verify({ body: new TextEncoder().encode(body) })).toMatchObject({ sentAt: now });
    const upper = Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]);
    expect(verify({ headers: Object.fromEntries(upper) })).toMatchObject({ sentAt: now });
  });

  test("is good for nothing else", () => {
    expect(problemOf(() => verify({ body: `${body} ` }))).toBe("signature_wrong");
    expect(problemOf(() => verify({ body: "" }))).toBe("signature_wrong");
    for (const [name, value] of Object.entries(headers)) {
      const changed = `${value.slice(0, -2)}${value.endsWith("1=") ? "2=" : "1="}`;
      expect(problemOf(() => verify({ headers: { ...headers, [name]: changed } }))).toBe("signature_wrong");
    }
  });

  test("is missed when any of its headers is missing", () => {
    for (const name of Object.keys(headers)) {
      expect(problemOf(() => verify({ headers: { ...headers, [name]: undefined } }))).toBe("header_missing");
      expect(problemOf(() => verify({ headers: { ...headers, [name]: "" } }))).toBe("header_missing");
    }
  });

  test("is good for five minutes, or as long as one says", () => {
    const at = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
    expect(problemOf(() => verify({ now: at(300) }))).toBe("none");
    expect(problemOf(() => verify({ now: at(301) }))).toBe("timestamp_too_old");
    expect(problemOf(() => verify({ now: at(-301) }))).toBe("timestamp_too_new");
    expect(problemOf(() => verify({ now: at(301), toleranceSeconds: 302 }))).toBe("none");
    expect(problemOf(() => verify({ now: at(9e8), toleranceSeconds: Number.POSITIVE_INFINITY }))).toBe(
      "none",
    );
    expect(problemOf(() => verify({ now: at(900), body: "forged" }))).toBe("signature_wrong");
  });
});

describe("a signature of Standard Webhooks", () => {
  test("tells the id of the event", () => {
    expect(verifyStandardWebhook(STANDARD).id).toBe("evt_12345abc");
  });

  test("may be one of several, made with one of several secrets", () => {
    const signature = STANDARD.headers["webhook-signature"];
    const several = { ...STANDARD.headers, "webhook-signature": `v1a,AAAA v1,AAAA ${signature} v2,x` };
    const check = (secrets: string | string[], headers = several) =>
      problemOf(() => verifyStandardWebhook({ ...STANDARD, headers, secrets }));
    expect(check([OTHER_SECRET, SECRET])).toBe("none");
    expect(check(SECRET.replace("whsec_", ""))).toBe("none");
    expect(check([OTHER_SECRET])).toBe("signature_wrong");
    expect(check([])).toBe("signature_wrong");
    const onlyOtherKind = { ...several, "webhook-signature": signature.replace("v1,", "v1a,") };
    expect(check(SECRET, onlyOtherKind)).toBe("signature_wrong");
    expect(() => check("")).toThrow(TypeError);
  });

  test("is checked with public keys as they are published, with any of them, or with the secret beside them", () => {
    const published = {
      kty: "OKP",
      crv: "Ed25519",
      kid: "1",
      x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    };
    const other = `whpk_${Buffer.alloc(32, 7).toString("base64")}`;
    const check = (publicKeys: PublicKey | PublicKey[], more: StandardKeys = {}) =>
      problemOf(() => verifyStandardWebhook({ ...ASYMMETRIC, ...more, publicKeys }));
    expect(check([published])).toBe("none");
    expect(check([other, ASYMMETRIC.publicKeys])).toBe("none");
    expect(check(other)).toBe("signature_wrong");
    expect(check([])).toBe("signature_wrong");
    expect(check([], { secrets: SECRET })).toBe("signature_wrong");
    const { secrets, ...signed } = STANDARD;
    expect(problemOf(() => verifyStandardWebhook({ ...signed, publicKeys: other, secrets }))).toBe("none");
    expect(problemOf(() => verifyStandardWebhook({ ...signed, publicKeys: published }))).toBe(
      "signature_wrong",
    );
    for (const wrong of ["", "whpk_AAAA", { x: "" }]) expect(() => check(wrong)).toThrow(TypeError);
    expect(() => verifyStandardWebhook(signed)).toThrow(TypeError);
  });

  test("of the standard's own library is good for any body", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }),
        (body, at) => {
          const now = new Date(Math.floor(at.getTime() / 1_000) * 1_000);
          const headers = {
            "webhook-id": "evt_1",
            "webhook-timestamp": String(now.getTime() / 1_000),
            "webhook-signature": new Webhook(SECRET).sign("evt_1", now, body),
          };
          expect(verifyStandardWebhook({ headers, body, secrets: SECRET, now })).toEqual({
            id: "evt_1",
            sentAt: now,
          });
        },
      ),
    );
  });
});

describe("a Coze body", () => {
  test("is never believed when there is no verify token", () => {
    expect(() => verifyCozeSignature({ ...COZE, verifyToken: "" })).toThrow(TypeError);
  });

  test("that asks for an answer gets it; an event does not", () => {
    const question = JSON.stringify({
      header: { event_type: "url_verification" },
      event: { challenge: "c-1" },
    });
    expect(answerToChallenge(question)).toEqual({ challenge: "c-1" });
    expect(answerToChallenge(Buffer.from(question))).toEqual({ challenge: "c-1" });
    expect(answerToChallenge(COZE.body)).toBeUndefined();
    expect(answerToChallenge('{"test":1}')).toBeUndefined();
  });

  test("with a timestamp that is no number is refused, though it is signed", () => {
    const signature = createHash("sha1").update("soon1t{}").digest("hex");
    const headers = { "x-coze-timestamp": "soon", "x-coze-nonce": "1", "x-coze-signature": signature };
    expect(problemOf(() => verifyCozeSignature({ headers, body: "{}", verifyToken: "t" }))).toBe(
      "timestamp_invalid",
    );
  });
});
