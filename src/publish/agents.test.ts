import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TokenCaller } from "../domain/access.ts";
import type { AgentSettings } from "../domain/agent.ts";
import type { AgentId, FileId, KnowledgeBaseId, WorkspaceId } from "../domain/ids.ts";
import { openSqliteStore } from "../storage/sqlite/open.ts";
import type { Store } from "../storage/store.ts";
import { createAgent, DEFAULT_SETTINGS, updateAgent } from "./agents.ts";
import { aCaller, aWorkspace, LATER, NOON } from "./testing/a-caller.ts";

let store: Store;
let workspaceId: WorkspaceId;
let owner: TokenCaller;
beforeEach(async () => {
  store = await openSqliteStore({ path: ":memory:" });
  workspaceId = await aWorkspace(store);
  owner = await aCaller(store, [{ workspaceId, role: "member" }]);
});
afterEach(() => store.close());

const unchanged = (before: AgentSettings) => before;
const saying = (prompt: string) => (before: AgentSettings) => ({ ...before, prompt });
const create = (caller = owner, settings: (before: AgentSettings) => AgentSettings = unchanged) =>
  createAgent({ store }, caller, { workspaceId, name: "A", settings }, NOON);
const update = (caller: TokenCaller, agentId: AgentId, settings = saying("neu")) =>
  updateAgent({ store }, caller, { agentId, settings }, LATER);

describe("createAgent", () => {
  it("makes a draft of the caller's, with nothing live", async () => {
    const agent = await create();
    expect(await store.agents.find(agent.id)).toEqual({
      id: agent.id,
      workspaceId,
      slug: `agent-${agent.id}`,
      name: "A",
      kind: "chat",
      ownerId: owner.user.id,
      collaboration: "single",
      isTemplate: false,
      apiEnabled: true,
      settings: DEFAULT_SETTINGS,
      revision: 1,
      createdAt: NOON,
      updatedAt: NOON,
    });
    expect(await store.versions.releases(agent.id)).toEqual([]);
  });

  it("refuses strangers as if there were no workspace", async () => {
    const stranger = await aCaller(store, [{ workspaceId: await aWorkspace(store), role: "owner" }]);
    await expect(create(stranger)).rejects.toMatchObject({ code: "not_found" });
    expect(await store.agents.list(workspaceId)).toEqual([]);
  });

  it("takes knowledge bases of its own workspace only", async () => {
    const base = async (place: WorkspaceId) => {
      const id = store.newId<KnowledgeBaseId>();
      await store.knowledge.saveBase({ id, workspaceId: place, slug: `b-${id}`, name: "B" });
      return id;
    };
    const own = await base(workspaceId);
    const foreign = await base(await aWorkspace(store));
    const knowing = (baseIds: KnowledgeBaseId[]) => (before: AgentSettings) => ({
      ...before,
      knowledge: { ...before.knowledge, baseIds },
    });
    expect((await create(owner, knowing([own]))).settings.knowledge.baseIds).toEqual([own]);
    await expect(create(owner, knowing([own, foreign]))).rejects.toMatchObject({ code: "not_found" });
    const agent = await create();
    const refused = update(owner, agent.id, knowing([foreign]));
    await expect(refused).rejects.toMatchObject({ code: "not_found" });
    expect(await store.agents.find(agent.id)).toEqual(agent);
  });

  it("takes an uploaded icon of the caller's only", async () => {
    const upload = async (caller: TokenCaller) => {
      const id = store.newId<FileId>();
      const ownerId = caller.user.id;
      const file = { id, workspaceId, ownerId, name: "i.png", mediaType: "image/png", sizeBytes: 1 };
      await store.files.insert({ ...file, createdAt: NOON });
      return id;
    };
    const other = await aCaller(store, [{ workspaceId, role: "admin" }]);
    const [mine, theirs] = [await upload(owner), await upload(other)];
    const withIcon = (iconFileId: FileId) => (before: AgentSettings) => ({ ...before, iconFileId });
    const agent = await create(owner, withIcon(mine));
    expect(agent.settings.iconFileId).toBe(mine);
    await expect(create(owner, withIcon(theirs))).rejects.toMatchObject({ code: "not_found" });
    await update(other, agent.id, saying("an admin may, whoever's the icon is"));
    expect((await store.agents.find(agent.id))?.settings.iconFileId).toBe(mine);
  });
});

describe("updateAgent", () => {
  it("changes the draft and leaves the rest", async () => {
    const agent = await create();
    await updateAgent({ store }, owner, { agentId: agent.id, settings: saying("neu") }, LATER);
    expect(await store.agents.find(agent.id)).toEqual({
      ...agent,
      settings: { ...agent.settings, prompt: "neu" },
      revision: 2,
      updatedAt: LATER,
    });
    await updateAgent({ store }, owner, { agentId: agent.id, name: "B", settings: unchanged }, LATER);
    expect(await store.agents.find(agent.id)).toMatchObject({ name: "B", revision: 3 });
  });

  it("is for the owner, collaborators, and the workspace's owners and admins", async () => {
    const { id } = await create();
    const admin = await aCaller(store, [{ workspaceId, role: "admin" }]);
    const member = await aCaller(store, [{ workspaceId, role: "member" }]);
    const stranger = await aCaller(store, [{ workspaceId: await aWorkspace(store), role: "owner" }]);
    await update(admin, id);
    await expect(update(member, id)).rejects.toMatchObject({ code: "permission_denied" });
    await expect(update(stranger, id)).rejects.toMatchObject({ code: "not_found" });
    await store.versions.addCollaborator(id, member.user.id, NOON);
    await update(member, id);
    expect(await store.agents.find(id)).toMatchObject({ revision: 3 });
  });

  it("loses no change when many change at once", async () => {
    const { id } = await create();
    const adding = (word: string) => (before: AgentSettings) => ({
      ...before,
      prompt: `${before.prompt}${word}`,
    });
    await Promise.all([..."abcde"].map((word) => update(owner, id, adding(word))));
    const prompt = (await store.agents.find(id))?.settings.prompt ?? "";
    expect([...prompt].toSorted().join("")).toBe("abcde");
  });
});
