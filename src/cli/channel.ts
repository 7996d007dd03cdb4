import { readFile } from "node:fs/promises";
import { readConfig } from "../config/config.ts";
import type { Channel } from "../domain/channel.ts";
import { DomainError } from "../domain/errors.ts";
import type { GivenAuthorization } from "../publish/channel-settings.ts";
import { addOptions, deleteChannel, newChannel } from "../publish/channels.ts";
import type { Store } from "../storage/store.ts";
import { recordWork } from "./audit.ts";
import { CommandFailure } from "./failure.ts";
import { channelNamed, commandPublishing, ownerOfChannel } from "./publishing.ts";
import { writeTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { firstOwner, userNamed, workspaceNamed } from "./user.ts";
import { withGuestStore } from "./with-store.ts";

export interface NewChannel {
  name: string;
  description: string;
  /** By name. Absent: the oldest workspace's first owner. */
  owner?: string;
  authorization: Channel["authorization"]["mode"];
  authorizeUrl?: string;
  tokenUrl?: string;
  userUrl?: string;
  clientId?: string;
  /** Path of a file. */
  clientSecretFile?: string;
  /** By name. Absent: the oldest one. */
  workspaces?: string[];
}

/** Makes a channel that the workspaces may publish to, and prints its id. */
export async function createChannel({ environment, out, err }: Terminal, wish: NewChannel): Promise<void> {
  const loaded = readConfig(environment);
  const authorization = await authorizationOf(wish);
  await withGuestStore(loaded, async (store) => {
    const now = new Date();
    const owner = wish.owner === undefined ? await firstOwner(store) : await userNamed(store, wish.owner);
    const names = wish.workspaces ?? [undefined];
    const workspaces = await Promise.all(names.map((name) => workspaceNamed(store, name)));
    const services = await commandPublishing(loaded, store);
    const { name, description } = wish;
    const channel = refusedAsFailure(() =>
      newChannel(services, owner.id, { name, description, authorization }, now),
    );
    await store.transaction(async ({ channels }) => {
      await channels.save(channel);
      for (const { id } of workspaces) await channels.install(channel.id, id, now);
    });
    await recordWork(store, {
      command: "channel create",
      subject: `channels/${channel.id}`,
      wish,
      workspaceId: workspaces[0]?.id,
    });
    err.line(
      `channel ${channel.name} of ${owner.name}, open to ${workspaces.map(({ name }) => name).join(", ")}`,
    );
    out.line(`channel_id=${channel.id}`);
  });
}

/** Prints every custom channel. */
export async function listChannels({ environment, out }: Terminal): Promise<void> {
  await withGuestStore(readConfig(environment), async (store) => {
    const users = new Map((await store.users.list()).map(({ id, name }) => [id, name]));
    const workspaces = await store.workspaces.list();
    const rows: string[][] = [];
    for (const channel of await store.channels.list()) {
      const places: string[] = [];
      for (const { id, name } of workspaces) {
        if (await store.channels.isInstalled(channel.id, id)) places.push(name);
      }
      const { id, slug = "", name, ownerId, authorization } = channel;
      rows.push([String(id), slug, name, users.get(ownerId) ?? "", authorization.mode, places.join(", ")]);
    }
    const heads = ["id", "slug", "name", "owner", "authorization", "workspaces"];
    writeTable(
      out,
      heads,
      rows,
      "there are no custom channels; api, chat-sdk, web-sdk and store are always there",
    );
  });
}

/** Opens a channel to a workspace. */
export async function installChannel(
  { environment, out }: Terminal,
  { channel: name, workspace }: { channel: string; workspace: string },
): Promise<void> {
  await withGuestStore(readConfig(environment), async (store) => {
    const channel = await customChannelNamed(store, name);
    const { id, name: place } = await workspaceNamed(store, workspace);
    await store.channels.install(channel.id, id, new Date());
    await recordWork(store, {
      command: "channel install",
      subject: `channels/${channel.id}`,
      workspaceId: id,
    });
    out.line(`agents of ${place} can be published to ${channel.name}`);
  });
}

/** Adds a choice to what publishers choose from, for one user or for everybody. */
export async function offerChoice(
  { environment, out }: Terminal,
  wish: { channel: string; key: string; value: string; label?: string; user?: string },
): Promise<void> {
  const loaded = readConfig(environment);
  await withGuestStore(loaded, async (store) => {
    const channel = await customChannelNamed(store, wish.channel);
    const { key, value, label = value } = wish;
    const to = wish.user === undefined ? {} : { userId: (await userNamed(store, wish.user)).id };
    const options = [{ key, values: [{ label, value }] }];
    const owner = await ownerOfChannel(store, channel);
    await addOptions(await commandPublishing(loaded, store), owner, {
      channelId: channel.id,
      options,
      ...to,
    });
    await recordWork(store, { command: "channel offer", subject: `channels/${channel.id}`, wish });
    out.line(`publishers to ${channel.name} can choose ${label} as ${key}`);
  });
}

/** Deletes a channel with its callback app; what is live there is taken off. */
export async function removeChannel({ environment, out }: Terminal, name: string): Promise<void> {
  const loaded = readConfig(environment);
  await withGuestStore(loaded, async (store) => {
    const channel = await customChannelNamed(store, name);
    await deleteChannel(await commandPublishing(loaded, store), "system", channel.id, new Date());
    await recordWork(store, { command: "channel delete", subject: `channels/${channel.id}` });
    const rest = channel.slug === undefined ? "" : "; if antiphon.yaml has it, take it out there too";
    out.line(`channel ${channel.name} is deleted, and nothing is live there${rest}`);
  });
}

async function customChannelNamed(store: Store, name: string): Promise<Channel> {
  const { custom } = await channelNamed(store, name);
  if (custom?.deletedAt !== undefined) throw new CommandFailure(`the channel ${name} is deleted`, "");
  if (custom !== undefined) return custom;
  throw new CommandFailure(
    `${name} is always there`,
    "antiphon channel list shows those that can be changed",
  );
}

const OAUTH_OPTIONS = {
  authorizeUrl: "--authorize-url",
  tokenUrl: "--token-url",
  userUrl: "--user-url",
  clientId: "--client-id",
  clientSecretFile: "--client-secret-file",
} as const;

async function authorizationOf(wish: NewChannel): Promise<GivenAuthorization> {
  const mode = wish.authorization;
  for (const [key, option] of Object.entries(OAUTH_OPTIONS)) {
    const isGiven = wish[key as keyof typeof OAUTH_OPTIONS] !== undefined;
    if (isGiven === (mode === "oauth")) continue;
    throw new CommandFailure(`${option} ${isGiven ? "is only" : "is needed"} for --authorization oauth`, "");
  }
  if (mode !== "oauth") return { mode };
  const { authorizeUrl = "", tokenUrl = "", userUrl = "", clientId = "", clientSecretFile = "" } = wish;
  const secret = await readFile(clientSecretFile, "utf8").catch((cause: unknown) => {
    throw new CommandFailure(`${clientSecretFile} cannot be read`, "", { cause });
  });
  return { mode, authorizeUrl, tokenUrl, userUrl, clientId, clientSecret: secret.trim() };
}

function refusedAsFailure<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== "request_invalid") throw error;
    throw new CommandFailure(`${error.field}: ${error.message}`, "", { cause: error });
  }
}
