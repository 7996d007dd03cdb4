import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { User } from "../domain/access.ts";
import { openSqliteStore } from "../storage/sqlite/open.ts";
import type { Store } from "../storage/store.ts";
import { findSession, SignInThrottle, signIn, signOut } from "./sign-in.ts";
import { cheapHash } from "./testing/cheap-hash.ts";
import { siteOf } from "./throttle.ts";
import { changePassword, createUser, disableUser, enableUser } from "./users.ts";

const NOW = new Date("2026-03-01T08:00:00Z");
const PASSWORD = "correct horse";

let store: Store;
let throttle: SignInThrottle;
let ann: User;
beforeEach(async () => {
  store = await openSqliteStore({ path: ":memory:" });
  onTestFinished(() => store.close());
  throttle = new SignInThrottle();
  ann = await createUser(store, { name: "ann", passwordHash: cheapHash(PASSWORD), now: NOW });
});

function attempt(password: string, { name = "ann", address = "192.0.2.1" } = {}) {
  return signIn({ store, throttle, now: () => NOW }, { name, password, address });
}

const wrong = { code: "credential_invalid" };

function hoursLater(hours: number): Date {
  return new Date(NOW.getTime() + hours * 3_600_000);
}

describe("signing in", () => {
  it("gives a session that finds the user until it expires, and stores only its hash", async () => {
    const { user, session, expiresAt } = await attempt(PASSWORD);
    expect(user).toEqual(ann);
    expect(Buffer.from(session, "base64url")).toHaveLength(32);
    expect(expiresAt).toEqual(hoursLater(12));
    expect(await findSession(store, session, NOW)).toEqual(ann);
    expect(await findSession(store, session, hoursLater(12))).toBeUndefined();
    expect(await store.users.findSignIn(session, NOW)).toBeUndefined();
  });

  it("gives another session each time, and signing out ends only that one", async () => {
    const [one, other] = [await attempt(PASSWORD), await attempt(PASSWORD)];
    expect(one.session).not.toBe(other.session);
    await signOut(store, one.session);
    expect(await findSession(store, one.session, NOW)).toBeUndefined();
    expect(await findSession(store, other.session, NOW)).toEqual(ann);
  });

  it("refuses wrong passwords, unknown names, disabled users and users without a password alike", async () => {
    await createUser(store, { name: "bob", now: NOW });
    const messages = new Set<string>();
    const refuse = async (attempted: Promise<unknown>) => {
      const error: Error = await attempted.then(
        () => new Error("signed in"),
        (reason) => reason,
      );
      expect(error).toMatchObject(wrong);
      messages.add(error.message);
    };
    await refuse(attempt("wrong horse"));
    await refuse(attempt(PASSWORD, { name: "nobody" }));
    await refuse(attempt("", { name: "bob" }));
    await refuse(attempt(PASSWORD, { name: "ann\u0000" }));
    await disableUser(store, ann.id, NOW);
    await refuse(attempt(PASSWORD));
    expect(messages.size).toBe(1);
  });

  it("a disabled user is signed out, and stays so when let in again", async () => {
    const { session } = await attempt(PASSWORD);
    await disableUser(store, ann.id, NOW);
    expect(await findSession(store, session, NOW)).toBeUndefined();
    await enableUser(store, ann.id);
    expect(await findSession(store, session, NOW)).toBeUndefined();
    await attempt(PASSWORD);
  });

  it("another password signs out every browser and replaces the first", async () => {
    const { session } = await attempt(PASSWORD);
    await changePassword(store, ann.id, "battery staple");
    expect(await findSession(store, session, NOW)).toBeUndefined();
    await expect(attempt(PASSWORD)).rejects.toMatchObject(wrong);
    await attempt("battery staple");
  });
});

describe("guessing", () => {
  it("ten wrong passwords close a name for everybody, and no other name", async () => {
    const attempts = Array.from({ length: 10 }, (_, index) =>
      attempt("wrong horse", { address: `192.0.2.${index}` }),
    );
    for (const { reason } of (await Promise.allSettled(attempts)) as PromiseRejectedResult[]) {
      expect(reason).toMatchObject(wrong);
    }
    const closed = attempt(PASSWORD, { address: "198.51.100.7" });
    await expect(closed).rejects.toMatchObject({ code: "rate_limited" });
    await expect(closed.catch((error) => error.retryAfterSeconds)).resolves.toBeGreaterThan(0);
    await createUser(store, { name: "bob", passwordHash: cheapHash(PASSWORD), now: NOW });
    await attempt(PASSWORD, { name: "bob" });
  });

  it("good passwords do not count", async () => {
    for (let count = 0; count < 60; count++) await attempt(PASSWORD);
  });

  it("fifty attempts from one site close it for every name", async () => {
    for (let count = 0; count < 50; count++) await throttle.sites.take(siteOf("2001:db8:1:2::1"));
    const sameSite = attempt(PASSWORD, { address: "2001:db8:1:2:ffff::9" });
    await expect(sameSite).rejects.toMatchObject({ code: "rate_limited" });
    await attempt(PASSWORD, { address: "2001:db8:1:3::1" });
  });

  it("from everywhere at once waits in a line that is no longer than fifty", async () => {
    const attempts: Promise<unknown>[] = [];
    for (let count = 0; count < 55; count++) {
      await createUser(store, { name: `u-${count}`, passwordHash: cheapHash(PASSWORD), now: NOW });
    }
    for (let count = 0; count < 55; count++) {
      attempts.push(attempt(PASSWORD, { name: `u-${count}`, address: `198.51.100.${count}` }));
    }
    const outcomes = await Promise.allSettled(attempts);
    const refused = outcomes.filter((outcome) => outcome.status === "rejected");
    expect(refused).toHaveLength(5);
    expect(refused[0]?.reason).toMatchObject({ code: "rate_limited" });
    await attempt(PASSWORD);
  });

  it("an IPv4 address written as IPv6 is the same site", () => {
    expect(siteOf("::ffff:192.0.2.1")).toBe(siteOf("192.0.2.1"));
    expect(siteOf("192.0.2.2")).not.toBe(siteOf("192.0.2.1"));
    expect(siteOf("no address")).toBe("no address");
  });
});

describe("users", () => {
  it.each(["", " ann", "a\u0000b", "a\nb", "x".repeat(101)])("cannot be called %j", async (name) => {
    await expect(createUser(store, { name, now: NOW })).rejects.toMatchObject({
      code: "request_invalid",
      field: "name",
    });
  });

  it("cannot take a name that is taken", async () => {
    await expect(createUser(store, { name: "ann", now: NOW })).rejects.toMatchObject({
      code: "request_invalid",
      message: "there is a user ann already",
    });
    expect(await store.users.list()).toEqual([ann]);
  });
});
