import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FULL_SCOPE, type OAuthApp, type TokenScope, type User } from "../domain/access.ts";
import type { WorkspaceId } from "../domain/ids.ts";
import { openSqliteStore } from "../storage/sqlite/open.ts";
import type { Store } from "../storage/store.ts";
import { createOAuthApp, saveOAuthApp } from "./oauth-apps.ts";
import { exchangeCode, grantCode } from "./oauth-codes.ts";
import { decideDevice, findWaitingDevice, GuessThrottle, pollDevice, startDevice } from "./oauth-devices.ts";
import { refreshTokens } from "./oauth-grants.ts";
import { authenticateToken } from "./tokens.ts";
import { createUser } from "./users.ts";

const REDIRECT = "https://app.example/callback";
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

let store: Store;
let clock: Date;
let user: User;
const now = () => clock;
const pass = (milliseconds: number) => {
  clock = new Date(clock.getTime() + milliseconds);
};

beforeEach(async () => {
  clock = new Date("2026-03-01T08:00:00Z");
  store = await openSqliteStore({ path: ":memory:" });
  user = await createUser(store, { name: "ann", now: clock });
});
afterEach(() => store.close());

async function anApp(kind: "pkce" | "device", scope: TokenScope = FULL_SCOPE): Promise<OAuthApp> {
  const redirectUris = kind === "pkce" ? [REDIRECT] : [];
  const request = { kind, name: "App", ownerId: user.id, redirectUris, publicKeys: [], scope };
  return (await createOAuthApp({ store, now }, request)).app;
}

const aCode = (app: OAuthApp, scope: TokenScope = FULL_SCOPE) =>
  grantCode({ store, now }, { app, userId: user.id, redirectUri: REDIRECT, scope });
const exchange = (app: OAuthApp, code: string) =>
  exchangeCode({ store, now }, { app, code, redirectUri: REDIRECT, verifier: undefined });
const refresh = (app: OAuthApp, refreshToken = "") => refreshTokens({ store, now }, { app, refreshToken });
const callerOf = (accessToken: string) => authenticateToken({ store }, accessToken, clock);

describe("codes", () => {
  it("live five minutes", async () => {
    const app = await anApp("pkce");
    const [early, late] = [await aCode(app), await aCode(app)];
    pass(5 * MINUTE_MS - 1);
    await expect(exchange(app, early)).resolves.toHaveProperty("accessToken");
    pass(1);
    await expect(exchange(app, late)).rejects.toMatchObject({ code: "authorization_expired" });
  });

  it("used again after they expired still void what came of them", async () => {
    const app = await anApp("pkce");
    const code = await aCode(app);
    const { accessToken } = await exchange(app, code);
    pass(10 * MINUTE_MS);
    await expect(callerOf(accessToken)).resolves.toMatchObject({ user: { name: "ann" } });
    await expect(exchange(app, code)).rejects.toMatchObject({ code: "authorization_invalid" });
    await expect(callerOf(accessToken)).rejects.toMatchObject({ code: "credential_invalid" });
  });
});

describe("tokens of a grant", () => {
  it("end after 15 minutes, and can be renewed for 30 days", async () => {
    const app = await anApp("pkce");
    const first = await exchange(app, await aCode(app));
    expect(first.expiresAt.getTime() - clock.getTime()).toBe(15 * MINUTE_MS);
    pass(15 * MINUTE_MS);
    await expect(callerOf(first.accessToken)).rejects.toMatchObject({ code: "credential_invalid" });
    pass(29 * DAY_MS);
    const second = await refresh(app, first.refreshToken);
    await expect(callerOf(second.accessToken)).resolves.toMatchObject({ user: { name: "ann" } });
    pass(30 * DAY_MS);
    await expect(refresh(app, second.refreshToken)).rejects.toMatchObject({ code: "authorization_expired" });
  });

  it("never carry more than the person agreed to, nor than the app may have by now", async () => {
    const workspaceId = store.newId<WorkspaceId>();
    const app = await anApp("pkce", { permissions: ["chat", "uploadFile"] });
    const agreed = { permissions: ["chat", "uploadFile"], workspaceIds: [workspaceId] };
    const first = await exchange(app, await aCode(app, agreed));
    expect((await callerOf(first.accessToken)).token.scope).toEqual(agreed);
    await saveOAuthApp(store, { ...app, scope: { permissions: ["chat", "createBot"] } });
    const narrowed = { ...app, scope: { permissions: ["chat", "createBot"] } };
    const second = await refresh(narrowed, first.refreshToken);
    expect((await callerOf(second.accessToken)).token.scope).toEqual({
      permissions: ["chat"],
      workspaceIds: [workspaceId],
    });
  });

  it("are not renewed for a disabled user, but are when it is enabled again", async () => {
    const app = await anApp("pkce");
    const { refreshToken } = await exchange(app, await aCode(app));
    await store.users.save({ ...user, disabledAt: clock });
    await expect(refresh(app, refreshToken)).rejects.toMatchObject({ code: "authorization_invalid" });
    await store.users.save(user);
    await expect(refresh(app, refreshToken)).resolves.toHaveProperty("refreshToken");
  });

  it("of many renewals with one token at once none survives", async () => {
    const app = await anApp("pkce");
    const { refreshToken } = await exchange(app, await aCode(app));
    const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => refresh(app, refreshToken)));
    const granted = outcomes.filter((each) => each.status === "fulfilled");
    expect(granted).toHaveLength(1);
    await expect(refresh(app, granted[0]?.value.refreshToken)).rejects.toMatchObject({
      code: "authorization_invalid",
    });
  });
});

