import type { TokenCaller } from "../domain/access.ts";
import type { Agent, AgentVersion } from "../domain/agent.ts";
import { BUILT_IN_CHANNELS, type Channel, type Submission } from "../domain/channel.ts";
import { DomainError } from "../domain/errors.ts";
import type { AgentId, NewId, SubmissionId, UserId } from "../domain/ids.ts";
import { publishLog } from "../log/logger.ts";
import type { Repositories } from "../storage/store.ts";
import { agentToChange, noSuchAgent } from "./agents.ts";
import { askChannel } from "./audit.ts";
import { checkChoices } from "./choices.ts";
import { aboutAgent, customChannelId, enterChannel, subjectOf, supersede } from "./releases.ts";
import {
  type Actor,
  type Change,
  changing,
  type PublishServices,
  submissionActor,
  userIdOf,
} from "./services.ts";
import { makeVersion } from "./versions.ts";

/** A submission that nobody decides on expires after three days, unless the operator says otherwise. */
const AUDIT_EXPIRY_MS = 72 * 3_600_000;

/** What handing a version to channels works with, inside a transaction. */
export interface SubmitServices extends Pick<PublishServices, "options"> {
  store: { newId: NewId };
  callbacks: Pick<PublishServices["callbacks"], "prepareQuestion">;
}

/** Where to publish to. */
export interface ChannelTarget {
  channel: string;
  /** What the publisher chose of the channel's options, by key. */
  options?: Record<string, string>;
}

/** What publishing made. */
export interface Publication {
  version: AgentVersion;
  /** One for each channel, in the order asked for, as they are when all channels' servers have answered. */
  submissions: Submission[];
}

/**
 * Publishes the draft as a new version, or a version that there is (a rollback), to channels. Built-in channels and
 * those that ask nobody have it live at once. The servers of the others are asked together, each with its own time
 * limit, and what one of them says does not touch the others. What is live before stays so until its channel accepts.
 *
 * Durable when it resolves. Rejects, with nothing stored, with `not_found` for the agent, the version or a channel
 * that there is not for the agent's workspace, `permission_denied`, or `request_invalid` for what was chosen.
 */
export async function publishToChannels(
  services: PublishServices,
  actor: Actor,
  publishing: {
    agentId: AgentId;
    channels: readonly ChannelTarget[];
    changelog: string;
    /** An existing version. Absent: a new one of the draft. */
    versionNumber?: number;
  },
  now: Date,
): Promise<Publication> {
  const { version, submissions } = await changing(services, now, async (change) => {
    const { channels } = publishing;
    await holdChannels(change.inside, channels);
    const agent = await agentFor(change.inside, actor, publishing.agentId);
    const version = await versionToPublish(services, change, { agent, actor, ...publishing });
    return {
      version,
      submissions: await submitVersion(services, change, { agent, version, channels, actor }),
    };
  });
  const open = submissions.filter(({ status }) => status === "auditing");
  const asked = await Promise.allSettled(open.map((submission) => askChannel(services, submission)));
  for (const result of asked) {
    if (result.status === "rejected") publishLog.error({ err: result.reason }, "asking a channel failed");
  }
  const states = await Promise.all(submissions.map(({ id }) => services.store.submissions.find(id)));
  return { version, submissions: submissions.map((submission, index) => states[index] ?? submission) };
}

/**
 * Hands a version to channels inside a transaction that has read the agent by `findToChange` or makes it. Those that
 * come back as `auditing` are to be asked after the commit; a running server does so by itself after a while.
 */
export async function submitVersion(
  services: SubmitServices,
  change: Change,
  handing: { agent: Agent; version: AgentVersion; channels: readonly ChannelTarget[]; actor: Actor },
): Promise<Submission[]> {
  const { agent, channels, actor } = handing;
  if (channels.length === 0)
    throw new DomainError("request_invalid", "names no channel", { field: "channels" });
  const targets = new Map(channels.map((target) => [target.channel, target]));
  const submissions: Submission[] = [];
  for (const { channel, options = {} } of targets.values()) {
    await requireOpenChannel(change.inside, agent, channel, { options, userId: userIdOf(actor) });
    submissions.push(await submit(services, change, { ...handing, channel, options }));
  }
  return submissions;
}

