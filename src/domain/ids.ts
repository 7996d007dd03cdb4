/**
 * One integer id per row, below 2^53 so that no JSON parser anywhere loses digits:
 * 40 bits of milliseconds since 2025-01-01 UTC, 6 bits of node, 7 bits of sequence.
 * How an id is printed (decimal, xid, ULID, UUID) belongs to the dialects.
 */
type Id<Kind extends string> = number & { readonly __id: Kind };

export type WorkspaceId = Id<"workspace">;
export type AgentId = Id<"agent">;
export type ConversationId = Id<"conversation">;
/** The part of a conversation the model still sees. */
export type SectionId = Id<"section">;
export type ExchangeId = Id<"exchange">;
export type MessageId = Id<"message">;
export type TurnId = Id<"turn">;
export type KnowledgeBaseId = Id<"knowledge-base">;
export type DocumentId = Id<"document">;
export type ChunkId = Id<"chunk">;
export type UserId = Id<"user">;
export type AccessTokenId = Id<"access-token">;
export type OAuthAppId = Id<"oauth-app">;
/** One consent of a user to an OAuth app, with all tokens that came of it. */
export type OAuthGrantId = Id<"oauth-grant">;
export type VersionId = Id<"version">;
export type FolderId = Id<"folder">;
export type CopyTaskId = Id<"copy-task">;
export type FileId = Id<"file">;
/** A custom channel; built-in ones have names only. */
export type ChannelId = Id<"channel">;
/** One version handed to one channel. */
export type SubmissionId = Id<"submission">;
/** Where events are sent. */
export type EndpointId = Id<"endpoint">;
export type EventId = Id<"event">;
/** The text that is sent of an event. */
export type EventBodyId = Id<"event-body">;
/** One event on its way to one endpoint. */
export type DeliveryId = Id<"delivery">;
export type AttemptId = Id<"attempt">;
export type ReplayId = Id<"replay">;
export type AccessKeyId = Id<"access-key">;
export type AppKeyId = Id<"app-key">;
export type ShareLinkId = Id<"share-link">;
/** What started a turn, or was to start one. */
export type TriggerId = Id<"trigger">;
/** A feedback callback that somebody else's server sent us. */
export type ReceivedFeedbackId = Id<"received-feedback">;
/** Something that somebody changed. */
export type AuditEntryId = Id<"audit-entry">;
/** Questions that an agent is measured with. */
export type EvaluationSetId = Id<"evaluation-set">;
export type EvaluationCaseId = Id<"evaluation-case">;
/** All questions of a set asked of an agent, and of what it is measured by. */
export type EvaluationId = Id<"evaluation">;
/** One run of a workflow, or of a workflow inside another's. */
export type WorkflowRunId = Id<"workflow-run">;
/** One node's part in a run: once for each time the run comes by it. */
export type WorkflowStepId = Id<"workflow-step">;

/** Milliseconds since the Unix epoch of the zero of every id. */
export const ID_EPOCH_MS = Date.UTC(2025, 0, 1);
/** Node numbers are 0 to `MAX_NODES - 1`. */
export const MAX_NODES = 64;

const SEQUENCES = 128;
const TICK = MAX_NODES * SEQUENCES;

/**
 * Makes ids: each greater than the one before, and than `after`, which another node may have made by a clock that is
 * ahead. Never two alike on one node.
 */
export type NewId = <T extends number>(after?: number) => T;

/**
 * An id source for one node. When the clock stands still, steps back or more than 128 ids are asked for
 * within a millisecond, it runs ahead of the clock rather than repeat or wait.
 */
export function idSource(node: number, now: () => number = Date.now): NewId {
  if (!Number.isInteger(node) || node < 0 || node >= MAX_NODES) {
    throw new RangeError(`node must be 0 to ${MAX_NODES - 1}, got ${node}`);
  }
  let lastMs = 0;
  let sequence = 0;
  return <T extends number>(after?: number) => {
    const clockMs = now() - ID_EPOCH_MS;
    const ms = after === undefined ? clockMs : Math.max(clockMs, Math.floor(after / TICK) + 1);
    if (ms > lastMs) {
      lastMs = ms;
      sequence = 0;
    } else if (++sequence === SEQUENCES) {
      lastMs += 1;
      sequence = 0;
    }
    return (lastMs * TICK + node * SEQUENCES + sequence) as T;
  };
}

/** When an id was made, in milliseconds since the Unix epoch. */
export function idTimeMs(id: number): number {
  return Math.floor(id / TICK) + ID_EPOCH_MS;
}

/** The least id that can be made at a time; 0 for times before the zero of every id. */
export function firstIdAt(ms: number): number {
  return Math.max(0, ms - ID_EPOCH_MS) * TICK;
}

/** Times before the zero of ids share its first day, in their order. */
const EARLIER_TIMES = 86_400_000 * TICK;

/** Where something that was at this time belongs among ids; what was before the zero of every id comes first, too. */
export function idPlaceAt(ms: number): number {
  if (ms >= ID_EPOCH_MS) return firstIdAt(ms);
  return Math.max(1, Math.floor((ms / ID_EPOCH_MS) * EARLIER_TIMES));
}
