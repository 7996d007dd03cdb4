import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import type { WorkspaceId } from "../domain/ids.ts";
import { type ScriptedStep, scriptedModel } from "../models/scripted/scripted-model.ts";
import { openSqliteStore } from "../storage/sqlite/open.ts";
import type { Store } from "../storage/store.ts";
import { aConversation, anAgent, ask, eventsOf, historyOf } from "./testing/fixtures.ts";
import { aProcessOn, aWorkflowAgent, type GraphFile } from "./testing/workflow-room.ts";

const START = {
  id: "start",
  type: "start",
  inputs: [{ name: "city", type: "string", required: true }],
};
const WEATHER: GraphFile = {
  nodes: [
    { ...START, next: "end" },
    { id: "end", type: "end", outputs: { weather: { template: "{{ start.city }}: sun" } } },
  ],
};
const ASKS: GraphFile = {
  nodes: [
    { ...START, next: "ask" },
    { id: "ask", type: "question", text: "When?", next: "end" },
    { id: "end", type: "end", outputs: {} },
  ],
};
const THINKS: GraphFile = {
  nodes: [
    { ...START, next: "think" },
    { id: "think", type: "llm", prompt: "x", next: "end" },
    { id: "end", type: "end", outputs: {} },
  ],
};

let store: Store;
beforeEach(async () => {
  store = await openSqliteStore({ path: ":memory:" });
});
afterEach(() => store.close());

/** A turn whose model calls the workflow once, and what it was told then. */
async function called(
  workflowIds: string[],
  name: string,
  args: string,
  rest: readonly ScriptedStep[] = ["ok"],
) {
  const model = scriptedModel((_, call) =>
    call === 0 ? [{ type: "tool-call", id: "c1", name, arguments: args }] : rest,
  );
  const { turns, engine } = aProcessOn(store, model);
  const agent = await anAgent(store, { workflows: workflowIds });
  const turn = await ask(turns, agent, await aConversation(store, agent), "Hi");
  await turn.ended;
  const told = model.calls[1]?.request.messages.at(-1);
  const [run] = (await store.workflowRuns.list({ workspaceId: agent.workspaceId, offset: 0, limit: 1 }))
    .items;
  return { model, turn, told: told?.role === "tool" ? told.text : undefined, run, agent, engine };
}

describe("workflows that a model may call", () => {
  it("are described by their inputs, run on the agent's account, and told with what they gave", async () => {
    const workflow = await aWorkflowAgent(store, WEATHER);
    const result = await called([String(workflow.id)], workflow.slug, '{"city":"Oslo"}');
    expect(result.model.calls[0]?.request.tools).toEqual([
      {
        name: workflow.slug,
        description: workflow.name,
        parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
      },
    ]);
    expect(result.told).toBe('{"weather":"Oslo: sun"}');
    expect(result.run).toMatchObject({
      status: "completed",
      agentId: workflow.id,
      onBehalfOf: result.agent.id,
      userId: "u1",
    });
    expect(await eventsOf(result.turn)).toContainEqual(
      expect.objectContaining({ type: "thought-start", skill: "workflow", tool: workflow.slug }),
    );
  });

  it("are told about wrong arguments, and run nothing", async () => {
    const workflow = await aWorkflowAgent(store, WEATHER);
    const missing = await called([String(workflow.id)], workflow.slug, "{}");
    expect(missing.told).toBe("Missing arguments: city.");
    const wrong = await called([String(workflow.id)], workflow.slug, '{"city":{}}');
    expect(wrong.told).toContain("city");
    expect(wrong.run).toBeUndefined();
  });

  it("end where they ask a person, and the model is told what", async () => {
    const workflow = await aWorkflowAgent(store, ASKS);
    const { told, run } = await called([String(workflow.id)], workflow.slug, '{"city":"Oslo"}');
    expect(told).toBe("The workflow was stopped: it asks a person. When?");
    expect(run?.status).toBe("cancelled");
  });

  it("cost what they used, beside what the model itself did", async () => {
    const workflow = await aWorkflowAgent(store, THINKS);
    const prices = { input: 1_000, output: 2_000, currency: "EUR" };
    const usage = { type: "usage" as const, inputTokens: 100, outputTokens: 10 };
    const model = scriptedModel(
      (_, call) =>
        call === 0
          ? [{ type: "tool-call", id: "c1", name: workflow.slug, arguments: '{"city":"x"}' }, usage]
          : ["ok", usage],
      { prices },
    );
    const { turns } = aProcessOn(store, model);
    const agent = await anAgent(store, { workflows: [String(workflow.id)] });
    const conversation = await aConversation(store, agent);
    await (await ask(turns, agent, conversation, "Hi")).ended;
    expect(model.calls).toHaveLength(3);
    const counted = (await historyOf(store, conversation))[0]?.answers[0]?.turn.usage;
    expect(counted).toMatchObject({ inputTokens: 300, outputTokens: 30, currency: "EUR" });
    expect(counted?.cost).toBeCloseTo(0.36);
  });

  it("tell the model no more than other tools do", async () => {
    const workflow = await aWorkflowAgent(store, WEATHER);
    const city = "x".repeat(100_000);
    const { told } = await called([String(workflow.id)], workflow.slug, JSON.stringify({ city }));
    expect(told?.length).toBeLessThan(17_000);
    expect(told).toContain("(cut)");
  });

  it("are none of another workspace, no chatflows, and nothing that is not there", async () => {
    const chatflow = await aWorkflowAgent(store, { ...WEATHER, mode: "chatflow" });
    const foreign = await aWorkflowAgent(store, WEATHER);
    await store.agents.save({ ...foreign, workspaceId: store.newId<WorkspaceId>(), revision: 2 });
    const ids = [String(chatflow.id), String(foreign.id), "77", "x"];
    const { model, told } = await called(ids, foreign.slug, '{"city":"Oslo"}');
    expect(model.calls[0]?.request.tools).toEqual([]);
    expect(told).toBe(`There is no tool "${foreign.slug}".`);
  });

  it("end with the turn that is stopped", async () => {
    const workflow = await aWorkflowAgent(store, THINKS);
    const reached = Promise.withResolvers<void>();
    const model = scriptedModel((_, call) => {
      if (call === 0)
        return [{ type: "tool-call", id: "c1", name: workflow.slug, arguments: '{"city":"x"}' }];
      reached.resolve();
      return [{ type: "gate", until: new Promise(() => {}) }];
    });
    const { turns } = aProcessOn(store, model);
    const agent = await anAgent(store, { workflows: [String(workflow.id)] });
    const turn = await ask(turns, agent, await aConversation(store, agent), "Hi");
    await reached.promise;
    await turns.stop(turn.turnId);
    await eventually(async () => {
      const { items } = await store.workflowRuns.list({
        workspaceId: agent.workspaceId,
        offset: 0,
        limit: 1,
      });
      expect(items[0]?.status).toBe("cancelled");
      expect(model.calls[1]?.outcome).toBe("aborted");
    });
  });
});
