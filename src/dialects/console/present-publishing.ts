import { hasPermission, requireAgentAccess } from "../../access/permissions.ts";
import type { TokenCaller } from "../../domain/access.ts";
import type { Agent } from "../../domain/agent.ts";
import type { Submission, SubmissionChange } from "../../domain/channel.ts";
import { DomainError } from "../../domain/errors.ts";
import type { ChannelId, UserId } from "../../domain/ids.ts";
import type { Place, Standing } from "../../publish/places.ts";
import type { Store } from "../../storage/store.ts";
import { formatId } from "./wire.ts";

/** What people and channels are called. */
export interface PublishNames {
  users: Map<UserId, string>;
  channels: Map<string, string>;
}

/** Those of everybody and everything that is named. */
export async function publishNames(
  store: Pick<Store, "users" | "channels">,
  {
    submissions,
    changes = [],
  }: { submissions: readonly Submission[]; changes?: readonly SubmissionChange[] },
): Promise<PublishNames> {
  const names: PublishNames = { users: new Map(), channels: new Map() };
  const actors = changes.flatMap(({ by }) => ("userId" in by ? [by.userId] : []));
  const publishers = submissions.flatMap(({ publisherId }) => publisherId ?? []);
  for (const id of new Set([...actors, ...publishers])) {
    const user = await store.users.find(id);
    if (user !== undefined) names.users.set(id, user.nickname || user.name);
  }
  for (const channel of new Set(submissions.map((submission) => submission.channel))) {
    const id = Number(channel);
    const custom = Number.isSafeInteger(id) ? await store.channels.find(id as ChannelId) : undefined;
    names.channels.set(channel, custom?.name ?? channel);
  }
  return names;
}

/** Whether the caller may publish the agent and take it off. */
export async function mayPublish(
  { versions }: Pick<Store, "versions">,
  caller: TokenCaller,
  agent: Agent,
): Promise<boolean> {
  if (!hasPermission(caller, "publish")) return false;
  try {
    requireAgentAccess(caller, agent, "change", await versions.collaborators(agent.id));
    return true;
  } catch (error) {
    if (error instanceof DomainError) return false;
    throw error;
  }
}

export function presentSubmission(submission: Submission, { users }: PublishNames) {
  const { audit, publisherId, decidedAt } = submission;
  const publisher = publisherId === undefined ? undefined : users.get(publisherId);
  return {
    id: formatId(submission.id),
    agentId: formatId(submission.agentId),
    versionId: formatId(submission.versionId),
    versionNumber: submission.versionNumber,
    channel: submission.channel,
    status: submission.status,
    reason: submission.reason,
    publisherId: publisherId === undefined ? null : formatId(publisherId),
    publisher:
      publisherId === undefined || publisher === undefined
        ? null
        : { id: formatId(publisherId), name: publisher },
    options: submission.options,
    shareLink: submission.shareLink,
    deliveryId: audit === undefined ? null : formatId(audit.deliveryId),
    createdAt: submission.createdAt,
    decidedAt: decidedAt ?? null,
    expiresAt: submission.expiresAt,
  };
}

export function presentChange(
  { submission, change }: { submission: Submission; change: SubmissionChange },
  { users, channels }: PublishNames,
) {
  const userId = "userId" in change.by ? change.by.userId : undefined;
  return {
    submissionId: formatId(submission.id),
    versionNumber: submission.versionNumber,
    channel: submission.channel,
    channelName: channels.get(submission.channel) ?? submission.channel,
    from: change.from ?? null,
    to: change.to,
    reason: change.reason,
    by: {
      kind: change.by.kind,
      userId: userId === undefined ? null : formatId(userId),
      name: userId === undefined ? null : (users.get(userId) ?? null),
    },
    at: change.at,
  };
}

export function presentStanding(
  { channel, name, live, latest }: Standing & { name: string },
  names: PublishNames,
) {
  return {
    channel,
    name,
    live:
      live === undefined
        ? null
        : { versionId: formatId(live.version.id), versionNumber: live.version.number, since: live.since },
    latest: latest === undefined ? null : presentSubmission(latest, names),
  };
}

export function presentPlace(place: Place, names: PublishNames) {
  const { custom, channel, isAudited, isLinked } = place;
  return {
    ...presentStanding({ ...place, name: custom?.name ?? channel }, names),
    isCustom: custom !== undefined,
    description: custom?.description ?? "",
    isAudited,
    needsLink: !isLinked,
  };
}
