import { randomBytes, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { hashKey } from "../config/secrets.ts";
import type { User } from "../domain/access.ts";
import { DomainError } from "../domain/errors.ts";
import type { UserId, WorkspaceId } from "../domain/ids.ts";
import type { Repositories, Store } from "../storage/store.ts";
import { hashPassword } from "./passwords.ts";
import { openSession, type SignIn, type SignInThrottle } from "./sign-in.ts";
import { siteOf } from "./throttle.ts";
import { createUser, requireUserName } from "./users.ts";

/** Where the hash of the link's token is kept; empty: nobody can claim the installation any more. */
const SETTING = "setup";
const TOKEN_BYTES = 32;
const WORKSPACE_NAME = "default";

/** What is kept of a link: who may be claimed with it under whatever name. */
const kept = z.object({ tokenHash: z.string(), ownerId: z.int().optional() });

/**
 * While nobody can sign in: a new token that lets one person become the owner, once; the one before is void. Otherwise
 * undefined, and every earlier one is void. `ownerId` is the user of nobody in particular whom that person becomes.
 */
export async function openFirstRun(
  store: Pick<Store, "users" | "settings" | "flushed">,
  { ownerId }: { ownerId?: UserId | undefined } = {},
): Promise<string | undefined> {
  if (await store.users.hasPasswords()) {
    if (((await store.settings.get(SETTING)) ?? "") !== "") await store.settings.set(SETTING, "");
    return undefined;
  }
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  const keeping: z.input<typeof kept> = {
    tokenHash: hashKey(token),
    ...(ownerId !== undefined && { ownerId }),
  };
  await store.settings.set(SETTING, JSON.stringify(keeping));
  await store.flushed();
  return token;
}

/** What the first person says. */
export interface FirstOwner {
  token: string;
  name: string;
  /** Absent: the name. */
  nickname?: string | undefined;
  password: string;
}

/**
 * Makes the person the owner of the oldest workspace and signs its browser in. It becomes the owner that the link stands
 * for, or the user of that name where that one owns the workspace and cannot sign in; otherwise a new user. Rejects with
 * `credential_invalid` when the token is wrong, was used or has ended; with `request_invalid` naming `name` or
 * `password`; with `rate_limited` after too many guesses from `address`.
 */
export async function claimFirstRun(
  services: { store: Store; throttle: SignInThrottle },
  { token, password, ...person }: FirstOwner & { address: string },
): Promise<SignIn> {
  const { store, throttle } = services;
  const site = siteOf(person.address);
  await throttle.sites.take(site);
  if (!isToken(token, await store.settings.get(SETTING))) throw linkIsVoid();
  await throttle.sites.giveBack(site);
  const { name, nickname = name } = person;
  requireUserName(name);
  const passwordHash = await hashPassword(password);
  const now = new Date();
  const user = await store.transaction(async (inside) => {
    const setting = readSetting(await inside.settings.keep(SETTING, ""));
    if (setting === undefined || setting.tokenHash !== hashKey(token)) throw linkIsVoid();
    if (await inside.users.hasPasswords()) throw linkIsVoid();
    await inside.settings.set(SETTING, "");
    const workspaceId = await oldestWorkspace(store, inside, now);
    const owner = await claimable(inside, { workspaceId, name, ownerId: setting.ownerId });
    const claimed =
      owner === undefined
        ? await createUser({ users: inside.users, newId: store.newId }, { name, nickname, passwordHash, now })
        : { ...owner, name, nickname, passwordHash };
    await inside.users.save(claimed);
    await inside.workspaces.saveMember({ workspaceId, userId: claimed.id, role: "owner", joinedAt: now });
    return claimed;
  });
  return openSession(store, user, now);
}

/** Whom the person becomes: `undefined` for somebody new. */
async function claimable(
  { users }: Pick<Repositories, "users">,
  { workspaceId, name, ownerId }: { workspaceId: WorkspaceId; name: string; ownerId: number | undefined },
): Promise<User | undefined> {
  const named = await users.findByName(name);
  if (ownerId !== undefined && (named === undefined || named.id === ownerId)) {
    const owner = await users.find(ownerId as UserId);
    if (owner !== undefined && owner.disabledAt === undefined) return owner;
  }
  if (named === undefined || named.disabledAt !== undefined) return undefined;
  const memberships = await users.memberships(named.id);
  const owns = memberships.some((place) => place.workspaceId === workspaceId && place.role === "owner");
  return owns ? named : undefined;
}

async function oldestWorkspace(
  { newId }: Pick<Store, "newId">,
  { workspaces }: Pick<Repositories, "workspaces">,
  createdAt: Date,
): Promise<WorkspaceId> {
  const oldest = await workspaces.oldest();
  if (oldest !== undefined) return oldest.id;
  const id = newId<WorkspaceId>();
  await workspaces.save({ id, name: WORKSPACE_NAME, description: "", icon: "", kind: "team", createdAt });
  return id;
}

function readSetting(text: string | undefined): z.output<typeof kept> | undefined {
  return text === undefined || text === "" ? undefined : kept.parse(JSON.parse(text));
}

function isToken(token: string, text: string | undefined): boolean {
  const setting = readSetting(text);
  if (setting === undefined) return false;
  return timingSafeEqual(Buffer.from(hashKey(token)), Buffer.from(setting.tokenHash));
}

function linkIsVoid(): DomainError {
  return new DomainError(
    "credential_invalid",
    "the link was used, or has ended; start the server again for a new one",
  );
}
