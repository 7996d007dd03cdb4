import { randomBytes } from "node:crypto";
import { hashKey } from "../config/secrets.ts";
import type { User } from "../domain/access.ts";
import { DomainError } from "../domain/errors.ts";
import type { Store } from "../storage/store.ts";
import { verifyPassword } from "./passwords.ts";
import { siteOf, Throttle } from "./throttle.ts";
import { isUserName } from "./users.ts";

const SESSION_BYTES = 32;
const SESSION_HOURS = 12;
const WINDOW_SECONDS = 15 * 60;
const ATTEMPTS_PER_NAME = 10;
const ATTEMPTS_PER_SITE = 50;
const WAITING_LIMIT = 50;

/** Counts attempts to sign in, by name and by where they come from. One for the whole process. */
export class SignInThrottle {
  readonly names = new Throttle({ attempts: ATTEMPTS_PER_NAME, windowSeconds: WINDOW_SECONDS });
  readonly sites = new Throttle({ attempts: ATTEMPTS_PER_SITE, windowSeconds: WINDOW_SECONDS });
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Checks one password after another: each takes a thread of the few that also flush the disk, and much memory.
   * Rejects with `rate_limited` when too many wait.
   */
  async verify(password: string, hash: string | undefined): Promise<boolean> {
    if (this.#waiting >= WAITING_LIMIT) {
      throw new DomainError("rate_limited", "too many come in at once; try again", { retryAfterSeconds: 10 });
    }
    this.#waiting += 1;
    const verified = this.#last.then(() => verifyPassword(password, hash));
    this.#last = verified
      .catch(() => undefined)
      .finally(() => {
        this.#waiting -= 1;
      });
    return verified;
  }
}

/** A browser that has just signed in. `session` goes into its cookie and is known to nobody else. */
export interface SignIn {
  user: User;
  session: string;
  expiresAt: Date;
}

/**
 * Signs a browser in. Rejects with `credential_invalid` for every wrong pair, in the same time whether the name
 * exists, is disabled or has no password; with `rate_limited` after too many attempts with the name (10 in a quarter
 * of an hour) or from `address` (50). Good ones do not count.
 */
export async function signIn(
  services: { store: Pick<Store, "users" | "flushed">; throttle: SignInThrottle; now?: () => Date },
  { name, password, address }: { name: string; password: string; address: string },
): Promise<SignIn> {
  const { store, throttle, now = () => new Date() } = services;
  // Hashed, so that what is kept of a name is never longer than this.
  const [nameKey, site] = [hashKey(name), siteOf(address)];
  await throttle.sites.take(site);
  await throttle.names.take(nameKey);
  const user = isUserName(name) ? await store.users.findByName(name) : undefined;
  const isRight = await throttle.verify(password, user?.passwordHash);
  if (user === undefined || !isRight || user.disabledAt !== undefined) {
    throw new DomainError("credential_invalid", "the name or the password is wrong");
  }
  await Promise.all([throttle.sites.giveBack(site), throttle.names.giveBack(nameKey)]);
  return openSession(store, user, now());
}

/** Signs a browser in whose user is known by other means. */
export async function openSession(
  store: Pick<Store, "users" | "flushed">,
  user: User,
  createdAt: Date,
): Promise<SignIn> {
  const session = randomBytes(SESSION_BYTES).toString("base64url");
  const expiresAt = new Date(createdAt.getTime() + SESSION_HOURS * 3_600_000);
  await store.users.saveSignIn({ sessionHash: hashKey(session), userId: user.id, createdAt, expiresAt });
  await store.flushed();
  return { user, session, expiresAt };
}

/** The enabled user who signed in with this cookie value; undefined when nobody did, or not any more. */
export function findSession(
  { users }: Pick<Store, "users">,
  session: string,
  now: Date,
): Promise<User | undefined> {
  return users.findSignIn(hashKey(session), now);
}

/** Ends it for good; does nothing when it has ended. */
export async function signOut(store: Pick<Store, "users" | "flushed">, session: string): Promise<void> {
  await store.users.deleteSignIn(hashKey(session));
  await store.flushed();
}
