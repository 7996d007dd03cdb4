import { expect, test } from "vitest";
import { live, liveThroughCrashes } from "../testing/lives.ts";
import { dice, randomNodes, referenceOutput, taskSandbox } from "../testing/random-graph.ts";
import { aGraph } from "../testing/runs.ts";

test("whatever the graph, it comes to what the rule of its edges says", async () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const roll = dice(seed);
    const nodes = randomNodes(roll, { size: 1 + roll(14), mayFail: seed % 2 === 0 });
    const { run } = await live(aGraph(nodes), {}, { services: { sandbox: taskSandbox() } });
    const expected = referenceOutput(nodes);
    const told = `seed ${seed}: ${run.error?.message}`;
    expect(run.status, told).toBe(expected === undefined ? "failed" : "completed");
    if (expected !== undefined) expect(run.output, told).toEqual(expected);
  }
});

test("a run that dies after any write, and once more, comes to the same", async () => {
  for (let seed = 1; seed <= 25; seed += 1) {
    const roll = dice(seed);
    const nodes = randomNodes(roll, { size: 6, mayFail: seed % 2 === 0 });
    const services = { sandbox: taskSandbox() };
    const { whole, lives } = await liveThroughCrashes(aGraph(nodes), {}, { services });
    for (const { run } of lives) {
      expect(run.status, `seed ${seed}`).toBe(whole.run.status);
      if (run.status === "completed") expect(run.output, `seed ${seed}`).toEqual(whole.run.output);
    }
  }
});
