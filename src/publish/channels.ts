import { requireMembership } from "../access/permissions.ts";
import type { SecretKey } from "../config/secrets.ts";
import type { TokenCaller } from "../domain/access.ts";
import { type Channel, type ChannelOption, channelNameOf } from "../domain/channel.ts";
import { DomainError } from "../domain/errors.ts";
import type { ChannelId, UserId, WorkspaceId } from "../domain/ids.ts";
import type { Repositories, Store } from "../storage/store.ts";
import { channelSpokenFor, requireChannelVoice } from "./audit.ts";
import {
  type ChannelSettings,
  checkedSettings,
  type PublicAuthorization,
  publicAuthorization,
} from "./channel-settings.ts";
import { type Actor, type Change, changing, type PublishServices, submissionActor } from "./services.ts";
import { takeOff } from "./unpublish.ts";

/** What managing channels works with. */
export interface ChannelServices {
  store: Store;
  secretKey: SecretKey;
}

/** A channel as its owner may see it: no secret in it. */
export type PublicChannel = Omit<Channel, "authorization"> & { authorization: PublicAuthorization };

/** Most publish options of a channel, and most choices of one. */
const OPTION_LIMIT = 100;
const CHOICE_LIMIT = 1_000;
const TEXT_LIMIT = 200;
/** No user has this id: only everybody's choices are found. */
const NOBODY = 0 as UserId;
/** Callback apps of one channel that are looked for when it is deleted. */
const ENDPOINT_PAGE = 100;

/** Makes a channel of the caller's, in no workspace yet; durable when it resolves. Rejects with `request_invalid`. */
export async function createChannel(
  { store, secretKey }: ChannelServices,
  caller: TokenCaller,
  settings: ChannelSettings,
  now: Date,
): Promise<PublicChannel> {
  const channel = newChannel({ store, secretKey }, caller.user.id, settings, now);
  await store.channels.save(channel);
  await store.flushed();
  return presented(channel);
}

/** A channel as it would be stored. Throws `request_invalid` naming the field. */
export function newChannel(
  { store, secretKey }: { store: Pick<Store, "newId">; secretKey: SecretKey },
  ownerId: UserId,
  settings: ChannelSettings,
  now: Date,
): Channel {
  const id = store.newId<ChannelId>();
  return { id, ownerId, ...checkedSettings(secretKey, settings), createdAt: now };
}

/** Changes what is given. Rejects with `not_found` unless the channel is the caller's, or `request_invalid`. */
export async function updateChannel(
  { store, secretKey }: ChannelServices,
  caller: TokenCaller,
  id: ChannelId,
  change: Partial<ChannelSettings>,
): Promise<PublicChannel> {
  const channel = await store.transaction(async (inside) => {
    const before = await inside.channels.findToChange(id);
    requireOwn(caller, before);
    const { name, description, authorization } = before;
    const kept = { name, description, ...change };
    const after = { ...before, ...checkedSettings(secretKey, kept, authorization) };
    await inside.channels.save(after);
    return after;
  });
  await store.flushed();
  return presented(channel);
}

/**
 * Deletes a channel of the caller's (from the command line: any) with its callback app, and takes off it what is live or
 * waits there. Durable when it resolves. Rejects with `not_found`.
 */
export async function deleteChannel(
  services: PublishServices,
  actor: Actor,
  id: ChannelId,
  now: Date,
): Promise<void> {
  const endpoints = await changing(services, now, async (change) => {
    const { inside } = change;
    const before = await inside.channels.findToChange(id);
    if (typeof actor === "string") requireThere(before);
    else requireOwn(actor, before);
    await inside.channels.save({ ...before, deletedAt: now });
    const channel = channelNameOf(id);
    await takeAllOff(change, actor, channel);
    const apps = await inside.endpoints.list({ kinds: ["coze-channel"], channel, limit: ENDPOINT_PAGE });
    for (const app of apps) await inside.endpoints.delete(app.id, now);
    return apps;
  });
  for (const endpoint of endpoints) await services.callbacks.endpointChanged(endpoint.id);
}

/** Inside the transaction that has the channel to itself: nothing new comes onto it. */
async function takeAllOff(change: Change, actor: Actor, channel: string): Promise<void> {
  const { agents, submissions } = change.inside;
  const by =
    typeof actor === "string"
      ? submissionActor(actor)
      : ({ kind: "channel", userId: actor.user.id } as const);
  const ids = new Set((await submissions.current({ channel })).map(({ agentId }) => agentId));
  for (const agentId of [...ids].sort((one, other) => one - other)) {
    const agent = await agents.findToChange(agentId);
    if (agent !== undefined) await takeOff(change, agent, { channel, reason: "the channel was deleted", by });
  }
}

/** The caller's own channels and those of its workspaces, oldest first. */
export async function listChannels(
  { store }: { store: Store },
  caller: TokenCaller,
): Promise<PublicChannel[]> {
  const lists = await Promise.all([
    store.channels.list({ ownerId: caller.user.id }),
    ...caller.memberships.map(({ workspaceId }) => store.channels.list({ workspaceId })),
  ]);
  const channels = new Map(lists.flat().map((channel) => [channel.id, channel]));
  return [...channels.values()].sort((one, other) => one.id - other.id).map(presented);
}

/** Rejects with `not_found` unless the channel is the caller's or of one of its workspaces. */
export async function findChannel(
  { store }: { store: Store },
  caller: TokenCaller,
  id: ChannelId,
): Promise<PublicChannel> {
  return presented(await channelToSee(store, caller, id));
}

