import { recordCommand } from "../access/audit.ts";
import type { UserId, WorkspaceId } from "../domain/ids.ts";
import type { Store } from "../storage/store.ts";

/** Every command that the audit log tells of. */
export const RECORDED_COMMANDS = [
  "user add",
  "user password",
  "user disable",
  "user enable",
  "token create",
  "token revoke",
  "oauth-app create",
  "oauth-app disable",
  "access-key create",
  "access-key change",
  "access-key rotate",
  "access-key disable",
  "access-key enable",
  "channel create",
  "channel install",
  "channel offer",
  "channel delete",
  "agent publish",
  "agent unpublish",
  "agent decide",
  "agent delete",
] as const;

/** What a command did. */
export interface CommandWork {
  command: (typeof RECORDED_COMMANDS)[number];
  /** Such as `agents/123`. */
  subject: string;
  /** What was wished for; only the names of what is given are kept. */
  wish?: object;
  /** Absent: it is about no workspace more than another, and stands in the oldest one. */
  workspaceId?: WorkspaceId | undefined;
}

/** Writes into the audit log what a command did. */
export async function recordWork(store: Store, work: CommandWork): Promise<void> {
  const { command, subject, wish = {} } = work;
  const workspaceId = work.workspaceId ?? (await store.workspaces.oldest())?.id;
  await recordCommand(store, {
    action: `antiphon ${command}`,
    subject,
    fields: Object.entries(wish).flatMap(([name, value]) => (isGiven(value) ? [name] : [])),
    ...(workspaceId !== undefined && { workspaceId }),
  });
}

/** Where it is written down what happens to a user: its oldest workspace. */
export async function homeOfUser(
  { users }: Pick<Store, "users">,
  userId: UserId,
): Promise<WorkspaceId | undefined> {
  return (await users.memberships(userId))[0]?.workspaceId;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== false && value !== "";
}
