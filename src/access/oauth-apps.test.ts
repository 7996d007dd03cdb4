import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { FULL_SCOPE } from "../domain/access.ts";
import type { Channel } from "../domain/channel.ts";
import type { ChannelId, OAuthAppId, UserId } from "../domain/ids.ts";
import { channelOfOwner, describeOAuthApp, type OAuthAppRequest, readPublicKey } from "./oauth-apps.ts";

const describeWeb = (redirectUri: string) => {
  const request: OAuthAppRequest = {
    kind: "web",
    name: "Shop",
    ownerId: 1 as UserId,
    redirectUris: [redirectUri],
    publicKeys: [],
    clientSecret: "x".repeat(16),
    scope: FULL_SCOPE,
  };
  return () => describeOAuthApp(2 as OAuthAppId, request, new Date(0));
};

describe("redirect addresses", () => {
  it.each([
    "https://app.example/callback",
    "https://app.example",
    "http://127.0.0.1:3000/cb?a=b",
    "http://[::1]:3000/cb",
    "http://intranet_host/cb",
    "shop.example:/callback",
    "myapp://callback",
  ])("%s is one, and is kept as it is written", (uri) => {
    expect(describeWeb(uri)().redirectUris).toEqual([uri]);
  });

  it.each([
    ["/callback", "is no address"],
    ["//app.example/callback", "is no address"],
    ["https://app.example/a b", "is no address"],
    ["https://app.example/\r\nx", "is no address"],
    ["https://商城.example/", "is no address"],
    ["https://app.example/#", "has a fragment"],
    ["https://user@app.example/", "holds a user name"],
    ["https://a;b.example/", "has no plain host name"],
    ["https://a,b/", "has no plain host name"],
    ["javascript:alert(1)", "is no place to send a code to"],
    ["JavaScript://x/%0aalert(1)", "is no place to send a code to"],
    ["data:text/html,x", "is no place to send a code to"],
    ["blob:https://app.example/x", "is no place to send a code to"],
    [`https://app.example/${"x".repeat(2_000)}`, "more than 2000 characters"],
  ])("%s is none", (uri, problem) => {
    expect(describeWeb(uri)).toThrow(problem);
  });
});

describe("channels", () => {
  it("have apps of kind jwt only", () => {
    const request: OAuthAppRequest = {
      kind: "device",
      name: "Shop",
      ownerId: 1 as UserId,
      redirectUris: [],
      publicKeys: [],
      scope: FULL_SCOPE,
      channelId: 5 as ChannelId,
    };
    const describeApp = () => describeOAuthApp(2 as OAuthAppId, request, new Date(0));
    expect(describeApp).toThrow(expect.objectContaining({ code: "request_invalid", field: "channel" }));
  });

  it("are spoken for by apps of their owner, while they are there", () => {
    const channel: Channel = {
      id: 5 as ChannelId,
      name: "Locks",
      description: "",
      ownerId: 1 as UserId,
      authorization: { mode: "none" },
      createdAt: new Date(0),
    };
    expect(channelOfOwner(channel, 1 as UserId)).toBe(5);
    const refused = expect.objectContaining({ code: "request_invalid", field: "channel" });
    expect(() => channelOfOwner(channel, 2 as UserId)).toThrow(refused);
    expect(() => channelOfOwner({ ...channel, deletedAt: new Date(1) }, 1 as UserId)).toThrow(refused);
    expect(() => channelOfOwner(undefined, 1 as UserId)).toThrow(refused);
  });
});

describe("public keys", () => {
  it("have the fingerprint that openssl gives: SHA-256 of the DER form, in base64url", () => {
    // A fixed key, with `openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | base64` beside it.
    const pem = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtVlSryCpt0pExn4b8vbO
tPALUTRZD30T4P+eFONFIMPZijDk0o6o94sExSa4bK8BAyNLDdwnc85ALrdfVX0O
jS+KmK+d1KHw9npXJf0b5Hp3nZqx+tDwqPGYqhlw6AyRveLMxJAUSov2VlZAouCl
NASQhBRRyakomU+qLoEN0TXfXhLF16hiY6KCJjXptjW4l2qC8wfoOAA+tNZjsUVS
W7DvEwCihgzGqNHL3SnbTDbZR97jvWZlmTHhkVrroJ3zppb77mh0ZeCL/3Ht0T2q
9LyDX8n68p4wtJYhWh7Stn99zFCWNZr1YphsNLYzvSTqqn5PZ/8UmF4KNEqYSjml
XQIDAQAB
-----END PUBLIC KEY-----
`;
    expect(readPublicKey(pem).fingerprint).toBe("z4lMuiRIJeyC4pYz6AIqIoMr3KmVI5nHTDK23cCW5CU");
  });

  it("that are too short, of another kind, private or no keys are refused", () => {
    const pem = (type: "rsa", modulusLength: number) =>
      generateKeyPairSync(type, { modulusLength })
        .publicKey.export({ type: "spki", format: "pem" })
        .toString();
    const curve = generateKeyPairSync("ed25519");
    const elliptic = curve.publicKey.export({ type: "spki", format: "pem" }).toString();
    const secret = curve.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    expect(() => readPublicKey(pem("rsa", 1_024))).toThrow("at least 2048 bits");
    expect(() => readPublicKey(elliptic)).toThrow("must be an RSA key");
    expect(() => readPublicKey(secret)).toThrow("is a private key");
    expect(() => readPublicKey("hello")).toThrow("is no public key in PEM");
    expect(() => readPublicKey("")).toThrow("is no public key in PEM");
  });
});
