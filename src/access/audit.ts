import type { AccessToken, User } from "../domain/access.ts";
import type { AuditEntry } from "../domain/governance.ts";
import type { AuditEntryId } from "../domain/ids.ts";
import { accessLog } from "../log/logger.ts";
import type { Store } from "../storage/store.ts";

/** What there is to say about a change beside who made it. */
export type AuditedChange = Omit<AuditEntry, "id" | "userId" | "via" | "createdAt">;

/** What a command changed. */
export type CommandChange = Pick<AuditEntry, "action" | "subject" | "fields" | "workspaceId">;

/**
 * Writes down that the caller changed something. It has happened already: where this fails, the log says so and the
 * caller is told of success.
 */
export async function recordChange(
  store: Pick<Store, "audit" | "newId" | "flushed">,
  { user, token }: { user: Pick<User, "id">; token: Pick<AccessToken, "kind"> },
  change: AuditedChange,
): Promise<void> {
  const id = store.newId<AuditEntryId>();
  const entry = { ...change, id, userId: user.id, via: token.kind, createdAt: new Date() };
  try {
    await store.audit.insert(entry);
    await store.flushed();
  } catch (error) {
    accessLog.error({ err: error, ...entry }, "a change was not written into the audit log");
  }
}

/** Writes down that a command changed something. Rejects where that cannot be written: somebody reads what it prints. */
export async function recordCommand(
  store: Pick<Store, "audit" | "newId" | "flushed">,
  change: CommandChange,
): Promise<void> {
  await store.audit.insert({
    ...change,
    id: store.newId<AuditEntryId>(),
    via: "command-line",
    family: "command-line",
    requestId: "",
    address: "",
    createdAt: new Date(),
  });
  await store.flushed();
}
