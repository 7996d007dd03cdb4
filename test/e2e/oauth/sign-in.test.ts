import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { User } from "../../../src/domain/access.ts";
import { engines, type TestEngine } from "../../support/engines.ts";
import { ask } from "./token-client.ts";
import { alertOf, aVisitor, type Visitor } from "./visitor.ts";
import { AUTHORIZE, openWorld, PASSWORD, type World } from "./world.ts";

const [sqlite] = engines as [TestEngine];

let world: World;
let user: User;
let visitor: Visitor;
beforeAll(async () => {
  world = await openWorld(sqlite);
  ({ user } = await world.aPerson());
  visitor = aVisitor(world.url);
  await visitor.signIn(user.name, PASSWORD);
});
afterAll(() => world?.close());

describe("signing in", () => {
  test.each([
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "/device/../../evil",
    "/devices",
    "/device@evil.example",
    "javascript:alert(1)",
    "/sign-out",
    "/device?x=1\r\nset-cookie: a=b",
    `${AUTHORIZE}/../../../v1/users/me`,
  ])("does not lead to %j afterwards", async (back) => {
    const person = aVisitor(world.url);
    const entered = await person.signIn(user.name, PASSWORD, back);
    expect(entered).toMatchObject({ status: 303, location: "/sign-in" });
    expect(entered.headers.get("set-cookie")).not.toContain("a=b");
    const again = await person.get(`/sign-in?${new URLSearchParams({ return_to: back })}`);
    expect(again.location).toBe("");
  });

  test("makes a session no script can read and no other site's form carries, new each time", async () => {
    const person = aVisitor(world.url);
    const first = await person.signIn(user.name, PASSWORD);
    const cookie = first.headers.getSetCookie().find((line) => line.startsWith("antiphon_session="));
    expect(cookie).toMatch(/; Path=\/(;|$)/);
    expect(cookie).toMatch(/; HttpOnly(;|$)/);
    expect(cookie).toMatch(/; SameSite=Lax(;|$)/);
    expect(cookie).not.toContain("Secure");
    const session = person.cookies.get("antiphon_session");
    const other = aVisitor(world.url);
    other.cookies.set("antiphon_session", "chosen-by-the-attacker-beforehand");
    await other.signIn(user.name, PASSWORD);
    expect(other.cookies.get("antiphon_session")).not.toBe("chosen-by-the-attacker-beforehand");
    expect(other.cookies.get("antiphon_session")).not.toBe(session);
  });

  test("says the same to a wrong password, an unknown name and a disabled person", async () => {
    const { user: disabled } = await world.aPerson();
    await world.store.users.save({ ...disabled, disabledAt: new Date() });
    const answers = [];
    for (const [name, password] of [
      [user.name, "wrong password"],
      ["nobody-of-that-name", PASSWORD],
      [disabled.name, PASSWORD],
    ] as const) {
      const seen = await aVisitor(world.url).signIn(name, password);
      answers.push({ status: seen.status, text: alertOf(seen), size: seen.body.length - name.length });
    }
    expect(answers[0]).toMatchObject({ status: 401, text: "The name or the password is wrong." });
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  test("is throttled by name: after ten wrong passwords the right one is refused too", {
    timeout: 180_000,
  }, async () => {
    const { user: victim } = await world.aPerson();
    const guesser = aVisitor(world.url);
    const form = await guesser.get("/sign-in");
    for (let guess = 0; guess < 10; guess++) {
      const seen = await guesser.submit(form, { user_name: victim.name, password: `guess ${guess}` });
      expect(seen.status).toBe(401);
    }
    const seen = await guesser.submit(form, { user_name: victim.name, password: PASSWORD });
    expect(seen.status).toBe(429);
    expect(alertOf(seen)).toMatch(/^Too many attempts\. Try again in 1[45] minutes\.$/);
    expect(Number(seen.headers.get("retry-after"))).toBeGreaterThan(800);
    expect((await aVisitor(world.url).signIn(user.name, PASSWORD)).status).toBe(303);
  });
});

describe("the device page", () => {
  const aDevice = async () => {
    const { clientId } = await world.anApp("device");
    const { body } = await ask(world.url, "/device/code", { client_id: clientId });
    return String(body["user_code"]);
  };

  test("does not tell strangers whether a code exists", async () => {
    const stranger = aVisitor(world.url);
    for (const code of [await aDevice(), "BCDF-GHJK"]) {
      const seen = await stranger.get(`/device?user_code=${code}`);
      expect(seen).toMatchObject({ status: 303 });
      expect(seen.location).toBe(`/sign-in?return_to=${encodeURIComponent(`/device?user_code=${code}`)}`);
    }
  });

  test("throttles a person who guesses: ten wrong codes, then not even a right one", async () => {
    const { user: guesser } = await world.aPerson();
    const guessing = aVisitor(world.url);
    await guessing.signIn(guesser.name, PASSWORD);
    const right = await aDevice();
    for (let guess = 0; guess < 10; guess++) {
      const seen = await guessing.get(`/device?user_code=BCDFGHJ${"BCDFGHJKLM"[guess]}`);
      expect(seen.status).toBe(404);
      expect(alertOf(seen)).toContain("no device with this code");
    }
    const seen = await guessing.get(`/device?user_code=${right}`);
    expect(seen.status).toBe(429);
    expect(alertOf(seen)).toContain("Too many attempts");
    const others = await visitor.get(`/device?user_code=${right}`);
    expect(others.status).toBe(200);
  });

  test("a code is decided upon once, and only with a form made for this browser", async () => {
    const code = await aDevice();
    const asked = await visitor.get(`/device?user_code=${code}`);
    expect((await visitor.submit(asked, { form_token: undefined, decision: "allow" })).status).toBe(403);
    const denied = await visitor.submit(asked, { decision: "deny" });
    expect(denied.body).toContain("The device was refused.");
    const late = await visitor.submit(asked, { decision: "allow" });
    expect(late.status).toBe(409);
    expect((await visitor.get(`/device?user_code=${code}`)).status).toBe(404);
  });
});

test("devices that begin to wait are throttled by address", async () => {
  const quiet = await openWorld(sqlite);
  try {
    const { clientId } = await quiet.anApp("device");
    const begin = () => ask(quiet.url, "/device/code", { client_id: clientId });
    for (let batch = 0; batch < 30; batch++) {
      const begun = await Promise.all(Array.from({ length: 10 }, begin));
      expect(begun.map(({ status }) => status)).toEqual(Array(10).fill(200));
    }
    expect(await begin()).toMatchObject({ status: 429, body: { error: "slow_down" } });
  } finally {
    await quiet.close();
  }
});
