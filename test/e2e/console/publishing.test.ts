import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answeringChallenges, verdict } from "../../support/callback-receiver.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { type ConsoleWorld, openConsoleWorld, type UserName } from "./console-world.ts";

describe.each(engines)("channels over the console API on $name", (engine) => {
  let world: ConsoleWorld;

  beforeAll(async () => {
    world = await openConsoleWorld(engine);
  });
  afterAll(() => world.close());

  const ok = async (route: `${string} /${string}`, body?: unknown, as: UserName = "owner") => {
    const reply = await world.call(as, route, body);
    expect(reply).toMatchObject({ status: 200 });
    return reply.body;
  };

  async function aChannel(): Promise<string> {
    const { id } = await ok("POST /channels", { name: "硬件商店" });
    await ok(`POST /channels/${id}/workspaces`, { workspaceId: world.workspaceId });
    return id;
  }

  test("every channel of an agent is told in one call, with what is live and what was submitted last", async () => {
    const channel = await aChannel();
    const { version } = (await world.publish()).body;
    const told = await ok(`GET /agents/${world.agentId}/channels`);
    expect(told).toMatchObject({ agentId: world.agentId, name: "商城客服", mayPublish: true });
    const names = told.items.map((place: { channel: string }) => place.channel);
    expect(names).toEqual(["api", "chat-sdk", "web-sdk", "store", channel]);
    expect(told.items[0]).toMatchObject({
      isCustom: false,
      live: { versionNumber: version.number },
      latest: { status: "live", publisher: { name: "owner" } },
    });
    expect(told.items[1]).toMatchObject({ live: null, latest: null });
    expect(told.items[4]).toMatchObject({ name: "硬件商店", isCustom: true, isAudited: false });
    expect(await ok(`GET /agents/${world.agentId}/channels`, undefined, "member")).toMatchObject({
      mayPublish: false,
    });
    const { items } = await ok("GET /publications", undefined, "member");
    expect(items).toMatchObject([
      { agentId: world.agentId, channels: [{ channel: "api", live: { versionNumber: version.number } }] },
    ]);
    const history = (await ok(`GET /agents/${world.agentId}/history`)).items;
    expect(history).toContainEqual(
      expect.objectContaining({
        channelName: "api",
        to: "live",
        versionNumber: version.number,
        by: { kind: "user", userId: expect.any(String), name: "owner" },
      }),
    );
  });

  test("a channel's owner gives it a server, which is then asked; others find neither", async () => {
    const channel = await aChannel();
    expect(await ok(`GET /channels/${channel}/audit-server`)).toEqual({ endpoint: null });
    const made = await ok(`PUT /channels/${channel}/audit-server`, {});
    expect(made).toMatchObject({ endpoint: { kind: "coze-channel", url: null } });
    world.receiver.trust("/audit", { verifyToken: made.verifyToken });
    world.receiver.behave(
      "/audit",
      answeringChallenges(() => verdict(1)),
    );
    const silent = { url: `${world.receiver.url}/silent` };
    expect(await world.call("owner", `PUT /channels/${channel}/audit-server`, silent)).toMatchObject({
      status: 400,
      body: { error: { field: "url" } },
    });
    const moved = await ok(`PUT /channels/${channel}/audit-server`, { url: `${world.receiver.url}/audit` });
    expect(moved).toMatchObject({ endpoint: { id: made.endpoint.id }, verifyToken: null });
    await ok(`POST /agents/${world.agentId}/publish`, { channels: [{ channel }] });
    const waiting = await ok(`GET /channels/${channel}/submissions`);
    expect(waiting.items).toMatchObject([{ agentName: "商城客服", status: "auditing" }]);
    for (const route of ["audit-server", "submissions"] as const) {
      expect(await world.call("admin", `GET /channels/${channel}/${route}`)).toMatchObject({ status: 404 });
    }
    expect(await world.call("admin", `DELETE /channels/${channel}/audit-server`)).toMatchObject({
      status: 404,
    });
    await ok(`DELETE /channels/${channel}/audit-server`);
    expect(await ok(`GET /channels/${channel}/audit-server`)).toEqual({ endpoint: null });
    expect(world.receiver.badSignatures()).toEqual([]);
    const again = await ok(`POST /agents/${world.agentId}/publish`, { channels: [{ channel }] });
    await eventually(() => expect(again.submissions).toMatchObject([{ status: "live" }]));
  });
});
