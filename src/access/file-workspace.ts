import type { Workspace } from "../domain/agent.ts";
import type { WorkspaceId } from "../domain/ids.ts";
import type { Store } from "../storage/store.ts";

interface Services {
  store: Store;
  now: () => Date;
}

export interface AppliedWorkspace {
  id: WorkspaceId;
  outcome: "created" | "updated" | "unchanged";
}

/**
 * Finds or makes the file's workspace. It is remembered by its id: it stays the same one when somebody renames it over
 * the API, and then gets its name back. A workspace of that name that belongs to somebody is another one. Of several
 * nodes that apply the file for the first time at once, one makes it.
 */
export async function applyWorkspace({ store, now }: Services, name: string): Promise<AppliedWorkspace> {
  const setting = `applied-workspace/${name}`;
  const existing = await knownWorkspace(store, await store.settings.get(setting), name);
  if (existing?.name === name) {
    await store.settings.keep(setting, String(existing.id));
    return { id: existing.id, outcome: "unchanged" };
  }
  const fresh = { id: store.newId<WorkspaceId>(), description: "", icon: "", kind: "team" as const };
  const wanted: Workspace = { ...fresh, createdAt: now(), ...existing, name };
  return store.transaction(async ({ workspaces, settings }): Promise<AppliedWorkspace> => {
    const kept = Number(await settings.keep(setting, String(wanted.id))) as WorkspaceId;
    if (kept !== wanted.id) return { id: kept, outcome: "unchanged" };
    await workspaces.save(wanted);
    return { id: kept, outcome: existing === undefined ? "created" : "updated" };
  });
}

async function knownWorkspace(
  { workspaces }: Store,
  remembered: string | undefined,
  name: string,
): Promise<Workspace | undefined> {
  if (remembered !== undefined) return workspaces.find(Number(remembered) as WorkspaceId);
  const namesake = await workspaces.findByName(name);
  if (namesake === undefined) return undefined;
  const [listing] = await workspaces.listings([namesake.id]);
  return listing?.ownerIds.length === 0 ? namesake : undefined;
}
