import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import {
  type AuthorizationCode,
  type DeviceAuthorization,
  FULL_SCOPE,
  type OAuthApp,
  type OAuthGrant,
  type TokenScope,
} from "../../domain/access.ts";
import type {
  AccessTokenId,
  AgentId,
  OAuthAppId,
  OAuthGrantId,
  UserId,
  WorkspaceId,
} from "../../domain/ids.ts";
import type { Store } from "../store.ts";
import { later, NOW } from "./factories.ts";

/** OAuth apps, grants with their refresh tokens, codes, devices, and ids of assertions. */
export function oauthConformance(shared: () => Store): void {
  appsAndGrants(shared);
  refreshTokens(shared);
  codes(shared);
  devices(shared);
  assertions(shared);
}

const hash = () => randomBytes(32).toString("hex");

async function anApp(store: Store, overrides: Partial<OAuthApp> = {}): Promise<OAuthApp> {
  const app: OAuthApp = {
    id: store.newId<OAuthAppId>(),
    kind: "web",
    name: "商城后台",
    ownerId: store.newId<UserId>(),
    redirectUris: ["https://shop.example/callback"],
    publicKeys: [],
    scope: FULL_SCOPE,
    createdAt: NOW,
    ...overrides,
  };
  await store.oauth.saveApp(app);
  return app;
}

async function aGrant(store: Store, app: OAuthApp, overrides: Partial<OAuthGrant> = {}): Promise<OAuthGrant> {
  const grant: OAuthGrant = {
    id: store.newId<OAuthGrantId>(),
    appId: app.id,
    userId: store.newId<UserId>(),
    scope: { permissions: ["chat"], agentIds: [store.newId<AgentId>()] },
    createdAt: NOW,
    ...overrides,
  };
  await store.oauth.saveGrant(grant);
  return grant;
}

function appsAndGrants(shared: () => Store): void {
  it("an OAuth app comes back as it was saved, changes with the next save, and is listed oldest first", async () => {
    const store = shared();
    const web = await anApp(store, { secretHash: hash() });
    const scope: TokenScope = { permissions: ["chat"], workspaceIds: [store.newId<WorkspaceId>()] };
    const signing = await anApp(store, {
      kind: "jwt",
      redirectUris: [],
      publicKeys: [{ fingerprint: "f-1", pem: "-----BEGIN PUBLIC KEY-----\n" }],
      scope,
    });
    expect(await store.oauth.findApp(web.id)).toEqual(web);
    expect(await store.oauth.findApp(signing.id)).toEqual(signing);
    const renamed = { ...web, name: "新后台", redirectUris: [], createdAt: NOW };
    await store.oauth.saveApp({ ...renamed, createdAt: later(60) });
    const listed = (await store.oauth.listApps()).filter(({ id }) => id === web.id || id === signing.id);
    expect(listed).toEqual([renamed, signing]);
    expect(await store.oauth.findApp(store.newId<OAuthAppId>())).toBeUndefined();
  });

  it("a revoked grant stays revoked since the first time", async () => {
    const store = shared();
    const grant = await aGrant(store, await anApp(store));
    expect(await store.oauth.findGrant(grant.id)).toEqual(grant);
    await store.oauth.revokeGrant(grant.id, later(1));
    await store.oauth.revokeGrant(grant.id, later(2));
    expect(await store.oauth.findGrant(grant.id)).toEqual({ ...grant, revokedAt: later(1) });
    expect(await store.oauth.findGrant(store.newId<OAuthGrantId>())).toBeUndefined();
  });

  it("a disabled app loses its grants and their access tokens, others keep theirs", async () => {
    const store = shared();
    const app = await anApp(store);
    const [grant, other] = [await aGrant(store, app), await aGrant(store, await anApp(store))];
    const tokenHash = hash();
    const userId = grant.userId;
    await store.users.save({ id: userId, name: `u-${userId}`, nickname: "", avatarUrl: "", createdAt: NOW });
    await store.tokens.save({
      id: store.newId<AccessTokenId>(),
      tokenHash,
      kind: "oauth-user",
      userId,
      name: "",
      scope: grant.scope,
      sessionName: "",
      grantId: grant.id,
      createdAt: NOW,
    });
    expect((await store.tokens.findCaller(tokenHash))?.token.revokedAt).toBeUndefined();
    expect(await store.oauth.disableApp(app.id, later(5))).toBe(true);
    expect(await store.oauth.disableApp(app.id, later(6))).toBe(false);
    expect((await store.oauth.findApp(app.id))?.disabledAt).toEqual(later(5));
    expect((await store.tokens.findCaller(tokenHash))?.token.revokedAt).toEqual(later(5));
    expect((await store.oauth.findGrant(other.id))?.revokedAt).toBeUndefined();

    // A standing grant comes back with its app; what it had given out does not.
    await store.oauth.saveApp(app);
    await store.oauth.saveGrant(grant);
    expect((await store.tokens.findCaller(tokenHash))?.token.revokedAt).toEqual(later(5));
  });
}

