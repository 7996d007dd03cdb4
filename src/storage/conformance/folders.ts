import { expect, it } from "vitest";
import type { CopyTask, Folder } from "../../domain/folder.ts";
import type { AgentId, CopyTaskId, FolderId, UserId, WorkspaceId } from "../../domain/ids.ts";
import type { Store } from "../store.ts";
import { anAgent, NOW } from "./factories.ts";

const FIRST_PAGE = { offset: 0, limit: 100 };

/** Folders and tasks that copy agents. */
export function folderConformance(shared: () => Store): void {
  it("folders are listed level by level, oldest first, with how much is directly inside", async () => {
    const store = shared();
    const workspaceId = store.newId<WorkspaceId>();
    const shop = await saved(store, { workspaceId, name: "商城" });
    const other = await saved(store, { workspaceId, name: "Andere" });
    const inner = await saved(store, { workspaceId, name: "客服", parentId: shop.id });
    await saved(store, { workspaceId, name: "plugins", kind: "library" });
    await saved(store, { name: "foreign" });
    await store.agents.save(anAgent(store, { workspaceId, folderId: shop.id }));
    await store.agents.save(anAgent(store, { workspaceId, folderId: inner.id }));
    const root = { workspaceId, kind: "development" as const };
    expect(await store.folders.list({ ...root, ...FIRST_PAGE })).toEqual({
      items: [
        { folder: shop, childrenCount: 2 },
        { folder: other, childrenCount: 0 },
      ],
      total: 2,
    });
    expect(await store.folders.list({ ...root, parentId: shop.id, ...FIRST_PAGE })).toEqual({
      items: [{ folder: inner, childrenCount: 1 }],
      total: 1,
    });
    const lastPage = await store.folders.list({ ...root, offset: 1, limit: 1 });
    expect(lastPage).toEqual({ items: [{ folder: other, childrenCount: 0 }], total: 2 });
    expect(await store.folders.find(shop.id)).toEqual({ folder: shop, childrenCount: 2 });
    expect(await store.folders.find(store.newId<FolderId>())).toBeUndefined();
  });

  it("a folder is found by its name in its place only", async () => {
    const store = shared();
    const shop = await saved(store, { name: "商城", creatorId: store.newId<UserId>() });
    const place = { workspaceId: shop.workspaceId, kind: shop.kind, name: "商城" };
    expect(await store.folders.findByName(place)).toEqual(shop);
    expect(await store.folders.findByName({ ...place, parentId: shop.id })).toBeUndefined();
    expect(await store.folders.findByName({ ...place, kind: "library" })).toBeUndefined();
    await store.folders.save({ ...shop, name: "Laden" });
    expect(await store.folders.findByName(place)).toBeUndefined();
  });

  it("a copy task keeps its newest state", async () => {
    const store = shared();
    const begun: CopyTask = {
      id: store.newId<CopyTaskId>(),
      userId: store.newId<UserId>(),
      entityKind: "agent",
      sourceId: store.newId<AgentId>(),
      targetWorkspaceId: store.newId<WorkspaceId>(),
      status: "running",
      failures: [],
      createdAt: NOW,
    };
    await store.folders.saveCopyTask(begun);
    expect(await store.folders.findCopyTask(begun.id)).toEqual(begun);
    const targetId = store.newId<AgentId>();
    const ended: CopyTask = { ...begun, targetId, status: "succeeded", failures: ["kein Wissen"] };
    await store.folders.saveCopyTask(ended);
    expect(await store.folders.findCopyTask(begun.id)).toEqual(ended);
    expect(await store.folders.findCopyTask(store.newId<CopyTaskId>())).toBeUndefined();
  });
}

async function saved(store: Store, overrides: Partial<Folder>): Promise<Folder> {
  const folder: Folder = {
    id: store.newId<FolderId>(),
    workspaceId: store.newId<WorkspaceId>(),
    name: "",
    description: "",
    kind: "development",
    createdAt: NOW,
    ...overrides,
  };
  await store.folders.save(folder);
  return folder;
}
