import type { AgentVersion } from "../domain/agent.ts";
import type { Channel, Submission, SubmissionActor, SubmissionStatus } from "../domain/channel.ts";
import type { AgentEventData } from "../domain/event.ts";
import type { ChannelId, UserId } from "../domain/ids.ts";
import type { Repositories } from "../storage/store.ts";
import type { Change } from "./services.ts";

/**
 * The transitions of submissions together with what they mean: what is live on the channel, and who is told. All run
 * in a transaction that has read the agent by `findToChange`, so that those of one agent come one after the other.
 */

/** Puts a submission that is stored as `live` on its channel, in the place of what was there. */
export async function enterChannel(
  change: Change,
  submission: Submission,
  version: AgentVersion,
): Promise<void> {
  const { inside, now, tell } = change;
  const { agentId, channel, workspaceId } = submission;
  await supersede(change, submission, "live");
  await inside.versions.release({ agentId, channel, versionId: version.id, since: now });
  const data = await aboutAgent(inside, { ...submission, version, actorId: submission.publisherId });
  await tell({ type: "agent.published", workspaceId, subject: subjectOf(agentId), at: now, data });
}

/** Closes the other submissions of the same agent and channel that have this status. */
export async function supersede(
  { inside, now }: Change,
  submission: Pick<Submission, "id" | "agentId" | "channel" | "versionNumber">,
  status: "live" | "auditing",
): Promise<void> {
  for (const earlier of await inside.submissions.current(submission)) {
    if (earlier.id === submission.id || earlier.status !== status) continue;
    await inside.submissions.decide({
      id: earlier.id,
      from: [status],
      to: "superseded",
      reason: `version ${submission.versionNumber} took its place`,
      by: { kind: "system" },
      now,
    });
  }
}

/** Makes a stored submission live. False when its status is none of `from`; nothing is then changed. */
export async function goLive(
  change: Change,
  submission: Submission,
  decision: { from: readonly SubmissionStatus[]; shareLink?: string; by: SubmissionActor },
): Promise<boolean> {
  const { inside, now } = change;
  const version = await inside.versions.get(submission.versionId);
  if (version === undefined) return false;
  const decided = { id: submission.id, to: "live", reason: "", now, ...decision } as const;
  if (!(await inside.submissions.decide(decided))) return false;
  await enterChannel(change, submission, version);
  return true;
}

/** Takes what is live of the agent off the channel and tells so. False when nothing is. */
export async function leaveChannel(
  { inside, now, tell }: Change,
  leaving: Pick<Submission, "workspaceId" | "agentId" | "channel"> & { actorId?: UserId; reason: string },
): Promise<boolean> {
  const { agentId, channel, workspaceId, reason, actorId } = leaving;
  const release = (await inside.versions.releases(agentId)).find((live) => live.channel === channel);
  const version = release && (await inside.versions.get(release.versionId));
  if (version === undefined) return false;
  await inside.versions.withdraw(agentId, channel);
  const [submission] = (await inside.submissions.current({ agentId, channel })).filter(isLive);
  const { publisherId } = submission ?? {};
  const about = await aboutAgent(inside, { channel, workspaceId, publisherId, version, actorId });
  const data = { ...about, reason };
  await tell({ type: "agent.unpublished", workspaceId, subject: subjectOf(agentId), at: now, data });
  return true;
}

/** What every event about an agent on a channel says. */
export async function aboutAgent(
  inside: Repositories,
  about: {
    workspaceId: Submission["workspaceId"];
    channel: string;
    version: Pick<AgentVersion, "agentId" | "name" | "settings"> & Partial<AgentVersion>;
    publisherId?: UserId | undefined;
    /** Who did it. */
    actorId?: UserId | undefined;
  },
): Promise<AgentEventData> {
  const { channel, version, publisherId, actorId, workspaceId } = about;
  const actor = actorId && (await inside.users.find(actorId));
  const [workspace] = await inside.workspaces.listings([workspaceId]);
  const accountId = workspace?.ownerIds[0];
  const channelId = customChannelId(channel);
  const account = channelId && publisherId && (await inside.channels.findAccount(channelId, publisherId));
  return {
    agentId: version.agentId,
    name: version.name,
    description: version.settings.description,
    ...(version.id === undefined ? {} : { versionId: version.id }),
    ...(version.number === undefined ? {} : { versionNumber: version.number }),
    channel,
    ...(account ? { channelAccountId: account.accountId } : {}),
    ...(accountId === undefined ? {} : { accountId }),
    ...(actor ? { actor: { userId: actor.id, name: actor.nickname || actor.name } } : {}),
  };
}

export function subjectOf(agentId: Submission["agentId"]): string {
  return `agent:${agentId}`;
}

/** The id in a channel's name. Undefined: it cannot be the name of a custom channel. */
export function customChannelId(channel: string): ChannelId | undefined {
  return /^[1-9]\d{0,15}$/.test(channel) && Number.isSafeInteger(Number(channel))
    ? (Number(channel) as Channel["id"])
    : undefined;
}

function isLive({ status }: Submission): boolean {
  return status === "live";
}
