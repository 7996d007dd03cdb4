import { randomUUID } from "node:crypto";
import { importPKCS8, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { User } from "../../../src/domain/access.ts";
import { engines } from "../../support/engines.ts";
import { askForToken, outcome } from "./token-client.ts";
import { aVisitor } from "./visitor.ts";
import { CALLBACK, consentLink, openWorld, PASSWORD, type World } from "./world.ts";

const JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";

describe.each(engines)("odd input, on $name", (engine) => {
  let world: World;
  let user: User;
  beforeAll(async () => {
    world = await openWorld(engine);
    ({ user } = await world.aPerson());
  });
  afterAll(() => world?.close());

  test("texts in an assertion that cannot be stored as they are make it malformed", async () => {
    const app = await world.aSigningApp(user);
    const key = await importPKCS8(app.privateKey, "RS256");
    const seconds = Math.floor(Date.now() / 1_000);
    const usual = { iss: app.clientId, aud: world.host, iat: seconds, exp: seconds + 600 };
    const grant = async (more: Record<string, unknown>) => {
      const assertion = await new SignJWT({ ...usual, jti: randomUUID(), ...more })
        .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: app.keyId })
        .sign(key);
      return askForToken(world.url, { grant_type: JWT_GRANT }, assertion);
    };
    for (const text of ["a\u0000b", "a\ud800b"]) {
      for (const name of ["jti", "session_name"]) {
        const answer = await grant({ [name]: text });
        expect({ name, status: answer.status, outcome: outcome(answer) }).toEqual({
          name,
          status: 400,
          outcome: "invalid_request",
        });
        expect(answer.body.error_message).toContain(name);
      }
    }
    expect(outcome(await grant({ session_name: "客户 😀" }))).toBe("granted");
  });

  test("slashes too many in the address of a page, as an SDK's base URL with one at its end makes them, lead through it all the same", async () => {
    const { clientId } = await world.anApp("web");
    const person = aVisitor(world.url);
    const first = await person.get(`${world.url}/${consentLink(clientId, { state: "s" })}`);
    expect(first.status).toBe(303);
    const signIn = await person.get(first.location);
    const entered = await person.submit(signIn, { user_name: user.name, password: PASSWORD });
    const asked = await person.get(`${world.url}/${entered.location}`);
    expect(asked.form?.action).toMatch(/^\/api\/permission\//);
    const { location } = await person.submit(asked, { decision: "allow" });
    expect(location).toMatch(new RegExp(`^${CALLBACK.replace(/[.?]/g, "\\$&")}&code=`));
    const device = await aVisitor(world.url).get("/device/?user_code=X");
    expect(device.location).toBe(`/sign-in?return_to=${encodeURIComponent("/device?user_code=X")}`);
  });
});
