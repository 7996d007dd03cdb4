import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { newSecret } from "./endpoint-secrets.ts";
import { webhookSignature } from "./signing.ts";

describe("the signature of Standard Webhooks", () => {
  test("is that of the vector in the spec page", () => {
    const body =
      '{"header":{"event_type":"bot.published","event_id":"12345abc","created_at":1613427443000,"coze_account_id":"418960299","api_app_id":"750974592959","connector_id":"12345"},"event":{"bot_name":"示例 Bot","version":"12345"}}';
    expect(Buffer.byteLength(body)).toBe(223);
    const secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"];
    expect(webhookSignature({ id: "evt_12345abc", timestamp: "1700000000", body, secrets })).toBe(
      "v1,F2mIA5HqgSqSY1Zy4DDOQcm//n8/Z8kViKv4GneliJY=",
    );
  });

  test("is that of the example of the standard", () => {
    const signed = {
      id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
      timestamp: "1614265330",
      body: '{"test": 2432232314}',
    };
    expect(webhookSignature({ ...signed, secrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] })).toBe(
      "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    );
  });

  test("with a key pair is that of RFC 8032, behind those of the secrets", () => {
    const body =
      '{"header":{"event_type":"bot.published","event_id":"12345abc","created_at":1613427443000,"coze_account_id":"418960299","api_app_id":"750974592959","connector_id":"12345"},"event":{"bot_name":"示例 Bot","version":"12345"}}';
    const x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    const d = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
    const key = createPrivateKey({ key: { kty: "OKP", crv: "Ed25519", x, d }, format: "jwk" });
    const secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"];
    const signed = { id: "evt_12345abc", timestamp: "1700000000", body, secrets };
    const symmetric = "v1,F2mIA5HqgSqSY1Zy4DDOQcm//n8/Z8kViKv4GneliJY=";
    const asymmetric =
      "v1a,BWMgPSBtlK5itPB77qS5QGKsB1eTBgvUNZaLUn3+sCC8Y5tmotfOAxufxxNvkF0FxCQh+dNnGTr3IbeLsUkQBA==";
    expect(webhookSignature({ ...signed, keys: [key] })).toBe(`${symmetric} ${asymmetric}`);
    const { privateKey: other } = generateKeyPairSync("ed25519");
    const [first, second, third] = webhookSignature({ ...signed, keys: [other, key] }).split(" ");
    expect([first, third]).toEqual([symmetric, asymmetric]);
    expect(second).toMatch(/^v1a,[A-Za-z0-9+/]{86}==$/);
  });

  test("1,000 random bodies are verified by the standard's own library, with each of the secrets", () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: "grapheme" }),
      fc.constantFrom("", "示例", "🙂", "{}"),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), fc.integer({ min: 1, max: 5 }), (texts, count) => {
        const secrets = Array.from({ length: count }, () => newSecret("standard"));
        const body = texts.join("");
        const timestamp = String(Math.floor(Date.now() / 1_000));
        const headers = {
          "webhook-id": "evt_1",
          "webhook-timestamp": timestamp,
          "webhook-signature": webhookSignature({ id: "evt_1", timestamp, body, secrets }),
        };
        for (const secret of secrets) new Webhook(secret).verify(body, headers, { jsonParse: false });
        expect(() => new Webhook(newSecret("standard")).verify(body, headers)).toThrow();
        expect(() => new Webhook(secrets[0] ?? "").verify(`${body} `, headers)).toThrow();
      }),
      { numRuns: 1_000 },
    );
  });

  test("is not made without a secret, or with one of another kind", () => {
    const signed = { id: "evt_1", timestamp: "1", body: "" };
    expect(() => webhookSignature({ ...signed, secrets: [] })).toThrow(TypeError);
    expect(() => webhookSignature({ ...signed, secrets: ["a verify token"] })).toThrow(TypeError);
  });
});
