/** Child: runs a workflow, and one that answers a turn; prints their ids and waits until it is killed. */
import { aTurn, begin } from "../conformance/factories.ts";
import { aStep, openRun } from "../conformance/workflow-factories.ts";
import { openStore, toLocation } from "./location.ts";

const store = await openStore(toLocation(process.argv[2] ?? ""));
const turn = aTurn(store, await begin(store));
await store.turns.open(turn);
const { run, claim } = await openRun(store);
await store.workflowRuns.record(claim, [aStep(store, run, 1)]);
const bound = await openRun(store, { turnId: turn.turnId });
await store.flushed();
process.stdout.write(`${JSON.stringify({ plain: run.id, bound: bound.run.id, turnId: turn.turnId })}\n`);
setInterval(() => {}, 1000);
