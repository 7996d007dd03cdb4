import type { TokenCaller } from "../domain/access.ts";
import type { Agent, AgentVersion } from "../domain/agent.ts";
import { DomainError } from "../domain/errors.ts";
import type { AgentId, NewId, UserId, VersionId } from "../domain/ids.ts";
import type { Page, PageWindow, Repositories, Store } from "../storage/store.ts";
import { agentToView } from "./agents.ts";
import { requireSoundWorkflow } from "./workflow-check.ts";

/**
 * Makes a version of the draft, inside a transaction that has read the agent by `findToChange` or makes it. Version
 * numbers are the time in milliseconds, pushed on where the clock has not moved past the last one. Rejects with
 * `request_invalid` for a workflow that could not run as it is drawn.
 */
export async function makeVersion(
  { versions, agents }: Pick<Repositories, "versions" | "agents">,
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
  await requireSoundWorkflow({ agents }, agent);
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
