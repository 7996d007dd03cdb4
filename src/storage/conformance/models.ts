import { expect, it } from "vitest";
import type { UserId, VersionId } from "../../domain/ids.ts";
import type { KeptModel, Store } from "../store.ts";
import { anAgent, later, NOW, SETTINGS } from "./factories.ts";

function aModel(store: Store, overrides: Partial<KeptModel> = {}): KeptModel {
  return {
    name: `model-${store.newId()}`,
    definition: '{"provider":"openai-compatible"}',
    secrets: "",
    isDefault: false,
    createdAt: NOW,
    updatedAt: NOW,
    ...overrides,
  };
}

/** Models that people have connected. */
export function modelConformance(shared: () => Store): void {
  it("a model is kept as it is given, and its name belongs to one", async () => {
    const store = shared();
    const model = aModel(store, { secrets: "v1.x", isDefault: true, creatorId: store.newId<UserId>() });
    expect(await store.models.insert(model)).toBe(true);
    expect(await store.models.insert(aModel(store, { name: model.name, isDefault: true }))).toBe(false);
    expect(await store.models.find(model.name)).toEqual(model);
    expect(await store.models.find("nobody's")).toBeUndefined();
    expect(await store.models.delete(model.name)).toBe(true);
    expect(await store.models.delete(model.name)).toBe(false);
  });

  it("a changed model keeps who made it and when, and the default is one at most", async () => {
    const store = shared();
    const first = aModel(store, { isDefault: true });
    const second = aModel(store, { createdAt: later(1) });
    await store.models.insert(first);
    await store.models.insert(second);
    const changed = { ...second, definition: "{}", isDefault: true, updatedAt: later(9) };
    await store.models.save({ ...changed, createdAt: later(5), creatorId: store.newId<UserId>() });
    const kept = (await store.models.list()).filter(({ name }) => [first.name, second.name].includes(name));
    expect(kept).toEqual([{ ...first, isDefault: false }, changed]);
    for (const { name } of kept) await store.models.delete(name);
  });

  it("agents are found that name a model in their draft or in what is live", async () => {
    const store = shared();
    const { name } = aModel(store);
    const odd = `${name}_%"!`;
    const drafting = anAgent(store, { settings: { ...SETTINGS, model: odd } });
    const live = anAgent(store, { settings: SETTINGS });
    const other = anAgent(store, { settings: { ...SETTINGS, model: name, prompt: odd } });
    const deleted = anAgent(store, { settings: { ...SETTINGS, model: odd } });
    for (const agent of [drafting, live, other, deleted]) await store.agents.save(agent);
    await store.agents.delete(deleted.id, NOW);
    const versionId = store.newId<VersionId>();
    await store.versions.insert({
      id: versionId,
      agentId: live.id,
      number: 1,
      name: live.name,
      settings: { ...SETTINGS, model: odd },
      changelog: "",
      createdAt: NOW,
    });
    await store.versions.release({ agentId: live.id, channel: "api", versionId, since: NOW });
    expect(await store.models.usersOf(odd, 5)).toEqual([
      { agentId: drafting.id, workspaceId: drafting.workspaceId, name: drafting.name, where: "draft" },
      { agentId: live.id, workspaceId: live.workspaceId, name: live.name, where: "live" },
    ]);
    expect(await store.models.usersOf(odd, 1)).toHaveLength(1);
    expect(await store.models.usersOf(`${name}0`, 5)).toEqual([]);
  });
}
