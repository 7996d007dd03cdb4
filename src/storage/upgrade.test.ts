import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createDatabase } from "../../test/support/databases.ts";
import { makeOldSchema, OLD } from "../../test/support/old-schemas.ts";
import type { AgentId, DeliveryId, EndpointId, TurnId, WorkspaceId } from "../domain/ids.ts";
import { claim, emit } from "./conformance/callback-factories.ts";
import { aStep, endRun, openRun } from "./conformance/workflow-factories.ts";
import type { Store } from "./store.ts";
import { openStore, toLocation } from "./testing/location.ts";

async function sqlitePlace(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "antiphon-upgrade-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "antiphon.db");
}

async function upgraded(place: string, from: number): Promise<Store> {
  await makeOldSchema(place, from);
  const store = await openStore(toLocation(place));
  onTestFinished(() => store.close());
  return store;
}

test.each([
  ["SQLite", sqlitePlace],
  ["PostgreSQL", createDatabase],
])("what schema 3 left behind on %s is sent, rated and reported as it was", async (_, newPlace) => {
  const store = await upgraded(await newPlace(), 3);
  const { id: deliveryId, endpointId, body } = OLD.delivery;
  const endpoint = await store.endpoints.find(endpointId as EndpointId);
  expect(endpoint).toMatchObject({ isOrdered: true, isCoalescing: false });
  expect(endpoint).not.toHaveProperty("feedback");

  const to = { id: endpointId as EndpointId };
  const [next] = await emit(store, to, 1, { orderKey: "agent:2" });
  const claims = await claim(store, to);
  expect(claims).toMatchObject([{ delivery: { id: deliveryId }, body, headers: {} }]);
  expect(await store.outbox.findDelivery(next as DeliveryId)).toMatchObject({ state: "pending" });

  const run = await store.runs.find(6 as TurnId);
  expect(run).toMatchObject({
    turn: { isHeld: false, family: "hiagent" },
    question: { text: OLD.question },
    answer: { text: OLD.answer },
    model: "",
    feedback: [],
  });
  for (const absent of ["trigger", "actions"]) expect(run).not.toHaveProperty(absent);
  for (const absent of ["sessionId", "heldAt"]) expect(run?.conversation).not.toHaveProperty(absent);
  const { total } = await store.runs.list({
    agentId: 2 as AgentId,
    since: new Date(0),
    until: new Date(),
    actionType: "send-text-message",
    triggerType: "receive-text-message",
    offset: 0,
    limit: 1,
  });
  expect(total).toBe(1);
  expect(await store.runs.listRated({ workspaceId: 1 as WorkspaceId, limit: 9 })).toEqual([]);
});

test.each([
  ["SQLite", sqlitePlace],
  ["PostgreSQL", createDatabase],
])(
  "what schema 4 left behind on %s answers questions of its own, and runs workflows",
  async (_, newPlace) => {
    const store = await upgraded(await newPlace(), 4);
    const run = await store.runs.find(6 as TurnId);
    expect(run).toMatchObject({ turn: { status: "completed" }, mergedFrom: [] });
    expect(run?.turn).not.toHaveProperty("mergedInto");
    const opened = await openRun(store, { agentId: 2 as AgentId, workspaceId: 1 as WorkspaceId });
    await store.workflowRuns.record(opened.claim, [aStep(store, opened.run, 1)]);
    await endRun(store, opened);
    const page = { workspaceId: 1 as WorkspaceId, offset: 0, limit: 9 };
    expect(await store.workflowRuns.list(page)).toMatchObject({ total: 1, items: [{ status: "completed" }] });
  },
);