async function submit(
  { callbacks, store, options: limits }: SubmitServices,
  change: Change,
  handing: {
    agent: Agent;
    version: AgentVersion;
    channel: string;
    options: Record<string, string>;
    actor: Actor;
  },
): Promise<Submission> {
  const { inside, now } = change;
  const { agent, version, channel, options, actor } = handing;
  const publisherId = userIdOf(actor);
  const made = {
    id: store.newId<SubmissionId>(),
    workspaceId: agent.workspaceId,
    agentId: agent.id,
    versionId: version.id,
    versionNumber: version.number,
    channel,
    reason: "",
    ...(publisherId === undefined ? {} : { publisherId }),
    options,
    shareLink: "",
    createdAt: now,
    expiresAt: new Date(now.getTime() + (limits?.auditExpiryMs ?? AUDIT_EXPIRY_MS)),
  };
  await supersede(change, made, "auditing");
  const question = await prepareQuestion(callbacks, change, made, version);
  const [delivery] = question?.deliveries ?? [];
  if (question === undefined || delivery === undefined) {
    const live: Submission = { ...made, status: "live", decidedAt: now };
    await inside.submissions.insert(live, submissionActor(actor));
    await enterChannel(change, live, version);
    return live;
  }
  const audit = { endpointId: delivery.endpointId, deliveryId: delivery.id };
  const open: Submission = { ...made, status: "auditing", audit };
  await inside.submissions.insert(open, submissionActor(actor));
  await inside.outbox.add(question);
  return open;
}

async function prepareQuestion(
  callbacks: SubmitServices["callbacks"],
  { inside, now }: Change,
  submission: Omit<Submission, "status">,
  version: AgentVersion,
) {
  const { id, agentId, channel, workspaceId, publisherId } = submission;
  if (customChannelId(channel) === undefined) return undefined;
  const about = await aboutAgent(inside, {
    workspaceId,
    channel,
    version,
    publisherId,
    actorId: publisherId,
  });
  const data = { ...about, submissionId: id };
  const subject = subjectOf(agentId);
  return callbacks.prepareQuestion(inside, { type: "agent.submitted", workspaceId, subject, at: now, data });
}

/** Before the agent, as those who delete channels do: who waits for whom never goes round in a circle. */
async function holdChannels({ channels }: Repositories, targets: readonly ChannelTarget[]): Promise<void> {
  for (const { channel } of targets) {
    const id = customChannelId(channel);
    if (id !== undefined) await channels.findToUse(id);
  }
}

async function agentFor(inside: Repositories, actor: Actor, agentId: AgentId): Promise<Agent> {
  if (typeof actor !== "string") return agentToChange(inside, actor satisfies TokenCaller, agentId);
  const agent = await inside.agents.findToChange(agentId);
  if (agent === undefined) throw noSuchAgent();
  return agent;
}

async function versionToPublish(
  { store }: PublishServices,
  { inside, now }: Change,
  publishing: { agent: Agent; actor: Actor; changelog: string; versionNumber?: number },
): Promise<AgentVersion> {
  const { agent, actor, changelog, versionNumber } = publishing;
  if (versionNumber === undefined) {
    const creatorId = userIdOf(actor);
    return makeVersion(inside, { agent, changelog, creatorId, newId: store.newId, now });
  }
  const version = await inside.versions.find(agent.id, versionNumber);
  if (version === undefined) throw new DomainError("not_found", "no such version of the agent");
  return version;
}

/** Throws `not_found` when agents of the workspace cannot be published there, or `request_invalid` for the choice. */
async function requireOpenChannel(
  inside: Repositories,
  { workspaceId }: Agent,
  name: string,
  { options, userId }: { options: Record<string, string>; userId: UserId | undefined },
): Promise<void> {
  if (BUILT_IN_CHANNELS.some((channel) => channel === name)) {
    if (Object.keys(options).length === 0) return;
    throw new DomainError("request_invalid", `the channel ${name} has nothing to choose from`, {
      field: "options",
    });
  }
  const id = customChannelId(name);
  const channel: Channel | undefined = id && (await inside.channels.findToUse(id));
  const isOpen =
    channel &&
    channel.deletedAt === undefined &&
    (await inside.channels.isInstalled(channel.id, workspaceId));
  if (!isOpen) throw new DomainError("not_found", `no such channel in the agent's workspace: ${name}`);
  await checkChoices(inside, channel, { options, userId });
}
