import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { openWorkflowWorld, untilInterrupt, type WorkflowWorld } from "./workflow-world.ts";
import { expectStrictAnswers } from "./world.ts";

// What is looked at here does not depend on the engine.
describe.each(engines.slice(0, 1))("limits of workflows and what is refused", (engine) => {
  let world: WorkflowWorld;
  beforeAll(async () => {
    world = await openWorkflowWorld(engine, {
      ANTIPHON_COZE_RUN_SECONDS: "1",
      ANTIPHON_COZE_PING_SECONDS: "1",
      ANTIPHON_PUBLIC_URL: "https://agents.example",
    });
  });
  afterAll(() => world.close());
  expectStrictAnswers(() => world);

  /** The model keeps silent about this until it is told to go on. */
  function holdBack(text: string): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    world.teach(text, async () => {
      await promise;
      return ["好"];
    });
    return resolve;
  }

  test("a caller is told after a while where to find a run that is still on its way", async () => {
    const go = holdBack("写 黄河");
    const workflow_id = world.flowId("写诗");
    const body = { workflow_id, parameters: { city: "黄河" } };
    const { json } = await world.call("POST /v1/workflow/run", { body });
    expect(json).toMatchObject({ code: 6023, msg: expect.stringContaining("goes on") });
    expect(json.debug_url).toMatch(/^https:\/\/agents\.example\/work_flow\?execute_id=\d+&/);
    go();
    await eventually(async () => {
      const [history] = await world.sdk().workflows.runs.history(workflow_id, json.execute_id);
      expect(history).toMatchObject({ execute_status: "Success", output: '{"Output":"诗：好"}' });
    });
  });

  test("a stream says PING while its run is silent", async () => {
    const go = holdBack("写 淮河");
    const events: string[] = [];
    const stream = world
      .sdk()
      .workflows.runs.stream({ workflow_id: world.flowId("写诗"), parameters: { city: "淮河" } });
    for await (const { event } of stream) {
      events.push(event);
      if (events.length === 1) go();
    }
    expect(events[0]).toBe("PING");
    expect(events.at(-1)).toBe("Done");
  });

  test("inputs that do not fit are refused by name, whether streamed or not", async () => {
    const workflow_id = world.flowId("天气");
    const shop = world.botId("shop");
    const cases: [object, number, string][] = [
      [{}, 4000, "parameters.city"],
      [{ parameters: { city: {} } }, 4000, "parameters.city"],
      [{ parameters: { city: "x", days: "viele" } }, 4000, "parameters.days"],
      [{ parameters: [1] }, 4000, "parameters"],
      [{ parameters: "[1]" }, 4000, "parameters"],
      [{ parameters: "kein JSON" }, 4000, "parameters"],
      [{ parameters: { city: "x".repeat(1_000_001) } }, 4000, "parameters"],
      [{ bot_id: shop, app_id: "1" }, 4000, "app_id"],
      [{ app_id: "1" }, 4200, "app"],
      [{ bot_id: "77" }, 4200, "agent"],
      [{ bot_id: workflow_id }, 4200, "bot"],
      [{ workflow_version: "7" }, 4200, "version"],
      [{ workflow_id: "77" }, 4200, "workflow"],
      [{ workflow_id: world.flowId("草稿") }, 4200, "published"],
      [{ ext: { user_id: 7 } }, 4000, "ext"],
    ];
    for (const path of ["/v1/workflow/run", "/v1/workflow/stream_run"] as const) {
      for (const [more, code, text] of cases) {
        const { json, status } = await world.call(`POST ${path}`, { body: { workflow_id, ...more } });
        expect([more, status, json.code]).toEqual([more, 200, code]);
        expect(json.msg).toContain(text);
      }
    }
  });

  test("answers to what is not asked are refused, and the run waits on", async () => {
    const sdk = world.sdk();
    const workflow_id = world.flowId("问答");
    const { event_id } = await untilInterrupt(sdk, workflow_id);
    const [run = "", step = ""] = event_id.split("/");
    const right = { workflow_id, event_id, interrupt_type: 2, resume_data: "x" };
    const cases: [object, number, string][] = [
      [{ event_id: `${run}/7` }, 4000, "does not wait"],
      [{ event_id: `7/${step}` }, 4200, "run"],
      [{ event_id: "x" }, 4200, "run"],
      [{ event_id: `${event_id}/1` }, 4200, "run"],
      [{ workflow_id: world.flowId("表单") }, 4200, "run"],
      [{ workflow_id: "77" }, 4200, "workflow"],
      [{ interrupt_type: 5 }, 4000, "interrupt_type"],
      [{ interrupt_type: "two" }, 4000, "interrupt_type"],
      [{ resume_data: "" }, 4000, "resume_data"],
      [{ resume_data: 7 }, 4000, "resume_data"],
      [{ resume_data: "x".repeat(100_001) }, 4000, "resume_data"],
    ];
    for (const path of ["/v1/workflow/stream_resume", "/v1/workflows/resume"] as const) {
      for (const [more, code, text] of cases) {
        const { json, status } = await world.call(`POST ${path}`, { body: { ...right, ...more } });
        expect([more, status, json.code]).toEqual([more, 200, code]);
        expect(json.msg).toContain(text);
      }
    }
    const both = await Promise.all(
      [1, 2].map(() => world.call("POST /v1/workflows/resume", { body: right })),
    );
    expect(both.map(({ json }) => json.code).toSorted()).toEqual([0, 4000]);
  });

  test("histories of what is not there are not found", async () => {
    const workflow_id = world.flowId("天气");
    const { json } = await world.call("POST /v1/workflow/run", {
      body: { workflow_id, parameters: { city: "x" } },
    });
    const run = json.execute_id;
    for (const route of [
      `GET /v1/workflows/${workflow_id}/run_histories/77`,
      `GET /v1/workflows/${world.flowId("问答")}/run_histories/${run}`,
      `GET /v1/workflows/77/run_histories/${run}`,
      `GET /v1/workflows/${workflow_id}/run_histories/${run}/execute_nodes/77`,
      `GET /v1/workflow/get_run_history?workflow_id=77`,
      `GET /v1/workflow/get_run_history?workflow_id=${workflow_id}&execute_id=77`,
    ] as const) {
      const reply = await world.call(route);
      expect([route, reply.json.code]).toEqual([route, 4200]);
    }
  });
});
