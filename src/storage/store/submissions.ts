import type { Submission, SubmissionChange, SubmissionStatus } from "../../domain/channel.ts";
import type { AgentId, SubmissionId } from "../../domain/ids.ts";
import type { Page, PageWindow } from "./page.ts";

export interface SubmissionStore {
  /** With its first line of history. */
  insert(submission: Submission, by: SubmissionChange["by"]): Promise<void>;
  find(id: SubmissionId): Promise<Submission | undefined>;
  /** Of an agent, newest first; with `channel` of that channel only. */
  list(query: PageWindow & { agentId: AgentId; channel?: string }): Promise<Page<Submission>>;
  /** The latest of a version on a channel. */
  latest(agentId: AgentId, channel: string): Promise<Submission | undefined>;
  /** Live and open ones of an agent, of a channel, or of both. Oldest first. */
  current(of: { agentId: AgentId; channel?: string } | { channel: string }): Promise<Submission[]>;
  /** Open ones that have expired by then, oldest first. */
  listExpired(by: Date, limit: number): Promise<Submission[]>;
  /** Open ones whose question is `held`, so nobody asks it now. Oldest first. */
  listUnasked(limit: number): Promise<Submission[]>;
  /** Gives up `held` questions about submissions that are no longer open: nobody will ask them. */
  endMootQuestions(now: Date): Promise<void>;
  /**
   * Changes the status only from one of `from`, and writes history. False when it was another; nothing is then
   * changed. Going live does not touch the release: the caller does.
   */
  decide(change: {
    id: SubmissionId;
    from: readonly SubmissionStatus[];
    to: SubmissionStatus;
    reason: string;
    shareLink?: string;
    by: SubmissionChange["by"];
    now: Date;
  }): Promise<boolean>;
  /** Everything that happened to an agent (on a channel), newest first. */
  history(
    query: PageWindow & { agentId: AgentId; channel?: string },
  ): Promise<Page<{ submission: Submission; change: SubmissionChange }>>;
}
