import { randomInt } from "node:crypto";
import { hashKey } from "../config/secrets.ts";
import type { DeviceAuthorization, OAuthApp, OAuthGrant, TokenScope } from "../domain/access.ts";
import { DomainError } from "../domain/errors.ts";
import type { OAuthGrantId, UserId } from "../domain/ids.ts";
import { findEnabledApp, type OAuthServices } from "./oauth-apps.ts";
import { type GrantedTokens, issueTokens, newGrantSecret } from "./oauth-grants.ts";
import { siteOf, Throttle } from "./throttle.ts";

/** Source: spec page §2.3. */
export const DEVICE_LIFETIME_SECONDS = 300;
const FIRST_INTERVAL_SECONDS = 5;
/** How much longer a client must wait each time it asks too soon. Source: spec page §2.5. */
const INTERVAL_STEP_SECONDS = 5;
const MAX_INTERVAL_SECONDS = 60;
/** A client's clock and the way to us may make a question seem this much too early. */
const EARLY_MS = 500;

/** No vowels, so no words; no digits, and nothing that looks like another: 20^8 codes. */
const LETTERS = "BCDFGHJKLMNPQRSTVWXZ";
const LETTER_COUNT = 8;
/** Living codes are few against all there are; a second collision in a row is a defect. */
const ATTEMPTS = 5;

const WINDOW_SECONDS = 15 * 60;
const GUESSES_PER_USER = 10;
const GUESSES_PER_SITE = 50;
const STARTS_PER_SITE = 300;

/** Counts wrong user codes, by person and by where they come from, and devices that begin to wait. One per process. */
export class GuessThrottle {
  readonly users = new Throttle({ attempts: GUESSES_PER_USER, windowSeconds: WINDOW_SECONDS });
  readonly sites = new Throttle({ attempts: GUESSES_PER_SITE, windowSeconds: WINDOW_SECONDS });
  readonly starts = new Throttle({ attempts: STARTS_PER_SITE, windowSeconds: WINDOW_SECONDS });
}

/** A device's two codes: one it keeps, one it shows. */
export interface StartedDevice {
  deviceCode: string;
  /** As people read it: two groups with a hyphen. */
  userCode: string;
  intervalSeconds: number;
}

/** Begins the wait of a device for a person's decision. */
export async function startDevice(
  { store, now }: OAuthServices,
  { app, scope }: { app: OAuthApp; scope: TokenScope },
): Promise<StartedDevice> {
  const createdAt = now();
  const deviceCode = newGrantSecret();
  for (let attempt = 1; ; attempt++) {
    const userCode = newUserCode();
    try {
      await store.oauth.saveDevice({
        deviceCodeHash: hashKey(deviceCode),
        userCode,
        appId: app.id,
        scope,
        decision: "pending",
        intervalSeconds: FIRST_INTERVAL_SECONDS,
        createdAt,
        expiresAt: new Date(createdAt.getTime() + DEVICE_LIFETIME_SECONDS * 1_000),
      });
      await store.flushed();
      return { deviceCode, userCode: formatUserCode(userCode), intervalSeconds: FIRST_INTERVAL_SECONDS };
    } catch (error) {
      const isTaken = error instanceof DomainError && error.code === "request_invalid";
      if (!isTaken || attempt === ATTEMPTS) throw error;
    }
  }
}

function newUserCode(): string {
  return Array.from({ length: LETTER_COUNT }, () => LETTERS[randomInt(LETTERS.length)]).join("");
}

/** `BCDFGHJK` as `BCDF-GHJK`. */
export function formatUserCode(userCode: string): string {
  return `${userCode.slice(0, LETTER_COUNT / 2)}-${userCode.slice(LETTER_COUNT / 2)}`;
}

/**
 * The device that waits under a code as a person typed it: in capitals or not, with or without hyphens and spaces.
 * Undefined when the code is unknown, expired or decided upon. Rejects with `rate_limited` when the person (10 in a
 * quarter of an hour) or its address (50) gave too many such codes.
 */
