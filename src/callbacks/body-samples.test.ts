import { expect, test } from "vitest";
import { captureLogs } from "../../test/support/capture-logs.ts";
import type { Endpoint } from "../domain/endpoint.ts";
import type { EventId, WorkspaceId } from "../domain/ids.ts";
import { metricsText } from "../log/metrics.ts";
import { withSamples } from "./body-samples.ts";
import { exampleEvent } from "./events.ts";
import { standardFormat } from "./standard-format.ts";

const endpoint = { timeoutMs: 7_000 } as Endpoint;
const event = exampleEvent("endpoint.recovered", {
  id: 1 as EventId,
  workspaceId: 2 as WorkspaceId,
  at: new Date(),
});
/** The catalogue does not know its last member. */
const strange = { ...event, data: Object.assign({ more: "secret words" }, event.data) } as typeof event;

async function mismatches(): Promise<number> {
  const { text } = await metricsText();
  const name = 'antiphon_callback_body_mismatches_total{type="endpoint.recovered"}';
  const line = text.split("\n").find((line) => line.startsWith(name));
  return Number(line?.slice(name.length) ?? 0);
}

test("a body that does not fit the catalogue is sent all the same, logged without its words, and counted", async () => {
  const lines = captureLogs("error");
  const { render } = withSamples(standardFormat, () => 0);
  expect(render(strange, endpoint)).toEqual(standardFormat.render(strange, endpoint));
  expect(lines).toMatchObject([
    { eventType: "endpoint.recovered", problem: expect.stringContaining("more") },
  ]);
  expect(JSON.stringify(lines)).not.toContain("secret words");
  expect(await mismatches()).toBe(1);
  render(event, endpoint);
  expect(lines).toHaveLength(1);
});

test("one body in a hundred is compared", async () => {
  const before = await mismatches();
  let count = 0;
  const { render } = withSamples(standardFormat, () => (count++ % 1_000) / 1_000);
  for (let index = 0; index < 1_000; index++) render(strange, endpoint);
  expect((await mismatches()) - before).toBe(10);
});
