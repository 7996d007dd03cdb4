import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TokenCaller } from "../domain/access.ts";
import { FULL_SCOPE } from "../domain/access.ts";
import type { ChannelId } from "../domain/ids.ts";
import type { Store } from "../storage/store.ts";
import { publishToChannels } from "./submissions.ts";
import { aCaller, aWorkspace, LATER, NOON } from "./testing/a-caller.ts";
import { aPublishWorld, ENGINES, type PublishWorld, says } from "./testing/a-publisher.ts";
import { deleteAgent, type UnpublishRight, unpublishFrom } from "./unpublish.ts";

describe.each(ENGINES)("on %s", (_name, open) => {
  let world: PublishWorld;
  let store: Store;
  beforeEach(async () => {
    store = await open();
    world = await aPublishWorld(store);
  });
  afterEach(() => store.close());

  const publish = (...channels: string[]) =>
    publishToChannels(
      world.services,
      world.owner,
      { agentId: world.agent.id, channels: channels.map((channel) => ({ channel })), changelog: "" },
      NOON,
    );
  const unpublish = (channel: string, caller: TokenCaller = world.owner, rights?: UnpublishRight[]) =>
    unpublishFrom(
      world.services,
      caller,
      { agentId: world.agent.id, channel, reason: "season is over", ...(rights && { rights }) },
      LATER,
    );
  const liveChannels = async () =>
    (await store.versions.releases(world.agent.id)).map(({ channel }) => channel);
  const lastChange = async (channel: string) => {
    const of = { agentId: world.agent.id, channel, offset: 0, limit: 1 };
    const { to, by, reason } = (await store.submissions.history(of)).items[0]?.change ?? {};
    return { to, by, reason };
  };

  describe("unpublishing", () => {
    it("takes the agent off one channel, with the reason kept and told", async () => {
      await publish("api", world.channel);
      await unpublish(world.channel);
      expect(await liveChannels()).toEqual(["api"]);
      expect(await lastChange(world.channel)).toEqual({
        to: "withdrawn",
        by: { kind: "user", userId: world.owner.user.id },
        reason: "season is over",
      });
      expect((await world.told()).at(-1)).toMatchObject({
        type: "agent.unpublished",
        data: { channel: world.channel, reason: "season is over", actor: { userId: world.owner.user.id } },
      });
      await expect(unpublish(world.channel)).rejects.toMatchObject({ code: "agent_not_published" });
    });

    it("is also for the owner of the channel, of no other channel, and for nobody else", async () => {
      await publish("api", world.channel);
      const stranger = await aCaller(store, [{ workspaceId: await aWorkspace(store), role: "owner" }]);
      const member = await aCaller(store, [{ workspaceId: world.workspaceId, role: "member" }]);
      const owner = { ...world.channelOwner, memberships: [] };
      const elsewhere = { ...owner, token: { ...owner.token, channelId: store.newId<ChannelId>() } };
      await expect(unpublish(world.channel, stranger)).rejects.toMatchObject({ code: "not_found" });
      await expect(unpublish(world.channel, member)).rejects.toMatchObject({ code: "permission_denied" });
      await expect(unpublish("api", owner)).rejects.toMatchObject({ code: "not_found" });
      await expect(unpublish(world.channel, elsewhere)).rejects.toMatchObject({ code: "permission_denied" });
      await expect(unpublish(world.channel, owner, ["agent"])).rejects.toMatchObject({ code: "not_found" });
      await expect(unpublish(world.channel, world.owner, ["channel"])).rejects.toMatchObject({
        code: "permission_denied",
      });
      expect(await liveChannels()).toEqual([world.channel, "api"].sort());
      await unpublish(world.channel, owner, ["channel"]);
      expect(await lastChange(world.channel)).toMatchObject({
        by: { kind: "channel", userId: world.channelOwner.user.id },
      });
      expect(await liveChannels()).toEqual(["api"]);
    });

    it("takes back what waits for a verdict, and tells nobody of what never was live", async () => {
      await world.listen();
      world.server.answer = () => says({ status: "auditing" });
      await publish(world.channel);
      await unpublish(world.channel);
      expect(await lastChange(world.channel)).toMatchObject({ to: "withdrawn" });
      expect(await world.told()).toEqual([]);
    });
  });

  describe("deleting an agent", () => {
    it("takes it off every channel, live or waiting, and tells which they were", async () => {
      await publish("api", "store");
      await world.listen();
      world.server.answer = () => says({ status: "auditing" });
      await publish(world.channel);
      await deleteAgent(world.services, world.owner, world.agent.id, LATER);
      expect(await store.agents.find(world.agent.id)).toBeUndefined();
      expect(await store.agents.findLive(world.agent.id, "api")).toBeUndefined();
      expect(await liveChannels()).toEqual([]);
      for (const channel of ["api", "store", world.channel]) {
        expect(await lastChange(channel)).toMatchObject({ to: "withdrawn", reason: "the agent was deleted" });
      }
      expect((await world.told()).at(-1)).toMatchObject({
        type: "agent.deleted",
        data: { name: "A", channels: ["api", "store", world.channel].sort() },
      });
      const again = deleteAgent(world.services, world.owner, world.agent.id, LATER);
      await expect(again).rejects.toMatchObject({ code: "not_found" });
    });

    it("is for its owner and the workspace's owners and admins, not for collaborators", async () => {
      const collaborator = await aCaller(store, [{ workspaceId: world.workspaceId, role: "member" }]);
      await store.versions.addCollaborator(world.agent.id, collaborator.user.id, NOON);
      const refused = deleteAgent(world.services, collaborator, world.agent.id, LATER);
      await expect(refused).rejects.toMatchObject({ code: "permission_denied" });
      expect(collaborator.token.scope).toEqual(FULL_SCOPE);
      expect(await store.agents.find(world.agent.id)).toBeDefined();
    });
  });
});
