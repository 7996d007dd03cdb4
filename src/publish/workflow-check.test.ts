import { afterEach, beforeEach, expect, it } from "vitest";
import type { Agent } from "../domain/agent.ts";
import type { AgentId } from "../domain/ids.ts";
import { DEFAULT_LIMITS, type WorkflowGraph } from "../domain/workflow.ts";
import { openSqliteStore } from "../storage/sqlite/open.ts";
import type { Store } from "../storage/store.ts";
import { aPublishWorld, type PublishWorld } from "./testing/a-publisher.ts";
import { makeVersion } from "./versions.ts";

let store: Store;
let world: PublishWorld;
beforeEach(async () => {
  store = await openSqliteStore({ path: ":memory:" });
  world = await aPublishWorld(store);
});
afterEach(() => store.close());

function aGraph(middle: object): WorkflowGraph {
  const nodes = [
    { id: "start", type: "start", next: "middle" },
    { id: "middle", type: "text", template: "x", next: "end", ...middle },
    { id: "end", type: "end", answer: "done" },
  ];
  return { version: 1, mode: "workflow", nodes, tools: [], limits: DEFAULT_LIMITS, afterCrash: "fail" };
}

async function aWorkflow(slug: string, graph: WorkflowGraph): Promise<Agent> {
  const id = store.newId<AgentId>();
  const { agent } = world;
  const made: Agent = { ...agent, id, slug, kind: "workflow", settings: { ...agent.settings, graph } };
  await store.agents.save(made);
  return made;
}

const publish = (agent: Agent) =>
  makeVersion(store, { agent, changelog: "", newId: store.newId, now: new Date() });

it("a workflow that could not run is not published, and says why", async () => {
  const broken = await aWorkflow("broken", aGraph({ template: "{{ strat.query }}", next: "ende" }));
  await expect(publish(broken)).rejects.toMatchObject({
    code: "request_invalid",
    field: "graph.nodes.middle.next",
    message: expect.stringContaining("graph.nodes.middle.template: refers to `strat`"),
  });
  expect((await store.versions.list(broken.id, { offset: 0, limit: 1 })).items).toEqual([]);
  const sound = await aWorkflow("sound", aGraph({}));
  expect((await publish(sound)).settings.graph).toEqual(sound.settings.graph);
});

it("a workflow that runs itself through another one is not published", async () => {
  await aWorkflow("inner", aGraph({ type: "workflow", template: undefined, workflow: "outer" }));
  const outer = await aWorkflow(
    "outer",
    aGraph({ type: "workflow", template: undefined, workflow: "inner" }),
  );
  await expect(publish(outer)).rejects.toMatchObject({ field: "graph.nodes.middle.workflow" });
  const lost = await aWorkflow("lost", aGraph({ type: "workflow", template: undefined, workflow: "nobody" }));
  await expect(publish(lost)).rejects.toThrow("is no workflow");
});
