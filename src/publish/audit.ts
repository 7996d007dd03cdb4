import type { EndpointFormat } from "../callbacks/formats.ts";
import type { TokenCaller } from "../domain/access.ts";
import type { Channel, Submission, SubmissionActor, Verdict } from "../domain/channel.ts";
import { DomainError } from "../domain/errors.ts";
import type { AgentId } from "../domain/ids.ts";
import { publishLog } from "../log/logger.ts";
import type { Repositories } from "../storage/store.ts";
import { noSuchAgent } from "./agents.ts";
import { customChannelId, goLive, leaveChannel, subjectOf } from "./releases.ts";
import { type Answer, type Change, changing, type PublishServices } from "./services.ts";

/** How long a channel's server may take to answer. Source: spec page of the callbacks §3.5, §4.2. */
const AUDIT_TIMEOUT_MS = 10_000;
/** Longest reason that is kept, in code points. Source: design page of the delivery §4.9. */
const REASON_LIMIT = 1_000;
/** Longest share link that is kept. */
const LINK_LIMIT = 2_048;

/**
 * Asks the channel's server about an open submission and acts on what it says. Resolves when that is durable, whatever
 * it is; at once when somebody else asks already. Rejects when the store fails: the submission then stays open and is
 * asked again later.
 */
export async function askChannel(services: PublishServices, submission: Submission): Promise<void> {
  const { audit, id } = submission;
  if (audit === undefined) return;
  const timeoutMs = services.options?.auditTimeoutMs ?? AUDIT_TIMEOUT_MS;
  await services.callbacks.ask({ deliveryId: audit.deliveryId, timeoutMs }, async (answer) => {
    const verdict = readAnswer(answer, services.formats["coze-channel"], timeoutMs);
    await changing(services, new Date(), async (change) => {
      await change.inside.agents.findToChange(submission.agentId);
      const isOpen = (await change.inside.submissions.find(id))?.status === "auditing";
      await decideOpen(change, submission, verdict, { kind: "audit" });
      if (isOpen && answer.attemptCount > 1) await tellRecovery(change, id);
    });
    publishLog.info(
      { submissionId: id, channel: submission.channel, verdict: verdict.status },
      "channel asked",
    );
  });
}

/** What a channel's owner says about the latest version that was submitted to it. */
export interface ChannelDecision {
  agentId: AgentId;
  channel: string;
  verdict: Verdict;
  /** Which version is meant; refused when a later one was submitted. Absent: the latest. */
  versionNumber?: number;
}

/**
 * Decides in the name of a channel, also after a decision: what is live can be rejected, which takes it off the channel,
 * and what was rejected can be approved. Saying the same again changes nothing. See decision 0013.
 *
 * Rejects with `permission_denied` when the caller does not speak for the channel; `not_found` when the agent was never
 * submitted to it; `already_decided` when the submission has failed, expired, was withdrawn, when a later version was
 * submitted, or when what was decided is to be in review again.
 */
export async function decideForChannel(
  services: PublishServices,
  caller: TokenCaller,
  { agentId, channel, verdict, versionNumber }: ChannelDecision,
  now: Date,
): Promise<void> {
  await changing(services, now, async (change) => {
    const { inside } = change;
    const channelId = customChannelId(channel);
    if (channelId !== undefined) await inside.channels.findToUse(channelId);
    await requireChannelVoice(inside, caller, channel);
    const agent = await inside.agents.findToChange(agentId);
    const latest = agent && (await latestSubmission(inside, agentId, channel));
    if (latest === undefined) throw noSuchAgent();
    if (versionNumber !== undefined && versionNumber !== latest.versionNumber) {
      throw new DomainError("already_decided", "a later version was submitted to the channel");
    }
    await decideLatest(change, latest, verdict, { kind: "channel", userId: caller.user.id });
  });
}

/** The channel, for a caller who may speak for it. Throws `permission_denied` otherwise, also when there is none. */
export async function requireChannelVoice(
  repositories: Pick<Repositories, "channels">,
  caller: TokenCaller,
  name: string,
): Promise<Channel> {
  const channel = await channelSpokenFor(repositories, caller, name);
  if (channel !== undefined) return channel;
  throw new DomainError("permission_denied", "the token does not speak for this channel");
}

/**
 * The custom channel of this name, where the caller may speak for it: its owner may, and with a token that belongs to
 * a channel only for that one. Undefined otherwise.
 */
export async function channelSpokenFor(
  { channels }: Pick<Repositories, "channels">,
  { token, user }: TokenCaller,
  name: string,
): Promise<Channel | undefined> {
  const id = customChannelId(name);
  const channel = id && (await channels.find(id));
  if (channel === undefined || channel.deletedAt !== undefined || user.id !== channel.ownerId)
    return undefined;
  return token.channelId === undefined || token.channelId === id ? channel : undefined;
}

