import { describe, expect, it } from "vitest";
import { type Agent, type AgentVersion, API_CHANNEL } from "../../domain/agent.ts";
import type { AgentId, FolderId, UserId, VersionId, WorkspaceId } from "../../domain/ids.ts";
import type { PublishStatus, Store } from "../store.ts";
import { anAgent, anAppKey, later, NOW, SETTINGS } from "./factories.ts";

const FIRST_PAGE = { offset: 0, limit: 100 };

/** Versions, what is live of them, lists of agents, collaborators. */
export function versionConformance(shared: () => Store): void {
  describe("versions", () => {
    versionsOfOneAgent(shared);
    liveAgents(shared);
    agentLists(shared);
  });
}

function versionsOfOneAgent(shared: () => Store): void {
  it("a version comes back as it was made, by its number and in the list, newest first", async () => {
    const store = shared();
    const agent = await saved(store);
    const first = aVersion(store, agent, { creatorId: store.newId<UserId>(), changelog: "Mehr „Wärme“" });
    const second = aVersion(store, agent, { number: first.number + 1, name: "新客服" });
    await store.versions.insert(first);
    await store.versions.insert(second);
    expect(await store.versions.find(agent.id, first.number)).toEqual(first);
    expect(await store.versions.find(store.newId<AgentId>(), first.number)).toBeUndefined();
    expect(await store.versions.list(agent.id, FIRST_PAGE)).toEqual({ items: [second, first], total: 2 });
    const lastPage = await store.versions.list(agent.id, { offset: 1, limit: 5 });
    expect(lastPage).toEqual({ items: [first], total: 2 });
  });

  it("two versions of an agent cannot share a number", async () => {
    const store = shared();
    const agent = await saved(store);
    await store.versions.insert(aVersion(store, agent));
    const again = store.versions.insert(aVersion(store, agent));
    await expect(again).rejects.toMatchObject({ code: "storage_failed" });
    expect((await store.versions.list(agent.id, FIRST_PAGE)).total).toBe(1);
  });

  it("one version is live on a channel until another is, or none", async () => {
    const store = shared();
    const agent = await saved(store);
    const [first, second] = [aVersion(store, agent), aVersion(store, agent, { number: 2 })];
    await store.versions.insert(first);
    await store.versions.insert(second);
    await live(store, first, API_CHANNEL);
    await live(store, first, "web-sdk");
    await live(store, second, API_CHANNEL, later(9));
    expect(await store.versions.releases(agent.id)).toEqual([
      { agentId: agent.id, channel: API_CHANNEL, versionId: second.id, since: later(9) },
      { agentId: agent.id, channel: "web-sdk", versionId: first.id, since: NOW },
    ]);
    const listed = await store.versions.list(agent.id, FIRST_PAGE, "web-sdk");
    expect(listed).toEqual({ items: [first], total: 1 });
    expect(await store.versions.withdraw(agent.id, "web-sdk")).toBe(true);
    expect(await store.versions.withdraw(agent.id, "web-sdk")).toBe(false);
    expect(await store.versions.list(agent.id, FIRST_PAGE, "web-sdk")).toEqual({ items: [], total: 0 });
  });

  it("what is live of several agents is told with settings where the draft has others", async () => {
    const store = shared();
    const [same, changed, draft] = [await saved(store), await saved(store), await saved(store)];
    const settings = { ...SETTINGS, prompt: "früher" };
    const [first, second] = [aVersion(store, same), aVersion(store, changed, { settings, name: "alt" })];
    await store.versions.insert(first);
    await store.versions.insert(second);
    await live(store, second, "web-sdk");
    await live(store, first, API_CHANNEL);
    const { id: versionId, number, name } = second;
    expect(await store.versions.liveOf([changed.id, draft.id, same.id])).toEqual([
      {
        agentId: same.id,
        channel: API_CHANNEL,
        versionId: first.id,
        number: first.number,
        name: first.name,
        since: NOW,
      },
      { agentId: changed.id, channel: "web-sdk", versionId, number, name, since: NOW, settings },
    ]);
    expect(await store.versions.liveOf([])).toEqual([]);
  });

  it("collaborators are added once, oldest first, and can be removed", async () => {
    const store = shared();
    const agent = await saved(store);
    const [ann, ben] = [store.newId<UserId>(), store.newId<UserId>()];
    await store.versions.addCollaborator(agent.id, ben, NOW);
    await store.versions.addCollaborator(agent.id, ann, later(1));
    await store.versions.addCollaborator(agent.id, ben, later(2));
    expect(await store.versions.collaborators(agent.id)).toEqual([ben, ann]);
    expect(await store.versions.removeCollaborator(agent.id, ben)).toBe(true);
    expect(await store.versions.removeCollaborator(agent.id, ben)).toBe(false);
    expect(await store.versions.collaborators(agent.id)).toEqual([ann]);
  });
}

