import { describe, expect, onTestFinished, test } from "vitest";
import { createDatabase } from "../../test/support/databases.ts";
import { eventually } from "../../test/support/eventually.ts";
import type { EndpointId } from "../domain/ids.ts";
import { openPostgresStore } from "../storage/postgres/open.ts";
import type { Store } from "../storage/store.ts";
import type { Callbacks } from "./callbacks.ts";
import { ownerOf } from "./node-share.ts";
import { type EngineDesk, openEngineDesk } from "./testing/engine-desk.ts";

/** So many that chance gives some to each of two nodes. */
const ENDPOINTS = 16;

interface Node {
  store: Store;
  callbacks: Callbacks;
  leave(): Promise<void>;
}

/** Nodes on one database that know of one another. The first is the desk's. */
async function nodes(count: number): Promise<{ desk: EngineDesk; join(): Promise<Node>; others: Node[] }> {
  const url = await createDatabase();
  const open = () => openPostgresStore({ url });
  const [first, ...rest] = await Promise.all(Array.from({ length: count }, open));
  const desk = await openEngineDesk({ open: async () => first ?? open() });
  const begin = async (store: Store): Promise<Node> => {
    const callbacks = await desk.join(store);
    let leaving: Promise<void> | undefined;
    const leave = () => {
      leaving ??= callbacks.stop(0).then(() => store.close());
      return leaving;
    };
    onTestFinished(leave);
    return { store, callbacks, leave };
  };
  const others = [];
  for (const store of rest) others.push(await begin(store));
  return { desk, join: async () => begin(await open()), others };
}

/** Endpoints that would be the node's among `all`. */
async function listenAt(desk: EngineDesk, all: number[], node: number, count: number): Promise<string[]> {
  const paths: string[] = [];
  for (let index = 0; paths.length < count; index++) {
    const path = `node-${node}-${index}`;
    const { id } = await desk.listen(path, { maxInFlight: 1 });
    if (ownerOf(id, all) === node) paths.push(path);
    else await desk.store.endpoints.delete(id, new Date()).then(() => desk.callbacks.endpointChanged(id));
  }
  return paths;
}

const isDelivered = async (desk: EngineDesk) => {
  const { pending, leased } = await desk.store.outbox.counts();
  return pending + leased === 0;
};

describe("several nodes", () => {
  test("send each event once, wherever it happened", async () => {
    const { desk, others } = await nodes(3);
    const paths = Array.from({ length: 8 }, (_, index) => `path-${index}`);
    for (const path of paths) await desk.listen(path);
    const all = [desk.callbacks, ...others.map(({ callbacks }) => callbacks)];
    for (let round = 0; round < 12; round++) {
      const callbacks = all[round % all.length];
      const emission = await callbacks?.emit(desk.store, desk.publication());
      if (emission !== undefined) callbacks?.wake([emission]);
    }
    await eventually(() => isDelivered(desk));
    for (const path of paths) {
      const ids = desk.received(path).map(({ headers }) => headers["webhook-id"]);
      expect([ids.length, new Set(ids).size]).toEqual([12, 12]);
    }
  });

  test("take over what a node leaves behind", async () => {
    const { desk, others } = await nodes(2);
    const [other] = others;
    const live = await desk.store.liveNodes();
    const [path = ""] = await listenAt(desk, live, other?.store.node ?? -1, 1);
    desk.react(path, "hang");
    await desk.happen();
    await eventually(() => desk.hanging() === 1);
    expect([...(await desk.store.outbox.leasedElsewhere()).values()]).toEqual([1]);
    desk.react(path, 204);
    await other?.leave();
    await eventually(() => isDelivered(desk));
    const [before = 0, after = 0] = desk.received(path).map(({ at }) => at);
    expect(after - before).toBeLessThan(5_000);
  });

  test("count what the node before still sends when an endpoint changes hands", async () => {
    const { desk, join } = await nodes(1);
    const ids: EndpointId[] = [];
    for (let index = 0; index < ENDPOINTS; index++) {
      desk.react(`path-${index}`, "hang");
      ids.push((await desk.listen(`path-${index}`, { maxInFlight: 1 })).id);
    }
    await desk.happen();
    await eventually(() => desk.hanging() === ENDPOINTS);
    const joined = await join();
    const live = await eventually(async () => {
      const found = await desk.store.liveNodes();
      expect(found.length).toBe(2);
      return found;
    });
    const moved = ids.findIndex((id) => ownerOf(id, live) === joined.store.node);
    expect(moved).toBeGreaterThanOrEqual(0);
    await desk.happen();
    await eventually(async () => {
      const held = await joined.store.outbox.leasedElsewhere();
      return held.size > 0;
    });
    let most = 0;
    const until = Date.now() + 4_000;
    await eventually(() => {
      most = Math.max(most, desk.hanging());
      return Date.now() > until;
    });
    expect(most).toBe(ENDPOINTS);
  });

  test("stop sending everywhere when one of them is told", async () => {
    const { desk, others } = await nodes(2);
    const [other] = others;
    const live = await desk.store.liveNodes();
    const [path = ""] = await listenAt(desk, live, other?.store.node ?? -1, 1);
    desk.react(path, "hang");
    const { deliveries } = await desk.happen();
    await eventually(() => desk.hanging() === 1);
    const id = deliveries.at(-1)?.endpointId ?? (0 as EndpointId);
    await desk.store.endpoints.delete(id, new Date());
    await desk.callbacks.endpointChanged(id);
    await eventually(() => desk.hanging() === 0);
  });
});
