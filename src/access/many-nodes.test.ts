import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase } from "../../test/support/databases.ts";
import { installationSchema } from "../config/file-schema.ts";
import { FULL_SCOPE, type TokenCaller } from "../domain/access.ts";
import type { WorkspaceId } from "../domain/ids.ts";
import { openPostgresStore } from "../storage/postgres/open.ts";
import type { Store } from "../storage/store.ts";
import { applyOAuthApps } from "./file-oauth-apps.ts";
import { applyUsers } from "./file-users.ts";
import { authenticateToken, issueToken } from "./tokens.ts";
import { createUser, disableUser } from "./users.ts";
import { createWorkspace, updateWorkspace } from "./workspaces.ts";

const now = () => new Date("2026-03-01T08:00:00Z");
const ROUNDS = 5;

let stores: [Store, Store];
beforeAll(async () => {
  const url = await createDatabase();
  stores = [await openPostgresStore({ url }), await openPostgresStore({ url })];
});
afterAll(async () => {
  for (const store of stores ?? []) await store.close();
});

async function aCaller(name: string): Promise<TokenCaller> {
  const [store] = stores;
  const user = await createUser(store, { name, now: now() });
  const { text } = await issueToken(store, {
    kind: "personal",
    userId: user.id,
    name: "",
    scope: FULL_SCOPE,
    sessionName: "",
    now: now(),
  });
  return authenticateToken({ store }, text, now());
}

const secretKey = { bytes: randomBytes(32), id: "00000000" };

test("nodes that apply a file at once make each of its users, tokens and apps once", async () => {
  const [store] = stores;
  for (let round = 0; round < ROUNDS; round++) {
    const workspaceId = store.newId<WorkspaceId>();
    const { users, oauthApps } = installationSchema.parse({
      users: [{ name: `ann-${round}`, role: "owner", tokens: [{ token: `pat_of-the-file-000${round}` }] }],
      oauthApps: [{ name: "Kiosk", kind: "device", owner: `ann-${round}` }],
    });
    await Promise.all(
      stores.map((each) => applyUsers({ store: each, secretKey, now }, { workspaceId, users })),
    );
    const before = (await store.oauth.listApps()).length;
    await Promise.all(
      stores.map((each) => applyOAuthApps({ store: each, now }, { workspaceId, apps: oauthApps })),
    );
    expect(await store.oauth.listApps()).toHaveLength(before + 1);
  }
});

test("a user who is disabled while a node applies a file stays disabled, and gets the file's nickname", async () => {
  const [one, other] = stores;
  for (let round = 0; round < ROUNDS; round++) {
    const { user } = await aCaller(`bob-${round}`);
    const { users } = installationSchema.parse({ users: [{ name: user.name, nickname: "Bob" }] });
    await Promise.all([
      applyUsers({ store: one, secretKey, now }, { workspaceId: one.newId<WorkspaceId>(), users }),
      disableUser(other, user.id, now()),
    ]);
    expect(await one.users.find(user.id)).toMatchObject({ nickname: "Bob", disabledAt: now() });
  }
});

test("a workspace that is renamed and described at once is both", async () => {
  const [one, other] = stores;
  const { user, token } = await aCaller("carol");
  for (let round = 0; round < ROUNDS; round++) {
    const { id } = await createWorkspace(
      { store: one },
      { user, token, memberships: [] },
      { name: "n", description: "d" },
      now(),
    );
    const caller: TokenCaller = {
      user,
      token,
      memberships: [{ workspaceId: id, userId: user.id, role: "owner", joinedAt: now() }],
    };
    await Promise.all([
      updateWorkspace({ store: one }, caller, id, { name: "new name" }),
      updateWorkspace({ store: other }, caller, id, { description: "new description" }),
    ]);
    expect(await one.workspaces.find(id)).toMatchObject({ name: "new name", description: "new description" });
  }
});