function refreshTokens(shared: () => Store): void {
  it("of many uses of a refresh token at once exactly one is the first", async () => {
    const store = shared();
    const grant = await aGrant(store, await anApp(store));
    const tokenHash = hash();
    const expiresAt = later(3600);
    await store.oauth.saveRefreshToken({ tokenHash, grantId: grant.id, createdAt: NOW, expiresAt });
    const uses = await Promise.all(
      Array.from({ length: 8 }, () => store.oauth.useRefreshToken(tokenHash, later(1))),
    );
    expect(uses.filter((use) => use?.isFirstUse === true)).toEqual([{ grant, expiresAt, isFirstUse: true }]);
    expect(uses.filter((use) => use?.isFirstUse === false)).toHaveLength(7);
    expect(await store.oauth.useRefreshToken(hash(), NOW)).toBeUndefined();
  });

  it("expired refresh tokens are forgotten when a new one is kept", async () => {
    const store = shared();
    const grant = await aGrant(store, await anApp(store));
    const [old, fresh] = [hash(), hash()];
    const token = { grantId: grant.id, createdAt: NOW };
    await store.oauth.saveRefreshToken({ ...token, tokenHash: old, expiresAt: later(1) });
    await store.oauth.saveRefreshToken({
      grantId: grant.id,
      tokenHash: fresh,
      createdAt: later(1),
      expiresAt: later(9),
    });
    expect(await store.oauth.useRefreshToken(old, later(1))).toBeUndefined();
    expect(await store.oauth.useRefreshToken(fresh, later(1))).toMatchObject({ isFirstUse: true });
  });
}

function codes(shared: () => Store): void {
  const aCode = (store: Store, app: OAuthApp, overrides: Partial<AuthorizationCode> = {}) => ({
    codeHash: hash(),
    appId: app.id,
    userId: store.newId<UserId>(),
    redirectUri: "https://shop.example/callback",
    challenge: { method: "S256" as const, value: "c".repeat(43) },
    scope: FULL_SCOPE,
    createdAt: NOW,
    expiresAt: later(300),
    ...overrides,
  });

  it("an authorization code can be read without being spent, and comes back as it was saved", async () => {
    const store = shared();
    const code = aCode(store, await anApp(store));
    const { challenge: _, ...bare } = aCode(store, await anApp(store));
    await store.oauth.saveCode(code);
    await store.oauth.saveCode(bare);
    expect(await store.oauth.findCode(code.codeHash)).toEqual(code);
    expect(await store.oauth.findCode(code.codeHash)).toEqual(code);
    expect(await store.oauth.findCode(bare.codeHash)).toEqual(bare);
    expect(await store.oauth.findCode(hash())).toBeUndefined();
  });

  it("of many uses of a code at once one wins, and the others hear of its grant", async () => {
    const store = shared();
    const code = aCode(store, await anApp(store));
    await store.oauth.saveCode(code);
    const grantIds = Array.from({ length: 8 }, () => store.newId<OAuthGrantId>());
    const uses = await Promise.all(grantIds.map((id) => store.oauth.useCode(code.codeHash, id, later(1))));
    const winner = uses.findIndex((use) => use.isFirstUse);
    expect(uses.filter((use) => use.isFirstUse)).toHaveLength(1);
    for (const [index, use] of uses.entries()) {
      if (index !== winner) expect(use).toEqual({ isFirstUse: false, grantId: grantIds[winner] });
    }
  });

  it("an unknown code cannot be spent", async () => {
    const store = shared();
    const spending = store.oauth.useCode(hash(), store.newId<OAuthGrantId>(), NOW);
    await expect(spending).rejects.toMatchObject({ code: "authorization_invalid" });
  });

  it("a spent code is remembered for a day after it expired", async () => {
    const store = shared();
    const app = await anApp(store);
    const code = aCode(store, app);
    await store.oauth.saveCode(code);
    await store.oauth.saveCode(aCode(store, app, { createdAt: later(86_000) }));
    expect(await store.oauth.findCode(code.codeHash)).toEqual(code);
    await store.oauth.saveCode(aCode(store, app, { createdAt: later(86_701) }));
    expect(await store.oauth.findCode(code.codeHash)).toBeUndefined();
  });
}

