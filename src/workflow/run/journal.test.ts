import { expect, test } from "vitest";
import { eventually } from "../../../test/support/eventually.ts";
import type { WorkflowRunId } from "../../domain/ids.ts";
import type { WorkflowRun, WorkflowStep } from "../../domain/workflow-run.ts";
import type { RunChange, Store } from "../../storage/store.ts";
import { type RunLost, StoreJournal } from "./journal.ts";

const claim = { runId: 1 as WorkflowRunId, number: 1 };
const step = (id: number) => ({ id }) as WorkflowStep;
const ended: RunChange = { run: { id: claim.runId, status: "completed" } as WorkflowRun };

/** A store that answers each write when, and as, it is told to. */
function slowStore() {
  const writes: { steps: number[]; status: string | undefined }[] = [];
  const answers: ((answer: boolean | Error) => void)[] = [];
  const workflowRuns: Pick<Store["workflowRuns"], "record"> = {
    record: (_, steps, change) => {
      writes.push({ steps: steps.map(({ id }) => id), status: change?.run.status });
      return new Promise((resolve, reject) => {
        answers.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer)));
      });
    },
  };
  const store = { workflowRuns, flushed: async () => {} } as unknown as Store;
  const answer = async (result: boolean | Error) => {
    await eventually(() => expect(answers).toHaveLength(1));
    answers.shift()?.(result);
  };
  return { store, writes, answer };
}

test("what ends with a run is written with its end, also when others are still being written", async () => {
  const { store, writes, answer } = slowStore();
  const journal = new StoreJournal(store, claim, () => {});
  journal.note(step(1));
  await new Promise((resolve) => setImmediate(resolve));
  journal.note(step(2));
  await new Promise((resolve) => setImmediate(resolve));
  journal.note(step(3));
  const closing = journal.close(ended);
  await answer(true);
  await answer(true);
  await closing;
  expect(writes).toEqual([
    { steps: [1], status: undefined },
    { steps: [2, 3], status: "completed" },
  ]);
});

test("a write that fails is tried again; one that is refused loses the run, and nothing more is written", async () => {
  const { store, writes, answer } = slowStore();
  const lost: RunLost[] = [];
  const journal = new StoreJournal(store, claim, (reason) => lost.push(reason));
  journal.note(step(1));
  const flushing = journal.flush();
  await answer(new Error("busy"));
  await answer(true);
  await flushing;
  expect(lost).toEqual([]);
  journal.note(step(2));
  const closing = expect(journal.close(ended)).rejects.toThrow("taken over");
  await answer(false);
  await closing;
  await expect(journal.flush()).rejects.toThrow("taken over");
  expect(lost).toHaveLength(1);
  expect(writes).toHaveLength(3);
});
