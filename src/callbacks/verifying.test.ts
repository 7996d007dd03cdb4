import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { verifiedWebhookId } from "./verifying.ts";

const SECRET = `whsec_${Buffer.alloc(32, 5).toString("base64")}`;
const OTHER = `whsec_${Buffer.alloc(32, 6).toString("base64")}`;
const NOW = new Date(1_700_000_000_000);
const BODY = '{"botId":"f7bb8f07","text":"七天"}';

function signed(secret = SECRET, at = NOW) {
  return {
    "webhook-id": "msg_1",
    "webhook-timestamp": String(at.getTime() / 1_000),
    "webhook-signature": new Webhook(secret).sign("msg_1", at, BODY),
  };
}

function check(headers: Record<string, string | string[]>, body = BODY, secrets = [SECRET]) {
  return verifiedWebhookId({ headers, body: Buffer.from(body) }, secrets, NOW);
}

describe("a request signed as the standard says", () => {
  test("is known by its id, with any of several secrets and signatures", () => {
    expect(check(signed())).toBe("msg_1");
    expect(check(signed(OTHER), BODY, [SECRET, OTHER])).toBe("msg_1");
    const several = `v1a,AAAA v1,AAAA ${signed()["webhook-signature"]}`;
    expect(check({ ...signed(), "webhook-signature": several })).toBe("msg_1");
  });

  test("is believed for five minutes either way", () => {
    const at = (seconds: number) => check(signed(SECRET, new Date(NOW.getTime() + seconds * 1_000)));
    expect([at(-300), at(300)]).toEqual(["msg_1", "msg_1"]);
    expect([at(-301), at(301)]).toEqual([undefined, undefined]);
  });

  test.each([
    ["another secret", signed(OTHER)],
    ["no id", { ...signed(), "webhook-id": "" }],
    ["another id", { ...signed(), "webhook-id": "msg_2" }],
    ["an id given twice", { ...signed(), "webhook-id": ["msg_1", "msg_1"] }],
    ["an endless id", { ...signed(), "webhook-id": "x".repeat(129) }],
    ["another time", { ...signed(), "webhook-timestamp": "1700000001" }],
    ["a time in words", { ...signed(), "webhook-timestamp": "now" }],
    ["no signature", { ...signed(), "webhook-signature": "" }],
    ["an empty signature", { ...signed(), "webhook-signature": "v1," }],
    ["no headers", {}],
  ])("is not believed with %s", (_what, headers) => {
    expect(check(headers)).toBeUndefined();
  });

  test("is not believed with another body, or where there is no secret", () => {
    expect(check(signed(), `${BODY} `)).toBeUndefined();
    expect(check(signed(), BODY, [])).toBeUndefined();
  });
});
