import { FULL_SCOPE, type Role, type TokenCaller } from "../../domain/access.ts";
import type { AccessTokenId, UserId, WorkspaceId } from "../../domain/ids.ts";
import type { Store } from "../../storage/store.ts";

export const NOON = new Date("2026-01-01T12:00:00Z");
export const LATER = new Date("2026-01-01T13:00:00Z");

/** A user with a token for everything and a place in each of the workspaces, stored. */
export async function aCaller(
  store: Store,
  places: { workspaceId: WorkspaceId; role: Role }[],
): Promise<TokenCaller> {
  const id = store.newId<UserId>();
  const user = { id, name: `user-${id}`, nickname: "", avatarUrl: "", createdAt: NOON };
  await store.users.save(user);
  const memberships = places.map((place) => ({ ...place, userId: id, joinedAt: NOON }));
  for (const membership of memberships) await store.workspaces.saveMember(membership);
  return {
    user,
    token: {
      id: store.newId<AccessTokenId>(),
      tokenHash: `hash-${id}`,
      kind: "personal",
      userId: id,
      name: "",
      scope: FULL_SCOPE,
      sessionName: "",
      createdAt: NOON,
    },
    memberships,
  };
}

/** A workspace, stored. */
export async function aWorkspace(store: Store): Promise<WorkspaceId> {
  const id = store.newId<WorkspaceId>();
  await store.workspaces.save({
    id,
    name: `workspace-${id}`,
    description: "",
    icon: "",
    kind: "team",
    createdAt: NOON,
  });
  return id;
}
