import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { User } from "../../../src/domain/access.ts";
import { engines, type TestEngine } from "../../support/engines.ts";
import { rawConnection } from "../../support/raw-http-client.ts";
import { ask } from "./token-client.ts";
import { aVisitor, unescaped, type Visitor } from "./visitor.ts";
import { consentLink, openWorld, PASSWORD, type World } from "./world.ts";

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

describe("every page", () => {
  test("may not be framed, runs no scripts, takes only its own style, and is kept by nobody", async () => {
    const { clientId } = await world.anApp("web");
    const pages = [
      await visitor.get(consentLink(clientId)),
      await visitor.get(consentLink("1")),
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
    const { body } = await visitor.get(consentLink(clientId, { state: name }));
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