function liveAgents(shared: () => Store): void {
  it("an agent read for a channel carries what is live there, a key what is live on the API", async () => {
    const store = shared();
    const agent = await saved(store);
    const keyHash = `hash-${agent.id}`;
    await store.appKeys.save(anAppKey(store, agent, keyHash));
    expect(await store.agents.findLive(agent.id, API_CHANNEL)).toBeUndefined();
    expect(await store.agents.findByKeyHash(keyHash)).toEqual(agent);
    const settings = { ...SETTINGS, prompt: "veröffentlicht" };
    const version = aVersion(store, agent, { name: "线上", settings });
    await store.versions.insert(version);
    await live(store, version, API_CHANNEL);
    const wanted = { ...agent, name: "线上", settings, versionId: version.id };
    expect(await store.agents.findLive(agent.id, API_CHANNEL)).toEqual(wanted);
    expect(await store.agents.findLive(agent.id, API_CHANNEL)).toEqual(wanted);
    expect(await store.agents.findByKeyHash(keyHash)).toEqual(wanted);
    expect(await store.agents.findLive(agent.id, "web-sdk")).toBeUndefined();
    expect(await store.agents.find(agent.id)).toEqual(agent);
  });

  it("the next version, a changed draft and a withdrawal are seen at once", async () => {
    const store = shared();
    const agent = await saved(store);
    const [first, second] = [
      aVersion(store, agent, { settings: { ...SETTINGS, prompt: "eins" } }),
      aVersion(store, agent, { number: 2, settings: { ...SETTINGS, prompt: "zwei" } }),
    ];
    await store.versions.insert(first);
    await store.versions.insert(second);
    await live(store, first, API_CHANNEL);
    const prompt = async () => (await store.agents.findLive(agent.id, API_CHANNEL))?.settings.prompt;
    expect(await prompt()).toBe("eins");
    await store.agents.save({ ...agent, revision: 2, settings: { ...SETTINGS, prompt: "Entwurf" } });
    expect(await prompt()).toBe("eins");
    await live(store, second, API_CHANNEL);
    expect(await prompt()).toBe("zwei");
    await store.versions.withdraw(agent.id, API_CHANNEL);
    expect(await prompt()).toBeUndefined();
  });

  it("a version that a rolled-back transaction published is not remembered", async () => {
    const store = shared();
    const agent = await saved(store);
    const kept = aVersion(store, agent);
    await store.versions.insert(kept);
    await live(store, kept, API_CHANNEL);
    const lost = aVersion(store, agent, { number: 2, settings: { ...SETTINGS, prompt: "verworfen" } });
    const rollback = store.transaction(async (inside) => {
      await inside.versions.insert(lost);
      await inside.versions.release({
        agentId: agent.id,
        channel: API_CHANNEL,
        versionId: lost.id,
        since: NOW,
      });
      expect(await inside.agents.findLive(agent.id, API_CHANNEL)).toMatchObject({ versionId: lost.id });
      throw new Error("changed my mind");
    });
    await expect(rollback).rejects.toThrow("changed my mind");
    expect(await store.agents.findLive(agent.id, API_CHANNEL)).toMatchObject({
      versionId: kept.id,
      settings: SETTINGS,
    });
  });

  it("transactions that change one agent wait for each other", async () => {
    const store = shared();
    const agent = await saved(store);
    const change = (name: string) =>
      store.transaction(async (inside) => {
        const before = await inside.agents.findToChange(agent.id);
        if (before === undefined) throw new Error("the agent is gone");
        await inside.agents.save({
          ...before,
          name: `${before.name} ${name}`,
          revision: before.revision + 1,
        });
      });
    await Promise.all(["a", "b", "c", "d"].map(change));
    const after = await store.agents.find(agent.id);
    expect(after?.revision).toBe(5);
    expect(after?.name.split(" ").toSorted()).toEqual(["a", "b", "c", "d", agent.name].toSorted());
  });
}

