import type { TokenCaller } from "../domain/access.ts";
import type { Submission, SubmissionChange } from "../domain/channel.ts";
import { DomainError } from "../domain/errors.ts";
import type { AgentId } from "../domain/ids.ts";
import type { Page, PageWindow, Store } from "../storage/store.ts";
import { agentToView } from "./agents.ts";
import { channelSpokenFor } from "./audit.ts";

type Of = PageWindow & {
  agentId: AgentId;
  /** Absent: all channels. */
  channel?: string;
};

/** Everything that happened to an agent on its channels, with who did it and why, newest first. */
export async function publishHistory(
  { store }: { store: Store },
  caller: TokenCaller,
  of: Of,
): Promise<Page<{ submission: Submission; change: SubmissionChange }>> {
  await agentToView(store, caller, of.agentId);
  return store.submissions.history(of);
}

/** What was submitted of an agent, newest first. */
export async function listSubmissions(
  { store }: { store: Store },
  caller: TokenCaller,
  of: Of,
): Promise<Page<Submission>> {
  await agentToView(store, caller, of.agentId);
  return store.submissions.list(of);
}

/** Most submissions of one channel that are listed. */
const CHANNEL_LIMIT = 1_000;

/** What is live on a channel of the caller's or waits there, oldest first. Rejects with `not_found` for others. */
export async function submissionsOnChannel(
  { store }: { store: Store },
  caller: TokenCaller,
  channel: string,
): Promise<Submission[]> {
  if ((await channelSpokenFor(store, caller, channel)) === undefined) {
    throw new DomainError("not_found", "no such channel of the caller's");
  }
  return (await store.submissions.current({ channel })).slice(0, CHANNEL_LIMIT);
}
