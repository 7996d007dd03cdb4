import type { TokenCaller } from "../domain/access.ts";
import type { Submission, SubmissionChange } from "../domain/channel.ts";
import type { AgentId } from "../domain/ids.ts";
import type { Page, PageWindow, Store } from "../storage/store.ts";
import { agentToView } from "./agents.ts";

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