function agentLists(shared: () => Store): void {
  it("agents are listed by what is live on a channel, most recently published first", async () => {
    const store = shared();
    const workspaceId = store.newId<WorkspaceId>();
    const old = await saved(store, { workspaceId, name: "old" });
    const fresh = await saved(store, { workspaceId, name: "fresh" });
    const changed = await saved(store, { workspaceId, name: "changed" });
    const elsewhere = await saved(store, { workspaceId, name: "elsewhere", updatedAt: later(3) });
    const draft = await saved(store, { workspaceId, name: "draft", updatedAt: later(4) });
    await saved(store, { name: "foreign" });
    const versions = [old, fresh, changed, elsewhere].map((agent) => aVersion(store, agent));
    for (const version of versions) await store.versions.insert(version);
    const [ofOld, ofFresh, ofChanged, ofElsewhere] = versions;
    if (!ofOld || !ofFresh || !ofChanged || !ofElsewhere) throw new Error("four versions");
    await live(store, ofOld, API_CHANNEL, later(10));
    await live(store, ofFresh, API_CHANNEL, later(30));
    await live(store, ofChanged, API_CHANNEL, later(20));
    await live(store, ofElsewhere, "web-sdk", later(40));
    await store.agents.save({ ...changed, revision: 2, settings: { ...SETTINGS, prompt: "anders" } });
    const names = async (status: PublishStatus, window = FIRST_PAGE) => {
      const query = { workspaceId, channel: API_CHANNEL, status, ...window };
      const { items, total } = await store.versions.listAgents(query);
      return { names: items.map(({ agent }) => agent.name), total };
    };
    expect(await names("all")).toEqual({
      names: ["fresh", "changed", "old", "draft", "elsewhere"],
      total: 5,
    });
    expect(await names("published")).toEqual({ names: ["fresh", "changed", "old"], total: 3 });
    expect(await names("changed")).toEqual({ names: ["changed"], total: 1 });
    expect(await names("unpublished")).toEqual({ names: ["draft", "elsewhere"], total: 2 });
    expect(await names("published", { offset: 1, limit: 1 })).toEqual({ names: ["changed"], total: 3 });
    const query = { workspaceId, channel: API_CHANNEL, status: "all" as const, ...FIRST_PAGE };
    const { items } = await store.versions.listAgents(query);
    expect(items[0]).toEqual({ agent: fresh, live: { version: ofFresh, since: later(30) } });
    expect(items[3]).toEqual({ agent: draft });
  });

  it("agents of one kind are listed without the others", async () => {
    const store = shared();
    const workspaceId = store.newId<WorkspaceId>();
    for (const kind of ["chat", "workflow"] as const) await saved(store, { workspaceId, name: kind, kind });
    const query = { workspaceId, channel: API_CHANNEL, status: "all" as const, ...FIRST_PAGE };
    for (const kind of ["chat", "workflow"] as const) {
      const { items, total } = await store.versions.listAgents({ ...query, kind });
      expect({ names: items.map(({ agent }) => agent.name), total }).toEqual({ names: [kind], total: 1 });
    }
    expect((await store.versions.listAgents(query)).total).toBe(2);
  });

  it("a draft whose name alone has changed counts as changed", async () => {
    const store = shared();
    const agent = await saved(store);
    const version = aVersion(store, agent);
    await store.versions.insert(version);
    await live(store, version, API_CHANNEL);
    const { workspaceId } = agent;
    const query = { workspaceId, channel: API_CHANNEL, status: "changed" as const, ...FIRST_PAGE };
    expect((await store.versions.listAgents(query)).total).toBe(0);
    await store.agents.save({ ...agent, name: "umbenannt", revision: 2 });
    expect((await store.versions.listAgents(query)).total).toBe(1);
  });

  it("who made an agent, its folder and what others may do with it are kept", async () => {
    const store = shared();
    const agent = await saved(store, {
      ownerId: store.newId<UserId>(),
      folderId: store.newId<FolderId>(),
      collaboration: "collaboration",
      isTemplate: true,
    });
    expect(await store.agents.find(agent.id)).toEqual(agent);
  });
}

async function saved(store: Store, overrides: Partial<Agent> = {}): Promise<Agent> {
  const agent = anAgent(store, overrides);
  await store.agents.save(agent);
  return agent;
}

export function aVersion(store: Store, agent: Agent, overrides: Partial<AgentVersion> = {}): AgentVersion {
  return {
    id: store.newId<VersionId>(),
    agentId: agent.id,
    number: 1,
    name: agent.name,
    settings: agent.settings,
    changelog: "",
    createdAt: NOW,
    ...overrides,
  };
}

function live(store: Store, version: AgentVersion, channel: string, since = NOW): Promise<void> {
  return store.versions.release({ agentId: version.agentId, channel, versionId: version.id, since });
}
