import { Client } from "pg";
import { expect, it, onTestFinished } from "vitest";
import { createDatabase } from "../../../test/support/databases.ts";
import { eventually } from "../../../test/support/eventually.ts";
import type { TriggerId } from "../../domain/ids.ts";
import type { TriggerRecord } from "../../domain/trigger.ts";
import { answer, aTurn, begin, later, NOW } from "../conformance/factories.ts";
import { trigger } from "../conformance/insight-factories.ts";
import type { Store } from "../store.ts";
import { startChild } from "../testing/child.ts";
import { openPostgresStore } from "./open.ts";

async function openNode(url: string): Promise<Store> {
  const store = await openPostgresStore({ url });
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

const takeBack = (store: Store) => store.triggers.takeBack({ inHand: new Set() });

it("nodes that claim at once never claim one trigger twice, nor two of one conversation", async () => {
  const url = await createDatabase();
  const nodes = [await openNode(url), await openNode(url), await openNode(url)];
  const [first] = nodes as [Store];
  const conversations = await Promise.all(Array.from({ length: 12 }, () => begin(first)));
  const made: TriggerRecord[] = [];
  for (const conversation of conversations) {
    for (const seconds of [2, 0, 1]) made.push(await trigger(first, conversation, { dueAt: later(seconds) }));
  }
  const started: TriggerRecord[] = [];
  for (let round = 1; round <= 3; round += 1) {
    const claims = (
      await Promise.all(
        nodes.flatMap((store) => [
          store.triggers.claim({ now: later(9), limit: 5 }),
          store.triggers.claim({ now: later(9), limit: 5 }),
        ]),
      )
    ).flat();
    expect(new Set(claims.map(({ conversationId }) => conversationId)).size).toBe(claims.length);
    expect(claims.length).toBe(conversations.length);
    for (const claimed of claims) {
      const conversation = conversations.find(({ id }) => id === claimed.conversationId);
      if (conversation === undefined) throw new Error("an unknown conversation's trigger was claimed");
      await answer(first, aTurn(first, conversation, { trigger: claimed }));
    }
    started.push(...claims);
  }
  expect(started.map(({ id }) => id).sort()).toEqual(made.map(({ id }) => id).sort());
  for (const { id } of conversations) {
    const order = started.filter(({ conversationId }) => conversationId === id);
    expect(order.map(({ dueAt }) => dueAt)).toEqual([later(0), later(1), later(2)]);
  }
});

it("a trigger that becomes due while another of its conversation is being claimed waits for it", async () => {
  const url = await createDatabase();
  const [one, other] = [await openNode(url), await openNode(url)];
  for (let round = 0; round < 20; round += 1) {
    const conversation = await begin(one);
    await trigger(one, conversation, { dueAt: later(5) });
    const [, ...claims] = await Promise.all([
      trigger(other, conversation, { dueAt: later(1) }),
      one.triggers.claim({ now: later(9), limit: 50 }),
      other.triggers.claim({ now: later(9), limit: 50 }),
    ]);
    const own = claims.flat().filter(({ conversationId }) => conversationId === conversation.id);
    expect(own.length).toBeLessThanOrEqual(1);
  }
});

it("what a killed node had claimed is taken back by another; what living ones have is left", async () => {
  const url = await createDatabase();
  const doomed = startChild("run-trigger.ts", url);
  const id = Number(await doomed.firstLine) as TriggerId;
  const [survivor, other] = [await openNode(url), await openNode(url)];
  const kept = await trigger(other, await begin(other));
  await other.triggers.claim({ now: NOW, limit: 5 });
  expect(await takeBack(survivor)).toBe(0);
  await doomed.kill();
  await eventually(async () => expect(await takeBack(survivor)).toBe(1));
  const claims = await survivor.triggers.claim({ now: NOW, limit: 5 });
  expect(claims.map((claimed) => claimed.id)).toEqual([id]);
  expect(await other.triggers.settle(kept.id, { state: "due", reason: "" })).toBe(true);
});

it("of a node that hangs what it has claimed is taken back; what it decides afterwards changes nothing", async () => {
  const url = await createDatabase();
  const [hung, other] = [await openNode(url), await openNode(url)];
  const conversation = await begin(other);
  const record = await trigger(other, conversation);
  await hung.triggers.claim({ now: NOW, limit: 5 });
  expect(await takeBack(other)).toBe(0);
  // A row that no heartbeat changes any more: what the node would leave behind if it stopped.
  await run(
    url,
    `create function still() returns trigger language plpgsql as $$ begin return null; end $$;
     update nodes set heartbeat_at = 0 where node = ${hung.node};
     create trigger still before update on nodes for each row when (old.node = ${hung.node}) execute function still()`,
  );
  expect(await takeBack(other)).toBe(1);
  await other.triggers.claim({ now: NOW, limit: 5 });
  expect(await hung.triggers.settle(record.id, { state: "due", reason: "busy" })).toBe(false);
  const turn = await answer(other, aTurn(other, conversation, { trigger: record }));
  const late = hung.turns.open(aTurn(hung, conversation, { trigger: record }));
  await expect(late).rejects.toMatchObject({ code: "request_repeated" });
  expect(await hung.triggers.settle(record.id, { state: "failed", reason: "late" })).toBe(false);
  expect((await other.triggers.get(record.id))?.turnId).toBe(turn.turnId);
});