/**
 * Lets agents of a workspace be published to a channel of the caller's. For owners and admins of the workspace, and for
 * the member of a personal one; once is enough. Source: spec page of the callbacks §4.1 #9. Rejects with `not_found` or
 * `permission_denied`.
 */
export async function installChannel(
  { store }: { store: Store },
  caller: TokenCaller,
  { channelId, workspaceId }: { channelId: ChannelId; workspaceId: WorkspaceId },
  now: Date,
): Promise<void> {
  const channel = await channelSpokenFor(store, caller, channelNameOf(channelId));
  if (channel === undefined) throw noSuchChannel();
  const { role } = requireMembership(caller, workspaceId, "member");
  const workspace = await store.workspaces.find(workspaceId);
  if (role === "member" && workspace?.kind !== "personal") {
    throw new DomainError("permission_denied", "this needs the role owner or admin in the workspace");
  }
  await store.channels.install(channelId, workspaceId, now);
  await store.flushed();
}

/** What the caller may choose from when it publishes to a channel. Rejects with `not_found`. */
export async function channelOptions(
  { store }: { store: Store },
  caller: TokenCaller,
  id: ChannelId,
): Promise<ChannelOption[]> {
  await channelToSee(store, caller, id);
  return store.channels.options(id, caller.user.id);
}

/**
 * Adds choices to a channel's options, for one user or (absent) everybody: a value that is there gets the new label.
 * For the channel's owner. Source: spec page of the callbacks §4.1 #10. Rejects with `permission_denied`,
 * `not_found` for the user, or `request_invalid`.
 */
export async function addOptions(
  { store }: { store: Store },
  caller: TokenCaller,
  { channelId, userId, options }: { channelId: ChannelId; userId?: UserId; options: ChannelOption[] },
): Promise<void> {
  checkOptions(options);
  await store.transaction(async (inside) => {
    await requireChannelVoice(inside, caller, channelNameOf(channelId));
    await inside.channels.findToChange(channelId);
    if (userId !== undefined && (await inside.users.find(userId)) === undefined) {
      throw new DomainError("not_found", "no such user");
    }
    const merged = await ownOptions(inside, channelId, userId);
    for (const { key, values } of options) merged.set(key, mergedValues(merged.get(key) ?? [], values));
    const all = [...merged].map(([key, values]) => ({ key, values }));
    checkOptions(all);
    const given = new Set(options.map(({ key }) => key));
    const changed = all.filter(({ key }) => given.has(key));
    await inside.channels.saveOptions(channelId, changed, userId);
  });
  await store.flushed();
}

/** Throws `request_invalid`, naming the place, when options are too many, too long, empty or there twice. */
export function checkOptions(options: readonly ChannelOption[]): void {
  const wrong = (field: string, message: string) => new DomainError("request_invalid", message, { field });
  if (new Set(options.map(({ key }) => key)).size > OPTION_LIMIT) {
    throw wrong("options", `a channel has at most ${OPTION_LIMIT} options`);
  }
  const isText = (text: string) => text.length >= 1 && text.length <= TEXT_LIMIT;
  const length = `must have 1 to ${TEXT_LIMIT} characters`;
  for (const [index, { key, values }] of options.entries()) {
    if (!isText(key)) throw wrong(`options.${index}.key`, length);
    if (values.length > CHOICE_LIMIT) {
      throw wrong(`options.${index}.values`, `an option has at most ${CHOICE_LIMIT} choices`);
    }
    for (const [place, { label, value }] of values.entries()) {
      if (!isText(label)) throw wrong(`options.${index}.values.${place}.label`, length);
      if (!isText(value)) throw wrong(`options.${index}.values.${place}.value`, length);
    }
  }
}

/** A user's own choices without everybody's, which the store puts before them. */
async function ownOptions(
  { channels }: Pick<Repositories, "channels">,
  id: ChannelId,
  userId: UserId | undefined,
): Promise<Map<string, ChannelOption["values"]>> {
  const everybodys = await channels.options(id, NOBODY);
  if (userId === undefined) return new Map(everybodys.map(({ key, values }) => [key, values]));
  const counts = new Map(everybodys.map(({ key, values }) => [key, values.length]));
  const all = await channels.options(id, userId);
  return new Map(all.map(({ key, values }) => [key, values.slice(counts.get(key) ?? 0)]));
}

function mergedValues(
  before: ChannelOption["values"],
  added: ChannelOption["values"],
): ChannelOption["values"] {
  const labels = new Map([...before, ...added].map(({ value, label }) => [value, label]));
  return [...labels].map(([value, label]) => ({ label, value }));
}

async function channelToSee(store: Store, caller: TokenCaller, id: ChannelId): Promise<Channel> {
  const channel = await store.channels.find(id);
  requireThere(channel);
  if (channel.ownerId === caller.user.id) return channel;
  for (const { workspaceId } of caller.memberships) {
    if (await store.channels.isInstalled(id, workspaceId)) return channel;
  }
  throw noSuchChannel();
}

function requireOwn(caller: TokenCaller, channel: Channel | undefined): asserts channel is Channel {
  requireThere(channel);
  const { channelId } = caller.token;
  const isOwn = channel.ownerId === caller.user.id && (channelId === undefined || channelId === channel.id);
  if (!isOwn) throw noSuchChannel();
}

function requireThere(channel: Channel | undefined): asserts channel is Channel {
  if (channel === undefined || channel.deletedAt !== undefined) throw noSuchChannel();
}

function noSuchChannel(): DomainError {
  return new DomainError("not_found", "no such channel");
}

function presented({ authorization, ...channel }: Channel): PublicChannel {
  return { ...channel, authorization: publicAuthorization(authorization) };
}
