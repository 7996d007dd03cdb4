import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  getDeviceCode,
  getDeviceToken,
  getJWTToken,
  getPKCEAuthenticationUrl,
  getPKCEOAuthToken,
  getWebAuthenticationUrl,
  getWebOAuthToken,
  refreshOAuthToken,
} from "@coze/api";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBrowser } from "../../support/chromium.ts";
import { engines } from "../../support/engines.ts";
import { openWorld, PASSWORD, type World } from "./world.ts";

let browser: Browser;
let callback: Server;
let callbackUrl: string;

beforeAll(async () => {
  browser = await startBrowser();
  callback = createServer((_request, response) => response.end("back at the app"));
  callback.listen(0, "127.0.0.1");
  await once(callback, "listening");
  callbackUrl = `http://127.0.0.1:${(callback.address() as AddressInfo).port}/callback`;
});

afterAll(async () => {
  await browser?.close();
  callback?.close();
});

/** A page of a browser nobody is signed in with. */
async function aPage(language = "en-GB"): Promise<Page> {
  const context = await browser.newContext({ locale: language, viewport: { width: 320, height: 640 } });
  return context.newPage();
}

async function signIn(page: Page, name: string): Promise<void> {
  await page.getByLabel("User name").fill(name);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** The query that the person is sent back to the app with. */
async function backAtApp(page: Page): Promise<Record<string, string>> {
  await page.waitForURL(`${callbackUrl}?**`);
  return Object.fromEntries(new URL(page.url()).searchParams);
}

const inMinutes = (seconds: number | undefined) => ((seconds ?? 0) * 1_000 - Date.now()) / 60_000;

describe.each(engines)("@coze/api with a person at a browser, on $name", { timeout: 60_000 }, (engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine);
  });
  afterAll(() => world?.close());

  test("web: the person signs in, sees who asks for what, allows it, and the app gets and refreshes tokens", async () => {
    const { user, workspace } = await world.aPerson("wang");
    const { clientId, clientSecret } = await world.anApp("web", {
      redirectUris: [callbackUrl],
      scope: { permissions: ["all"] },
    });
    const page = await aPage();
    const state = "s t/a?t&e=测试#1";
    await page.goto(
      getWebAuthenticationUrl({ baseURL: world.url, clientId, redirectUrl: callbackUrl, state }),
    );
    await signIn(page, user.name);
    await expect(page.getByRole("heading", { level: 1 }).textContent()).resolves.toBe("Allow 商城后台?");
    const text = await page.getByRole("main").textContent();
    for (const told of [workspace.name, user.nickname, "do everything your account may do"]) {
      expect(text).toContain(told);
    }
    await page.getByRole("button", { name: "Allow" }).click();
    const { code = "", ...rest } = await backAtApp(page);
    expect(rest).toEqual({ state });

    const config = { baseURL: world.url, clientId, clientSecret };
    const token = await getWebOAuthToken({ ...config, code, redirectUrl: callbackUrl });
    expect(token.access_token).toMatch(/^czu_/);
    expect(inMinutes(token.expires_in)).toBeCloseTo(15, 0);
    expect(await world.whoIs(token.access_token)).toBe(user.nickname);

    const next = await refreshOAuthToken({ ...config, refreshToken: token.refresh_token });
    expect(next.access_token).not.toBe(token.access_token);
    expect(next.refresh_token).not.toBe(token.refresh_token);
    expect(await world.whoIs(next.access_token)).toBe(user.nickname);
  });

  test("PKCE: the next app needs no second sign-in, and a denial is told to it", async () => {
    const { user, workspace } = await world.aPerson();
    const { clientId } = await world.anApp("pkce", { redirectUris: [callbackUrl] });
    const page = await aPage();
    const config = { baseURL: world.url, clientId, redirectUrl: callbackUrl, state: "7" };
    const { url, codeVerifier } = await getPKCEAuthenticationUrl(config);
    await page.goto(url);
    await signIn(page, user.name);
    await page.getByRole("button", { name: "Deny" }).click();
    expect(await backAtApp(page)).toEqual({ error: "access_denied", state: "7" });

    const workspaceId = String(workspace.id);
    for (const again of [{ url, codeVerifier }, await getPKCEAuthenticationUrl({ ...config, workspaceId })]) {
      await page.goto(again.url);
      await page.getByRole("button", { name: "Allow" }).click();
      const { code = "" } = await backAtApp(page);
      const token = await getPKCEOAuthToken({ ...config, code, codeVerifier: again.codeVerifier });
      expect(await world.whoIs(token.access_token)).toBe(user.nickname);
      const refreshToken = token.refresh_token;
      const next = await refreshOAuthToken({ baseURL: world.url, clientId, refreshToken });
      expect(await world.whoIs(next.access_token)).toBe(user.nickname);
    }
  });

  test("PKCE with the plain method works as well", async () => {
    const { user } = await world.aPerson();
    const { clientId } = await world.anApp("pkce", { redirectUris: [callbackUrl] });
    const page = await aPage();
    const address = new URL("/api/permission/oauth2/authorize", world.url);
    const verifier = "0123456789abcdef";
    address.search = new URLSearchParams({
      response_type: "code",
      client_id: clientId,
      redirect_uri: callbackUrl,
      code_challenge: verifier,
      code_challenge_method: "plain",
    }).toString();
    await page.goto(address.toString());
    await signIn(page, user.name);
    await page.getByRole("button", { name: "Allow" }).click();
    const { code = "", ...rest } = await backAtApp(page);
    expect(rest).toEqual({});
    const config = { baseURL: world.url, clientId, redirectUrl: callbackUrl };
    const token = await getPKCEOAuthToken({ ...config, code, codeVerifier: verifier });
    expect(await world.whoIs(token.access_token)).toBe(user.nickname);
  });

  test("device: it polls while the person compares the code and allows it in Chinese", async () => {
    const { user, workspace } = await world.aPerson();
    const { clientId } = await world.anApp("device");
    const config = { baseURL: world.url, clientId };
    const device = await getDeviceCode({ ...config, workspaceId: String(workspace.id) });
    expect(device).toMatchObject({
      verification_uri: `${world.url}/device`,
      user_code: expect.stringMatching(/^[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}$/),
      expires_in: 300,
      interval: 5,
    });
    const waiting = getDeviceToken({ ...config, deviceCode: device.device_code, poll: true });

    const page = await aPage("zh-CN");
    await page.goto(`${device.verification_uri}?user_code=${device.user_code}`);
    await page.getByLabel("用户名").fill(user.name);
    await page.getByLabel("密码").fill(PASSWORD);
    await page.getByRole("button", { name: "登录" }).click();
    const text = await page.getByRole("main").textContent();
    expect(text).toContain(device.user_code);
    expect(text).toContain(workspace.name);
    await page.getByRole("button", { name: "同意授权" }).click();
    expect(await page.getByRole("status").textContent()).toBe(
      "设备已连接。你可以关闭此页面，回到设备上继续。",
    );

    const token = await waiting;
    expect(await world.whoIs(token.access_token)).toBe(user.nickname);
    const next = await refreshOAuthToken({ ...config, refreshToken: token.refresh_token });
    expect(await world.whoIs(next.access_token)).toBe(user.nickname);
  });

  test("device: the person types the code by hand, denies it, and the device hears so", async () => {
    const { user } = await world.aPerson();
    const { clientId } = await world.anApp("device");
    const config = { baseURL: world.url, clientId };
    const device = await getDeviceCode(config);
    const deviceCode = device.device_code;
    await expect(getDeviceToken({ ...config, deviceCode })).rejects.toMatchObject({
      status: 400,
      rawError: { error: "authorization_pending", error_code: "authorization_pending" },
    });
    const page = await aPage();
    await page.goto(device.verification_uri);
    await signIn(page, user.name);
    await page.getByLabel("Code").fill(device.user_code.toLowerCase().replace("-", " "));
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByRole("button", { name: "Deny" }).click();
    await expect(getDeviceToken({ ...config, deviceCode })).rejects.toMatchObject({
      rawError: { error: "access_denied" },
    });
  });

  test("JWT: an app signs for its owner, for a session, for a chosen time and for an account", async () => {
    const { user, workspace } = await world.aPerson();
    const { clientId: appId, keyId: keyid, privateKey } = await world.aSigningApp(user);
    const config = { baseURL: world.url, appId, aud: world.host, keyid, privateKey };
    const token = await getJWTToken({ ...config, sessionName: "u-42" });
    expect(token).not.toHaveProperty("refresh_token");
    expect(token.access_token).toMatch(/^czs_/);
    expect(inMinutes(token.expires_in)).toBeCloseTo(15, 0);
    expect(await world.whoIs(token.access_token)).toBe(user.nickname);
    const [stored] = await world.store.tokens.list(user.id);
    expect(stored).toMatchObject({ kind: "oauth-jwt", sessionName: "u-42", scope: { permissions: ["all"] } });

    const long = await getJWTToken({ ...config, durationSeconds: 86_399 });
    expect(inMinutes(long.expires_in)).toBeCloseTo(24 * 60, 0);
    for (const accountId of [String(user.id), String(workspace.id)]) {
      const { access_token: accountToken } = await getJWTToken({ ...config, accountId });
      expect(await world.whoIs(accountToken)).toBe(user.nickname);
    }
    const latest = (await world.store.tokens.list(user.id)).at(-1);
    expect(latest?.scope).toEqual({ permissions: ["all"], workspaceIds: [workspace.id] });
  });

  test("JWT: a scope that only lets chat with one agent makes such a token", async () => {
    const { user } = await world.aPerson();
    const { clientId: appId, keyId: keyid, privateKey } = await world.aSigningApp(user);
    const scope = {
      account_permission: { permission_list: ["Connector.botChat"] },
      attribute_constraint: { connector_bot_chat_attribute: { bot_id_list: ["123456789"] } },
    };
    await getJWTToken({ baseURL: world.url, appId, aud: world.host, keyid, privateKey, scope });
    const [stored] = await world.store.tokens.list(user.id);
    expect(stored?.scope.agentIds).toEqual([123456789]);
    expect(stored?.scope.permissions).toContain("chat");
    expect(stored?.scope.permissions).not.toContain("all");
  });
});
