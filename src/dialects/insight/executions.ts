import { DomainError } from "../../domain/errors.ts";
import type { TriggerRecord } from "../../domain/trigger.ts";
import { formatUuid } from "./ids.ts";

/**
 * `queued`: it starts its turn as soon as it can, or when it is due. `started`: `execId` is its turn. The others start
 * nothing: `recorded` because nobody listens or a person answers, `cancelled` by somebody, `error` because it cannot.
 */
export type ExecutionStatus = "queued" | "started" | "recorded" | "cancelled" | "error";

const STATUSES: Readonly<Record<TriggerRecord["state"], ExecutionStatus>> = {
  due: "queued",
  started: "started",
  recorded: "recorded",
  cancelled: "cancelled",
  failed: "error",
};

/** What became of a trigger that is kept for itself. */
export function presentExecution({ id, state, reason, turnId, dueAt }: TriggerRecord) {
  return {
    executionId: formatUuid("trigger", id),
    status: STATUSES[state],
    ...(turnId !== undefined && { execId: formatUuid("turn", turnId) }),
    ...(reason !== "" && { reason }),
    ...(state === "due" && { dueAt: dueAt.toISOString() }),
  };
}

/** Why a trigger could not start its turn, as whoever waits for it is told. */
export function failureOf({ reason }: TriggerRecord): DomainError {
  switch (reason) {
    case "too_many_turns":
      return new DomainError("too_many_turns", "too many turns in this session within a minute");
    case "not_subscribed":
      return new DomainError("trigger_not_subscribed", "no entry of the bot's workflow waits for this");
    case "agent_not_published":
    case "workflow_not_published":
      return new DomainError("agent_not_published", "the bot is not published to the API channel");
    case "access_disabled":
      return new DomainError("access_disabled", "the API of this bot is switched off");
    case "agent_deleted":
      return new DomainError("not_found", "there is no such bot", { field: "botId" });
    case "conversation_deleted":
      return new DomainError("conversation_not_found", "the session was deleted");
    default:
      return new DomainError("internal", "internal error");
  }
}
