import { Client } from "pg";
import { expect, it, onTestFinished } from "vitest";
import { createDatabase } from "../../../test/support/databases.ts";
import { eventually } from "../../../test/support/eventually.ts";
import type { TurnId, WorkflowRunId } from "../../domain/ids.ts";
import { anEnd, aTurn, begin, later } from "../conformance/factories.ts";
import { aStep, makeWait, openRun } from "../conformance/workflow-factories.ts";
import type { ClaimedRun, Store } from "../store.ts";
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

const take = (store: Store, bound = false, inHand: ReadonlySet<WorkflowRunId> = new Set()) =>
  store.workflowRuns.claimAbandoned({ inHand, bound, limit: 50 });

const idsOf = (claimed: readonly ClaimedRun[]): WorkflowRunId[] => claimed.map((each) => each.run.id);

it("what a killed node ran is taken over by one other, with its turn; what living ones run is left", async () => {
  const url = await createDatabase();
  const doomed = startChild("run-workflow.ts", url);
  const { plain, bound, turnId } = JSON.parse(await doomed.firstLine) as {
    plain: WorkflowRunId;
    bound: WorkflowRunId;
    turnId: TurnId;
  };
  const [survivor, other] = [await openNode(url), await openNode(url)];
  const kept = await openRun(other);
  expect(await take(survivor)).toEqual([]);
  await doomed.kill();
  const claims: ClaimedRun[] = [];
  await eventually(async () => {
    const inHand = new Set([...idsOf(claims), kept.run.id]);
    claims.push(...(await Promise.all([take(survivor, false, inHand), take(other, false, inHand)])).flat());
    expect(claims.length).toBeGreaterThan(0);
  });
  expect(claims).toMatchObject([{ run: { id: plain }, claim: { number: 2 }, steps: [{ sequence: 1 }] }]);
  expect(await survivor.turns.closeAbandoned({ now: later(1), ownTurns: new Set() })).toBe(0);
  expect(idsOf(await take(survivor, true))).toEqual([bound]);
  const end = { ...anEnd(aTurn(other, await begin(other))), turnId };
  expect(await other.turns.close(end)).toBe(false);
  expect(await survivor.turns.close(end)).toBe(true);
  expect(await other.workflowRuns.record(kept.claim, [])).toBe(true);
});

it("of a node that hangs runs are taken over, and nothing that it writes afterwards is kept", async () => {
  const url = await createDatabase();
  const [hung, other] = [await openNode(url), await openNode(url)];
  const conversation = await begin(hung);
  const turn = aTurn(hung, conversation);
  await hung.turns.open(turn);
  const opened = await openRun(hung, { turnId: turn.turnId });
  expect(await take(other, true)).toEqual([]);
  // A row that no heartbeat changes any more: what the node would leave behind if it stopped.
  await run(
    url,
    `create function still() returns trigger language plpgsql as $$ begin return null; end $$;
     update nodes set heartbeat_at = 0 where node = ${hung.node};
     create trigger still before update on nodes for each row when (old.node = ${hung.node}) execute function still()`,
  );
  const [claimed] = await take(other, true);
  expect(claimed?.run).toEqual(opened.run);
  const step = aStep(hung, opened.run, 1);
  const change = { run: { ...opened.run, status: "completed" as const, endedAt: later(9) } };
  expect(await hung.workflowRuns.record(opened.claim, [step])).toBe(false);
  expect(await hung.workflowRuns.record(opened.claim, [step], change)).toBe(false);
  await hung.turns.checkpoint([{ turnId: turn.turnId, text: "spät", reasoning: "" }]);
  expect(await hung.turns.close(anEnd(turn))).toBe(false);
  expect(await other.workflowRuns.steps(opened.run.id)).toEqual([]);
  const exchange = await other.exchanges.ofTurn(conversation.id, "", turn.turnId);
  expect(exchange?.answers).toMatchObject([{ text: "", turn: { status: "running", node: other.node } }]);
});

it("steps that are stored while their run is taken over are seen by who takes it, or refused", async () => {
  const url = await createDatabase();
  const [one, other] = [await openNode(url), await openNode(url)];
  for (let round = 0; round < 20; round += 1) {
    const opened = await openRun(one);
    const [claims, ...stored] = await Promise.all([
      take(one),
      ...[1, 2, 3].map((sequence) =>
        one.workflowRuns.record(opened.claim, [aStep(one, opened.run, sequence)]),
      ),
    ]);
    const [claimed] = claims.length === 0 ? await take(one) : claims;
    expect(claimed?.steps).toHaveLength(stored.filter(Boolean).length);
    await one.workflowRuns.record(claimed?.claim ?? opened.claim, [], {
      run: { ...opened.run, status: "cancelled", endedAt: later(2) },
    });
  }
  expect(await take(other)).toEqual([]);
});

it("nodes that wake or resume at once never take one run twice", async () => {
  const url = await createDatabase();
  const nodes = [await openNode(url), await openNode(url), await openNode(url)];
  const [first] = nodes as [Store];
  const opened = await Promise.all(Array.from({ length: 20 }, () => openRun(first)));
  for (const each of opened) await makeWait(first, each, {}, later(5));
  const claims = await Promise.all([
    ...nodes.flatMap(({ workflowRuns }) =>
      [1, 2].map(() => workflowRuns.claimWoken({ now: later(9), limit: 7 })),
    ),
    ...nodes.flatMap(({ workflowRuns }) =>
      opened.slice(0, 10).map(async ({ run: { id } }) => {
        const resumed = await workflowRuns.resume(id, later(9));
        return resumed === undefined ? [] : [resumed];
      }),
    ),
  ]);
  const ids = idsOf(claims.flat());
  expect(new Set(ids).size).toBe(ids.length);
  for (const node of nodes)
    ids.push(...idsOf(await node.workflowRuns.claimWoken({ now: later(9), limit: 50 })));
  expect(ids.sort()).toEqual(opened.map(({ run: { id } }) => id).sort());
});
