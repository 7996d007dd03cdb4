/**
 * Every way a request can be refused or fail. Closed: each dialect has a total table from these to its wire
 * form, and `docs/errors.md` lists them; a test compares all three.
 */
export const ERROR_CODES = [
  /** No credential was sent. */
  "credential_missing",
  /** A credential was sent and is unknown or revoked. */
  "credential_invalid",
  /** The credential was good and has expired. */
  "credential_expired",
  /** The credential is good, but API access is switched off for its agent. */
  "access_disabled",
  /** The credential is good, but does not allow this. */
  "permission_denied",
  /** The request cannot be understood: wrong type, missing, too long. Carries the field. */
  "request_invalid",
  /** The body is no JSON: broken, not UTF-8, or nested too deep. */
  "body_malformed",
  /** A text is longer than allowed. Carries the field. */
  "content_too_long",
  /** The same request was accepted before. */
  "request_repeated",
  /** The body is larger than the server reads. */
  "body_too_large",
  /** No such route or action. */
  "route_unknown",
  /** A workflow action was called with the key of a chat agent. */
  "agent_not_workflow",
  /** A chat action was called with the key of a workflow agent. */
  "agent_not_chat",
  /** Unknown conversation, somebody else's, or deleted. */
  "conversation_not_found",
  /** Unknown message, turn or exchange, somebody else's, or deleted. */
  "message_not_found",
  /** Unknown workflow run. */
  "run_not_found",
  /** The run does not wait, or not for what was answered. */
  "run_not_waiting",
  /** No entry of the workflow waits for what happened. */
  "trigger_not_subscribed",
  /** Unknown agent, version, workspace, user, file, folder…, or one the caller may not see. The message names it. */
  "not_found",
  /** The agent has no live version on the channel that the call came through. */
  "agent_not_published",
  /** The turn has ended or waits; there is nothing to cancel. */
  "turn_not_running",
  /** The turn does not wait for tool outputs. */
  "turn_not_waiting",
  /** The turn was not stored, or never was: it cannot go on. */
  "turn_not_stored",
  /** The exchange already has as many answers as one may ask for. */
  "regenerate_limit",
  /**
   * What was to be decided or changed is no longer open to it: decided otherwise, failed, expired, withdrawn or
   * replaced since. The message says which.
   */
  "already_decided",
  /**
   * The conversation already has a running turn, and waiting took too long or is not allowed; or the turn meant runs
   * on another node.
   */
  "conversation_busy",
  /** Too many requests in the current window. Carries the seconds to wait. */
  "rate_limited",
  /** The event was triggered as often in this conversation as it may be. */
  "event_limit_reached",
  /** Too many turns running at once for this user or key. */
  "too_many_turns",
  /** The workspace has used its tokens or its money of this month. */
  "budget_exhausted",
  /** What the feature needs is not in this version. */
  "not_supported",
  /** No model is configured under the name the agent uses. */
  "model_unknown",
  /** The model's server did not answer in time. */
  "model_timeout",
  /** The model's server refused, broke off or sent nonsense. */
  "model_failed",
  /** The workflow that was to answer failed. */
  "workflow_failed",
  /** OAuth: the person has not decided yet. */
  "authorization_pending",
  /** OAuth: the client asks more often than it was told to. */
  "polling_too_fast",
  /** OAuth: the person, or the app's own limits, said no. */
  "authorization_denied",
  /** OAuth: the code, device code, refresh token or assertion has expired. */
  "authorization_expired",
  /** OAuth: the code, device code, refresh token, verifier or assertion is wrong or was used before. */
  "authorization_invalid",
  /** Unknown app or access key, wrong secret, or an app of another kind than the grant needs. */
  "client_invalid",
  /** OAuth: no such grant type. */
  "grant_unsupported",
  /** The server is stopping and takes no new work. */
  "shutting_down",
  /** The store failed; nothing that was refused with this is stored. */
  "storage_failed",
  /** A defect of ours. The cause is logged, never shown. */
  "internal",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** A failure with a code from the closed list. `message` is English, safe to show to the caller. */
export class DomainError extends Error {
  readonly code: ErrorCode;
  /** Path of the offending field in the domain's or the caller's own spelling. */
  readonly field: string | undefined;
  /** Seconds after which the same request may succeed. */
  readonly retryAfterSeconds: number | undefined;
  /** Every field at fault, where more than one was looked at. */
  readonly problems: readonly FieldProblem[] | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      field?: string;
      retryAfterSeconds?: number;
      problems?: readonly FieldProblem[];
      cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "DomainError";
    this.code = code;
    this.field = options.field;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.problems = options.problems;
  }
}

/** What is wrong with one field. */
export interface FieldProblem {
  /** Spelled as `DomainError.field`. */
  field: string;
  message: string;
}

/** Turns anything thrown into a `DomainError`; what is not one becomes `internal` with a fixed message. */
export function toDomainError(thrown: unknown): DomainError {
  if (thrown instanceof DomainError) return thrown;
  return new DomainError("internal", "internal error", { cause: thrown });
}
