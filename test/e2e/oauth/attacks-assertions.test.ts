import { createHmac, randomUUID } from "node:crypto";
import { importPKCS8, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { User } from "../../../src/domain/access.ts";
import { engines } from "../../support/engines.ts";
import { ask, askForToken, outcome } from "./token-client.ts";
import { aKeyPair, openWorld, type SigningApp, type World } from "./world.ts";

const JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";

describe.each(engines)("attacks with assertions, on $name", (engine) => {
  let world: World;
  let user: User;
  let signing: SigningApp;
  beforeAll(async () => {
    world = await openWorld(engine);
    ({ user } = await world.aPerson());
    signing = await world.aSigningApp(user);
  });
  afterAll(() => world?.close());

  const claims = () => {
    const now = Math.floor(Date.now() / 1_000);
    return { iss: signing.clientId, aud: world.host, iat: now, exp: now + 3_600, jti: randomUUID() };
  };
  const sign = async (payload: object, header: object = {}, privateKey = signing.privateKey) =>
    new SignJWT({ ...payload })
      .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: signing.keyId, ...header })
      .sign(await importPKCS8(privateKey, "RS256"));
  const grant = (assertion: string, more: Record<string, unknown> = {}) =>
    askForToken(world.url, { grant_type: JWT_GRANT, duration_seconds: 900, ...more }, assertion);
  const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

  test("an assertion in order is granted: the attacks below are not refused for another reason", async () => {
    expect(outcome(await grant(await sign(claims())))).toBe("granted");
  });

  test("an assertion works once, also when it is sent many times at once", async () => {
    const assertion = await sign(claims());
    const answers = await Promise.all(Array.from({ length: 8 }, () => grant(assertion)));
    expect(answers.map(outcome).filter((each) => each === "granted")).toHaveLength(1);
    const again = await grant(assertion);
    expect(again).toMatchObject({ status: 400, body: { error: "invalid_request" } });
    expect(again.body.error_message).toContain("jti");
  });

  test("a jti used before is refused in a newly signed assertion too", async () => {
    const once = claims();
    expect(outcome(await grant(await sign(once)))).toBe("granted");
    expect(outcome(await grant(await sign({ ...once, exp: once.exp + 5 })))).toBe("invalid_request");
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["expired", { iat: past(7_200), exp: past(3_600) }, "expired_token"],
    ["issued in the future", { iat: past(-3_600), exp: past(-7_200) }, "invalid_request"],
    ["good for more than a day", { exp: past(-3 * 86_400) }, "invalid_request"],
    ["older than a day", { iat: past(3 * 86_400) }, "expired_token"],
    ["not valid yet", { nbf: past(-3_600) }, "invalid_request"],
    ["for another server", { aud: "api.coze.cn" }, "invalid_request"],
    ["for a server of which this is a part", { aud: "x127.0.0.1" }, "invalid_request"],
    ["without audience", { aud: undefined }, "invalid_request"],
    ["without expiry", { exp: undefined }, "invalid_request"],
    ["without issue time", { iat: undefined }, "invalid_request"],
    ["without jti", { jti: undefined }, "invalid_request"],
    ["with an empty jti", { jti: "" }, "invalid_request"],
    ["with a number for jti", { jti: 7 }, "invalid_request"],
    ["of an unknown app", { iss: "123456789" }, "invalid_client"],
    ["with an issuer that is no id", { iss: "constructor" }, "invalid_client"],
  ])("an assertion %s is refused", async (_, change, error) => {
    const answer = await grant(await sign({ ...claims(), ...change }));
    expect(outcome(answer)).toBe(error);
    expect(answer.body.error_code).toBe(error);
    expect(answer.body.error_message).not.toBe("");
  });

  test("an unsigned assertion is refused", async () => {
    const header = { alg: "none", typ: "JWT", kid: signing.keyId };
    for (const signature of ["", "x"]) {
      const unsigned = `${base64(header)}.${base64(claims())}.${signature}`;
      expect(outcome(await grant(unsigned))).toBe("invalid_request");
    }
  });

  test("the public key does not serve as a shared secret", async () => {
    const signed = `${base64({ alg: "HS256", typ: "JWT", kid: signing.keyId })}.${base64(claims())}`;
    for (const secret of [signing.publicKey, signing.publicKey.trim()]) {
      const signature = createHmac("sha256", secret).update(signed).digest("base64url");
      expect(outcome(await grant(`${signed}.${signature}`))).toBe("invalid_request");
    }
  });

  test("another algorithm of the same key is refused", async () => {
    const key = await importPKCS8(signing.privateKey, "PS256");
    const assertion = await new SignJWT({ ...claims() })
      .setProtectedHeader({ alg: "PS256", typ: "JWT", kid: signing.keyId })
      .sign(key);
    expect(outcome(await grant(assertion))).toBe("invalid_request");
  });

  test("an unknown or missing kid, and a key of another app, are refused", async () => {
    expect(outcome(await grant(await sign(claims(), { kid: "unknown" })))).toBe("invalid_client");
    expect(outcome(await grant(await sign(claims(), { kid: undefined })))).toBe("invalid_client");
    const keys = aKeyPair();
    const other = await world.aSigningApp(user, { publicKeys: [keys.publicKey] });
    const foreign = await sign(claims(), { kid: other.keyId }, keys.privateKey);
    expect(outcome(await grant(foreign))).toBe("invalid_client");
    const pretended = await sign(claims(), {}, keys.privateKey);
    expect(outcome(await grant(pretended))).toBe("invalid_request");
  });

  test("a changed payload, broken text and a token in place of an assertion are refused", async () => {
    const [header, , signature] = (await sign(claims())).split(".");
    const forged = `${header}.${base64({ ...claims(), session_name: "root" })}.${signature}`;
    for (const text of [forged, "a.b.c", "pat_abc", ".", "e30.e30."]) {
      expect(outcome(await grant(text))).toMatch(/^invalid_(request|client)$/);
    }
    const bare = await askForToken(world.url, { grant_type: JWT_GRANT });
    expect(bare).toMatchObject({ status: 401, body: { error: "invalid_client" } });
  });

  test("an app cannot give itself more than it was given", async () => {
    const { workspace: foreign } = await world.aPerson();
    const narrow = await world.aSigningApp(user, {
      scope: { permissions: ["chat"], agentIds: [world.store.newId()] },
    });
    const named = async (app: SigningApp) => sign({ ...claims(), iss: app.clientId }, { kid: app.keyId });
    const asks = [
      { account_permission: { permission_list: ["all"] } },
      { workspace_permission: { permission_list: ["createBot"] } },
      { workflow_permission: { permission_list: ["Workflow.run"] } },
      { attribute_constraint: { connector_bot_chat_attribute: { bot_id_list: ["42"] } } },
    ];
    for (const scope of asks) {
      const answer = await grant(await named(narrow), { scope });
      expect(answer).toMatchObject({ status: 400, body: { error: "access_deny" } });
    }
    const chat = { account_permission: { permission_list: ["chat"] } };
    expect(outcome(await grant(await named(narrow), { scope: chat }))).toBe("granted");

    const account = `/account/${foreign.id}/token`;
    const options = { bearer: await named(narrow) };
    const answer = await ask(world.url, account, { grant_type: JWT_GRANT }, options);
    expect(outcome(answer)).toBe("invalid_request");
    const enterprise = await ask(world.url, `/enterprise_id/x/token`, { grant_type: JWT_GRANT }, options);
    expect(outcome(enterprise)).toBe("invalid_request");
  });

  test("a session may not be longer than a day, nor an app act for a disabled owner or when it is disabled", async () => {
    for (const duration of [0, -1, 86_400, 1.5, "900"]) {
      const answer = await grant(await sign(claims()), { duration_seconds: duration });
      expect(answer).toMatchObject({ status: 400, body: { error: "invalid_request" } });
      expect(answer.body.error_message).toContain("duration_seconds");
    }
    const { user: owner } = await world.aPerson();
    const app = await world.aSigningApp(owner);
    const named = async () => sign({ ...claims(), iss: app.clientId }, { kid: app.keyId });
    const { body } = await grant(await named());
    await world.store.oauth.disableApp(app.app.id, new Date());
    expect(await world.whoIs(body.access_token ?? "")).toBe(4100);
    expect(outcome(await grant(await named()))).toBe("invalid_client");

    const other = await world.aSigningApp(owner);
    await world.store.users.save({ ...owner, disabledAt: new Date() });
    const refused = await grant(await sign({ ...claims(), iss: other.clientId }, { kid: other.keyId }));
    expect(outcome(refused)).toBe("invalid_request");
  });
});

function past(seconds: number): number {
  return Math.floor(Date.now() / 1_000) - seconds;
}
