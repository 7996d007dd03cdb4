import { isDeepStrictEqual } from "node:util";
import type { OAuthAppEntry } from "../config/file.ts";
import type { OAuthApp } from "../domain/access.ts";
import { DomainError } from "../domain/errors.ts";
import type { OAuthAppId, UserId, WorkspaceId } from "../domain/ids.ts";
import type { Repositories } from "../storage/store.ts";
import { describeOAuthApp, type OAuthServices, saveOAuthApp } from "./oauth-apps.ts";

/** What became of every app the file names. `removed` are disabled: the file no longer names them. */
type Outcome = "created" | "updated" | "unchanged" | "removed";

/**
 * Makes these OAuth apps exist, each under the client id it was given the first time its name stood in a file for this
 * workspace. Apps that an earlier file named and this one does not are disabled, with all their tokens; apps made
 * otherwise are left alone. Of several nodes that apply a file at once one does it after the other. Rejects with `request_invalid` naming the app when its parts do not fit.
 */
export async function applyOAuthApps(
  services: OAuthServices,
  { workspaceId, apps }: { workspaceId: WorkspaceId; apps: OAuthAppEntry[] },
): Promise<Outcome[]> {
  return services.store.transaction(async (repositories) => {
    const setting = `applied-oauth-apps/${workspaceId}`;
    const remembered = await repositories.settings.keep(setting, "[]");
    // A map and no object: names may be anything.
    const ids = new Map<string, OAuthAppId>(JSON.parse(remembered));
    const outcomes: Outcome[] = [];
    for (const entry of apps) {
      const id = ids.get(entry.name) ?? services.store.newId<OAuthAppId>();
      ids.set(entry.name, id);
      outcomes.push(await applyApp(services, repositories, id, entry));
    }
    for (const [name, id] of ids) {
      const isNamed = apps.some((entry) => entry.name === name);
      if (!isNamed && (await repositories.oauth.disableApp(id, services.now()))) outcomes.push("removed");
    }
    const text = JSON.stringify([...ids]);
    if (text !== remembered) await repositories.settings.set(setting, text);
    return outcomes;
  });
}

/** An app that somebody disabled is enabled again as long as the file names it. */
async function applyApp(
  { now }: OAuthServices,
  repositories: Repositories,
  id: OAuthAppId,
  entry: OAuthAppEntry,
): Promise<Outcome> {
  const before = await repositories.oauth.findApp(id);
  const ownerId = await ownerOf(repositories, entry);
  const channelId = await channelIdOf(repositories, entry, ownerId);
  const app = describe(id, entry, { ownerId, ...channelId, createdAt: before?.createdAt ?? now() });
  if (before !== undefined && isDeepStrictEqual(before, app)) return "unchanged";
  await saveOAuthApp(repositories, app);
  return before === undefined ? "created" : "updated";
}

function describe(
  id: OAuthAppId,
  entry: OAuthAppEntry,
  { createdAt, ...of }: Pick<OAuthApp, "ownerId" | "channelId" | "createdAt">,
): OAuthApp {
  const { kind, name, redirectUris, publicKeys, clientSecret, scopes } = entry;
  const request = { kind, name, ...of, redirectUris, publicKeys, scope: { permissions: scopes } };
  try {
    return describeOAuthApp(
      id,
      { ...request, ...(clientSecret === undefined ? {} : { clientSecret }) },
      createdAt,
    );
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw refusal(entry, `${error.field}: ${error.message}`, error);
  }
}

async function ownerOf({ users }: Repositories, entry: OAuthAppEntry): Promise<UserId> {
  const owner = await users.findByName(entry.owner);
  if (owner === undefined) throw refusal(entry, `owner: there is no user ${entry.owner}`);
  return owner.id;
}

/** Channels are named by their slugs. */
async function channelIdOf(
  { channels }: Repositories,
  entry: OAuthAppEntry,
  ownerId: UserId,
): Promise<Pick<OAuthApp, "channelId">> {
  if (entry.channel === undefined) return {};
  const channel = await channels.findBySlug(entry.channel);
  if (channel?.ownerId !== ownerId) {
    throw refusal(entry, `channel: there is no channel ${entry.channel} of ${entry.owner}`);
  }
  return { channelId: channel.id };
}

function refusal({ name }: OAuthAppEntry, problem: string, cause?: unknown): DomainError {
  return new DomainError("request_invalid", `oauthApps, ${name}: ${problem}`, { field: "oauthApps", cause });
}