describe("devices", () => {
  const find = async (userCode: string, throttle = new GuessThrottle()) =>
    findWaitingDevice(
      { store, now, guessThrottle: throttle },
      { userCode, userId: user.id, address: "192.0.2.1" },
    );
  const decide = async (userCode: string, isApproved: boolean) => {
    const found = await find(userCode);
    if (found === undefined) throw new Error("no such device");
    const decision = { userId: user.id, isApproved, scope: FULL_SCOPE };
    return decideDevice({ store, now }, found.device, decision);
  };

  it("wait five minutes for a person; approval later than that is not possible, nor worth anything", async () => {
    const app = await anApp("device");
    const services = { store, now };
    const [one, other] = [
      await startDevice(services, { app, scope: app.scope }),
      await startDevice(services, { app, scope: app.scope }),
    ];
    pass(5 * MINUTE_MS - 1);
    expect(await decide(other.userCode, true)).toBe(true);
    pass(1);
    expect(await find(one.userCode)).toBeUndefined();
    for (const { deviceCode } of [one, other]) {
      await expect(pollDevice(services, { app, deviceCode })).rejects.toMatchObject({
        code: "authorization_expired",
      });
    }
  });

  it("that ask in time are told to wait, those that do not to wait longer, from then on", async () => {
    const app = await anApp("device");
    const { deviceCode } = await startDevice({ store, now }, { app, scope: app.scope });
    const ask = (afterMs: number) => {
      pass(afterMs);
      return pollDevice({ store, now }, { app, deviceCode }).catch((error) => error);
    };
    expect(await ask(0)).toMatchObject({ code: "authorization_pending" });
    expect(await ask(5_000)).toMatchObject({ code: "authorization_pending" });
    expect(await ask(4_600)).toMatchObject({ code: "authorization_pending" });
    expect(await ask(4_400)).toMatchObject({ code: "polling_too_fast", retryAfterSeconds: 10 });
    expect(await ask(5_000)).toMatchObject({ code: "polling_too_fast", retryAfterSeconds: 15 });
    expect(await ask(15_000)).toMatchObject({ code: "authorization_pending" });
  });

  it("may have had their person's approval the moment after they asked: it is given out at once", async () => {
    const app = await anApp("device");
    const { deviceCode, userCode } = await startDevice({ store, now }, { app, scope: app.scope });
    const poll = () => pollDevice({ store, now }, { app, deviceCode });
    await expect(poll()).rejects.toMatchObject({ code: "authorization_pending" });
    await decide(userCode, true);
    const { accessToken } = await poll();
    expect((await callerOf(accessToken)).user.name).toBe("ann");
  });

  it("are found however their code is typed, and by no part of it", async () => {
    const app = await anApp("device");
    const { userCode } = await startDevice({ store, now }, { app, scope: app.scope });
    const letters = userCode.replace("-", "");
    for (const typed of [
      userCode,
      letters,
      letters.toLowerCase(),
      ` ${letters.slice(0, 3)} ${letters.slice(3)} `,
    ]) {
      expect((await find(typed))?.app.id).toBe(app.id);
    }
    for (const typed of ["", letters.slice(1), `${letters}B`, "%%%%%%%%", "________"]) {
      expect(await find(typed)).toBeUndefined();
    }
  });

  it("cannot be found by guessing from one address with many accounts", async () => {
    const throttle = new GuessThrottle();
    const guess = (userId: number) =>
      findWaitingDevice(
        { store, now, guessThrottle: throttle },
        { userCode: "BCDFGHJK", userId: userId as User["id"], address: "192.0.2.1" },
      );
    for (let account = 0; account < 50; account++) expect(await guess(account)).toBeUndefined();
    await expect(guess(51)).rejects.toMatchObject({ code: "rate_limited" });
  });
});
