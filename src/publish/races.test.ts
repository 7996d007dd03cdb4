import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { createDatabase } from "../../test/support/databases.ts";
import { Callbacks } from "../callbacks/callbacks.ts";
import { DomainError } from "../domain/errors.ts";
import { openPostgresStore } from "../storage/postgres/open.ts";
import { openSqliteStore } from "../storage/sqlite/open.ts";
import type { Store } from "../storage/store.ts";
import { decideForChannel } from "./audit.ts";
import { AuditSweep } from "./audit-sweep.ts";
import type { PublishServices } from "./services.ts";
import { publishToChannels } from "./submissions.ts";
import { aPublishWorld, says } from "./testing/a-publisher.ts";
import { FORMATS } from "./testing/formats.ts";
import { unpublishFrom } from "./unpublish.ts";

const ROUNDS = 20;
const VERDICTS = [
  { status: "approved", shareLink: "" },
  { status: "rejected", reason: "too loud" },
  { status: "auditing" },
] as const;
/** What losing a race looks like. */
const LOST = new Set(["already_decided", "agent_not_published"]);

const NODES: [string, () => Promise<Store[]>][] = [
  ["SQLite", async () => [await openSqliteStore({ path: ":memory:" })]],
  [
    "two nodes on PostgreSQL",
    async () => {
      const url = await createDatabase();
      const open = () => openPostgresStore({ url, connections: 6 });
      return [await open(), await open()];
    },
  ],
];

test.each(NODES)(
  "publishing, verdicts, unpublishing and expiry at once leave what is live, its submission and what was told of it in agreement, on %s",
  async (_name, open) => {
    const stores = await open();
    onTestFinished(async () => {
      for (const store of stores) await store.close();
    });
    const [store] = stores;
    if (store === undefined) throw new Error("no store");
    const world = await aPublishWorld(store);
    await world.listen();
    let count = 0;
    const anyVerdict = () => VERDICTS[count++ % VERDICTS.length] ?? VERDICTS[0];
    const exchange = async () => {
      await delay(count % 4);
      return says(anyVerdict());
    };
    const nodes = stores.map((own): PublishServices => {
      const { secretKey } = world.services;
      const callbacks = new Callbacks({ store: own, secretKey, outbound: { exchange }, formats: FORMATS });
      return { store: own, callbacks, formats: FORMATS, options: { auditExpiryMs: 20 } };
    });
    const { agent, channel, owner, channelOwner } = world;
    const agentId = agent.id;
    const publish = (node: PublishServices) =>
      publishToChannels(node, owner, { agentId, channels: [{ channel }], changelog: "" }, new Date());
    const actions = [
      publish,
      (node: PublishServices) =>
        decideForChannel(node, channelOwner, { agentId, channel, verdict: anyVerdict() }, new Date()),
      (node: PublishServices) => unpublishFrom(node, owner, { agentId, channel, reason: "" }, new Date()),
      async (node: PublishServices) => {
        const sweep = new AuditSweep(node);
        await sweep.run(new Date());
        await sweep.settled();
      },
    ];
    await publish(world.services);
    for (let round = 0; round < ROUNDS; round += 1) {
      const work = nodes.flatMap((node) => actions.map((action) => action(node)));
      for (const result of await Promise.allSettled(work)) {
        if (result.status === "fulfilled") continue;
        const { reason } = result;
        if (!(reason instanceof DomainError && LOST.has(reason.code))) throw reason;
      }
      const current = await store.submissions.current({ agentId, channel });
      const live = current.filter(({ status }) => status === "live");
      const open = current.filter(({ status }) => status === "auditing");
      expect([live.length <= 1, open.length <= 1]).toEqual([true, true]);
      const releases = await store.versions.releases(agentId);
      expect(releases.map(({ versionId }) => versionId)).toEqual(live.map(({ versionId }) => versionId));
    }
    const { items, total } = await store.submissions.history({ agentId, offset: 0, limit: 10_000 });
    expect(items).toHaveLength(total);
    const changes = items.map(({ change }) => change);
    const told = await store.outbox.listEvents({ workspaceId: world.workspaceId, limit: 10_000 });
    const toldOf = (type: string) => told.filter((event) => event.type === type).length;
    expect(toldOf("agent.published")).toBe(changes.filter(({ to }) => to === "live").length);
    const taken = changes.filter(({ from, to }) => from === "live" && to !== "superseded");
    expect(toldOf("agent.unpublished")).toBe(taken.length);
    expect(toldOf("agent.submitted")).toBe(changes.filter(({ from }) => from === undefined).length);
    const submissions = new Map(items.map(({ submission }) => [submission.id, submission]));
    for (const { id, status } of submissions.values()) {
      const own = changes.filter(({ submissionId }) => submissionId === id);
      // Each change begins where another one ended.
      const ends = own.map(({ to }) => to).sort();
      const begins = [...own.flatMap(({ from }) => from ?? []), status].sort();
      expect(begins).toEqual(ends);
    }
  },
  60_000,
);
