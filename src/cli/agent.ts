import { type LoadedConfig, readConfig } from "../config/config.ts";
import { botIdOf } from "../dialects/insight/callable-agent.ts";
import type { Agent } from "../domain/agent.ts";
import type { Submission, SubmissionActor, Verdict } from "../domain/channel.ts";
import type { UserId } from "../domain/ids.ts";
import { decideForChannel } from "../publish/audit.ts";
import { publishToChannels } from "../publish/submissions.ts";
import { deleteAgent, unpublishFrom } from "../publish/unpublish.ts";
import type { Store } from "../storage/store.ts";
import { type CommandWork, recordWork } from "./audit.ts";
import { CommandFailure } from "./failure.ts";
import { actorOf, agentNamed, channelNamed, commandPublishing, ownerOfChannel } from "./publishing.ts";
import { writeTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { withGuestStore } from "./with-store.ts";

const HISTORY_LINES = 100;

/** Prints every agent with the ids it is known by, and what is live or in audit where. */
export async function listAgents({ environment, out }: Terminal): Promise<void> {
  await withGuestStore(readConfig(environment), async (store) => {
    const rows: string[][] = [];
    for (const workspace of await store.workspaces.list()) {
      for (const agent of await store.agents.list(workspace.id)) {
        const places = await placesOf(store, agent);
        const { id, slug, name } = agent;
        rows.push([String(id), botIdOf(id), slug, name, workspace.name, places.join(", ")]);
      }
    }
    const heads = ["id", "Insight botId", "slug", "name", "workspace", "channels"];
    writeTable(out, heads, rows, "there are no agents");
  });
}

export interface Publishing {
  agent: string;
  channels: string[];
  /** Of the version. Absent: a new one of the draft. */
  number?: number;
  changelog: string;
  /** `key=value` each: what is chosen of the custom channels' options. */
  choose?: string[];
  /** Name of the user who does it. Absent: the agent's or the workspace's owner. */
  as?: string;
}

/** Hands a version to channels. A running server asks those that want to be asked. */
export async function publishAgent(terminal: Terminal, wish: Publishing): Promise<void> {
  await withAgent(terminal, wish, async ({ store, loaded, agent, actor }) => {
    const names = await Promise.all(wish.channels.map((name) => channelNamed(store, name)));
    const { number: versionNumber, changelog, choose = [] } = wish;
    const options = Object.fromEntries(choose.map(readChoice));
    const publishing = {
      agentId: agent.id,
      channels: names.map(({ channel, custom }) => ({ channel, ...(custom && { options }) })),
      changelog,
      ...(versionNumber === undefined ? {} : { versionNumber }),
    };
    const services = await commandPublishing(loaded, store);
    const made = await publishToChannels(services, actor, publishing, new Date());
    await recordAgent(store, "agent publish", agent, wish);
    terminal.out.line(`version=${made.version.number}`);
    for (const { channel, status } of made.submissions) {
      const later = status === "auditing" ? " (a running server asks the channel within seconds)" : "";
      terminal.out.line(`${await labelOf(store, channel)}: ${status}${later}`);
    }
  });
}

/** Puts the version back that was live on a channel before, or the one that is named. */
export async function rollBack(
  terminal: Terminal,
  wish: Omit<Publishing, "channels" | "changelog"> & { channel: string },
): Promise<void> {
  const { channel: name, ...rest } = wish;
  let { number } = wish;
  if (number === undefined) {
    await withAgent(terminal, wish, async ({ store, agent }) => {
      number = (await versionBefore(store, agent, name)).versionNumber;
    });
  }
  if (number === undefined) return;
  await publishAgent(terminal, { ...rest, number, channels: [name], changelog: "" });
}

/** Takes an agent off a channel. */
export async function unpublishAgent(
  terminal: Terminal,
  wish: { agent: string; channel: string; reason: string; as?: string },
): Promise<void> {
  await withAgent(terminal, wish, async ({ store, loaded, agent, actor }) => {
    const { channel } = await channelNamed(store, wish.channel);
    const services = await commandPublishing(loaded, store);
    await unpublishFrom(services, actor, { agentId: agent.id, channel, reason: wish.reason }, new Date());
    await recordAgent(store, "agent unpublish", agent, wish);
    terminal.out.line(`${agent.name} is off ${await labelOf(store, channel)}`);
  });
}

/** Decides in the name of a channel about the version that was submitted to it last. */
export async function decideAbout(
  terminal: Terminal,
  wish: { agent: string; channel: string; verdict: "approve" | "reject"; reason: string; shareLink: string },
): Promise<void> {
  await withAgent(terminal, wish, async ({ store, loaded, agent }) => {
    const { channel, label, custom } = await channelNamed(store, wish.channel);
    if (custom === undefined) throw new CommandFailure(`nobody decides what is live on ${label}`, "");
    const { reason, shareLink } = wish;
    const verdict: Verdict =
      wish.verdict === "approve" ? { status: "approved", shareLink } : { status: "rejected", reason };
    const services = await commandPublishing(loaded, store);
    const owner = await ownerOfChannel(store, custom);
    await decideForChannel(services, owner, { agentId: agent.id, channel, verdict }, new Date());
    await recordAgent(store, "agent decide", agent, wish);
    const latest = await store.submissions.latest(agent.id, channel);
    terminal.out.line(`${label}: ${latest?.status ?? ""}`);
  });
}

/** Deletes an agent for good. */
export async function removeAgent(terminal: Terminal, wish: { agent: string; as?: string }): Promise<void> {
  await withAgent(terminal, wish, async ({ store, loaded, agent, actor }) => {
    await deleteAgent(await commandPublishing(loaded, store), actor, agent.id, new Date());
    await recordAgent(store, "agent delete", agent);
    terminal.out.line(
      `${agent.name} is deleted, its conversations stay; if antiphon.yaml has it, take it out there too`,
    );
  });
}

/** Prints what happened to an agent on its channels, newest first. */
export async function showHistory(
  terminal: Terminal,
  wish: { agent: string; channel?: string },
): Promise<void> {
  await withAgent(terminal, wish, async ({ store, agent }) => {
    const place =
      wish.channel === undefined ? {} : { channel: (await channelNamed(store, wish.channel)).channel };
    const of = { agentId: agent.id, ...place, offset: 0, limit: HISTORY_LINES };
    const { items, total } = await store.submissions.history(of);
    const users = new Map((await store.users.list()).map(({ id, name }) => [id, name]));
    const rows: string[][] = [];
    for (const { submission, change } of items) {
      const place = await labelOf(store, submission.channel);
      const status = change.from === undefined ? change.to : `${change.from} → ${change.to}`;
      const version = String(submission.versionNumber);
      rows.push([change.at.toISOString(), place, version, status, nameOf(change.by, users), change.reason]);
    }
    const heads = ["when", "channel", "version", "status", "by", "why"];
    writeTable(terminal.out, heads, rows, "it was never published");
    if (total > items.length) terminal.err.line(`${total - items.length} older lines are not shown`);
  });
}

function readChoice(text: string): [string, string] {
  const [, key, value] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (key !== undefined && value !== undefined) return [key, value];
  throw new CommandFailure(`${text} is no choice`, "Write --choose device_id=51237825");
}

async function recordAgent(
  store: Store,
  command: CommandWork["command"],
  { id, workspaceId }: Agent,
  given: object = {},
): Promise<void> {
  const { agent: _, ...wish }: { agent?: string } = given;
  await recordWork(store, { command, subject: `agents/${id}`, wish, workspaceId });
}

interface AgentWork {
  store: Store;
  loaded: LoadedConfig;
  agent: Agent;
  actor: Awaited<ReturnType<typeof actorOf>>;
}

async function withAgent(
  { environment }: Terminal,
  { agent: name, as }: { agent: string; as?: string },
  work: (work: AgentWork) => Promise<void>,
): Promise<void> {
  const loaded = readConfig(environment);
  await withGuestStore(loaded, async (store) => {
    const agent = await agentNamed(store, name);
    await work({ store, loaded, agent, actor: await actorOf(store, agent, as) });
  });
}

async function versionBefore(store: Store, agent: Agent, name: string): Promise<Submission> {
  const { channel } = await channelNamed(store, name);
  const of = { agentId: agent.id, channel };
  const live = (await store.submissions.current(of)).find(({ status }) => status === "live");
  const { items } = await store.submissions.history({ ...of, offset: 0, limit: HISTORY_LINES });
  const before = items.find(
    ({ submission, change: { from, to } }) =>
      from === "live" && to === "superseded" && submission.versionId !== live?.versionId,
  );
  if (before !== undefined) return before.submission;
  throw new CommandFailure(`no earlier version of ${agent.name} was on ${name}`, "Name one with --number");
}

async function placesOf(store: Store, { id: agentId }: Agent): Promise<string[]> {
  const live = (await store.versions.releases(agentId)).map(({ channel }) => ({ channel, status: "" }));
  const open = (await store.submissions.current({ agentId })).filter(({ status }) => status === "auditing");
  const places = [...live, ...open.map(({ channel }) => ({ channel, status: " (auditing)" }))];
  return Promise.all(places.map(async ({ channel, status }) => `${await labelOf(store, channel)}${status}`));
}

async function labelOf(store: Store, channel: string): Promise<string> {
  const { label } = await channelNamed(store, channel);
  return label;
}

function nameOf(by: SubmissionActor, users: ReadonlyMap<UserId, string>): string {
  if (!("userId" in by)) return BY[by.kind];
  const name = users.get(by.userId) ?? String(by.userId);
  return by.kind === "channel" ? `${name} (for the channel)` : name;
}

const BY = {
  audit: "the channel's answer",
  time: "time",
  file: "antiphon.yaml",
  system: "antiphon",
} as const;
