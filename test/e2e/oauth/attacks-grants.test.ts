import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { User } from "../../../src/domain/access.ts";
import { engines } from "../../support/engines.ts";
import { ask, askForToken, outcome } from "./token-client.ts";
import { aVisitor, type Visitor } from "./visitor.ts";
import { CALLBACK, consentLink, openWorld, PASSWORD, type World } from "./world.ts";

const VERIFIER = "v".repeat(64);
const CHALLENGE = createHash("sha256").update(VERIFIER).digest("base64url");
const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

describe.each(engines)("attacks on codes, refresh tokens and devices, on $name", (engine) => {
  let world: World;
  let visitor: Visitor;
  let user: User;
  beforeAll(async () => {
    world = await openWorld(engine);
    ({ user } = await world.aPerson());
    visitor = aVisitor(world.url);
    await visitor.signIn(user.name, PASSWORD);
  });
  afterAll(() => world?.close());

  /** A code that the person has just allowed the app to have. */
  async function aCode(clientId: string, more: Record<string, string> = {}): Promise<string> {
    const asked = await visitor.get(consentLink(clientId, more));
    const { location } = await visitor.submit(asked, { decision: "allow" });
    return new URL(location).searchParams.get("code") ?? "";
  }
  const withChallenge = { code_challenge: CHALLENGE, code_challenge_method: "S256" };

  describe("codes", () => {
    const codeGrant = (clientId: string, code: string, more: Record<string, string> = {}) => ({
      grant_type: "authorization_code",
      client_id: clientId,
      code,
      redirect_uri: CALLBACK,
      ...more,
    });

    test("a code used again is refused, and takes back what its first use gave", async () => {
      const { clientId, clientSecret } = await world.anApp("web");
      const body = codeGrant(clientId, await aCode(clientId));
      const first = await askForToken(world.url, body, clientSecret);
      expect(await world.whoIs(first.body.access_token ?? "")).toBe(user.nickname);
      const second = await askForToken(world.url, body, clientSecret);
      expect(second).toMatchObject({ status: 400, body: { error: "invalid_request" } });
      expect(second.body.error_message).toContain("was used");
      expect(await world.whoIs(first.body.access_token ?? "")).toBe(4100);
      const refresh = { grant_type: "refresh_token", client_id: clientId };
      const refreshed = await askForToken(
        world.url,
        { ...refresh, refresh_token: first.body.refresh_token },
        clientSecret,
      );
      expect(outcome(refreshed)).toBe("invalid_request");
    });

    test("of many uses of one code at once at most one is granted", async () => {
      const { clientId, clientSecret } = await world.anApp("web");
      const body = codeGrant(clientId, await aCode(clientId));
      const answers = await Promise.all(
        Array.from({ length: 6 }, () => askForToken(world.url, body, clientSecret)),
      );
      expect(answers.map(outcome).filter((each) => each === "granted")).toHaveLength(1);
      for (const { body: given } of answers) {
        if (given.access_token !== undefined) expect(await world.whoIs(given.access_token)).toBe(4100);
      }
    });

    test("a wrong, missing or superfluous verifier gets nothing and does not spend the code", async () => {
      const { clientId } = await world.anApp("pkce");
      const code = await aCode(clientId, withChallenge);
      const wrong: Record<string, string>[] = [
        {},
        { code_verifier: "w".repeat(64) },
        { code_verifier: CHALLENGE },
      ];
      for (const more of wrong) {
        const answer = await askForToken(world.url, codeGrant(clientId, code, more));
        expect(answer).toMatchObject({ status: 400, body: { error: "invalid_request" } });
      }
      const right = await askForToken(world.url, codeGrant(clientId, code, { code_verifier: VERIFIER }));
      expect(outcome(right)).toBe("granted");

      const web = await world.anApp("web");
      const plain = codeGrant(web.clientId, await aCode(web.clientId), { code_verifier: VERIFIER });
      expect(outcome(await askForToken(world.url, plain, web.clientSecret))).toBe("invalid_request");
    });

    test("a web app that sent a challenge is held to it", async () => {
      const { clientId, clientSecret } = await world.anApp("web");
      const code = await aCode(clientId, withChallenge);
      expect(outcome(await askForToken(world.url, codeGrant(clientId, code), clientSecret))).toBe(
        "invalid_request",
      );
      const right = codeGrant(clientId, code, { code_verifier: VERIFIER });
      expect(outcome(await askForToken(world.url, right, clientSecret))).toBe("granted");
    });

    test("a code is worth nothing with another redirect address or to another app", async () => {
      const { clientId, clientSecret } = await world.anApp("web", {
        redirectUris: [CALLBACK, `${CALLBACK}2`],
      });
      const thief = await world.anApp("web");
      const code = await aCode(clientId);
      const elsewhere = { ...codeGrant(clientId, code), redirect_uri: `${CALLBACK}2` };
      expect(outcome(await askForToken(world.url, elsewhere, clientSecret))).toBe("invalid_request");
      const stolen = codeGrant(thief.clientId, code);
      expect(outcome(await askForToken(world.url, stolen, thief.clientSecret))).toBe("invalid_request");
      expect(outcome(await askForToken(world.url, codeGrant(clientId, code), clientSecret))).toBe("granted");
    });

    test("a web app without its secret, with a wrong one or a disabled one is refused", async () => {
      const { app, clientId, clientSecret } = await world.anApp("web");
      const other = await world.anApp("web");
      const body = codeGrant(clientId, await aCode(clientId));
      for (const secret of [undefined, "wrong", other.clientSecret, `${clientSecret}x`]) {
        const answer = await askForToken(world.url, body, secret);
        expect(answer).toMatchObject({ status: 401, body: { error: "invalid_client" } });
      }
      const nobody = await askForToken(world.url, { ...body, client_id: "123" }, clientSecret);
      const wrong = await askForToken(world.url, body, "wrong");
      expect(nobody).toEqual(wrong);
      await world.store.oauth.disableApp(app.id, new Date());
      expect(outcome(await askForToken(world.url, body, clientSecret))).toBe("invalid_client");
    });

    test("an app cannot use the grants of another kind", async () => {
      const { clientId } = await world.anApp("device");
      expect(outcome(await askForToken(world.url, codeGrant(clientId, "x")))).toBe("invalid_client");
      const web = await world.anApp("web");
      const device = { grant_type: DEVICE_GRANT, client_id: web.clientId, device_code: "x" };
      expect(outcome(await askForToken(world.url, device))).toBe("invalid_client");
    });
  });

  describe("refresh tokens", () => {
    test("an old refresh token voids the family: the new one, and every access token", async () => {
      const { clientId } = await world.anApp("pkce");
      const code = await aCode(clientId, withChallenge);
      const grant = {
        grant_type: "authorization_code",
        client_id: clientId,
        code,
        redirect_uri: CALLBACK,
        code_verifier: VERIFIER,
      };
      const { body: first } = await askForToken(world.url, grant);
      const refresh = (token: string | undefined) =>
        askForToken(world.url, {
          grant_type: "refresh_token",
          client_id: clientId,
          refresh_token: token,
        });
      const { body: second } = await refresh(first.refresh_token);
      const { body: third } = await refresh(second.refresh_token);
      const tokens = [first, second, third].map((each) => each.access_token ?? "");
      for (const token of tokens) expect(await world.whoIs(token)).toBe(user.nickname);

      expect(outcome(await refresh(first.refresh_token))).toBe("invalid_request");
      for (const token of tokens) expect(await world.whoIs(token)).toBe(4100);
      expect(outcome(await refresh(third.refresh_token))).toBe("invalid_request");
    });

    test("another app cannot use a refresh token, nor spend it", async () => {
      const { clientId, clientSecret } = await world.anApp("web");
      const thief = await world.anApp("pkce");
      const grant = { grant_type: "authorization_code", redirect_uri: CALLBACK };
      const { body } = await askForToken(
        world.url,
        { ...grant, client_id: clientId, code: await aCode(clientId) },
        clientSecret,
      );
      const refresh = { grant_type: "refresh_token", refresh_token: body.refresh_token };
      const stolen = await askForToken(world.url, { ...refresh, client_id: thief.clientId });
      expect(outcome(stolen)).toBe("invalid_request");
      expect(outcome(await askForToken(world.url, { ...refresh, client_id: clientId }))).toBe(
        "invalid_client",
      );
      const own = await askForToken(world.url, { ...refresh, client_id: clientId }, clientSecret);
      expect(outcome(own)).toBe("granted");
    });
  });

  describe("devices", () => {
    test("asking faster than told is answered with slow_down and a longer wait", async () => {
      const { clientId } = await world.anApp("device");
      const { body } = await ask(world.url, "/device/code", { client_id: clientId });
      const poll = () =>
        askForToken(world.url, {
          grant_type: DEVICE_GRANT,
          client_id: clientId,
          device_code: body["device_code"],
        });
      expect(outcome(await poll())).toBe("authorization_pending");
      const answers = await Promise.all([poll(), poll(), poll()]);
      const fast = answers.filter((answer) => outcome(answer) === "slow_down");
      expect(fast.length).toBeGreaterThan(0);
      for (const { status, body: told } of fast) {
        expect({ status, told: told.error_code }).toEqual({ status: 400, told: "slow_down" });
        expect(told.error_message).toMatch(/^ask every (10|15|20) seconds$/);
      }
    });

    test("an approved device code gives tokens once, to its own app", async () => {
      const { clientId } = await world.anApp("device");
      const thief = await world.anApp("device");
      const { body } = await ask(world.url, "/device/code", { client_id: clientId });
      const asked = await visitor.get(`/device?user_code=${body["user_code"]}`);
      await visitor.submit(asked, { decision: "allow" });
      const poll = (id: string) =>
        askForToken(world.url, {
          grant_type: DEVICE_GRANT,
          client_id: id,
          device_code: body["device_code"],
        });
      expect(outcome(await poll(thief.clientId))).toBe("invalid_request");
      const answers = await Promise.all(Array.from({ length: 6 }, () => poll(clientId)));
      expect(answers.map(outcome).filter((each) => each === "granted")).toHaveLength(1);
      expect(outcome(await poll(clientId))).toBe("invalid_request");
    });

    test("only device apps get device codes, and only for workspaces they may use", async () => {
      const web = await world.anApp("web");
      expect(outcome(await ask(world.url, "/device/code", { client_id: web.clientId }))).toBe(
        "invalid_client",
      );
      expect(outcome(await ask(world.url, "/device/code", {}))).toBe("invalid_request");
      const { workspace } = await world.aPerson();
      const scope = { permissions: ["chat"], workspaceIds: [workspace.id] };
      const { clientId } = await world.anApp("device", { scope });
      const foreign = await ask(world.url, "/workspace_id/123/device/code", { client_id: clientId });
      expect(outcome(foreign)).toBe("access_deny");
    });
  });

  test("what is no grant gets the family's error, whatever it is", async () => {
    const bodies = [[], "x", 7, null, {}, { grant_type: 7 }, { grant_type: "" }, { grant_type: "__proto__" }];
    for (const body of bodies) {
      const answer = await ask(world.url, "/token", body);
      expect(answer.status).toBe(400);
      expect(answer.body).toEqual({
        error: expect.stringMatching(/^(invalid_request|unsupported_grant_type)$/),
        error_code: answer.body.error,
        error_message: expect.any(String),
      });
    }
    const other = await askForToken(world.url, { grant_type: "password", client_id: "1" });
    expect(outcome(other)).toBe("unsupported_grant_type");
    const notThere = await ask(world.url, "/account/1/token", { grant_type: "refresh_token" });
    expect(outcome(notThere)).toBe("unsupported_grant_type");
    const nowhere = await ask(world.url, "/nowhere", {});
    expect(nowhere).toMatchObject({ status: 404, body: { error: "invalid_request" } });
  });
});
