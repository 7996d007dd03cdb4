import type { WorkflowEvent } from "@coze/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WorkflowRunId } from "../../../src/domain/ids.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { tokens } from "../../support/upstream-script.ts";
import {
  eventsOf,
  interruptIn,
  openWorkflowWorld,
  untilInterrupt,
  type WorkflowWorld,
} from "./workflow-world.ts";
import { expectStrictAnswers } from "./world.ts";

describe.each(engines)("workflows through the official SDK on $name", (engine) => {
  let world: WorkflowWorld;
  beforeAll(async () => {
    world = await openWorkflowWorld(engine);
  });
  afterAll(() => world.close());
  expectStrictAnswers(() => world);

  const contents = (events: readonly WorkflowEvent[]) =>
    events.flatMap(({ data }) => (data !== undefined && "content" in data ? [data.content] : []));

  test("runs.create gives the result, and history what became of every node", async () => {
    const workflow_id = world.flowId("天气");
    const sdk = world.sdk();
    const result = await sdk.workflows.runs.create({ workflow_id, parameters: { city: "北京" } });
    expect(result).toMatchObject({ code: 0, data: '{"output":"北京 × 1"}', token: 0, cost: "0.00" });
    const url = new URL(result.debug_url);
    expect(url.pathname).toBe("/work_flow");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      execute_id: result.execute_id,
      space_id: world.spaceId,
      workflow_id,
    });
    const [history] = await sdk.workflows.runs.history(workflow_id, result.execute_id);
    expect(history).toMatchObject({
      execute_id: result.execute_id,
      execute_status: "Success",
      bot_id: "0",
      connector_id: "1024",
      run_mode: 0,
      error_code: "",
      error_message: "",
      logid: expect.stringMatching(/^\w+$/),
    });
    expect(JSON.parse(history?.output ?? "")).toEqual({ Output: '{"output":"北京 × 1"}', 播报: "北京晴。" });
    const { json } = await world.call(`GET /v1/workflows/${workflow_id}/run_histories/${result.execute_id}`);
    const nodes = json.data[0].node_execute_status;
    expect(Object.keys(nodes).toSorted()).toEqual(["start", "播报", "结束"].toSorted());
    const output = await world.call(
      `GET /v1/workflows/${workflow_id}/run_histories/${result.execute_id}/execute_nodes/${nodes["播报"].node_execute_uuid}`,
    );
    expect(output.json.data).toEqual({ is_finish: true, node_output: '{"text":"北京晴。"}' });
  });

  test("parameters may be the JSON of an object, and `ext.user_id` says for whom it is", async () => {
    const workflow_id = world.flowId("天气");
    const body = {
      workflow_id,
      parameters: '{"city":"上海","days":3}',
      ext: { user_id: "u-9" },
      bot_id: world.botId("shop"),
    };
    const { json } = await world.call("POST /v1/workflow/run", { body });
    expect(json.data).toBe('{"output":"上海 × 3"}');
    const [history] = await world.sdk().workflows.runs.history(workflow_id, json.execute_id);
    expect(history).toMatchObject({ connector_uid: "u-9", bot_id: world.botId("shop") });
  });

  test("is_async answers at once; the history says when it is over", async () => {
    const workflow_id = world.flowId("天气");
    const sdk = world.sdk();
    const begun = await sdk.workflows.runs.create({
      workflow_id,
      parameters: { city: "北京" },
      is_async: true,
    });
    expect(begun).toEqual({
      code: 0,
      msg: "",
      execute_id: expect.stringMatching(/^\d+$/),
      debug_url: expect.stringContaining(begun.execute_id),
      detail: expect.anything(),
    });
    await eventually(async () => {
      const [history] = await sdk.workflows.runs.history(workflow_id, begun.execute_id);
      expect(history).toMatchObject({ execute_status: "Success", run_mode: 2 });
    });
  });

  test("stream tells what nodes say, the end with everything it gave, and Done", async () => {
    const events = await eventsOf(
      world.sdk().workflows.runs.stream({ workflow_id: world.flowId("天气"), parameters: { city: "北京" } }),
    );
    expect(events.map(({ id, event }) => [id, event])).toEqual([
      [0, "Message"],
      [1, "Message"],
      [2, "Done"],
    ]);
    expect(events[0]?.data).toMatchObject({
      content: "北京晴。",
      node_title: "播报",
      node_seq_id: "0",
      node_is_finish: true,
    });
    expect(events[1]?.data).toMatchObject({
      content: '{"output":"北京 × 1"}',
      node_title: "结束",
      node_is_finish: true,
    });
  });

  test("an answer comes in the model's pieces, then whole, with its tokens and cost", async () => {
    world.teach("写 泰山", ["岱宗", "夫如何"]);
    const events = await eventsOf(
      world.sdk().workflows.runs.stream({ workflow_id: world.flowId("写诗"), parameters: { city: "泰山" } }),
    );
    const said = contents(events);
    expect(said.at(-1)).toBe("诗：岱宗夫如何");
    expect(said.slice(0, -1).join("")).toBe("诗：岱宗夫如何");
    expect(said.length).toBeGreaterThan(2);
    expect(events.at(-2)?.data).toMatchObject({ node_is_finish: true, token: expect.any(Number) });
    expect(events.at(-1)?.event).toBe("Done");
  });

  test("a question interrupts the stream; resume goes on from there, counted from 0 again", async () => {
    const sdk = world.sdk();
    const workflow_id = world.flowId("问答");
    const events = await eventsOf(sdk.workflows.runs.stream({ workflow_id }));
    expect(events.map(({ event }) => event)).toEqual(["Message", "Interrupt"]);
    expect(contents(events)).toEqual(["哪个城市？"]);
    const { event_id, type } = interruptIn(events);
    expect(type).toBe(2);
    const executeId = event_id.split("/")[0] ?? "";
    const [waiting] = await sdk.workflows.runs.history(workflow_id, executeId);
    expect(waiting).toMatchObject({ execute_status: "Running" });
    const resume = { workflow_id, event_id, interrupt_type: type, resume_data: "杭州" };
    const resumed = await eventsOf(sdk.workflows.runs.resume(resume));
    expect(resumed.map(({ id, event }) => [id, event])).toEqual([
      [0, "Message"],
      [1, "Done"],
    ]);
    expect(contents(resumed)).toEqual(['{"city":"杭州"}']);
    expect(await eventsOf(sdk.workflows.runs.resume(resume))).toMatchObject([
      { event: "error", data: { code: 4000, msg: expect.stringContaining("does not wait") } },
    ]);
  });

  test("a run waits through a restart", async () => {
    const workflow_id = world.flowId("问答");
    const { event_id, type: interrupt_type } = await untilInterrupt(world.sdk(), workflow_id);
    await world.restart();
    const resume = { workflow_id, event_id, interrupt_type, resume_data: "苏州" };
    expect(contents(await eventsOf(world.sdk().workflows.runs.resume(resume)))).toEqual(['{"city":"苏州"}']);
  });

  test("an input node is answered with JSON or lines, and asks again for what does not fit", async () => {
    const sdk = world.sdk();
    const workflow_id = world.flowId("表单");
    for (const resume_data of ['{"order":"A1","count":2}', "order: A1\ncount: 2"]) {
      const events = await eventsOf(sdk.workflows.runs.stream({ workflow_id }));
      const { event_id, type: interrupt_type } = interruptIn(events);
      expect(interrupt_type).toBe(5);
      expect(interruptIn(events)).toMatchObject({
        required_parameters: {
          order: { type: "string", required: true, description: "订单号" },
          count: { type: "integer", required: false },
        },
      });
      const wrong = await eventsOf(
        sdk.workflows.runs.resume({ workflow_id, event_id, interrupt_type, resume_data: "count: x" }),
      );
      expect(wrong.map(({ event }) => event)).toEqual(["Message", "Interrupt"]);
      expect(interruptIn(wrong).event_id).toBe(event_id);
      const resumed = await eventsOf(
        sdk.workflows.runs.resume({ workflow_id, event_id, interrupt_type, resume_data }),
      );
      expect(contents(resumed)).toEqual(['{"order":"A1","count":2}']);
    }
  });

  test("a caller's own tool is an interrupt of type 6 with its call", async () => {
    const sdk = world.sdk();
    const workflow_id = world.flowId("端插件");
    const { json } = await world.call("POST /v1/workflow/run", { body: { workflow_id } });
    const { event_id, type, data } = json.interrupt_data;
    expect(type).toBe(6);
    expect(JSON.parse(data)).toMatchObject({
      type: "function",
      function: { name: "locate", arguments: '{"precise":true}' },
    });
    const body = { workflow_id, event_id, interrupt_type: 6, resume_data: '{"lat":1}' };
    const resumed = await world.call("POST /v1/workflows/resume", { body });
    expect(resumed.json).toMatchObject({ code: 0, data: '{"where":{"lat":1}}', execute_id: json.execute_id });
    const [history] = await sdk.workflows.runs.history(workflow_id, json.execute_id);
    expect(history?.execute_status).toBe("Success");
  });

  test("a run that was begun async goes on async", async () => {
    const workflow_id = world.flowId("问答");
    const sdk = world.sdk();
    const begun = await sdk.workflows.runs.create({ workflow_id, is_async: true });
    const interrupt = await eventually(async () => {
      const { json } = await world.call(`GET /v1/workflows/${workflow_id}/run_histories/${begun.execute_id}`);
      expect(json.data[0].interrupt_data).toBeDefined();
      return json.data[0].interrupt_data;
    });
    const body = {
      workflow_id,
      event_id: interrupt.event_id,
      interrupt_type: interrupt.type,
      resume_data: "温州",
    };
    const resumed = await world.call("POST /v1/workflows/resume", { body });
    expect(resumed.json).toMatchObject({ code: 0, execute_id: begun.execute_id });
    expect(resumed.json.data).toBeUndefined();
    await eventually(async () => {
      const [history] = await sdk.workflows.runs.history(workflow_id, begun.execute_id);
      expect(history?.output).toContain("温州");
    });
  });

  test("after three answers a run that asks again has failed", async () => {
    const sdk = world.sdk();
    const workflow_id = world.flowId("四问");
    let { event_id, type: interrupt_type } = await untilInterrupt(sdk, workflow_id);
    for (const resume_data of ["一", "二"]) {
      const events = await eventsOf(
        sdk.workflows.runs.resume({ workflow_id, event_id, interrupt_type, resume_data }),
      );
      ({ event_id, type: interrupt_type } = interruptIn(events));
    }
    const last = await eventsOf(
      sdk.workflows.runs.resume({ workflow_id, event_id, interrupt_type, resume_data: "三" }),
    );
    expect(last).toMatchObject([{ id: 0, event: "Error", data: { error_code: 5000 } }]);
    const [history] = await sdk.workflows.runs.history(workflow_id, event_id.split("/")[0] ?? "");
    expect(history).toMatchObject({ execute_status: "Fail", error_code: "5000" });
  });

  test("a node that fails is an Error event, a code, and a history that says which", async () => {
    const sdk = world.sdk();
    const workflow_id = world.flowId("出错");
    const events = await eventsOf(sdk.workflows.runs.stream({ workflow_id }));
    expect(events).toMatchObject([{ id: 0, event: "Error", data: { error_code: 5000 } }]);
    const { json } = await world.call("POST /v1/workflow/run", { body: { workflow_id } });
    expect(json).toMatchObject({ code: 5000, msg: expect.stringContaining("code: ") });
    const [history] = await sdk.workflows.runs.history(workflow_id, json.execute_id);
    expect(history).toMatchObject({ execute_status: "Fail", error_code: "5000" });
    expect(history?.error_message).toContain("broke");
  });

  test("a reader that hangs up does not end the run", async () => {
    const workflow_id = world.flowId("写诗");
    world.teach("写 长江", [tokens(40, { delayMs: 20 })]);
    let executeId = "";
    for await (const event of world
      .sdk()
      .workflows.runs.stream({ workflow_id, parameters: { city: "长江" } })) {
      expect(event.event).toBe("Message");
      break;
    }
    await eventually(async () => {
      const { json } = await world.call(`GET /v1/workflow/get_run_history?workflow_id=${workflow_id}`);
      executeId = json.data[0].execute_id;
      expect(json.data[0].execute_status).toBe("Success");
    });
    const [history] = await world.sdk().workflows.runs.history(workflow_id, executeId);
    expect(history?.run_mode).toBe(1);
  });

  test("a run that is cancelled ends its stream with an Error, and has failed", async () => {
    const workflow_id = world.flowId("写诗");
    world.teach("写 停", [tokens(200, { delayMs: 50 })]);
    const events: WorkflowEvent[] = [];
    const stream = world.sdk().workflows.runs.stream({ workflow_id, parameters: { city: "停" } });
    for await (const event of stream) {
      events.push({ ...event });
      if (events.length > 1) continue;
      const { json } = await world.call(`GET /v1/workflow/get_run_history?workflow_id=${workflow_id}`);
      expect(json.data[0].execute_status).toBe("Running");
      await world.server.app.workflows.cancel(Number(json.data[0].execute_id) as WorkflowRunId);
    }
    expect(events.at(-1)).toMatchObject({ event: "Error", data: { error_message: "the run was cancelled" } });
    const { json } = await world.call(`GET /v1/workflow/get_run_history?workflow_id=${workflow_id}`);
    expect(json.data[0]).toMatchObject({ execute_status: "Fail", error_msg: "the run was cancelled" });
  });

  test("the run of a workflow inside another is looked at like any other; turns of loops are counted", async () => {
    const sdk = world.sdk();
    const outerId = world.flowId("外层");
    const result = await sdk.workflows.runs.create({ workflow_id: outerId, parameters: { city: "北京" } });
    expect(result.data).toBe('{"inner":{"output":"北京 × 1"}}');
    const { json } = await world.call(`GET /v1/workflows/${outerId}/run_histories/${result.execute_id}`);
    const { sub_execute_id } = json.data[0].node_execute_status["内层"];
    const inner = await sdk.workflows.runs.history(world.flowId("天气"), sub_execute_id);
    expect(inner[0]).toMatchObject({ execute_id: sub_execute_id, execute_status: "Success" });
    expect(JSON.parse(inner[0]?.output ?? "")).toEqual({ Output: '{"output":"北京 × 1"}', 播报: "北京晴。" });

    const elsewhere = await world.call(
      `GET /v1/workflows/${world.flowId("问答")}/run_histories/${sub_execute_id}`,
    );
    expect(elsewhere.json).toMatchObject({ code: 4200 });

    const looped = await sdk.workflows.runs.create({ workflow_id: world.flowId("套娃") });
    const told = await world.call(
      `GET /v1/workflows/${world.flowId("套娃")}/run_histories/${looped.execute_id}`,
    );
    const { 逐个: first, "逐个#2": second } = told.json.data[0].node_execute_status;
    expect([first.loop_index, second.loop_index]).toEqual([0, 1]);
  });

  test("a run inside another does not outlive it", async () => {
    const workflow_id = world.flowId("外问");
    const { event_id } = await untilInterrupt(world.sdk(), workflow_id);
    const execute_id = event_id.split("/")[0] ?? "";
    const { json } = await world.call(`GET /v1/workflows/${workflow_id}/run_histories/${execute_id}`);
    const { sub_execute_id } = json.data[0].node_execute_status["内问"];
    const inner = async () =>
      (await world.sdk().workflows.runs.history(world.flowId("问答"), sub_execute_id))[0]?.execute_status;
    expect(await inner()).toBe("Running");
    await world.server.app.workflows.cancel(Number(execute_id) as WorkflowRunId);
    expect(await inner()).toBe("Fail");
  });
});
