import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TokenCaller } from "../domain/access.ts";
import type { Agent, AgentSettings, HttpTool } from "../domain/agent.ts";
import type { AgentId, FolderId, KnowledgeBaseId, WorkspaceId } from "../domain/ids.ts";
import { openSqliteStore } from "../storage/sqlite/open.ts";
import type { Store } from "../storage/store.ts";
import { createAgent, DEFAULT_SETTINGS } from "./agents.ts";
import { copyAgent, copyAgentTo, duplicateTemplate, findCopyTask } from "./copies.ts";
import { publishToChannels } from "./submissions.ts";
import { aCaller, aWorkspace, LATER, NOON } from "./testing/a-caller.ts";
import { quietServices } from "./testing/apply-services.ts";

let store: Store;
let home: WorkspaceId;
let away: WorkspaceId;
let owner: TokenCaller;
beforeEach(async () => {
  store = await openSqliteStore({ path: ":memory:" });
  [home, away] = [await aWorkspace(store), await aWorkspace(store)];
  owner = await aCaller(store, [
    { workspaceId: home, role: "member" },
    { workspaceId: away, role: "member" },
  ]);
});
afterEach(() => store.close());

const tool = (name: string, headers: Record<string, string>): HttpTool => ({
  name,
  title: name,
  description: "d",
  parameters: {},
  method: "GET",
  url: "https://tools.example/",
  headers,
  timeoutMs: 1_000,
});

/** An agent with everything that a copy may have to leave behind. */
async function anAgentWithTies(overrides: Partial<Agent> = {}): Promise<Agent> {
  const made = await createAgent(
    { store },
    owner,
    { workspaceId: home, name: "A", settings: (before) => before },
    NOON,
  );
  const settings: AgentSettings = {
    ...DEFAULT_SETTINGS,
    prompt: "hallo",
    knowledge: { ...DEFAULT_SETTINGS.knowledge, baseIds: [store.newId<KnowledgeBaseId>()] },
    handoffs: [{ agentId: store.newId<AgentId>(), description: "x" }],
    tools: [tool("open", {}), tool("secret", { authorization: "Bearer s" })],
    responder: store.newId<AgentId>(),
    workflows: ["7"],
  };
  const agent = { ...made, settings, folderId: store.newId<FolderId>(), revision: 2, ...overrides };
  await store.agents.save(agent);
  return agent;
}

const LEFT = [
  "knowledge bases belong to their workspace",
  "agents to hand over to belong to their workspace",
  "tools with headers may hold secrets",
  "workflows belong to their workspace",
];

describe("copyAgent", () => {
  it("makes a draft of the caller's with everything, in the same folder", async () => {
    const source = await anAgentWithTies({ isTemplate: true, collaboration: "collaboration" });
    const colleague = await aCaller(store, [{ workspaceId: home, role: "member" }]);
    const id = await copyAgent({ store }, colleague, source.id, LATER);
    expect(await store.agents.find(id)).toEqual({
      ...source,
      id,
      slug: `agent-${id}`,
      ownerId: colleague.user.id,
      collaboration: "single",
      isTemplate: false,
      revision: 1,
      createdAt: LATER,
      updatedAt: LATER,
    });
    expect(await store.versions.releases(id)).toEqual([]);
  });

  it("is not for those who may not see the agent", async () => {
    const source = await anAgentWithTies();
    const stranger = await aCaller(store, [{ workspaceId: away, role: "owner" }]);
    await expect(copyAgent({ store }, stranger, source.id, NOON)).rejects.toMatchObject({
      code: "not_found",
    });
  });
});

describe("copyAgentTo", () => {
  it("leaves behind what belongs to the old workspace, and says so in the task", async () => {
    const source = await anAgentWithTies();
    const task = await copyAgentTo({ store }, owner, { agentId: source.id, workspaceId: away }, LATER);
    expect(task).toMatchObject({ status: "succeeded", targetWorkspaceId: away, failures: LEFT });
    expect(await findCopyTask({ store }, owner, task.id)).toEqual(task);
    const copy = task.targetId && (await store.agents.find(task.targetId));
    expect(copy).toMatchObject({
      workspaceId: away,
      settings: { prompt: "hallo", knowledge: { baseIds: [] }, handoffs: [], tools: [{ name: "open" }] },
    });
    for (const tie of ["responder", "workflows"]) expect(copy).not.toHaveProperty(["settings", tie]);
    expect(copy).not.toHaveProperty("folderId");
    expect(JSON.stringify(copy)).not.toContain("Bearer");
  });

  it("is refused into a workspace that is not the caller's, and makes nothing", async () => {
    const source = await anAgentWithTies();
    const workspaceId = await aWorkspace(store);
    const copying = copyAgentTo({ store }, owner, { agentId: source.id, workspaceId }, NOON);
    await expect(copying).rejects.toMatchObject({ code: "not_found" });
    expect(await store.agents.list(workspaceId)).toEqual([]);
  });

  it("shows its task to nobody else", async () => {
    const source = await anAgentWithTies();
    const task = await copyAgentTo({ store }, owner, { agentId: source.id, workspaceId: away }, NOON);
    const colleague = await aCaller(store, [{ workspaceId: away, role: "owner" }]);
    await expect(findCopyTask({ store }, colleague, task.id)).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("duplicateTemplate", () => {
  it("makes an agent after what is live of the template, for members of any workspace", async () => {
    const template = await anAgentWithTies({ isTemplate: true });
    const publishing = { agentId: template.id, channels: [{ channel: "api" }], changelog: "" };
    await publishToChannels(quietServices(store), owner, publishing, NOON);
    const settings = { ...template.settings, prompt: "noch geheim" };
    await store.agents.save({ ...template, settings, revision: 3 });
    const stranger = await aCaller(store, [{ workspaceId: away, role: "member" }]);
    const wanted = { templateId: template.id, workspaceId: away, name: "B" };
    const id = await duplicateTemplate({ store }, stranger, wanted, LATER);
    const made = await store.agents.find(id);
    expect(made).toMatchObject({
      name: "B",
      workspaceId: away,
      ownerId: stranger.user.id,
      isTemplate: false,
      settings: { prompt: "hallo", knowledge: { baseIds: [] }, tools: [{ name: "open" }] },
    });
    expect(made).not.toHaveProperty("versionId");
  });

  it("finds no template in an agent that is none", async () => {
    const source = await anAgentWithTies();
    const wanted = { templateId: source.id, workspaceId: home };
    await expect(duplicateTemplate({ store }, owner, wanted, NOON)).rejects.toMatchObject({
      code: "not_found",
    });
  });
});
