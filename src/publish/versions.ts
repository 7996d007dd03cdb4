import type { TokenCaller } from "../domain/access.ts";
import type { Agent, AgentVersion } from "../domain/agent.ts";
import { DomainError } from "../domain/errors.ts";
import type { AgentId, NewId, UserId, VersionId } from "../domain/ids.ts";
import type { Page, PageWindow, Repositories, Store } from "../storage/store.ts";
import { agentToChange, agentToView } from "./agents.ts";

/**
 * Makes a version of the draft as it is now and puts it live on the channels, all or nothing, durable when it
 * resolves. Publishers of one agent wait for each other, so the later one's version is the live one.
 */
export async function publishAgent(
  { store }: { store: Store },
  caller: TokenCaller,
  publishing: { agentId: AgentId; channels: readonly string[]; changelog: string },
  now: Date,
): Promise<AgentVersion> {
  const version = await store.transaction(async (inside) => {
    const agent = await agentToChange(inside, caller, publishing.agentId);
    const creatorId = caller.user.id;
    return publishDraft(inside, { ...publishing, agent, creatorId, newId: store.newId, now });
  });
  await store.flushed();
  return version;
}

/** The same inside a transaction that has read the agent by `findToChange` or makes it, without asking who may. */
export async function publishDraft(
  { versions }: Pick<Repositories, "versions">,
  publishing: Parameters<typeof makeVersion>[1] & { channels: readonly string[] },
): Promise<AgentVersion> {
  const { agent, channels, now } = publishing;
  const version = await makeVersion({ versions }, publishing);
  for (const channel of channels) {
    await versions.release({ agentId: agent.id, channel, versionId: version.id, since: now });
  }
  return version;
}

/**
 * Makes a version of the draft, inside a transaction that has read the agent by `findToChange` or makes it. Version
 * numbers are the time in milliseconds, pushed on where the clock has not moved past the last one.
 */
export async function makeVersion(
  { versions }: Pick<Repositories, "versions">,
  making: {
    agent: Agent;
    changelog: string;
    /** Absent: the configuration file or the command line. */
    creatorId?: UserId | undefined;
    newId: NewId;
    now: Date;
  },
): Promise<AgentVersion> {
  const { agent, changelog, creatorId, newId, now } = making;
  const [latest] = (await versions.list(agent.id, { offset: 0, limit: 1 })).items;
  const version: AgentVersion = {
    id: newId<VersionId>(),
    agentId: agent.id,
    number: Math.max(now.getTime(), (latest?.number ?? 0) + 1),
    name: agent.name,
    settings: agent.settings,
    changelog,
    ...(creatorId === undefined ? {} : { creatorId }),
    createdAt: now,
  };
  await versions.insert(version);
  return version;
}

/** Takes the agent off the channel; durable when it resolves. Rejects with `agent_not_published` when it was not there. */
export async function unpublishAgent(
  { store }: { store: Store },
  caller: TokenCaller,
  { agentId, channel }: { agentId: AgentId; channel: string },
): Promise<void> {
  await store.transaction(async (inside) => {
    await agentToChange(inside, caller, agentId);
    if (await inside.versions.withdraw(agentId, channel)) return;
    throw new DomainError("agent_not_published", "the agent is not published on this channel");
  });
  await store.flushed();
}

/** Newest first; with `channel` only the one that is live there. */
export async function listVersions(
  { store }: { store: Store },
  caller: TokenCaller,
  { agentId, channel, ...window }: PageWindow & { agentId: AgentId; channel?: string },
): Promise<Page<AgentVersion>> {
  await agentToView(store, caller, agentId);
  return store.versions.list(agentId, window, channel);
}

/** The agent, and what is live of it on the channel. Rejects with `agent_not_published` when nothing is. */
export async function publishedAgent(
  { store }: { store: Store },
  caller: TokenCaller,
  { agentId, channel }: { agentId: AgentId; channel: string },
): Promise<{ agent: Agent; version: AgentVersion }> {
  const agent = await agentToView(store, caller, agentId);
  const [version] = (await store.versions.list(agentId, { offset: 0, limit: 1 }, channel)).items;
  if (version === undefined) {
    throw new DomainError("agent_not_published", "the agent is not published on this channel");
  }
  return { agent, version };
}
