import { expect, onTestFinished, test } from "vitest";
import { later, NOW } from "../../storage/conformance/factories.ts";
import { aStep, endRun, makeWait, openRun } from "../../storage/conformance/workflow-factories.ts";
import { openSqliteStore } from "../../storage/sqlite/open.ts";
import { forgetRuns } from "./run-retention.ts";

const DAY_SECONDS = 86_400;

test("runs that ended are forgotten with their steps after their days, however many, and no others", async () => {
  const store = await openSqliteStore({ path: ":memory:" });
  onTestFinished(() => store.close());
  const old = await Promise.all(
    Array.from({ length: 45 }, async () => {
      const opened = await openRun(store);
      const steps = Array.from({ length: 50 }, (_, place) => aStep(store, opened.run, place + 1));
      await store.workflowRuns.record(opened.claim, steps);
      await endRun(store, opened, NOW);
      return opened.run.id;
    }),
  );
  const [young, open] = [await openRun(store), await openRun(store)];
  await endRun(store, young, later(DAY_SECONDS));
  await makeWait(store, open);

  await forgetRuns({ store }, { now: later(2 * DAY_SECONDS), keepDays: 1 });
  for (const id of old) {
    expect(await store.workflowRuns.get(id)).toBeUndefined();
    expect(await store.workflowRuns.steps(id)).toEqual([]);
  }
  expect(await store.workflowRuns.get(young.run.id)).toMatchObject({ status: "completed" });
  expect(await store.workflowRuns.get(open.run.id)).toMatchObject({ status: "waiting" });
});
