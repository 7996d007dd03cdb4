import { isDeepStrictEqual } from "node:util";
import type { ChannelEntry } from "../config/file.ts";
import { decryptSecret, type SecretKey, SecretKeyError } from "../config/secrets.ts";
import { type Channel, type ChannelAuthorization, channelNameOf } from "../domain/channel.ts";
import { DomainError } from "../domain/errors.ts";
import type { ChannelId, UserId, WorkspaceId } from "../domain/ids.ts";
import type { Repositories, Store } from "../storage/store.ts";
import { checkedSettings, type GivenAuthorization } from "./channel-settings.ts";
import { checkOptions } from "./channels.ts";

interface Services {
  store: Store;
  secretKey: SecretKey;
  now: () => Date;
}

/** What became of every channel the file names, and what agents know them by. */
export interface AppliedChannels {
  outcomes: ("created" | "updated" | "unchanged")[];
  /** Names of channels by the slugs of the file. */
  names: Map<string, string>;
}

/** Everybody's choices are kept under no user. */
const NOBODY = 0 as UserId;

/**
 * Makes these channels exist, each the same one as when its slug stood in a file before, and open to the workspaces it
 * names. Channels that the file does not name are left alone. Rejects with `request_invalid` naming the channel.
 */
export async function applyChannels(
  services: Services,
  { workspaceId, channels }: { workspaceId: WorkspaceId; channels: ChannelEntry[] },
): Promise<AppliedChannels> {
  const applied: AppliedChannels = { outcomes: [], names: new Map() };
  for (const entry of channels) {
    const { id, outcome } = await services.store.transaction((inside) =>
      applyChannel(services, inside, entry, workspaceId),
    );
    applied.names.set(entry.slug, channelNameOf(id));
    applied.outcomes.push(outcome);
  }
  return applied;
}

async function applyChannel(
  { store, secretKey, now }: Services,
  inside: Repositories,
  entry: ChannelEntry,
  workspaceId: WorkspaceId,
): Promise<{ id: ChannelId; outcome: "created" | "updated" | "unchanged" }> {
  const known = await inside.channels.findBySlug(entry.slug);
  const before = known && (await inside.channels.findToChange(known.id));
  const ownerId = await ownerOf(inside, entry);
  const wanted = wantedChannel({ secretKey, entry, ownerId, before });
  const channel: Channel = {
    ...wanted,
    id: before?.id ?? store.newId<ChannelId>(),
    slug: entry.slug,
    createdAt: before?.createdAt ?? now(),
  };
  const isChanged = before === undefined || !isDeepStrictEqual(before, channel);
  if (isChanged) await inside.channels.save(channel);
  const areOptionsChanged = await applyOptions(inside, channel.id, entry);
  const isNewlyInstalled = await install(inside, { entry, channel, workspaceId, now: now() });
  const isUpdated = isChanged || areOptionsChanged || isNewlyInstalled;
  const outcome = before === undefined ? "created" : isUpdated ? "updated" : "unchanged";
  return { id: channel.id, outcome };
}

function wantedChannel(wish: {
  secretKey: SecretKey;
  entry: ChannelEntry;
  ownerId: UserId;
  before: Channel | undefined;
}): Omit<Channel, "id" | "createdAt"> {
  const { secretKey, entry, ownerId, before } = wish;
  const { name, description } = entry;
  const given = givenAuthorization(entry);
  const authorization = isSame(secretKey, before?.authorization, given) ? undefined : given;
  const settings = { name, description, ...(authorization && { authorization }) };
  return { ...checkedSettings(secretKey, settings, before?.authorization), ownerId };
}

/** The shape was checked when the file was read: what `oauth` needs is there. */
function givenAuthorization({ authorization }: ChannelEntry): GivenAuthorization {
  const {
    mode,
    authorizeUrl = "",
    tokenUrl = "",
    userUrl = "",
    clientId = "",
    clientSecret = "",
  } = authorization;
  if (mode !== "oauth") return { mode };
  return { mode, authorizeUrl, tokenUrl, userUrl, clientId, clientSecret };
}

/** Whether what is stored says the same; a secret that cannot be read is another one. */
function isSame(
  secretKey: SecretKey,
  before: ChannelAuthorization | undefined,
  given: GivenAuthorization,
): boolean {
  if (before?.mode !== "oauth") return isDeepStrictEqual(before, given);
  try {
    return isDeepStrictEqual(
      { ...before, clientSecret: decryptSecret(secretKey, before.clientSecret) },
      given,
    );
  } catch (error) {
    if (error instanceof SecretKeyError) return false;
    throw error;
  }
}

async function applyOptions(
  { channels }: Repositories,
  id: ChannelId,
  { options }: ChannelEntry,
): Promise<boolean> {
  checkOptions(options);
  const before = new Map((await channels.options(id, NOBODY)).map(({ key, values }) => [key, values]));
  const changed = options.filter(({ key, values }) => !isDeepStrictEqual(before.get(key), values));
  if (changed.length > 0) await channels.saveOptions(id, changed);
  return changed.length > 0;
}

async function install(
  { channels, workspaces }: Repositories,
  open: { entry: ChannelEntry; channel: Channel; workspaceId: WorkspaceId; now: Date },
): Promise<boolean> {
  const { entry, channel, workspaceId, now } = open;
  const ids = entry.workspaces === undefined ? [workspaceId] : [];
  for (const name of entry.workspaces ?? []) {
    const workspace = await workspaces.findByName(name);
    if (workspace === undefined) throw refusal(entry, `workspaces: there is no workspace ${name}`);
    ids.push(workspace.id);
  }
  let isChanged = false;
  for (const id of ids) {
    if (await channels.isInstalled(channel.id, id)) continue;
    await channels.install(channel.id, id, now);
    isChanged = true;
  }
  return isChanged;
}

async function ownerOf({ users }: Repositories, entry: ChannelEntry): Promise<UserId> {
  const owner = await users.findByName(entry.owner);
  if (owner === undefined) throw refusal(entry, `owner: there is no user ${entry.owner}`);
  return owner.id;
}

function refusal({ slug }: ChannelEntry, problem: string): DomainError {
  return new DomainError("request_invalid", `channels, ${slug}: ${problem}`, { field: "channels" });
}
