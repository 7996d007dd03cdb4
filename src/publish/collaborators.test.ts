import { afterEach, beforeEach, expect, it } from "vitest";
import type { TokenCaller } from "../domain/access.ts";
import type { Agent } from "../domain/agent.ts";
import type { WorkspaceId } from "../domain/ids.ts";
import { openSqliteStore } from "../storage/sqlite/open.ts";
import type { Store } from "../storage/store.ts";
import { createAgent, updateAgent } from "./agents.ts";
import { addCollaborator, changeCollaboration, removeCollaborator } from "./collaborators.ts";
import { aCaller, aWorkspace, LATER, NOON } from "./testing/a-caller.ts";

let store: Store;
let workspaceId: WorkspaceId;
let owner: TokenCaller;
let member: TokenCaller;
let agent: Agent;
beforeEach(async () => {
  store = await openSqliteStore({ path: ":memory:" });
  workspaceId = await aWorkspace(store);
  owner = await aCaller(store, [{ workspaceId, role: "member" }]);
  member = await aCaller(store, [{ workspaceId, role: "member" }]);
  const wanted = { workspaceId, name: "A", settings: (before: Agent["settings"]) => before };
  agent = await createAgent({ store }, owner, wanted, NOON);
});
afterEach(() => store.close());

const add = (caller: TokenCaller, { user }: TokenCaller) =>
  addCollaborator({ store }, caller, { agentId: agent.id, userId: user.id }, NOON);
const remove = (caller: TokenCaller, { user }: TokenCaller) =>
  removeCollaborator({ store }, caller, { agentId: agent.id, userId: user.id });
const mode = (caller: TokenCaller, wanted: Agent["collaboration"]) =>
  changeCollaboration({ store }, caller, { agentId: agent.id, mode: wanted }, LATER);
const rename = (caller: TokenCaller) =>
  updateAgent({ store }, caller, { agentId: agent.id, name: "B", settings: (before) => before }, LATER);

it("a collaborator may change the agent until it is removed", async () => {
  await mode(owner, "collaboration");
  await add(owner, member);
  await add(owner, member);
  await rename(member);
  expect(await store.agents.find(agent.id)).toMatchObject({ name: "B", collaboration: "collaboration" });
  await remove(owner, member);
  await expect(rename(member)).rejects.toMatchObject({ code: "permission_denied" });
  await expect(remove(owner, member)).rejects.toMatchObject({ code: "not_found" });
});

it("an agent that is its owner's alone takes no collaborators", async () => {
  await expect(add(owner, member)).rejects.toMatchObject({ code: "request_invalid" });
  expect(await store.versions.collaborators(agent.id)).toEqual([]);
});

it("goes back to its owner alone only without collaborators", async () => {
  await mode(owner, "collaboration");
  await add(owner, member);
  await expect(mode(owner, "single")).rejects.toMatchObject({ code: "request_invalid" });
  await remove(owner, member);
  await mode(owner, "single");
  expect(await store.agents.find(agent.id)).toMatchObject({ collaboration: "single" });
});

it("takes members of the workspace only, from those who may change the agent", async () => {
  await mode(owner, "collaboration");
  const stranger = await aCaller(store, [{ workspaceId: await aWorkspace(store), role: "owner" }]);
  await expect(add(owner, stranger)).rejects.toMatchObject({ code: "not_found" });
  await expect(add(member, member)).rejects.toMatchObject({ code: "permission_denied" });
  await expect(mode(member, "single")).rejects.toMatchObject({ code: "permission_denied" });
  await expect(mode(stranger, "single")).rejects.toMatchObject({ code: "not_found" });
});
