import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { decryptSecret } from "../config/secrets.ts";
import type { TokenCaller } from "../domain/access.ts";
import type { ChannelId } from "../domain/ids.ts";
import type { Store } from "../storage/store.ts";
import type { ChannelSettings } from "./channel-settings.ts";
import {
  addOptions,
  channelOptions,
  createChannel,
  deleteChannel,
  findChannel,
  installChannel,
  listChannels,
  updateChannel,
} from "./channels.ts";
import { publishToChannels } from "./submissions.ts";
import { aCaller, aWorkspace, LATER, NOON } from "./testing/a-caller.ts";
import { aPublishWorld, ENGINES, type PublishWorld, says } from "./testing/a-publisher.ts";

const PLAIN: ChannelSettings = { name: "Bazaar", description: "", authorization: { mode: "none" } };
const OAUTH = {
  mode: "oauth",
  authorizeUrl: "https://bazaar.example/authorize",
  tokenUrl: "https://bazaar.example/token",
  userUrl: "https://bazaar.example/user",
  clientId: "antiphon",
  clientSecret: "very secret",
} as const;

describe.each(ENGINES)("channels on %s", (_name, open) => {
  let world: PublishWorld;
  let store: Store;
  let stranger: TokenCaller;
  beforeEach(async () => {
    store = await open();
    world = await aPublishWorld(store);
    stranger = await aCaller(store, [{ workspaceId: await aWorkspace(store), role: "owner" }]);
  });
  afterEach(() => store.close());

  const publish = (options: Record<string, string> = {}, caller = world.owner) =>
    publishToChannels(
      world.services,
      caller,
      { agentId: world.agent.id, channels: [{ channel: world.channel, options }], changelog: "" },
      NOON,
    );

  it("are made with their secret sealed, and shown without it", async () => {
    const made = await createChannel(world.services, stranger, { ...PLAIN, authorization: OAUTH }, NOON);
    const { clientSecret, ...shown } = OAUTH;
    expect(made.authorization).toEqual(shown);
    expect(await findChannel(world.services, stranger, made.id)).toEqual(made);
    const secretOf = async () => {
      const stored = (await store.channels.find(made.id))?.authorization;
      return stored?.mode === "oauth" && decryptSecret(world.services.secretKey, stored.clientSecret);
    };
    expect(await secretOf()).toBe("very secret");
    await updateChannel(world.services, stranger, made.id, {
      authorization: { ...shown, clientId: "other" },
    });
    expect(await secretOf()).toBe("very secret");
    const renamed = await updateChannel(world.services, stranger, made.id, { name: " Market " });
    expect(renamed).toMatchObject({ name: "Market", authorization: { ...shown, clientId: "other" } });
  });

  it("are refused, with the field at fault, when they make no sense", async () => {
    const { clientSecret, ...unsecret } = OAUTH;
    const refusals: [Partial<ChannelSettings>, string][] = [
      [{ name: " " }, "name"],
      [{ name: "a\u0007" }, "name"],
      [{ description: "d".repeat(1_001) }, "description"],
      [{ authorization: { ...OAUTH, tokenUrl: "file:///etc/passwd" } }, "authorization.tokenUrl"],
      [{ authorization: { ...OAUTH, userUrl: "https://u:p@bazaar.example/" } }, "authorization.userUrl"],
      [{ authorization: { ...OAUTH, clientId: "" } }, "authorization.clientId"],
      [{ authorization: unsecret }, "authorization.clientSecret"],
    ];
    for (const [change, field] of refusals) {
      const refused = createChannel(world.services, stranger, { ...PLAIN, ...change }, NOON);
      await expect(refused).rejects.toMatchObject({ code: "request_invalid", field });
    }
    expect(await listChannels(world.services, stranger)).toEqual([]);
  });

  it("are seen by their owner and by members of workspaces they are open to, and changed by their owner", async () => {
    const { channelId, services, owner, channelOwner, workspaceId } = world;
    expect((await listChannels(services, owner)).map(({ id }) => id)).toEqual([channelId]);
    expect(await listChannels(services, stranger)).toEqual([]);
    await expect(findChannel(services, stranger, channelId)).rejects.toMatchObject({ code: "not_found" });
    for (const caller of [owner, stranger]) {
      const changes = [
        () => updateChannel(services, caller, channelId, { name: "Mine" }),
        () => deleteChannel(services, caller, channelId, LATER),
        () => installChannel(services, caller, { channelId, workspaceId }, LATER),
      ];
      for (const change of changes) await expect(change()).rejects.toMatchObject({ code: "not_found" });
    }
    const elsewhere = {
      ...channelOwner,
      token: { ...channelOwner.token, channelId: store.newId<ChannelId>() },
    };
    const change = updateChannel(services, elsewhere, channelId, { name: "Mine" });
    await expect(change).rejects.toMatchObject({ code: "not_found" });
  });

  it("are opened to a workspace by its owners and admins only", async () => {
    const { channelId, services, channelOwner } = world;
    const workspaceId = await aWorkspace(store);
    const install = (role?: "member" | "admin") => {
      const place = role && [{ workspaceId, role, userId: channelOwner.user.id, joinedAt: NOON }];
      const caller = { ...channelOwner, memberships: place ?? [] };
      return installChannel(services, caller, { channelId, workspaceId }, NOON);
    };
    await expect(install()).rejects.toMatchObject({ code: "not_found" });
    await expect(install("member")).rejects.toMatchObject({ code: "permission_denied" });
    await install("admin");
    await install("admin");
    expect(await store.channels.isInstalled(channelId, workspaceId)).toBe(true);
  });

  it("offer everybody's choices and a user's own, merged by value, and take no others", async () => {
    const { channelId, services, owner, channelOwner } = world;
    const add = (values: Record<string, string>, to?: TokenCaller, caller = channelOwner) => {
      const list = Object.entries(values).map(([value, label]) => ({ value, label }));
      const options = [{ key: "device_id", values: list }];
      return addOptions(services, caller, { channelId, options, ...(to && { userId: to.user.id }) });
    };
    const offered = async (caller: TokenCaller) => {
      const [option] = await channelOptions(services, caller, channelId);
      return option?.values.map(({ label, value }) => `${value} ${label}`);
    };
    await add({ 1: "Robot" });
    await add({ 2: "Watch" }, owner);
    await add({ 1: "Big robot", 3: "Lamp" });
    await add({ 2: "Old watch", 4: "Phone" }, owner);
    expect(await offered(channelOwner)).toEqual(["1 Big robot", "3 Lamp"]);
    expect(await offered(owner)).toEqual(["1 Big robot", "3 Lamp", "2 Old watch", "4 Phone"]);
    const { submissions } = await publish({ device_id: '["1","4"]' });
    expect(submissions).toMatchObject([{ status: "live", options: { device_id: '["1","4"]' } }]);
    await publish({ device_id: "3" });
    for (const chosen of ['["1","9"]', "9", "[1]"]) {
      const refused = publish({ device_id: chosen });
      await expect(refused).rejects.toMatchObject({ code: "request_invalid", field: "options.device_id" });
    }
    await addOptions(services, channelOwner, { channelId, options: [] });
    const twice = ["5", "6"].map((value) => ({ key: "lamp_id", values: [{ label: "Lamp", value }] }));
    await addOptions(services, channelOwner, { channelId, options: twice });
    expect((await channelOptions(services, channelOwner, channelId))[1]?.values).toHaveLength(2);
    await expect(add({ 5: "x" }, undefined, owner)).rejects.toMatchObject({ code: "permission_denied" });
    await expect(add({ 5: "" })).rejects.toMatchObject({ field: "options.0.values.0.label" });
    const many = Object.fromEntries(Array.from({ length: 999 }, (_, index) => [`v${index}`, "x"]));
    await expect(add(many)).rejects.toMatchObject({ code: "request_invalid" });
  });

  it("that ask for accounts take agents of publishers who have linked theirs, and are told it", async () => {
    const { channelId, services, owner, channelOwner } = world;
    await updateChannel(services, channelOwner, channelId, { authorization: OAUTH });
    await expect(publish()).rejects.toMatchObject({ code: "request_invalid", field: "channels" });
    const account = { channelId, userId: owner.user.id, accountId: "u-7", name: "Ann", linkedAt: NOON };
    await store.channels.saveAccount(account);
    await world.listen();
    let told = "";
    world.server.answer = ({ body }) => {
      told = JSON.parse(body).data.channelAccountId;
      return says({ status: "approved", shareLink: "" });
    };
    await publish();
    expect(told).toBe("u-7");
  });

  it("are deleted with their callback app; what is live or waits there is taken off", async () => {
    const { channelId, channel, services, channelOwner } = world;
    await publish();
    const app = await world.listen();
    world.server.answer = () => says({ status: "auditing" });
    await publish();
    await deleteChannel(services, channelOwner, channelId, LATER);
    expect(await store.versions.releases(world.agent.id)).toEqual([]);
    expect(await store.submissions.current({ channel })).toEqual([]);
    expect(await store.endpoints.find(app.id)).toBeUndefined();
    expect((await world.told()).at(-1)).toMatchObject({
      type: "agent.unpublished",
      data: { reason: "the channel was deleted" },
    });
    await expect(publish()).rejects.toMatchObject({ code: "not_found" });
    const again = deleteChannel(services, channelOwner, channelId, LATER);
    await expect(again).rejects.toMatchObject({ code: "not_found" });
  });
});
