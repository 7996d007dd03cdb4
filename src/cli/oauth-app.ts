import { generateKeyPair } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { channelOfOwner, createOAuthApp } from "../access/oauth-apps.ts";
import { readConfig } from "../config/config.ts";
import type { OAuthApp, TokenScope, User } from "../domain/access.ts";
import type { Channel } from "../domain/channel.ts";
import { DomainError } from "../domain/errors.ts";
import type { OAuthAppId } from "../domain/ids.ts";
import type { Store } from "../storage/store.ts";
import { homeOfUser, recordWork } from "./audit.ts";
import { CommandFailure } from "./failure.ts";
import { channelNamed } from "./publishing.ts";
import { writeTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { requireKnownPermissions, workspacesOf } from "./token.ts";
import { firstOwner, userNamed, workspaceNamed } from "./user.ts";
import { withGuestStore } from "./with-store.ts";

export interface NewOAuthApp {
  kind: OAuthApp["kind"];
  name: string;
  /** By name. Absent: the channel's owner, or else the oldest workspace's first one. */
  owner?: string;
  redirectUri?: string[];
  /** Paths of PEM files. */
  publicKey?: string[];
  /** Path of a file to make. */
  generateKey?: string;
  scopes: string[];
  /** By name. Absent: every workspace of whoever agrees. */
  workspaces?: string[];
  /** Id or slug of a channel of the owner's. */
  channel?: string;
}

const KEY_BITS = 2048;

/** Makes an app. What a client must be told goes to standard output, a `name=value` each; all else beside it. */
export async function createApp({ environment, out, err }: Terminal, wish: NewOAuthApp): Promise<void> {
  await requireKnownPermissions(wish.scopes);
  const publicKeys = await Promise.all((wish.publicKey ?? []).map(readPem));
  await withGuestStore(readConfig(environment), async (store) => {
    const channel = wish.channel === undefined ? undefined : await customChannel(store, wish.channel);
    const owner = await ownerOf(store, wish.owner, channel);
    const scope = await scopeOf(store, owner, wish);
    const { app, clientSecret } = await withNewKey(wish.generateKey, (generated) =>
      createOAuthApp(
        { store, now: () => new Date() },
        {
          kind: wish.kind,
          name: wish.name,
          ownerId: owner.id,
          redirectUris: wish.redirectUri ?? [],
          publicKeys: [...publicKeys, ...generated],
          scope,
          ...(channel === undefined ? {} : { channelId: channelOfOwner(channel, owner.id) }),
        },
      ),
    ).catch(asCommandFailure);
    await recordWork(store, {
      command: "oauth-app create",
      subject: `oauth-apps/${app.id}`,
      wish,
      workspaceId: scope.workspaceIds?.[0] ?? (await homeOfUser(store, owner.id)),
    });
    err.line(`OAuth app ${app.name} (${app.kind}) of ${owner.name}`);
    if (app.channelId !== undefined) err.line(`its tokens speak for the channel ${app.channelId}`);
    out.line(`client_id=${app.id}`);
    if (clientSecret !== undefined) {
      err.line("the secret is shown only now:");
      out.line(`client_secret=${clientSecret}`);
    }
    for (const { fingerprint } of app.publicKeys) out.line(`kid=${fingerprint}`);
    if (wish.generateKey !== undefined) err.line(`its private key is in ${wish.generateKey}; keep it secret`);
  });
}

/** Prints every app without its secret. */
export async function listApps({ environment, out }: Terminal): Promise<void> {
  await withGuestStore(readConfig(environment), async (store) => {
    const names = new Map((await store.users.list()).map(({ id, name }) => [id, name]));
    const rows = (await store.oauth.listApps()).map((app) => [
      String(app.id),
      app.kind,
      app.name,
      names.get(app.ownerId) ?? "",
      app.scope.permissions.join(","),
      [...app.redirectUris, ...app.publicKeys.map(({ fingerprint }) => `kid ${fingerprint}`)].join(" "),
      app.disabledAt === undefined ? "" : `disabled ${app.disabledAt.toISOString()}`,
    ]);
    const heads = ["client id", "kind", "name", "owner", "scopes", "redirects or keys", "state"];
    writeTable(out, heads, rows, "there are no OAuth apps");
  });
}

/** Shuts an app out. */
export async function disableApp({ environment, out }: Terminal, clientId: string): Promise<void> {
  await withGuestStore(readConfig(environment), async (store) => {
    const id = Number(/^\d{1,15}$|^[1-8]\d{15}$/.exec(clientId)?.[0] ?? 0) as OAuthAppId;
    if (!(await store.oauth.disableApp(id, new Date()))) {
      throw new CommandFailure(
        "there is no such OAuth app, or it is disabled",
        "See antiphon oauth-app list",
      );
    }
    await recordWork(store, { command: "oauth-app disable", subject: `oauth-apps/${id}` });
    out.line(
      `OAuth app ${clientId} is disabled and its tokens are void; if antiphon.yaml names it, take it out there too`,
    );
  });
}

async function ownerOf(store: Store, name: string | undefined, channel: Channel | undefined): Promise<User> {
  if (name !== undefined) return userNamed(store, name);
  const channelOwner = channel && (await store.users.find(channel.ownerId));
  if (channelOwner !== undefined) return channelOwner;
  return firstOwner(store);
}

/** A channel of somebody's, by its id or its slug in the configuration file. */
async function customChannel(store: Store, name: string): Promise<Channel> {
  const { custom } = await channelNamed(store, name);
  if (custom === undefined) throw new CommandFailure(`--channel: ${name} is nobody's own channel`);
  return custom;
}

/** Members of a workspace agree for themselves; only the owner of a `jwt` app must belong to what it may reach. */
async function scopeOf(
  store: Store,
  owner: User,
  { kind, scopes, workspaces }: NewOAuthApp,
): Promise<TokenScope> {
  if (workspaces === undefined) return { permissions: scopes };
  const workspaceIds =
    kind === "jwt"
      ? await workspacesOf(store, owner, workspaces)
      : (await Promise.all(workspaces.map((name) => workspaceNamed(store, name)))).map(({ id }) => id);
  return { permissions: scopes, workspaceIds };
}

async function readPem(path: string): Promise<string> {
  return readFile(path, "utf8").catch((cause: unknown) => {
    throw new CommandFailure(`the public key ${path} cannot be read`, "", { cause });
  });
}

/** Runs `work` with a new public key whose private key is in a new file at `path`; the file goes when it fails. */
async function withNewKey<T>(
  path: string | undefined,
  work: (publicKeys: string[]) => Promise<T>,
): Promise<T> {
  if (path === undefined) return work([]);
  const { privateKey, publicKey } = await promisify(generateKeyPair)("rsa", {
    modulusLength: KEY_BITS,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  await writeFile(path, privateKey, { flag: "wx", mode: 0o600, flush: true }).catch((cause: unknown) => {
    throw new CommandFailure(`the file ${path} cannot be made`, "It must not exist yet", { cause });
  });
  try {
    return await work([publicKey]);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

const OPTION_NAMES: Record<string, string> = {
  redirectUris: "--redirect-uri",
  publicKeys: "--public-key or --generate-key",
  channel: "--channel",
};

function asCommandFailure(error: unknown): never {
  const option = error instanceof DomainError ? OPTION_NAMES[error.field ?? ""] : undefined;
  if (option === undefined || !(error instanceof DomainError)) throw error;
  throw new CommandFailure(`${option}: ${error.message}`, "", { cause: error.cause });
}