async function decideLatest(
  change: Change,
  latest: Submission,
  verdict: Verdict,
  by: SubmissionActor,
): Promise<void> {
  switch (latest.status) {
    case "auditing":
      return decideOpen(change, latest, verdict, by);
    case "live":
      if (verdict.status === "approved") return;
      if (verdict.status === "rejected") return rejectLive(change, latest, verdict.reason, by);
      break;
    case "rejected":
      if (verdict.status === "rejected") return;
      if (verdict.status === "approved") {
        await goLive(change, latest, { from: ["rejected"], shareLink: linkOf(verdict.shareLink), by });
        return;
      }
      break;
    case "failed":
    case "expired":
    case "withdrawn":
    case "superseded":
  }
  throw new DomainError("already_decided", wordsFor(latest));
}

/** A verdict on a submission, if it is open still. One that is none is the end of it: the publish has failed. */
async function decideOpen(
  change: Change,
  open: Submission,
  verdict: Verdict | { status: "failed"; reason: string },
  by: SubmissionActor,
): Promise<void> {
  const from = ["auditing"] as const;
  switch (verdict.status) {
    case "auditing":
      return;
    case "approved":
      await goLive(change, open, { from, shareLink: linkOf(verdict.shareLink), by });
      return;
    case "rejected":
    case "failed": {
      const reason = shortened(verdict.reason);
      await change.inside.submissions.decide({
        id: open.id,
        from,
        to: verdict.status,
        reason,
        by,
        now: change.now,
      });
      return;
    }
    default:
      verdict satisfies never;
  }
}

/** That a question was answered although it had been interrupted, and what the answer has made of the submission. */
async function tellRecovery({ inside, now, tell }: Change, id: Submission["id"]): Promise<void> {
  const submission = await inside.submissions.find(id);
  if (submission === undefined) return;
  const { status, workspaceId, agentId, versionId, versionNumber, channel, reason } = submission;
  if (status === "superseded" || status === "withdrawn" || status === "expired") return;
  const data = { agentId, versionId, versionNumber, channel, submissionId: id, status, reason };
  await tell({ type: "agent.audit-recovered", workspaceId, subject: subjectOf(agentId), at: now, data });
}

async function rejectLive(
  change: Change,
  live: Submission,
  text: string,
  by: SubmissionActor,
): Promise<void> {
  const reason = shortened(text);
  const actor = "userId" in by ? { actorId: by.userId } : {};
  await leaveChannel(change, { ...live, ...actor, reason });
  await change.inside.submissions.decide({
    id: live.id,
    from: ["live"],
    to: "rejected",
    reason,
    by,
    now: change.now,
  });
}

/** The open one, else the live one unless a later one was closed. Ids alone do not say: clocks of nodes differ. */
async function latestSubmission(
  { submissions }: Repositories,
  agentId: AgentId,
  channel: string,
): Promise<Submission | undefined> {
  const current = await submissions.current({ agentId, channel });
  const open = current.find(({ status }) => status === "auditing");
  if (open !== undefined) return open;
  const latest = await submissions.latest(agentId, channel);
  return latest?.status === "superseded" ? (current[0] ?? latest) : latest;
}

/** What an answer means. The code that begins a failure's reason is for programs, the rest for people. */
function readAnswer(
  answer: Answer,
  format: EndpointFormat,
  timeoutMs: number,
): Verdict | { status: "failed"; reason: string } {
  const failed = (reason: string) => ({ status: "failed", reason }) as const;
  const { status, errorCode, errorMessage } = answer;
  if (errorCode === "timeout") {
    return failed(`audit_failed: timeout: the channel's server did not answer within ${timeoutMs / 1_000} s`);
  }
  if (errorCode !== "") return failed(`audit_failed: ${errorCode}: ${errorMessage}`);
  if (status === undefined || !format.isDelivered(status)) {
    return failed(
      `audit_failed: http_${status ?? 0}: the channel's server answered with another status than 200`,
    );
  }
  const verdict = format.readVerdict?.(answer.responsePrefix);
  return verdict ?? failed("audit_invalid: the channel's server answered without a valid verdict");
}

function wordsFor({ status, reason, versionNumber }: Submission): string {
  const because = reason === "" ? "" : ` (${reason})`;
  switch (status) {
    case "failed":
      return `the publish of version ${versionNumber} already failed${because}; publish it again`;
    case "expired":
      return `version ${versionNumber} was not decided in time; publish it again`;
    case "withdrawn":
      return `version ${versionNumber} was taken off the channel${because}; publish it again`;
    default:
      return `version ${versionNumber} was decided already: it is ${status}`;
  }
}

function shortened(reason: string): string {
  return reason.length <= REASON_LIMIT ? reason : [...reason].slice(0, REASON_LIMIT).join("");
}

/** Only an address of the web: people are to open it. */
function linkOf(text: string): string {
  const url = text.length <= LINK_LIMIT ? URL.parse(text) : null;
  return url?.protocol === "https:" || url?.protocol === "http:" ? text : "";
}
