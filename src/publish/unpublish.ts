import { requireAgentAccess } from "../access/permissions.ts";
import type { TokenCaller } from "../domain/access.ts";
import type { Agent } from "../domain/agent.ts";
import type { Submission, SubmissionActor } from "../domain/channel.ts";
import { DomainError } from "../domain/errors.ts";
import type { AgentId } from "../domain/ids.ts";
import type { Repositories } from "../storage/store.ts";
import { agentToChange, noSuchAgent } from "./agents.ts";
import { channelSpokenFor } from "./audit.ts";
import { aboutAgent, leaveChannel, subjectOf } from "./releases.ts";
import {
  type Actor,
  type Change,
  changing,
  type PublishServices,
  submissionActor,
  userIdOf,
} from "./services.ts";

/** Which right unpublishing is done by. */
export type UnpublishRight = "agent" | "channel";

/**
 * Takes an agent off a channel, and back what waits there for a verdict. For those who may change the agent, and for
 * the owner of a custom channel; `rights` says which of both count. Durable when it resolves. Rejects with
 * `agent_not_published` when nothing was live or waiting, `not_found` or `permission_denied`.
 */
export async function unpublishFrom(
  services: PublishServices,
  actor: Actor,
  leaving: { agentId: AgentId; channel: string; reason: string; rights?: readonly UnpublishRight[] },
  now: Date,
): Promise<void> {
  const { agentId, channel, reason } = leaving;
  await changing(services, now, async (change) => {
    const { agent, by } = await agentToTakeOff(change.inside, actor, leaving);
    if (await takeOff(change, agent, { channel, reason, by })) return;
    throw new DomainError("agent_not_published", `the agent ${agentId} is not published on this channel`);
  });
}

/**
 * The same inside a transaction that has read the agent by `findToChange`, without asking who may. False when nothing
 * was live or waiting.
 */
export async function takeOff(
  change: Change,
  { id: agentId, workspaceId }: Agent,
  { channel, reason, by }: { channel: string; reason: string; by: SubmissionActor },
): Promise<boolean> {
  const actor = "userId" in by ? { actorId: by.userId } : {};
  const wasLive = await leaveChannel(change, { agentId, workspaceId, channel, reason, ...actor });
  const current = await change.inside.submissions.current({ agentId, channel });
  for (const submission of current) await withdraw(change, submission, { reason, by });
  return wasLive || current.length > 0;
}

/**
 * Deletes an agent for good, tells so, and takes it off every channel it was live or waiting on. For its owner and the
 * owners and admins of its workspace. Durable when it resolves. Rejects with `not_found` or `permission_denied`.
 */
export async function deleteAgent(
  services: PublishServices,
  actor: Actor,
  agentId: AgentId,
  now: Date,
): Promise<void> {
  await changing(services, now, async (change) => {
    const { inside, tell } = change;
    const agent = await inside.agents.findToChange(agentId);
    if (agent === undefined) throw noSuchAgent();
    if (typeof actor !== "string") requireAgentAccess(actor, agent, "change", []);
    const submissions = await inside.submissions.current({ agentId });
    const releases = await inside.versions.releases(agentId);
    const channels = [...new Set([...releases, ...submissions].map(({ channel }) => channel))].sort();
    const by = submissionActor(actor);
    for (const submission of submissions)
      await withdraw(change, submission, { reason: "the agent was deleted", by });
    for (const { channel } of releases) await inside.versions.withdraw(agentId, channel);
    await inside.agents.delete(agentId, now);
    const data = { ...(await aboutDeleted(inside, agent, actor)), channels };
    const { workspaceId } = agent;
    await tell({ type: "agent.deleted", workspaceId, subject: subjectOf(agentId), at: now, data });
  });
}

async function withdraw(
  { inside, now }: Change,
  { id }: Submission,
  { reason, by }: { reason: string; by: SubmissionActor },
): Promise<void> {
  await inside.submissions.decide({ id, from: ["auditing", "live"], to: "withdrawn", reason, by, now });
}

async function aboutDeleted(inside: Repositories, agent: Agent, actor: Actor) {
  const [latest] = (await inside.versions.list(agent.id, { offset: 0, limit: 1 })).items;
  const version = latest ?? { agentId: agent.id, name: agent.name, settings: agent.settings };
  const { workspaceId } = agent;
  const actorId = userIdOf(actor);
  const { channel, ...about } = await aboutAgent(inside, { workspaceId, channel: "", version, actorId });
  return about;
}

async function agentToTakeOff(
  inside: Repositories,
  actor: Actor,
  leaving: { agentId: AgentId; channel: string; rights?: readonly UnpublishRight[] },
): Promise<{ agent: Agent; by: SubmissionActor }> {
  const { agentId, channel, rights = ["agent", "channel"] } = leaving;
  if (typeof actor !== "string" && rights.includes("channel")) {
    const agent = await agentOnOwnChannel(inside, actor, { agentId, channel });
    if (agent !== undefined) return { agent, by: { kind: "channel", userId: actor.user.id } };
  }
  if (typeof actor === "string") {
    const agent = await inside.agents.findToChange(agentId);
    if (agent === undefined) throw noSuchAgent();
    return { agent, by: submissionActor(actor) };
  }
  if (!rights.includes("agent") || actor.token.channelId !== undefined) {
    throw new DomainError("permission_denied", "the token does not speak for this channel");
  }
  return { agent: await agentToChange(inside, actor, agentId), by: submissionActor(actor) };
}

/** Undefined when the caller does not speak for the channel, or the agent was never submitted to it. */
async function agentOnOwnChannel(
  inside: Repositories,
  caller: TokenCaller,
  { agentId, channel }: { agentId: AgentId; channel: string },
): Promise<Agent | undefined> {
  if ((await channelSpokenFor(inside, caller, channel)) === undefined) return undefined;
  if ((await inside.submissions.latest(agentId, channel)) === undefined) return undefined;
  return inside.agents.findToChange(agentId);
}
