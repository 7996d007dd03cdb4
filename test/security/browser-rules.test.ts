import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSite } from "../e2e/share/share-world.ts";
import { startBrowser } from "../support/chromium.ts";
import { type ConsoleWorld, openConsole, PASSWORD } from "../support/console-browser.ts";
import { engines } from "../support/engines.ts";

/** What scripts of other sites may be told to read or send. */
const CORS_HEADERS = ["access-control-allow-origin", "access-control-allow-credentials"];

describe("what browsers are told", () => {
  let world: ConsoleWorld;
  let browser: Browser;
  let url: string;
  let cookie: string;
  let csrfToken: string;

  beforeAll(async () => {
    const [engine] = engines;
    if (engine === undefined) throw new Error("there is no engine");
    world = await openConsole(engine, {
      file: {
        models: [{ name: "m", provider: "extractive" }],
        agents: [{ slug: "shop", name: "Shop", prompt: "Be brief.", channels: ["api"] }],
      },
    });
    browser = await startBrowser();
    url = world.server.url;
    const response = await fetch(`${url}/api/session`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: world.owner.name, password: PASSWORD }),
    });
    cookie = response.headers.get("set-cookie") ?? "";
    csrfToken = ((await response.json()) as { csrfToken: string }).csrfToken;
  });
  afterAll(async () => {
    await browser?.close();
    await world?.close();
  });

  const post = (headers: Record<string, string>) =>
    fetch(`${url}/api/agents`, {
      method: "POST",
      headers: { cookie: cookie.split(";")[0] ?? "", "content-type": "application/json", ...headers },
      body: JSON.stringify({ name: "Made" }),
    });
  const aLink = async (origins: string[]) => {
    const [agent] = await world.server.store.agents.list(world.workspace.id);
    const response = await fetch(`${url}/api/agents/${agent?.id}/share-links`, {
      method: "POST",
      headers: { cookie: cookie.split(";")[0] ?? "", "x-csrf-token": csrfToken },
      body: JSON.stringify({ origins }),
    });
    return (await response.json()) as { path: string };
  };

  test("the session's cookie is out of reach of scripts and of forms of other sites", () => {
    expect(cookie).toMatch(/^antiphon_session=/);
    expect(cookie).toMatch(/; HttpOnly/i);
    expect(cookie).toMatch(/; SameSite=Lax/i);
    expect(cookie).not.toMatch(/SameSite=None/i);
  });

  test("a session changes nothing without the token of its page, or for a page of another site", async () => {
    expect((await post({})).status).toBe(403);
    expect((await post({ "x-csrf-token": "x".repeat(43) })).status).toBe(403);
    expect((await post({ "x-csrf-token": csrfToken, "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect((await post({ "x-csrf-token": csrfToken })).status).toBe(200);
  });

  test.each([
    "/api/session",
    "/api/agents",
    "/api/openapi.json",
    "/console/",
    "/share/embed.js",
    "/share/none",
    "/share/api/none/visitor",
  ])("pages of other sites may read nothing at %s", async (path) => {
    const origin = "https://other.example";
    const read = await fetch(url + path, { headers: { origin, cookie: cookie.split(";")[0] ?? "" } });
    const asked = await fetch(url + path, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "x-csrf-token",
      },
    });
    for (const name of CORS_HEADERS) {
      expect([name, read.headers.get(name), asked.headers.get(name)]).toEqual([name, null, null]);
    }
  });

  test("the console runs no script but its own, and stands in no frame", async () => {
    const { headers } = await fetch(`${url}/console/agents`);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(headers.get("cache-control")).toBe("no-store");
    const again = (await fetch(`${url}/console/agents`)).headers.get("content-security-policy");
    expect(again).not.toBe(policy);
  });

  test("a share page stands only in pages of the origins that its link names", async () => {
    const site = await openSite("");
    const [open, closed, anywhere] = [await aLink([site.origin]), await aLink([]), await aLink(["*"])];
    const frames = [open, closed, anywhere].map(({ path }) => `<iframe src="${url}${path}"></iframe>`);
    site.server.removeAllListeners("request");
    site.server.on("request", (_request, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end(`<!doctype html>${frames.join("")}`);
    });
    try {
      const page = await (await browser.newContext()).newPage();
      await page.goto(site.origin);
      const heads = await Promise.all(
        page
          .frames()
          .slice(1)
          .map((frame) => frame.getByRole("heading", { name: "Shop" }).count()),
      );
      await page.frameLocator("iframe >> nth=0").getByRole("heading", { name: "Shop" }).waitFor();
      await page.frameLocator("iframe >> nth=2").getByRole("heading", { name: "Shop" }).waitFor();
      expect(heads).toHaveLength(3);
      expect(await page.frames()[2]?.getByRole("heading", { name: "Shop" }).count()).toBe(0);
    } finally {
      site.server.close();
    }
  });

  test.each([
    "javascript:alert(1)",
    "https://shop.example/path",
    "shop.example",
    "https://a.example; script-src *",
    "*.example",
  ])("%s is no origin that may embed", async (origin) => {
    const [agent] = await world.server.store.agents.list(world.workspace.id);
    const response = await fetch(`${url}/api/agents/${agent?.id}/share-links`, {
      method: "POST",
      headers: { cookie: cookie.split(";")[0] ?? "", "x-csrf-token": csrfToken },
      body: JSON.stringify({ origins: [origin] }),
    });
    expect(response.status).toBe(400);
    expect(((await response.json()) as { error: { field: string } }).error.field).toBe("origins");
  });
});
