import { expect, it } from "vitest";
import type { AgentId, ShareLinkId, UserId, WorkspaceId } from "../../domain/ids.ts";
import type { ShareLink } from "../../domain/share-link.ts";
import type { Store } from "../store.ts";
import { later, NOW } from "./factories.ts";

function aLink(store: Store, overrides: Partial<ShareLink> = {}): ShareLink {
  const id = store.newId<ShareLinkId>();
  return {
    id,
    key: `key-${id}`,
    workspaceId: store.newId<WorkspaceId>(),
    agentId: store.newId<AgentId>(),
    isEnabled: true,
    title: "商城客服",
    greeting: "",
    color: "#3156d3",
    origins: ["https://shop.example"],
    creatorId: store.newId<UserId>(),
    createdAt: NOW,
    updatedAt: NOW,
    ...overrides,
  };
}

/** Public addresses of agents. */
export function shareLinkConformance(shared: () => Store): void {
  it("a share link is found by its key, by its id and with its agent", async () => {
    const store = shared();
    const first = aLink(store);
    const second = aLink(store, { agentId: first.agentId, isEnabled: false, origins: [] });
    for (const link of [second, first, aLink(store)]) await store.shareLinks.save(link);
    expect(await store.shareLinks.find(first.id)).toEqual(first);
    expect(await store.shareLinks.findByKey(second.key)).toEqual(second);
    expect(await store.shareLinks.findByKey("nobody's")).toBeUndefined();
    expect(await store.shareLinks.list(first.agentId)).toEqual([first, second]);
  });

  it("a share link changes as a whole and is deleted by its own agent only", async () => {
    const store = shared();
    const link = aLink(store);
    await store.shareLinks.save(link);
    const changed = { ...link, title: "", greeting: "您好", origins: ["*"], updatedAt: later(5) };
    await store.shareLinks.save(changed);
    expect(await store.shareLinks.find(link.id)).toEqual(changed);
    expect(await store.shareLinks.delete(store.newId<AgentId>(), link.id)).toBe(false);
    expect(await store.shareLinks.delete(link.agentId, link.id)).toBe(true);
    expect(await store.shareLinks.find(link.id)).toBeUndefined();
  });
}
