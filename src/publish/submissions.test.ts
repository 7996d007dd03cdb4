import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ErrorCode } from "../domain/errors.ts";
import type { Exchange } from "../http/outbound.ts";
import { OutboundError } from "../http/outbound-error.ts";
import type { Store } from "../storage/store.ts";
import { updateAgent } from "./agents.ts";
import { publishHistory } from "./history.ts";
import { publishToChannels } from "./submissions.ts";
import { aCaller, aWorkspace, LATER, NOON } from "./testing/a-caller.ts";
import { aPublishWorld, ENGINES, type PublishWorld, says } from "./testing/a-publisher.ts";

describe.each(ENGINES)("publishing to channels on %s", (_name, open) => {
  let world: PublishWorld;
  let store: Store;
  beforeEach(async () => {
    store = await open();
    world = await aPublishWorld(store);
  });
  afterEach(() => store.close());

  const publish = (channels: string[], now = NOON, versionNumber?: number) =>
    publishToChannels(
      world.services,
      world.owner,
      {
        agentId: world.agent.id,
        channels: channels.map((channel) => ({ channel })),
        changelog: "",
        ...(versionNumber === undefined ? {} : { versionNumber }),
      },
      now,
    );
  const liveOn = async (channel: string) =>
    (await store.agents.findLive(world.agent.id, channel))?.settings.prompt;
  const change = (prompt: string) =>
    updateAgent(
      { store },
      world.owner,
      { agentId: world.agent.id, settings: (before) => ({ ...before, prompt }) },
      LATER,
    );
  const statuses = async (channel: string) => {
    const page = await store.submissions.list({ agentId: world.agent.id, channel, offset: 0, limit: 9 });
    return page.items.map(({ status }) => status);
  };

  it("is live at once where nobody is asked, and tells who listens", async () => {
    const { version, submissions } = await publish(["api", world.channel]);
    expect(submissions.map(({ channel, status }) => [channel, status])).toEqual([
      ["api", "live"],
      [world.channel, "live"],
    ]);
    expect(await liveOn(world.channel)).toBe("eins");
    expect(await world.told()).toMatchObject(
      ["api", world.channel].map((channel) => ({
        type: "agent.published",
        subject: `agent:${world.agent.id}`,
        data: {
          channel,
          versionNumber: version.number,
          name: "A",
          description: "about",
          accountId: world.owner.user.id,
          actor: { userId: world.owner.user.id, name: world.owner.user.name },
        },
      })),
    );
  });

  it("is live where the channel's server approves, with its link, and is told only then", async () => {
    await world.listen();
    const asked: string[] = [];
    world.server.answer = async ({ body }) => {
      asked.push(JSON.parse(body).type);
      expect(await liveOn(world.channel)).toBeUndefined();
      expect(await world.told()).toEqual([]);
      return says({ status: "approved", shareLink: "https://market.example/a" });
    };
    const { submissions } = await publish([world.channel]);
    expect(submissions).toMatchObject([{ status: "live", shareLink: "https://market.example/a" }]);
    expect(asked).toEqual(["agent.submitted"]);
    expect(await liveOn(world.channel)).toBe("eins");
    expect(await world.told()).toHaveLength(1);
  });

  it("stays in audit where the server says so, and what was live before stays", async () => {
    await publish([world.channel]);
    await world.listen();
    world.server.answer = () => says({ status: "auditing" });
    await change("zwei");
    const { submissions } = await publish([world.channel], LATER);
    expect(submissions).toMatchObject([{ status: "auditing", reason: "" }]);
    expect(await liveOn(world.channel)).toBe("eins");
    expect(await store.submissions.listUnasked(9)).toEqual([]);
  });

  const FAILURES: [string, () => Exchange, string][] = [
    ["a refusal of the server's", () => says({ status: "rejected", reason: "too loud" }), "rejected"],
    ["an error", () => says("oops", 500), "failed"],
    ["an answer without a verdict", () => says({}), "failed"],
    ["an answer that is no JSON", () => says("<html>"), "failed"],
    ["an empty answer", () => says("", 204), "failed"],
    ["no answer in time", () => failure(new OutboundError("timeout", "late")), "failed"],
    ["a forbidden address", () => failure(new OutboundError("blocked_address", "no")), "failed"],
  ];

  it("keeps why it did not go live, each cause with a code of its own, and touches no other channel", async () => {
    await world.listen();
    const reasons: string[] = [];
    for (const [what, answer, status] of FAILURES) {
      world.server.answer = answer;
      const { submissions } = await publish([world.channel, "api"]);
      expect([what, ...submissions.map((submission) => submission.status)]).toEqual([what, status, "live"]);
      reasons.push(submissions[0]?.reason ?? "");
    }
    expect(reasons).toEqual([
      "too loud",
      expect.stringMatching(/^audit_failed: http_500: /),
      expect.stringMatching(/^audit_invalid: /),
      expect.stringMatching(/^audit_invalid: /),
      expect.stringMatching(/^audit_invalid: /),
      "audit_failed: timeout: the channel's server did not answer within 10 s",
      expect.stringMatching(/^audit_failed: blocked_address: /),
    ]);
    expect(await liveOn(world.channel)).toBeUndefined();
    expect(await store.submissions.listUnasked(9)).toEqual([]);
  });

  it("fails at once where the channel's callback app is disabled", async () => {
    await world.listen({ state: "disabled", stateReason: "gone" });
    world.server.answer = () => {
      throw new Error("was asked");
    };
    const { submissions } = await publish([world.channel]);
    expect(submissions).toMatchObject([
      { status: "failed", reason: expect.stringMatching(/^audit_failed: endpoint_disabled: /) },
    ]);
  });

  it("asks the servers of several channels together", async () => {
    await world.listen();
    const other = await aSecondChannel();
    const waiting: (() => void)[] = [];
    world.server.answer = async ({ url }) => {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 2) for (const go of waiting) go();
      });
      return says(
        url.includes("second") ? { status: "rejected", reason: "no" } : { status: "approved", shareLink: "" },
      );
    };
    const { submissions } = await publish([world.channel, other]);
    expect(submissions.map(({ status }) => status)).toEqual(["live", "rejected"]);
  });

  it("puts a version that there is back on its channel", async () => {
    const { version } = await publish(["api"]);
    await change("zwei");
    await publish(["api"], LATER);
    expect(await liveOn("api")).toBe("zwei");
    const back = await publish(["api"], LATER, version.number);
    expect(back.version).toEqual(version);
    expect(await liveOn("api")).toBe("eins");
    expect(await statuses("api")).toEqual(["live", "superseded", "superseded"]);
    await expect(publish(["api"], LATER, 12)).rejects.toMatchObject({ code: "not_found" });
  });

  it("ends with the later version live when two publish at once, whatever order the answers come in", async () => {
    await world.listen();
    let first: (() => void) | undefined;
    world.server.answer = async () => {
      if (first === undefined) await new Promise<void>((resolve) => (first = resolve));
      else setImmediate(first);
      return says({ status: "approved", shareLink: "" });
    };
    const both = await Promise.all([publish([world.channel]), publish([world.channel], LATER)]);
    const later = both.map(({ version }) => version).sort((one, other) => other.number - one.number)[0];
    expect((await store.versions.releases(world.agent.id)).map(({ versionId }) => versionId)).toEqual([
      later?.id,
    ]);
    expect(await statuses(world.channel)).toEqual(["live", "superseded"]);
    expect(await world.told()).toHaveLength(1);
  });

  it("tells every change with who made it and why", async () => {
    await world.listen();
    world.server.answer = () => says({ status: "rejected", reason: "no" });
    await publish(["api", world.channel]);
    const of = { agentId: world.agent.id, channel: world.channel, offset: 0, limit: 9 };
    const { items } = await publishHistory({ store }, world.owner, of);
    expect(items.map(({ change: { from, to, by, reason } }) => ({ from, to, by, reason }))).toEqual([
      { from: "auditing", to: "rejected", by: { kind: "audit" }, reason: "no" },
      { from: undefined, to: "auditing", by: { kind: "user", userId: world.owner.user.id }, reason: "" },
    ]);
  });

  it("refuses channels and choices that there are not, and leaves nothing", async () => {
    const stranger = await aSecondChannel({ isInstalled: false });
    const refusals: [Record<string, Record<string, string>>, ErrorCode, string | undefined][] = [
      [{ wechat: {} }, "not_found", undefined],
      [{ "12345": {} }, "not_found", undefined],
      [{ api: {}, [stranger]: {} }, "not_found", undefined],
      [{ api: { device_id: "1" } }, "request_invalid", "options"],
      [{ [world.channel]: { device_id: '["1"]' } }, "request_invalid", "options.device_id"],
      [{}, "request_invalid", "channels"],
    ];
    for (const [channels, code, field] of refusals) {
      const targets = Object.entries(channels).map(([channel, options]) => ({ channel, options }));
      const publishing = { agentId: world.agent.id, channels: targets, changelog: "" };
      const refused = publishToChannels(world.services, world.owner, publishing, NOON);
      await expect(refused).rejects.toMatchObject({ code, field });
    }
    expect((await store.versions.list(world.agent.id, { offset: 0, limit: 9 })).total).toBe(0);
    expect(await statuses("api")).toEqual([]);
  });

  it("is refused for members who may not change the agent", async () => {
    const member = await aCaller(store, [{ workspaceId: world.workspaceId, role: "member" }]);
    const publishing = { agentId: world.agent.id, channels: [{ channel: "api" }], changelog: "" };
    const refused = publishToChannels(world.services, member, publishing, NOON);
    await expect(refused).rejects.toMatchObject({ code: "permission_denied" });
    const outsider = await aCaller(store, [{ workspaceId: await aWorkspace(store), role: "owner" }]);
    const unknown = publishToChannels(world.services, outsider, publishing, NOON);
    await expect(unknown).rejects.toMatchObject({ code: "not_found" });
  });

  async function aSecondChannel({ isInstalled = true } = {}): Promise<string> {
    const { services, channelOwner, workspaceId } = world;
    const { createChannel, installChannel } = await import("./channels.ts");
    const settings = { name: "Second", description: "", authorization: { mode: "none" as const } };
    const { id } = await createChannel(services, channelOwner, settings, NOON);
    if (isInstalled) await installChannel(services, channelOwner, { channelId: id, workspaceId }, NOON);
    await world.listen({ channel: String(id), url: "https://second.example/" });
    return String(id);
  }
});

function failure(error: OutboundError): Exchange {
  return { headers: {}, body: Buffer.alloc(0), isCut: false, timings: {}, failure: error };
}