function devices(shared: () => Store): void {
  const aDevice = (
    store: Store,
    app: OAuthApp,
    overrides: Partial<DeviceAuthorization> = {},
  ): DeviceAuthorization => ({
    deviceCodeHash: hash(),
    userCode: `CODE-${store.newId()}`,
    appId: app.id,
    scope: FULL_SCOPE,
    decision: "pending",
    intervalSeconds: 5,
    createdAt: NOW,
    expiresAt: later(300),
    ...overrides,
  });

  it("a waiting device is found by either code and remembers how often it may ask", async () => {
    const store = shared();
    const device = aDevice(store, await anApp(store));
    await store.oauth.saveDevice(device);
    expect(await store.oauth.findDevice(device.deviceCodeHash)).toEqual(device);
    expect(await store.oauth.findDeviceByUserCode(device.userCode)).toEqual(device);
    await store.oauth.markPolled(device.deviceCodeHash, later(2), 10);
    expect(await store.oauth.findDevice(device.deviceCodeHash)).toEqual({
      ...device,
      polledAt: later(2),
      intervalSeconds: 10,
    });
    expect(await store.oauth.findDevice(hash())).toBeUndefined();
    expect(await store.oauth.findDeviceByUserCode("CODE-0")).toBeUndefined();
  });

  it("a user code stands for one living device; an expired one makes room", async () => {
    const store = shared();
    const app = await anApp(store);
    const first = aDevice(store, app);
    await store.oauth.saveDevice(first);
    const twin = aDevice(store, app, { userCode: first.userCode, createdAt: later(299) });
    await expect(store.oauth.saveDevice(twin)).rejects.toMatchObject({ code: "request_invalid" });
    expect(await store.oauth.findDeviceByUserCode(first.userCode)).toEqual(first);
    const next = { ...twin, createdAt: later(300), expiresAt: later(600) };
    await store.oauth.saveDevice(next);
    expect(await store.oauth.findDeviceByUserCode(first.userCode)).toEqual(next);
    expect(await store.oauth.findDevice(first.deviceCodeHash)).toBeUndefined();
  });

  it("a device is decided once, and its approval used once, however many try at once", async () => {
    const store = shared();
    const { deviceCodeHash } = aDevice(store, await anApp(store));
    const device = aDevice(store, await anApp(store), { deviceCodeHash });
    await store.oauth.saveDevice(device);
    const userId = store.newId<UserId>();
    const scope = { permissions: ["chat"], workspaceIds: [store.newId<WorkspaceId>()] };
    const approve = { deviceCodeHash, from: "pending", to: "approved", userId, scope } as const;
    expect(await store.oauth.decideDevice(approve)).toBe(true);
    expect(await store.oauth.decideDevice({ ...approve, to: "denied" })).toBe(false);
    expect(await store.oauth.findDevice(deviceCodeHash)).toMatchObject({
      decision: "approved",
      userId,
      scope,
    });
    const uses = await Promise.all(
      Array.from({ length: 8 }, () =>
        store.oauth.decideDevice({ deviceCodeHash, from: "approved", to: "used" }),
      ),
    );
    expect(uses.filter(Boolean)).toHaveLength(1);
    expect(await store.oauth.findDevice(deviceCodeHash)).toMatchObject({ decision: "used", userId, scope });
  });
}

function assertions(shared: () => Store): void {
  it("an assertion's id is used once per app, however many try at once, until it has expired", async () => {
    const store = shared();
    const [app, other] = [await anApp(store), await anApp(store)];
    const use = (id: OAuthAppId, now: Date) => store.oauth.useAssertion(id, "jti-1", later(60), now);
    const uses = await Promise.all(Array.from({ length: 8 }, () => use(app.id, NOW)));
    expect(uses.filter(Boolean)).toHaveLength(1);
    expect(await use(other.id, NOW)).toBe(true);
    expect(await use(app.id, later(59))).toBe(false);
    expect(await use(app.id, later(60))).toBe(true);
  });
}
