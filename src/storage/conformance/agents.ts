import { expect, it } from "vitest";
import type { Folder } from "../../domain/folder.ts";
import type { AgentId, FolderId, UserId, WorkspaceId } from "../../domain/ids.ts";
import type { AgentPageQuery, Store } from "../store.ts";
import { anAgent, anAppKey, later, NOW, SETTINGS } from "./factories.ts";
import { aVersion } from "./versions.ts";

/** Agents with their keys, settings of the installation. */
export function agentConformance(shared: () => Store): void {
  it("an agent comes back as it was saved, by id, by slug and in the list, oldest first", async () => {
    const store = shared();
    const first = anAgent(store, { kind: "workflow", apiEnabled: false });
    const second = anAgent(store, { workspaceId: first.workspaceId });
    await store.agents.save(second);
    await store.agents.save(first);
    expect(await store.agents.find(first.id)).toEqual(first);
    expect(await store.agents.findBySlug(first.workspaceId, second.slug)).toEqual(second);
    expect(await store.agents.findBySlug(store.newId<WorkspaceId>(), second.slug)).toBeUndefined();
    expect(await store.agents.list(first.workspaceId)).toEqual([first, second]);
    expect(await store.agents.find(store.newId<AgentId>())).toBeUndefined();
  });

  it("a deleted agent is found nowhere, is live nowhere, opens to no key, and its slug is free", async () => {
    const store = shared();
    const agent = anAgent(store);
    const keyHash = `hash-${agent.id}`;
    const version = aVersion(store, agent);
    const folder: Folder = {
      id: store.newId<FolderId>(),
      workspaceId: agent.workspaceId,
      name: "客服",
      description: "",
      kind: "development",
      createdAt: NOW,
    };
    await store.folders.save(folder);
    await store.agents.save({ ...agent, folderId: folder.id });
    await store.appKeys.save(anAppKey(store, agent, keyHash));
    await store.versions.insert(version);
    const { id: versionId } = version;
    await store.versions.release({ agentId: agent.id, channel: "api", versionId, since: NOW });
    expect(await store.agents.findLive(agent.id, "api")).toBeDefined();

    expect(await store.agents.delete(agent.id, later(1))).toBe(true);
    expect(await store.agents.delete(agent.id, later(2))).toBe(false);
    await store.agents.save({ ...agent, revision: 2 });
    expect(await store.agents.find(agent.id)).toBeUndefined();
    expect(await store.transaction(({ agents }) => agents.findToChange(agent.id))).toBeUndefined();
    expect(await store.agents.findLive(agent.id, "api")).toBeUndefined();
    expect(await store.agents.findByKeyHash(keyHash)).toBeUndefined();
    expect(await store.agents.findBySlug(agent.workspaceId, agent.slug)).toBeUndefined();
    expect(await store.agents.list(agent.workspaceId)).toEqual([]);
    const { workspaceId } = agent;
    const all = { workspaceId, channel: "api", status: "all" as const, offset: 0, limit: 10 };
    expect(await store.versions.listAgents(all)).toEqual({ items: [], total: 0 });
    expect(await store.versions.releases(agent.id)).toEqual([]);
    expect((await store.folders.find(folder.id))?.childrenCount).toBe(0);
    expect(await store.versions.get(versionId)).toEqual(version);
    await store.agents.save(anAgent(store, { workspaceId, slug: agent.slug }));
  });

  it("a changed agent is seen at once by every way of finding it", async () => {
    const store = shared();
    const agent = anAgent(store);
    const keyHash = `hash-${agent.id}`;
    await store.agents.save(agent);
    await store.appKeys.save(anAppKey(store, agent, keyHash));
    expect(await store.agents.findByKeyHash(keyHash)).toEqual(agent);
    const changed = {
      ...agent,
      name: "新客服",
      revision: 2,
      settings: { ...SETTINGS, prompt: "不同的提示" },
      updatedAt: later(60),
    };
    await store.agents.save(changed);
    expect(await store.agents.findByKeyHash(keyHash)).toEqual(changed);
    expect(await store.agents.find(agent.id)).toEqual(changed);
  });

  it("what a rolled-back transaction saved is not remembered by any cache", async () => {
    const store = shared();
    const agent = anAgent(store);
    const keyHash = `hash-${agent.id}`;
    await store.agents.save(agent);
    await store.appKeys.save(anAppKey(store, agent, keyHash));
    const lost = { ...agent, revision: 2, settings: { ...SETTINGS, prompt: "verworfen" } };
    const rollback = store.transaction(async (inside) => {
      await inside.agents.save(lost);
      expect(await inside.agents.findByKeyHash(keyHash)).toEqual(lost);
      throw new Error("changed my mind");
    });
    await expect(rollback).rejects.toThrow("changed my mind");
    const kept = { ...agent, revision: 2, settings: { ...SETTINGS, prompt: "behalten" } };
    expect(await store.agents.findByKeyHash(keyHash)).toEqual(agent);
    await store.agents.save(kept);
    expect(await store.agents.findByKeyHash(keyHash)).toEqual(kept);
  });

  it("two agents of a workspace cannot share a slug, and the second leaves nothing", async () => {
    const store = shared();
    const first = anAgent(store);
    const second = anAgent(store, { workspaceId: first.workspaceId, slug: first.slug });
    await store.agents.save(first);
    await expect(store.agents.save(second)).rejects.toMatchObject({ code: "storage_failed" });
    expect(await store.agents.find(second.id)).toBeUndefined();
  });

  it("a key opens the agent it was last given to", async () => {
    const store = shared();
    const [first, second] = [anAgent(store), anAgent(store)];
    await store.agents.save(first);
    await store.agents.save(second);
    const keyHash = `hash-${first.id}`;
    expect(await store.agents.findByKeyHash(keyHash)).toBeUndefined();
    await store.appKeys.save(anAppKey(store, first, keyHash));
    expect((await store.agents.findByKeyHash(keyHash))?.id).toBe(first.id);
    await store.appKeys.save(anAppKey(store, second, keyHash));
    expect((await store.agents.findByKeyHash(keyHash))?.id).toBe(second.id);
  });

  it("revoked keys find nothing, the named ones stay, and a revoked key can be given again", async () => {
    const store = shared();
    const [agent, other] = [anAgent(store), anAgent(store)];
    await store.agents.save(agent);
    await store.agents.save(other);
    const key = (name: string) => `${name}-${agent.id}`;
    await store.appKeys.save(anAppKey(store, agent, key("kept")));
    await store.appKeys.save(anAppKey(store, agent, key("gone")));
    await store.appKeys.save(anAppKey(store, other, key("other")));
    await store.appKeys.revokeFileKeysExcept(agent.id, [key("kept")], NOW);
    expect(await store.agents.findByKeyHash(key("gone"))).toBeUndefined();
    expect((await store.agents.findByKeyHash(key("kept")))?.id).toBe(agent.id);
    expect((await store.agents.findByKeyHash(key("other")))?.id).toBe(other.id);
    await store.appKeys.revokeFileKeysExcept(agent.id, [], NOW);
    expect(await store.agents.findByKeyHash(key("kept"))).toBeUndefined();
    await store.appKeys.save(anAppKey(store, agent, key("gone")));
    expect((await store.agents.findByKeyHash(key("gone")))?.id).toBe(agent.id);
  });

  it("keys of an agent are listed, revoked one by one, and those made by people outlive the file's", async () => {
    const store = shared();
    const agent = anAgent(store);
    await store.agents.save(agent);
    const fromFile = anAppKey(store, agent, `file-${agent.id}`);
    const made = anAppKey(store, agent, `made-${agent.id}`, {
      name: "手机",
      ending: "q1v3",
      creatorId: store.newId<UserId>(),
      isFromFile: false,
    });
    await store.appKeys.save(fromFile);
    await store.appKeys.save(made);
    expect(await store.appKeys.list(agent.id)).toEqual([fromFile, made]);
    expect(await store.appKeys.find(made.id)).toEqual(made);
    await store.appKeys.revokeFileKeysExcept(agent.id, [], NOW);
    expect(await store.appKeys.list(agent.id)).toEqual([made]);
    expect(await store.appKeys.revoke(store.newId<AgentId>(), made.id, NOW)).toBe(false);
    expect(await store.appKeys.revoke(agent.id, made.id, NOW)).toBe(true);
    expect(await store.appKeys.revoke(agent.id, made.id, NOW)).toBe(false);
    expect(await store.appKeys.find(made.id)).toBeUndefined();
    expect(await store.agents.findByKeyHash(made.keyHash)).toBeUndefined();
  });

  it("agents are paged from either end, by kind and by a part of their name in either case", async () => {
    const store = shared();
    const first = anAgent(store, { name: "客服 Shop" });
    const { workspaceId } = first;
    const second = anAgent(store, { workspaceId, name: "100% shopping" });
    const third = anAgent(store, { workspaceId, name: "Refund", kind: "workflow" });
    for (const agent of [third, first, second, anAgent(store)]) await store.agents.save(agent);
    const page = async (query: Partial<AgentPageQuery>) =>
      (await store.agents.page({ workspaceId, order: "oldest", limit: 10, ...query })).map(({ id }) => id);
    expect(await page({})).toEqual([first.id, second.id, third.id]);
    expect(await page({ limit: 1 })).toEqual([first.id, second.id]);
    expect(await page({ after: first.id })).toEqual([second.id, third.id]);
    expect(await page({ order: "newest", after: third.id })).toEqual([second.id, first.id]);
    expect(await page({ kind: "workflow" })).toEqual([third.id]);
    expect(await page({ text: "SHOP" })).toEqual([first.id, second.id]);
    expect(await page({ text: "客服" })).toEqual([first.id]);
    expect(await page({ text: "0%" })).toEqual([second.id]);
    expect(await page({ text: "_" })).toEqual([]);
  });

  it("a setting keeps its newest value", async () => {
    const store = shared();
    const key = `key-${store.newId()}`;
    expect(await store.settings.get(key)).toBeUndefined();
    await store.settings.set(key, "1");
    await store.settings.set(key, "2 “引号” ' \" 😀");
    expect(await store.settings.get(key)).toBe("2 “引号” ' \" 😀");
  });
  it("a setting that is kept has its first value, whoever comes later or at once", async () => {
    const store = shared();
    const key = `key-${store.newId()}`;
    const kept = await Promise.all([store.settings.keep(key, "1"), store.settings.keep(key, "2")]);
    expect(kept[0]).toBe(kept[1]);
    expect(await store.settings.keep(key, "3")).toBe(kept[0]);
    expect(await store.settings.get(key)).toBe(kept[0]);
  });
}
