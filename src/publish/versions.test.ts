import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TokenCaller } from "../domain/access.ts";
import type { Agent } from "../domain/agent.ts";
import type { WorkspaceId } from "../domain/ids.ts";
import { openSqliteStore } from "../storage/sqlite/open.ts";
import type { Store } from "../storage/store.ts";
import { createAgent, updateAgent } from "./agents.ts";
import { publishToChannels } from "./submissions.ts";
import { aCaller, aWorkspace, LATER, NOON } from "./testing/a-caller.ts";
import { quietServices } from "./testing/apply-services.ts";
import { unpublishFrom } from "./unpublish.ts";
import { listVersions, publishedAgent } from "./versions.ts";

let store: Store;
let workspaceId: WorkspaceId;
let owner: TokenCaller;
let agent: Agent;
beforeEach(async () => {
  store = await openSqliteStore({ path: ":memory:" });
  workspaceId = await aWorkspace(store);
  owner = await aCaller(store, [{ workspaceId, role: "member" }]);
  const settings = (before: Agent["settings"]) => ({ ...before, prompt: "eins" });
  agent = await createAgent({ store }, owner, { workspaceId, name: "A", settings }, NOON);
});
afterEach(() => store.close());

const publish = (now = NOON, channels = ["api"], caller = owner) =>
  publishToChannels(
    quietServices(store),
    caller,
    { agentId: agent.id, channels: channels.map((channel) => ({ channel })), changelog: "" },
    now,
  ).then(({ version }) => version);
const unpublish = (caller: TokenCaller) =>
  unpublishFrom(quietServices(store), caller, { agentId: agent.id, channel: "api", reason: "" }, LATER);
const change = (prompt: string) =>
  updateAgent({ store }, owner, { agentId: agent.id, settings: (before) => ({ ...before, prompt }) }, LATER);
const livePrompt = async () => (await store.agents.findLive(agent.id, "api"))?.settings.prompt;

describe("publishing", () => {
  it("makes a version of the draft, which later changes of the draft do not touch", async () => {
    const version = await publish();
    expect(version).toMatchObject({ number: NOON.getTime(), name: "A", creatorId: owner.user.id });
    await change("zwei");
    expect(await livePrompt()).toBe("eins");
    expect(await store.versions.find(agent.id, version.number)).toEqual(version);
    await publish(LATER);
    expect(await livePrompt()).toBe("zwei");
  });

  it("numbers versions by the clock, and on where the clock stands still or goes back", async () => {
    const numbers = [];
    for (const now of [LATER, LATER, NOON]) numbers.push((await publish(now)).number);
    const first = LATER.getTime();
    expect(numbers).toEqual([first, first + 1, first + 2]);
  });

  it("gives two publishers at once two versions, the later one live", async () => {
    const versions = await Promise.all([publish(), publish(), publish()]);
    const numbers = versions.map(({ number }) => number);
    expect(new Set(numbers).size).toBe(3);
    const { version } = await publishedAgent({ store }, owner, { agentId: agent.id, channel: "api" });
    expect(version.number).toBe(Math.max(...numbers));
  });

  it("puts one version live on several channels, each of which is withdrawn by itself", async () => {
    const { id } = await publish(NOON, ["api", "web-sdk"]);
    await unpublish(owner);
    expect(await store.versions.releases(agent.id)).toEqual([
      { agentId: agent.id, channel: "web-sdk", versionId: id, since: NOON },
    ]);
    const again = unpublish(owner);
    await expect(again).rejects.toMatchObject({ code: "agent_not_published" });
    const page = await listVersions({ store }, owner, { agentId: agent.id, offset: 0, limit: 9 });
    expect(page.total).toBe(1);
  });

  it("is refused for members who may not change the agent, and leaves nothing", async () => {
    const member = await aCaller(store, [{ workspaceId, role: "member" }]);
    await expect(publish(NOON, ["api"], member)).rejects.toMatchObject({ code: "permission_denied" });
    await publish();
    await expect(unpublish(member)).rejects.toMatchObject({ code: "permission_denied" });
    expect(await livePrompt()).toBe("eins");
    const page = await listVersions({ store }, member, { agentId: agent.id, offset: 0, limit: 9 });
    expect(page.total).toBe(1);
  });
});

describe("publishedAgent", () => {
  it("tells an agent that is not published from one that is not there", async () => {
    const read = (caller: TokenCaller) =>
      publishedAgent({ store }, caller, { agentId: agent.id, channel: "api" });
    await expect(read(owner)).rejects.toMatchObject({ code: "agent_not_published" });
    const stranger = await aCaller(store, [{ workspaceId: await aWorkspace(store), role: "owner" }]);
    await expect(read(stranger)).rejects.toMatchObject({ code: "not_found" });
    await publish();
    await expect(read(stranger)).rejects.toMatchObject({ code: "not_found" });
  });
});
