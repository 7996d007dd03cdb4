import type { TokenCaller } from "../domain/access.ts";
import type { Agent, AgentVersion, Release } from "../domain/agent.ts";
import { BUILT_IN_CHANNELS, type Channel, channelNameOf, type Submission } from "../domain/channel.ts";
import type { AgentId, WorkspaceId } from "../domain/ids.ts";
import type { Page, PageWindow, Repositories, Store } from "../storage/store.ts";
import { agentToView } from "./agents.ts";
import { customChannelId } from "./releases.ts";

/** How many of an agent's latest submissions a list looks through. */
const RECENT = 20;
/** Callback apps of one channel that are looked at. */
const APP_LIMIT = 100;

/** One channel that an agent can be published to, and how the agent stands there. */
export interface Place extends Standing {
  /** Absent: a built-in one. */
  custom?: Channel;
  /** Whether its server is asked about what is submitted. */
  isAudited: boolean;
  /** Whether the channel knows the caller, where it wants to. */
  isLinked: boolean;
}

/** How an agent stands on a channel. */
export interface Standing {
  channel: string;
  live?: { version: Pick<AgentVersion, "id" | "number">; since: Date };
  /** What was submitted last. Absent: nothing ever was. */
  latest?: Submission;
}

/** Every channel that the agent can be published to now, built-in ones first. Rejects with `not_found`. */
export async function placesOf(
  { store }: { store: Store },
  caller: TokenCaller,
  agentId: AgentId,
): Promise<{ agent: Agent; places: Place[] }> {
  const agent = await agentToView(store, caller, agentId);
  const releases = await store.versions.releases(agentId);
  const customs = await store.channels.list({ workspaceId: agent.workspaceId });
  const names = new Map<string, Channel | undefined>();
  for (const name of BUILT_IN_CHANNELS) names.set(name, undefined);
  for (const channel of customs) names.set(channelNameOf(channel.id), channel);
  const places: Place[] = [];
  for (const [channel, custom] of names) {
    const latest = await store.submissions.latest(agentId, channel);
    places.push({
      channel,
      ...(custom !== undefined && { custom }),
      ...(await liveOn(store, channel, releases)),
      ...(latest !== undefined && { latest }),
      isAudited: custom !== undefined && (await isAudited(store, custom)),
      isLinked: custom === undefined || (await isLinked(store, custom, caller)),
    });
  }
  return { agent, places };
}

/** Agents of a workspace with the channels they are on or were submitted to lately. */
export async function listStandings(
  { store }: { store: Store },
  { workspaceId, ...window }: PageWindow & { workspaceId: WorkspaceId },
): Promise<Page<{ agent: Agent; standings: (Standing & { name: string })[] }>> {
  const page = await store.versions.listAgents({ workspaceId, ...window, channel: "api", status: "all" });
  const items = [];
  for (const { agent } of page.items) items.push({ agent, standings: await standingsOf(store, agent.id) });
  return { items, total: page.total };
}

async function standingsOf(store: Store, agentId: AgentId): Promise<(Standing & { name: string })[]> {
  const releases = await store.versions.releases(agentId);
  const recent = (await store.submissions.list({ agentId, offset: 0, limit: RECENT })).items;
  const channels = new Set([...releases, ...recent].map(({ channel }) => channel));
  const standings = [];
  for (const channel of [...channels].sort()) {
    const custom = await customChannel(store, channel);
    if (custom?.deletedAt !== undefined) continue;
    const latest = recent.find((submission) => submission.channel === channel);
    standings.push({
      channel,
      name: custom?.name ?? channel,
      ...(await liveOn(store, channel, releases)),
      ...(latest !== undefined && { latest }),
    });
  }
  return standings;
}

/** The channel's own app, where it wants to be asked about submissions. */
async function isAudited({ endpoints }: Pick<Repositories, "endpoints">, { id }: Channel): Promise<boolean> {
  const channel = channelNameOf(id);
  const apps = await endpoints.list({ kinds: ["coze-channel"], channel, limit: APP_LIMIT });
  return apps.some(({ url, eventTypes }) => url !== undefined && eventTypes.includes("agent.submitted"));
}

async function isLinked(
  { channels }: Pick<Repositories, "channels">,
  { id, authorization }: Channel,
  { user }: TokenCaller,
): Promise<boolean> {
  if (authorization.mode !== "oauth") return true;
  return (await channels.findAccount(id, user.id)) !== undefined;
}

async function liveOn(
  { versions }: Pick<Repositories, "versions">,
  channel: string,
  releases: readonly Release[],
): Promise<Pick<Standing, "live">> {
  const release = releases.find((candidate) => candidate.channel === channel);
  const version = release && (await versions.get(release.versionId));
  return version === undefined || release === undefined ? {} : { live: { version, since: release.since } };
}

async function customChannel(
  { channels }: Pick<Repositories, "channels">,
  name: string,
): Promise<Channel | undefined> {
  const id = customChannelId(name);
  return id && (await channels.find(id));
}
