import type { NewId } from "../../domain/ids.ts";
import type { Session } from "../session.ts";
import type { Outbox } from "../store.ts";
import { attemptLog } from "./attempt-log.ts";
import { outboxClaims } from "./outbox-claims.ts";
import { outboxEvents } from "./outbox-events.ts";
import { outboxLeases } from "./outbox-leases.ts";
import { outboxLog } from "./outbox-log.ts";
import { outboxResults } from "./outbox-results.ts";
import { outboxRetention, type RetentionCursors } from "./outbox-retention.ts";
import { outboxTakeover } from "./outbox-takeover.ts";

export function outbox(session: Session, parts: { newId: NewId; retention: RetentionCursors }): Outbox {
  return {
    ...outboxEvents(session),
    ...outboxClaims(session),
    ...outboxLeases(session),
    ...outboxResults(session),
    ...outboxTakeover(session, parts.newId),
    ...outboxLog(session),
    ...attemptLog(session),
    ...outboxRetention(session, parts.retention),
  };
}
