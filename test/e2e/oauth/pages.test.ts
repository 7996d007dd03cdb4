import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { User } from "../../../src/domain/access.ts";
import { engines, type TestEngine } from "../../support/engines.ts";
import { rawConnection } from "../../support/raw-http-client.ts";
import { ask } from "./token-client.ts";
import { aVisitor, type Seen, unescaped, type Visitor } from "./visitor.ts";
import { CALLBACK, openWorld, PASSWORD, type World } from "./world.ts";

const AUTHORIZE = "/api/permission/oauth2/authorize";
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

const link = (clientId: string, more: Record<string, string> = {}, path = AUTHORIZE) =>
  `${path}?${new URLSearchParams({ response_type: "code", client_id: clientId, redirect_uri: CALLBACK, ...more })}`;

const alertOf = ({ body }: Seen) => unescaped(/role="alert"[^>]*>([^<]*)</.exec(body)?.[1] ?? "");
const isGranted = ({ location }: Seen) => location.startsWith(`${CALLBACK}&code=`);

describe("a link to the consent page", () => {
  test.each([
    ["a path that begins with the registered one", `${CALLBACK}/../evil`],
    ["a longer path", CALLBACK.replace("callback", "callback2")],
    ["more parameters", `${CALLBACK}&next=evil`],
    ["fewer parameters", CALLBACK.split("?")[0]],
    ["other capitals", CALLBACK.replace("callback", "Callback")],
    ["other capitals in the scheme", CALLBACK.replace("http", "HTTP")],
    ["a user name", CALLBACK.replace("http://", "http://evil.example@")],
    ["another port", CALLBACK.replace(":9", ":90")],
    ["a name that means the same", CALLBACK.replace("127.0.0.1", "127.1")],
    ["traversal", CALLBACK.replace("/callback", "/x/../callback")],
    ["an encoded letter", CALLBACK.replace("callback", "%63allback")],
    ["a fragment", `${CALLBACK}#x`],
    ["a space after it", `${CALLBACK} `],
    ["no host", "//evil.example/callback"],
    ["a script", "javascript:alert(1)"],
    ["nothing", ""],
  ])(
    "is answered with a page and leads nowhere when the redirect address has %s",
    async (_, redirectUri = "") => {
      const { clientId } = await world.anApp("web");
      for (const who of [visitor, aVisitor(world.url)]) {
        const seen = await who.get(link(clientId, { redirect_uri: redirectUri, state: "s" }));
        expect(seen).toMatchObject({ status: 400, location: "" });
        expect(alertOf(seen)).toContain("not registered for this app");
        expect(seen.body).not.toMatch(/(?:href|action|src)="(?!\/api\/)/);
      }
    },
  );

  test("is answered with a page when the app is unknown, disabled, or of a kind without pages", async () => {
    const { app, clientId } = await world.anApp("web");
    await world.store.oauth.disableApp(app.id, new Date());
    const device = await world.anApp("device");
    for (const id of [clientId, "1", "", "__proto__", "9".repeat(400)]) {
      const seen = await visitor.get(link(id));
      expect(seen).toMatchObject({ status: 400, location: "" });
      expect(alertOf(seen)).toContain("No app is known");
    }
    expect(alertOf(await visitor.get(link(device.clientId)))).toContain("not registered");
  });

  test("is answered with a page when a parameter stands in it twice", async () => {
    const { clientId } = await world.anApp("web");
    const twice = `${link(clientId)}&redirect_uri=${encodeURIComponent("https://evil.example")}`;
    const seen = await visitor.get(twice);
    expect(seen).toMatchObject({ status: 400, location: "" });
    expect(alertOf(seen)).toBe("The link has the parameter redirect_uri more than once.");
  });

  test.each<[string, "web" | "pkce", Record<string, string>, string]>([
    ["another response type", "web", { response_type: "token" }, "unsupported_response_type"],
    ["no response type", "web", { response_type: "" }, "unsupported_response_type"],
    ["no challenge from a PKCE app", "pkce", {}, "invalid_request"],
    ["an unknown challenge method", "pkce", challengeBy("S512"), "invalid_request"],
    ["a challenge with odd characters", "pkce", { code_challenge: "ä".repeat(43) }, "invalid_request"],
    ["a challenge that is too short", "web", { code_challenge: "short" }, "invalid_request"],
  ])("sends the app an error at its own address: %s", async (_, kind, change, error) => {
    const { clientId } = await world.anApp(kind);
    const seen = await visitor.get(link(clientId, { state: "a b&c=1", ...change }));
    expect(seen.status).toBe(302);
    expect(seen.location.startsWith(`${CALLBACK}&error=${error}&`)).toBe(true);
    const query = new URL(seen.location).searchParams;
    expect(query.get("state")).toBe("a b&c=1");
    expect(query.get("code")).toBeNull();
    expect(query.get("from")).toBe("antiphon");
  });

  test("asks whoever is not signed in to sign in, and leads back to the same question", async () => {
    const { clientId } = await world.anApp("web");
    const stranger = aVisitor(world.url);
    const first = await stranger.get(link(clientId, { state: "x y" }));
    expect(first).toMatchObject({ status: 303 });
    const form = await stranger.get(first.location);
    const entered = await stranger.submit(form, { user_name: user.name, password: PASSWORD });
    expect(entered.status).toBe(303);
    const asked = await stranger.get(entered.location);
    expect(asked.status).toBe(200);
    const allowed = await stranger.submit(asked, { decision: "allow" });
    expect(new URL(allowed.location).searchParams.get("state")).toBe("x y");
  });

  test("for a workspace is refused to those who do not belong to it, and to apps that may not use it", async () => {
    const { workspace } = await world.aPerson();
    const { clientId } = await world.anApp("web");
    const path = (id: unknown) => `/api/permission/oauth2/workspace_id/${id}/authorize`;
    for (const id of [workspace.id, 123, "x"]) {
      const seen = await visitor.get(link(clientId, {}, path(id)));
      expect(seen).toMatchObject({ status: 404, location: "" });
      expect(alertOf(seen)).toContain("do not belong to");
    }
    const [own] = await world.store.users.memberships(user.id);
    const limited = await world.anApp("web", {
      scope: { permissions: ["chat"], workspaceIds: [workspace.id] },
    });
    expect((await visitor.get(link(limited.clientId, {}, path(own?.workspaceId)))).status).toBe(404);
    expect((await visitor.get(link(clientId, {}, path(own?.workspaceId)))).status).toBe(200);
  });
});

describe("forms", () => {
  test("without a token, with a wrong one or with another browser's nothing is decided", async () => {
    const { clientId } = await world.anApp("web");
    const asked = await visitor.get(link(clientId));
    const other = aVisitor(world.url);
    await other.signIn((await world.aPerson()).user.name, PASSWORD);
    const foreign = (await other.get(link(clientId))).form?.fields["form_token"];
    expect(foreign).toBeDefined();
    for (const token of [undefined, "", "wrong", foreign]) {
      const seen = await visitor.submit(asked, { form_token: token, decision: "allow" });
      expect(seen).toMatchObject({ status: 403, location: "" });
      expect(alertOf(seen)).toContain("did not come from this page");
    }
    expect(isGranted(await visitor.submit(asked, { decision: "allow" }))).toBe(true);
  });

  test("sent by another site, as the browser says, are refused even with the token", async () => {
    const { clientId } = await world.anApp("web");
    const asked = await visitor.get(link(clientId));
    for (const site of ["cross-site", "same-site", "none"]) {
      const headers = { "sec-fetch-site": site };
      expect((await visitor.submit(asked, { decision: "allow" }, headers)).status).toBe(403);
    }
    const own = await visitor.submit(asked, { decision: "allow" }, { "sec-fetch-site": "same-origin" });
    expect(isGranted(own)).toBe(true);
  });

  test("of somebody who signed out meanwhile decide nothing", async () => {
    const { clientId } = await world.anApp("web");
    const leaving = aVisitor(world.url);
    await leaving.signIn(user.name, PASSWORD);
    const session = leaving.cookies.get("antiphon_session") ?? "";
    const asked = await leaving.get(link(clientId));
    const home = await leaving.get("/sign-in");
    expect(home.body).toContain(user.name);
    expect((await leaving.submit(home)).status).toBe(303);
    expect(leaving.cookies.has("antiphon_session")).toBe(false);
    leaving.cookies.set("antiphon_session", session);
    expect((await leaving.submit(asked, { decision: "allow" })).status).toBe(403);
    expect((await leaving.get(link(clientId))).status).toBe(303);
  });

  test("with another decision than the two, and JSON instead of a form, grant nothing", async () => {
    const { clientId } = await world.anApp("web");
    const asked = await visitor.get(link(clientId));
    for (const decision of [undefined, "maybe", "allow "]) {
      expect((await visitor.submit(asked, { decision })).status).toBe(400);
    }
    const token = asked.form?.fields["form_token"] ?? "";
    const response = await fetch(`${world.url}${link(clientId)}`, {
      method: "POST",
      redirect: "manual",
      headers: {
        "content-type": "application/json",
        cookie: [...visitor.cookies].map(([key, value]) => `${key}=${value}`).join("; "),
      },
      body: JSON.stringify({ form_token: token, decision: "allow" }),
    });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
  });

  test("of the sign-in page are bound to the browser too: nobody is signed in as somebody else", async () => {
    const stranger = aVisitor(world.url);
    const form = await stranger.get("/sign-in");
    const fields = { user_name: user.name, password: PASSWORD };
    for (const token of [undefined, "wrong"]) {
      expect((await stranger.submit(form, { ...fields, form_token: token })).status).toBe(403);
    }
    const victim = aVisitor(world.url);
    const planted = { ...fields, form_token: form.form?.fields["form_token"] ?? "" };
    expect((await victim.post("/sign-in", planted)).status).toBe(403);
    expect(victim.cookies.has("antiphon_session")).toBe(false);
  });

  test("nothing is decided by GET", async () => {
    const { clientId } = await world.anApp("web");
    const seen = await visitor.get(link(clientId, { decision: "allow", form_token: "x" }));
    expect(seen).toMatchObject({ status: 200, location: "" });
  });
});

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

  test("is throttled by name: after ten wrong passwords the right one is refused too", async () => {
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

describe("every page", () => {
  test("may not be framed, runs no scripts, takes only its own style, and is kept by nobody", async () => {
    const { clientId } = await world.anApp("web");
    const pages = [
      await visitor.get(link(clientId)),
      await visitor.get(link("1")),
      await visitor.get("/device"),
      await visitor.get("/device?user_code=X"),
      await aVisitor(world.url).get("/sign-in"),
    ];
    for (const { headers, body } of pages) {
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("base-uri 'none'");
      expect(policy).not.toMatch(/unsafe|script-src|\*/);
      const style = /<style>([\s\S]*?)<\/style>/.exec(body)?.[1] ?? "";
      expect(policy).toContain(`style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`);
      expect(body).not.toMatch(/<script|\son\w+=|\sstyle=|javascript:/i);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
    }
    expect(pages[0]?.headers.get("content-security-policy")).toContain(
      "form-action 'self' http://127.0.0.1:9;",
    );
    expect(pages[2]?.headers.get("content-security-policy")).toContain("form-action 'self';");
  });

  test("shows names as text, whatever is in them", async () => {
    const name = `"><img src=x onerror=alert(1)>'&amp;{{7*7}}`;
    const { clientId } = await world.anApp("web", {
      name,
      scope: { permissions: ["<b>bold</b>", "constructor"] },
    });
    const { body } = await visitor.get(link(clientId, { state: name }));
    expect(body).not.toContain("<img");
    expect(body).not.toContain("<b>");
    expect(unescaped(body)).toContain(`Allow ${name}?`);
    expect(body).toContain("<li>constructor</li>");
    const code = await visitor.get(`/device?user_code=${encodeURIComponent(name)}`);
    expect(code.body).not.toContain("<img");
  });

  test("speaks the browser's language, and the one that was chosen from then on", async () => {
    const chinese = await aVisitor(world.url, "zh-TW,zh;q=0.9,en;q=0.8").get("/sign-in");
    expect(chinese.body).toContain('<html lang="zh-CN">');
    expect(chinese.body).toContain("密码");
    const person = aVisitor(world.url, "fr,en;q=0.5");
    expect((await person.get("/sign-in")).body).toContain('<html lang="en">');
    expect((await person.get("/sign-in?lang=zh")).body).toContain('<html lang="zh-CN">');
    expect((await person.get("/sign-in")).body).toContain('<html lang="zh-CN">');
    expect((await person.get("/sign-in?lang=en")).body).toContain('<html lang="en">');
    expect((await person.get("/sign-in?lang=%3Cx%3E")).body).toContain('<html lang="en">');
  });

  test("refuses a request whose Host is none, instead of building links with it", async () => {
    for (const host of ["evil.example/x", "a b", "x@y", '"']) {
      const connection = await rawConnection(Number(new URL(world.url).port));
      connection.send(`GET /device HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
      expect((await connection.response()).status).toBe(400);
    }
  });
});

describe("behind a proxy", () => {
  let proxied: World;
  beforeAll(async () => {
    proxied = await openWorld(sqlite, { ANTIPHON_PUBLIC_URL: "https://antiphon.example/" });
  });
  afterAll(() => proxied?.close());

  test("links carry the public address, and cookies are only for HTTPS", async () => {
    const { clientId } = await proxied.anApp("device");
    const { body } = await ask(proxied.url, "/device/code", { client_id: clientId });
    expect(body["verification_uri"]).toBe("https://antiphon.example/device");
    const { user: person } = await proxied.aPerson();
    const entered = await aVisitor(proxied.url).signIn(person.name, PASSWORD);
    for (const cookie of entered.headers.getSetCookie()) expect(cookie).toMatch(/; Secure(;|$)/);
  });
});

function challengeBy(method: string): Record<string, string> {
  return { code_challenge: "c".repeat(43), code_challenge_method: method };
}
