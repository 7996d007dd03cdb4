import { EVERY_PERMISSION } from "../access/permissions.ts";
import { issueToken } from "../access/tokens.ts";
import { readConfig } from "../config/config.ts";
import { nearestName } from "../config/nearest-name.ts";
import { hashKey } from "../config/secrets.ts";
import type { AccessToken, User } from "../domain/access.ts";
import type { AccessTokenId, WorkspaceId } from "../domain/ids.ts";
import type { Store } from "../storage/store.ts";
import { homeOfUser, recordWork } from "./audit.ts";
import { CommandFailure } from "./failure.ts";
import { writeTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { userNamed, workspaceNamed } from "./user.ts";
import { withGuestStore } from "./with-store.ts";

export interface NewToken {
  user: string;
  name: string;
  scopes: string[];
  /** By name. Absent: every workspace of the user. */
  workspaces?: string[];
  /** Such as `30d`, or a date. Absent: never. */
  expires?: string;
}

/** Makes a personal access token. The secret goes to standard output, all else to standard error. */
export async function createToken({ environment, out, err }: Terminal, wish: NewToken): Promise<void> {
  const now = new Date();
  const expiresAt = wish.expires === undefined ? undefined : momentOf(wish.expires, now);
  await requireKnownPermissions(wish.scopes);
  const text = await withGuestStore(readConfig(environment), async (store) => {
    const user = await userNamed(store, wish.user);
    const workspaceIds = wish.workspaces && (await workspacesOf(store, user, wish.workspaces));
    const issued = await issueToken(store, {
      kind: "personal",
      userId: user.id,
      name: wish.name,
      scope: { permissions: wish.scopes, ...(workspaceIds === undefined ? {} : { workspaceIds }) },
      sessionName: "",
      ...(expiresAt === undefined ? {} : { expiresAt }),
      now,
    });
    await recordWork(store, {
      command: "token create",
      subject: `tokens/${issued.token.id}`,
      wish,
      workspaceId: workspaceIds?.[0] ?? (await homeOfUser(store, user.id)),
    });
    err.line(
      `access token ${issued.token.id} of ${user.name}, ${expiry(issued.token, now)}; shown only now:`,
    );
    return issued.text;
  });
  out.line(text);
}

/** Prints tokens without their secrets. */
export async function listTokens({ environment, out }: Terminal, userName?: string): Promise<void> {
  await withGuestStore(readConfig(environment), async (store) => {
    const names = new Map((await store.users.list()).map(({ id, name }) => [id, name]));
    const userId = userName === undefined ? undefined : (await userNamed(store, userName)).id;
    const now = new Date();
    const rows = (await store.tokens.list(userId)).map((token) => [
      String(token.id),
      names.get(token.userId) ?? "",
      token.kind,
      token.name,
      token.scope.permissions.join(","),
      expiry(token, now),
      token.lastUsedAt === undefined ? "never used" : `used ${token.lastUsedAt.toISOString()}`,
    ]);
    const heads = ["id", "user", "kind", "name", "scopes", "expiry", "last use"];
    writeTable(out, heads, rows, "there are no access tokens");
  });
}

/** Revokes a token, by its id or by its secret. */
export async function revokeToken({ environment, out }: Terminal, idOrSecret: string): Promise<void> {
  await withGuestStore(readConfig(environment), async (store) => {
    const id = /^\d{1,16}$/.test(idOrSecret)
      ? (Number(idOrSecret) as AccessTokenId)
      : (await store.tokens.findCaller(hashKey(idOrSecret)))?.token.id;
    if (id === undefined || !(await store.tokens.revoke(id, new Date()))) {
      throw new CommandFailure("there is no such access token, or it is revoked", "See antiphon token list");
    }
    await recordWork(store, { command: "token revoke", subject: `tokens/${id}` });
    out.line(`access token ${id} is revoked; if antiphon.yaml names it, take it out there too`);
  });
}

/** Rejects with a `CommandFailure` when the user is no member of one. */
export async function workspacesOf(store: Store, user: User, names: string[]): Promise<WorkspaceId[]> {
  const memberships = await store.users.memberships(user.id);
  const ids: WorkspaceId[] = [];
  for (const name of names) {
    const { id } = await workspaceNamed(store, name);
    if (!memberships.some(({ workspaceId }) => workspaceId === id)) {
      throw new CommandFailure(`${user.name} is no member of the workspace ${name}`);
    }
    ids.push(id);
  }
  return ids;
}

/** Rejects with a `CommandFailure` at a permission that no route asks for: it would permit nothing. */
export async function requireKnownPermissions(scopes: string[]): Promise<void> {
  const { COZE_ENDPOINTS } = await import("../dialects/coze/index.ts");
  const { CONSOLE_OPERATIONS } = await import("../dialects/console/index.ts");
  const known = new Set<string>([
    EVERY_PERMISSION,
    ...COZE_ENDPOINTS.flatMap(({ permissions }) => permissions),
    ...CONSOLE_OPERATIONS.map(({ permission }) => permission),
  ]);
  const unknown = scopes.find((scope) => !known.has(scope));
  if (unknown === undefined) return;
  const nearest = nearestName(unknown, known);
  const hint =
    nearest === undefined ? `There are: ${[...known].sort().join(", ")}` : `Did you mean ${nearest}?`;
  throw new CommandFailure(`there is no permission ${unknown}`, hint);
}

const UNIT_MS: Record<string, number> = { h: 3_600_000, d: 86_400_000, w: 604_800_000 };

function momentOf(text: string, now: Date): Date {
  const [, count, unit = ""] = /^([1-9]\d{0,4})([hdw])$/.exec(text) ?? [];
  const time =
    count === undefined
      ? isDate(text) && Date.parse(text)
      : now.getTime() + Number(count) * (UNIT_MS[unit] ?? 0);
  if (time === false || Number.isNaN(time) || time <= now.getTime()) {
    const advice = "Write 12h, 30d, 4w or a date to come such as 2027-01-31";
    throw new CommandFailure(`${text} is no time a token could end at`, advice);
  }
  return new Date(time);
}

function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?$/.test(text);
}

function expiry({ expiresAt }: AccessToken, now: Date): string {
  if (expiresAt === undefined) return "never expires";
  return `${expiresAt > now ? "expires" : "expired"} ${expiresAt.toISOString()}`;
}
