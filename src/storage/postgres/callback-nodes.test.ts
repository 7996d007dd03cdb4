import { Client } from "pg";
import { expect, it, onTestFinished } from "vitest";
import { createDatabase } from "../../../test/support/databases.ts";
import { eventually } from "../../../test/support/eventually.ts";
import type { DeliveryId } from "../../domain/ids.ts";
import {
  aFailure,
  anEmission,
  aResult,
  claim,
  emit,
  endpoint,
  idsOf,
} from "../conformance/callback-factories.ts";
import { aTurn, begin, later } from "../conformance/factories.ts";
import type { Store } from "../store.ts";
import { startChild } from "../testing/child.ts";
import { openPostgresStore, type PostgresStoreOptions } from "./open.ts";

async function openNode(url: string, options: Partial<PostgresStoreOptions> = {}): Promise<Store> {
  const store = await openPostgresStore({ url, ...options });
  onTestFinished(() => store.close());
  return store;
}

/** Runs one statement past every store. */
async function run(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

const takeBack = (store: Store) =>
  store.outbox.takeBack({ now: later(90), isOwnStart: false, hangMs: 15_000 });

/** What a node hears on a topic, as it comes. */
function hearing(store: Store, topic: string): unknown[] {
  const heard: unknown[] = [];
  store.bus.listen(topic, (word) => heard.push(word));
  return heard;
}

it("what a killed node was sending is taken back by another and noted as unknown", async () => {
  const url = await createDatabase();
  const doomed = startChild("run-claim.ts", url);
  const [deliveryId, endpointId] = (await doomed.firstLine).split(" ").map(Number) as [DeliveryId, number];
  const survivor = await openNode(url);
  expect(await takeBack(survivor)).toEqual([]);
  await doomed.kill();
  await eventually(async () => expect(await takeBack(survivor)).toEqual([endpointId]));
  expect(await survivor.outbox.findDelivery(deliveryId)).toMatchObject({
    state: "pending",
    dueAt: later(90),
  });
  expect(await survivor.outbox.attempts(deliveryId)).toMatchObject([{ outcome: "unknown", number: 1 }]);
});

it("of a node that hangs only what it holds for too long is taken back, and what it says later is only logged", async () => {
  const url = await createDatabase();
  const [hung, other] = [await openNode(url), await openNode(url)];
  const to = await endpoint(other);
  await emit(other, to, 2);
  const [overdue] = await claim(hung, to, { room: 1, now: later(1) });
  await claim(hung, to, { room: 1, now: later(80) });
  expect(await takeBack(other)).toEqual([]);
  // A row that no heartbeat changes any more: what the node would leave behind if it stopped.
  await run(
    url,
    `update nodes set heartbeat_at = heartbeat_at - 3600000 where node = ${hung.node};
      create function refuse() returns trigger language plpgsql as 'begin return null; end';
      create trigger no_heartbeat before insert or update on nodes for each row
        when (new.node = ${hung.node}) execute function refuse()`,
  );
  expect(await takeBack(other)).toEqual([to.id]);
  if (overdue === undefined) throw new Error("two were emitted");
  await hung.outbox.record([aResult(hung, overdue)], []);
  expect(await other.outbox.findDelivery(overdue.delivery.id)).toMatchObject({ state: "pending" });
  expect(await other.outbox.leasedElsewhere()).toEqual(new Map([[to.id, 1]]));
  expect((await other.outbox.attempts(overdue.delivery.id)).map(({ outcome }) => outcome).sort()).toEqual([
    "ok",
    "unknown",
  ]);
  expect(await takeBack(other)).toEqual([]);
  expect(await other.liveNodes()).toEqual([other.node]);
  const turn = aTurn(hung, await begin(hung));
  await hung.turns.open(turn);
  expect(await other.turns.closeAbandoned({ now: later(99), ownTurns: new Set() })).toBe(1);
});

it("what fails while another node tells of something newer is never sent once more", async () => {
  const url = await createDatabase();
  const [sender, teller] = [await openNode(url), await openNode(url)];
  const to = await endpoint(sender, { isOrdered: true, isCoalescing: true });
  for (let round = 0; round < 40; round += 1) {
    const subject = { orderKey: `turn:${round}`, isCoalescing: true };
    const [first] = await emit(sender, to, 1, subject);
    const [claimed] = await claim(sender, to);
    if (first === undefined || claimed === undefined) throw new Error("nothing was claimed");
    const newer = anEmission(teller, [to], subject);
    await Promise.all([
      sender.outbox.record([aFailure(sender, claimed, later(999))], []),
      teller.outbox.add(newer),
    ]);
    expect(await sender.outbox.findDelivery(first)).toMatchObject({ state: "superseded" });
    const claims = await claim(sender, to);
    expect(idsOf(claims)).toEqual(newer.deliveries.map(({ id }) => id));
    await sender.outbox.record(
      claims.map((held) => aResult(sender, held)),
      [],
    );
  }
});

it("nodes that serve are alive until they close or die; guests are no nodes", async () => {
  const url = await createDatabase();
  const first = await openNode(url);
  const second = await openNode(url);
  const guest = await openNode(url, { isGuest: true });
  expect(guest.node).toBe(63);
  expect(await first.liveNodes()).toEqual([0, 1]);
  expect(await guest.liveNodes()).toEqual([0, 1]);
  await second.close();
  expect(await first.liveNodes()).toEqual([0]);
});

it("a word reaches all other nodes, or the one it is for, and never its own", async () => {
  const url = await createDatabase();
  const nodes = [await openNode(url), await openNode(url), await openNode(url)] as const;
  const [speaker, one, other] = nodes;
  const heard = nodes.map((node) => hearing(node, "wake"));
  const elsewhere = hearing(one, "stop");
  // Listening begins in the background.
  await eventually(async () => {
    await speaker.bus.tell({ topic: "wake", text: "anybody?" });
    expect([heard[1]?.length, heard[2]?.length]).not.toContain(0);
  });
  const text = `"\n ${"好".repeat(1_990)}`;
  await speaker.bus.tell({ topic: "wake", text, to: one.node });
  await other.bus.tell({ topic: "wake", text: "last" });
  await eventually(() => expect(heard[1]?.at(-1)).toEqual({ text: "last", from: other.node }));
  expect(heard[1]).toContainEqual({ text, from: speaker.node });
  expect(heard[2]).not.toContainEqual({ text, from: speaker.node });
  await eventually(() => expect(heard[0]).toEqual([{ text: "last", from: other.node }]));
  expect(elsewhere).toEqual([]);
});

it("a node whose ear was cut off hears again, and speaking never fails", async () => {
  const url = await createDatabase();
  const [speaker, listener] = [await openNode(url), await openNode(url)];
  const heard = hearing(listener, "wake");
  const speakUntilHeard = async () => {
    heard.length = 0;
    await eventually(async () => {
      await speaker.bus.tell({ topic: "wake", text: "hello" });
      expect(heard).not.toEqual([]);
    });
  };
  await speakUntilHeard();
  await run(
    url,
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and query like '%listen%' and pid <> pg_backend_pid()`,
  );
  await speakUntilHeard();
  await speaker.bus.tell({ topic: "wake", text: "x".repeat(9_000) });
  await speaker.close();
  await speaker.bus.tell({ topic: "wake", text: "anybody?" });
});

it("deliveries of one subject written at once by many nodes are sent one after another, and none is forgotten", async () => {
  const url = await createDatabase();
  const nodes = [await openNode(url), await openNode(url), await openNode(url)] as const;
  const [node] = nodes;
  const to = await endpoint(node);
  const written = Promise.all(
    Array.from({ length: 60 }, (_, index) => {
      const store = nodes[index % nodes.length] ?? node;
      return store.outbox.add(anEmission(store, [to], { orderKey: "agent:1" }));
    }),
  );
  const sent: DeliveryId[] = [];
  await eventually(async () => {
    const all = await Promise.all(nodes.map((store) => claim(store, to)));
    const claims = all.flat();
    expect(claims.length).toBeLessThanOrEqual(1);
    sent.push(...idsOf(claims));
    await node.outbox.record(
      claims.map((claimed) => aResult(node, claimed)),
      [],
    );
    await takeBack(node);
    expect(sent).toHaveLength(60);
  });
  await written;
  expect(await node.outbox.counts()).toMatchObject({ pending: 0, leased: 0 });
});

it("a delivery written while the one before it ends is let go by the next look", async () => {
  const node = await openNode(await createDatabase());
  const to = await endpoint(node);
  await emit(node, to, 1, { orderKey: "agent:1" });
  const claims = await claim(node, to);
  const next = anEmission(node, [to], { orderKey: "agent:1" });
  await node.transaction(async ({ outbox }) => {
    await outbox.add(next);
    await node.outbox.record(
      claims.map((claimed) => aResult(node, claimed)),
      [],
    );
  });
  expect(await takeBack(node)).toEqual([to.id]);
  expect(await node.outbox.nextDue([to.id])).not.toEqual(new Map());
  expect(idsOf(await claim(node, to))).toEqual(next.deliveries.map(({ id }) => id));
});

it("what was written while its endpoint was disabled or enabled is moved by the next look", async () => {
  const url = await createDatabase();
  const node = await openNode(url);
  const [on, off] = [await endpoint(node), await endpoint(node, { state: "disabled" })];
  const [held] = await emit(node, on, 1);
  const [pending] = await emit(node, off, 1);
  const [question] = await emit(node, on, 1, { trigger: "sync", state: "held" });
  await run(
    url,
    `update deliveries set state = case id when ${held} then 'held' else 'pending' end
      where id in (${held}, ${pending})`,
  );
  expect(await takeBack(node)).toEqual([on.id]);
  const states = [held, pending, question].map(async (id) => {
    const delivery = await node.outbox.findDelivery(id as DeliveryId);
    return delivery?.state;
  });
  expect(await Promise.all(states)).toEqual(["pending", "held", "held"]);
});
