import { endpointFormats } from "../app.ts";
import { Emitter } from "../callbacks/emit.ts";
import type { EndpointFormats } from "../callbacks/formats.ts";
import type { LoadedConfig } from "../config/config.ts";
import { openSecretKey, type SecretKey } from "../config/secrets.ts";
import { FULL_SCOPE, type TokenCaller, type User } from "../domain/access.ts";
import type { Agent } from "../domain/agent.ts";
import { BUILT_IN_CHANNELS, type Channel, channelNameOf } from "../domain/channel.ts";
import type { AccessTokenId, AgentId } from "../domain/ids.ts";
import { customChannelId } from "../publish/releases.ts";
import {
  type Actor,
  type PublishCallbacks,
  type PublishServices,
  publishOptions,
} from "../publish/services.ts";
import type { Store } from "../storage/store.ts";
import { CommandFailure } from "./failure.ts";
import { userNamed } from "./user.ts";

/**
 * What commands publish with. They only write: a running server, or the next one, sends the events and asks the
 * servers of channels within seconds.
 */
export async function commandPublishing(
  { config, secrets }: LoadedConfig,
  store: Store,
): Promise<PublishServices & { secretKey: SecretKey; formats: EndpointFormats; now: () => Date }> {
  const formats = endpointFormats(config);
  const emitter = new Emitter({ newId: store.newId, formats });
  const callbacks: PublishCallbacks = {
    emit: (inside, fact) => emitter.emit(inside, fact),
    prepareQuestion: (inside, fact) => emitter.prepareQuestion(inside, fact),
    wake() {},
    endpointChanged() {},
    ask: async () => {},
  };
  const secretKey = await openSecretKey(secrets.secretKey, config.storage.dataDirectory);
  const options = publishOptions(config.callbacks);
  return { store, callbacks, formats, secretKey, options, now: () => new Date() };
}

/** An agent by its id, or by its slug where only one workspace has it. */
export async function agentNamed(store: Store, name: string): Promise<Agent> {
  const id = idIn(name);
  const byId = id === undefined ? undefined : await store.agents.find(id as AgentId);
  if (byId !== undefined) return byId;
  const found: Agent[] = [];
  for (const workspace of await store.workspaces.list()) {
    const agent = await store.agents.findBySlug(workspace.id, name);
    if (agent !== undefined) found.push(agent);
  }
  const [first, second] = found;
  if (first === undefined) throw new CommandFailure(`there is no agent ${name}`, "See antiphon agent list");
  if (second === undefined) return first;
  throw new CommandFailure(
    `several workspaces have an agent ${name}`,
    "Name it by its id: antiphon agent list",
  );
}

/** A channel by its own name, by the slug of the file or by its id; deleted ones by their id only, as a label. */
export async function channelNamed(
  store: Store,
  name: string,
): Promise<{ channel: string; label: string; custom?: Channel }> {
  if (BUILT_IN_CHANNELS.some((channel) => channel === name)) return { channel: name, label: name };
  const id = customChannelId(name);
  const custom = (id && (await store.channels.find(id))) ?? (await store.channels.findBySlug(name));
  if (custom === undefined)
    throw new CommandFailure(`there is no channel ${name}`, "See antiphon channel list");
  return { channel: channelNameOf(custom.id), label: custom.slug ?? `${custom.name} (${custom.id})`, custom };
}

/** Who a command acts for: the user it names, the agent's owner, or the first owner of its workspace. */
export async function actorOf(store: Store, agent: Agent, name: string | undefined): Promise<Actor> {
  const user = name === undefined ? await ownerOfAgent(store, agent) : await userNamed(store, name);
  return user === undefined ? "system" : callerFor(store, user);
}

/** Who decides in the name of a channel: its owner. */
export async function ownerOfChannel(store: Store, { ownerId, name }: Channel): Promise<TokenCaller> {
  const owner = await store.users.find(ownerId);
  if (owner === undefined)
    throw new CommandFailure(`the owner of the channel ${name} is not there any more`, "");
  return callerFor(store, owner);
}

async function callerFor(store: Store, user: User): Promise<TokenCaller> {
  const memberships = await store.users.memberships(user.id);
  const token = {
    id: 0 as AccessTokenId,
    tokenHash: "",
    kind: "personal" as const,
    userId: user.id,
    name: "command line",
    scope: FULL_SCOPE,
    sessionName: "",
    createdAt: new Date(),
  };
  return { user, token, memberships };
}

async function ownerOfAgent(store: Store, { ownerId, workspaceId }: Agent): Promise<User | undefined> {
  const owner = ownerId === undefined ? undefined : await store.users.find(ownerId);
  if (owner !== undefined) return owner;
  const { items } = await store.workspaces.members(workspaceId, { offset: 0, limit: 1 });
  return items[0]?.membership.role === "owner" ? items[0].user : undefined;
}

function idIn(text: string): number | undefined {
  return /^[1-9]\d{0,15}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
}
