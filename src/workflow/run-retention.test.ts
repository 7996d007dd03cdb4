import { expect, onTestFinished, test } from "vitest";
import { later, NOW } from "../storage/conformance/factories.ts";
import { aStep, endRun, makeWait, openRun } from "../storage/conformance/workflow-factories.ts";
import { openSqliteStore } from "../storage/sqlite/open.ts";
import { forgetRuns } from "./run-retention.ts";

const DAY_SECONDS = 86_400;

test("runs that ended are forgotten with their steps after their days, however many, and no others", async () => {
  const store = await openSqliteStore({ path: ":memory:" });
  onTestFinished(() => store.close());
  const old = await Promise.all(
    Array.from({ length: 45 }, async () => {
      const opened = await openRun(store);
      const step = aStep(store, opened.run, 1);
      await store.workflowRuns.record(opened.claim, [step]);
      await endRun(store, opened, NOW);
      return step;
    }),
  );
  const [young, open] = [await openRun(store), await openRun(store)];
  await endRun(store, young, later(DAY_SECONDS));
  await makeWait(store, open);

  await forgetRuns({ store }, { now: later(2 * DAY_SECONDS), keepDays: 1 });
  const left = await Promise.all(old.map(({ id }) => store.workflowRuns.step(id)));
  expect(left.every((step) => step === undefined)).toBe(true);
  for (const { runId } of old) expect(await store.workflowRuns.get(runId)).toBeUndefined();
  expect(await store.workflowRuns.get(young.run.id)).toMatchObject({ status: "completed" });
  expect(await store.workflowRuns.get(open.run.id)).toMatchObject({ status: "waiting" });
});
