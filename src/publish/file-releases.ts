import { isDeepStrictEqual } from "node:util";
import { type Agent, type AgentVersion, API_CHANNEL } from "../domain/agent.ts";
import type { Submission } from "../domain/channel.ts";
import type { NewId } from "../domain/ids.ts";
import type { Repositories } from "../storage/store.ts";
import type { Change, PublishCallbacks, PublishServices } from "./services.ts";
import { submitVersion } from "./submissions.ts";
import { takeOff } from "./unpublish.ts";
import { makeVersion } from "./versions.ts";

interface Services {
  store: { newId: NewId };
  now: () => Date;
  callbacks: Pick<PublishCallbacks, "emit" | "prepareQuestion">;
  options?: PublishServices["options"];
}

/** The file says the same still, but the channel has spoken, or has yet to. */
const ANSWERED = new Set<Submission["status"]>(["auditing", "rejected", "expired"]);

/**
 * Publishes the draft to those of the channels where something else is live, and takes the agent off the API channel
 * and off what an earlier file published it to where this one does not. A draft that a channel has rejected or looks
 * at is not handed to it again. Inside a transaction that has read the agent by `findToChange` or makes it; true when
 * that changed anything.
 */
export async function applyReleases(
  { store, now, callbacks, options }: Services,
  inside: Repositories,
  { agent, channels }: { agent: Agent; channels: readonly string[] },
): Promise<boolean> {
  const change: Change = {
    inside,
    now: now(),
    async tell(fact) {
      await callbacks.emit(inside, fact);
    },
  };
  const isLess = await leaveOthers(change, agent, channels);
  const targets = [];
  for (const channel of new Set(channels)) {
    if (!(await isThere(inside, agent, channel))) targets.push({ channel });
  }
  if (targets.length === 0) return isLess;
  const version =
    (await versionOf(inside, agent)) ??
    (await makeVersion(inside, { agent, changelog: "", newId: store.newId, now: change.now }));
  const submitting = { store, callbacks, ...(options && { options }) };
  await submitVersion(submitting, change, { agent, version, channels: targets, actor: "file" });
  return true;
}

async function leaveOthers(change: Change, agent: Agent, channels: readonly string[]): Promise<boolean> {
  const { inside } = change;
  const own = (await inside.submissions.current({ agentId: agent.id })).filter(
    ({ publisherId }) => publisherId === undefined,
  );
  let isChanged = false;
  for (const channel of new Set([API_CHANNEL, ...own.map((submission) => submission.channel)])) {
    if (channels.includes(channel)) continue;
    const leaving = { channel, reason: "the file does not name the channel", by: { kind: "file" } } as const;
    if (await takeOff(change, agent, leaving)) isChanged = true;
  }
  return isChanged;
}

async function isThere(inside: Repositories, agent: Agent, channel: string): Promise<boolean> {
  const live = await inside.agents.findLive(agent.id, channel);
  if (live !== undefined && isDraft(agent, live)) return true;
  const latest = await inside.submissions.latest(agent.id, channel);
  if (latest === undefined || !ANSWERED.has(latest.status)) return false;
  const version = await inside.versions.get(latest.versionId);
  return version !== undefined && isDraft(agent, version);
}

/** The newest version, where it is the draft as it is. */
async function versionOf(inside: Repositories, agent: Agent): Promise<AgentVersion | undefined> {
  const [newest] = (await inside.versions.list(agent.id, { offset: 0, limit: 1 })).items;
  return newest !== undefined && isDraft(agent, newest) ? newest : undefined;
}

function isDraft(agent: Agent, { name, settings }: Pick<Agent, "name" | "settings">): boolean {
  return name === agent.name && isDeepStrictEqual(settings, agent.settings);
}
