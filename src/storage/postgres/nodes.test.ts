import { Client } from "pg";
import { expect, it, onTestFinished } from "vitest";
import { createDatabase } from "../../../test/support/databases.ts";
import { eventually } from "../../../test/support/eventually.ts";
import type { TurnId } from "../../domain/ids.ts";
import { aTurn, begin, history, later } from "../conformance/factories.ts";
import type { Store } from "../store.ts";
import { startChild } from "../testing/child.ts";
import { openPostgresStore } from "./open.ts";

async function openNode(url: string): Promise<Store> {
  const store = await openPostgresStore({ url });
  onTestFinished(() => store.close());
  return store;
}

/** Ends, from the server's side, the connections to this database that hold advisory locks. Others share the server. */
async function cutNodeConnections(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'
      and database = (select oid from pg_database where datname = current_database())`);
  await client.end();
}

it("many nodes can start at once on an empty database, each with a number of its own", async () => {
  const url = await createDatabase();
  const nodes = await Promise.all(Array.from({ length: 5 }, () => openNode(url)));
  expect(nodes.map((store) => store.node).sort()).toEqual([0, 1, 2, 3, 4]);
});

it("a closed node's number is free again, the lowest first", async () => {
  const url = await createDatabase();
  const first = await openNode(url);
  const second = await openNode(url);
  await first.close();
  const third = await openNode(url);
  expect([first.node, second.node, third.node]).toEqual([0, 1, 0]);
});

it("turns of a killed node are closed by another; those of living nodes go on", async () => {
  const url = await createDatabase();
  const doomed = startChild("run-turn.ts", url);
  const conversationId = Number(await doomed.firstLine);
  const [survivor, other] = [await openNode(url), await openNode(url)];
  const conversation = await begin(other);
  await other.turns.open(aTurn(other, conversation));
  const closeAbandoned = () => survivor.turns.closeAbandoned({ now: later(9), ownTurns: new Set() });
  expect(await closeAbandoned()).toBe(0);
  await doomed.kill();
  await eventually(async () => expect(await closeAbandoned()).toBe(1));
  const [abandoned] = await history(survivor, {
    ...conversation,
    id: conversationId as typeof conversation.id,
  });
  expect(abandoned?.answers[0]?.turn).toMatchObject({ status: "interrupted", endedAt: later(9) });
  expect((await history(other, conversation))[0]?.answers[0]?.turn.status).toBe("running");
});

it("a node that lost its number refuses everything until it has it again", async () => {
  const url = await createDatabase();
  const store = await openNode(url);
  await cutNodeConnections(url);
  await eventually(() => expect(store.ping()).rejects.toMatchObject({ code: "storage_failed" }));
  await eventually(() => store.ping());
  await store.settings.set("a", "1");
  const next = await openNode(url);
  expect([store.node, next.node]).toEqual([0, 1]);
});

it("the turns of a dead node are closed some at a time, each by one of those that find it", async () => {
  const url = await createDatabase();
  const doomed = await openNode(url);
  const turns: TurnId[] = [];
  for (let count = 0; count < 50; count += 1) {
    const turn = aTurn(doomed, await begin(doomed));
    await doomed.turns.open(turn);
    turns.push(turn.turnId);
  }
  const nodes = [await openNode(url), await openNode(url)];
  const watching = await openNode(url);
  await doomed.close();
  const told: number[] = [];
  const closing = nodes.map((node) =>
    node.turns.closeAbandoned({
      now: later(9),
      ownTurns: new Set(),
      tell: async (_, { turnId }) => {
        told.push(turnId);
        if (told.length !== turns.length) return;
        // The last of all: others have been closed for good.
        const running = await watching.turns.stillRunning(turns);
        expect(running.size).toBeLessThan(turns.length);
      },
    }),
  );
  const [first = 0, second = 0] = await Promise.all(closing);
  expect(first + second).toBe(turns.length);
  expect(told.sort((one, other) => one - other)).toEqual(turns);
  expect((await watching.turns.stillRunning(turns)).size).toBe(0);
});