export async function findWaitingDevice(
  services: OAuthServices & { guessThrottle: GuessThrottle },
  { userCode, userId, address }: { userCode: string; userId: UserId; address: string },
): Promise<{ device: DeviceAuthorization; app: OAuthApp } | undefined> {
  const { users, sites } = services.guessThrottle;
  const [person, site] = [String(userId), siteOf(address)];
  await sites.take(site);
  await users.take(person);
  const found = await readWaitingDevice(services, userCode);
  if (found !== undefined) await Promise.all([sites.giveBack(site), users.giveBack(person)]);
  return found;
}

async function readWaitingDevice(
  { store, now }: OAuthServices,
  typedCode: string,
): Promise<{ device: DeviceAuthorization; app: OAuthApp } | undefined> {
  const userCode = typedCode.toUpperCase().replace(/[\s-]/g, "");
  if (userCode.length !== LETTER_COUNT) return undefined;
  const device = await store.oauth.findDeviceByUserCode(userCode);
  if (device === undefined || device.decision !== "pending" || device.expiresAt <= now()) return undefined;
  const app = await findEnabledApp(store, device.appId);
  return app && { device, app };
}

/** What the person decided; `scope` is what it agreed to. False when somebody was faster. */
export async function decideDevice(
  { store }: OAuthServices,
  { deviceCodeHash }: DeviceAuthorization,
  decision: { userId: UserId; isApproved: boolean; scope: TokenScope },
): Promise<boolean> {
  const { userId, isApproved, scope } = decision;
  const to = isApproved ? "approved" : "denied";
  const isDecided = await store.oauth.decideDevice({ deviceCodeHash, from: "pending", to, userId, scope });
  await store.flushed();
  return isDecided;
}

/**
 * The device's question whether the person has decided; approval is given out once. Rejects with
 * `authorization_pending`, `polling_too_fast` (the client must wait 5 s longer from now on), `authorization_denied`,
 * `authorization_expired`, or `authorization_invalid` when the code is unknown, used or another app's.
 */
export async function pollDevice(
  services: OAuthServices,
  { app, deviceCode }: { app: OAuthApp; deviceCode: string },
): Promise<GrantedTokens> {
  const { store } = services;
  const now = services.now();
  const device = await store.oauth.findDevice(hashKey(deviceCode));
  if (device === undefined || device.appId !== app.id) throw unusable();
  if (device.decision === "used") throw unusable();
  if (device.expiresAt <= now) throw new DomainError("authorization_expired", "the device code has expired");
  if (device.decision === "denied") {
    throw new DomainError("authorization_denied", "the request of the device was denied");
  }
  if (device.decision === "pending") return keepWaiting(services, device, now);

  const { deviceCodeHash, scope, userId } = device;
  if (userId === undefined) throw unusable();
  const tokens = await store.transaction(async (repositories) => {
    if (!(await repositories.oauth.decideDevice({ deviceCodeHash, from: "approved", to: "used" }))) {
      throw unusable();
    }
    const grant: OAuthGrant = {
      id: store.newId<OAuthGrantId>(),
      appId: app.id,
      userId,
      scope,
      createdAt: now,
    };
    await repositories.oauth.saveGrant(grant);
    return issueTokens({ repositories, newId: store.newId, now }, app, grant);
  });
  await store.flushed();
  return tokens;
}

async function keepWaiting(
  { store }: OAuthServices,
  { deviceCodeHash, polledAt, intervalSeconds }: DeviceAuthorization,
  now: Date,
): Promise<never> {
  const waitedMs = polledAt === undefined ? Number.POSITIVE_INFINITY : now.getTime() - polledAt.getTime();
  const isTooFast = waitedMs + EARLY_MS < intervalSeconds * 1_000;
  const interval = isTooFast
    ? Math.min(intervalSeconds + INTERVAL_STEP_SECONDS, MAX_INTERVAL_SECONDS)
    : intervalSeconds;
  await store.oauth.markPolled(deviceCodeHash, now, interval);
  if (isTooFast) {
    throw new DomainError("polling_too_fast", `ask every ${interval} seconds`, {
      retryAfterSeconds: interval,
    });
  }
  throw new DomainError("authorization_pending", "the person has not decided yet");
}

function unusable(): DomainError {
  return new DomainError("authorization_invalid", "the device code is unknown or was used");
}
