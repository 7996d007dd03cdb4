import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseUlid } from "../../../src/dialects/hiagent/ids.ts";
import { formatRunId } from "../../../src/dialects/hiagent/workflow-run-ids.ts";
import type { TurnId } from "../../../src/domain/ids.ts";
import { engines } from "../../support/engines.ts";
import { eventually } from "../../support/eventually.ts";
import { checkRunPayloads, type RunObject, readRunObject } from "../../support/hiagent-run-shapes.ts";
import { checkErrorBody } from "./error-body.ts";
import { gate } from "./gate.ts";
import { rawCall } from "./raw-call.ts";
import { type Client, keyOf, openWorld, type World } from "./world.ts";

/** Actions that wait 0 seconds for the end of a run answer `processing`, whatever the machine is busy with. */
const NO_GRACE = { ANTIPHON_HIAGENT_RUN_GRACE_SECONDS: "0" };

const UNKNOWN_RUN = "01K8Z6R2M4T7V9X0C3E5G7J9PN";

describe.each(engines)("HiAgent workflows on $name", (engine) => {
  let world: World;
  let app: Client;
  beforeAll(async () => {
    world = await openWorld(engine, NO_GRACE);
    app = world.client("flow");
  });
  afterAll(() => world.close());

  /** The run object of an action, which succeeds. */
  const call = async (action: string, body: Record<string, unknown>): Promise<RunObject> => {
    const reply = await app.call(action, body);
    expect([action, reply.status, reply.text]).toEqual([action, 200, reply.text]);
    expect(reply.headers.get("content-type")).toBe("application/json; charset=utf-8");
    return readRunObject(reply.body);
  };
  const input = (value: unknown) => ({ InputData: JSON.stringify(value) });
  const poll = (runId: string, more: Record<string, unknown> = {}) =>
    call("query_run_app_process", { RunID: runId, ...more });
  /** Polls as clients do, until one of the statuses that they end at. */
  const polled = async (runId: string): Promise<RunObject> => {
    let run = await poll(runId);
    await eventually(async () => {
      run = await poll(runId);
      expect(["success", "failed", "interrupted", "stopped"]).toContain(run.status);
    });
    return run;
  };
  const refusal = async (action: string, body: Record<string, unknown>, by: Client = app) => {
    const reply = await by.call(action, body);
    const { Code, Message } = reply.body.ResponseMetadata.Error;
    return { status: reply.status, Code, Message };
  };
  const RUN_NOT_FOUND = { status: 400, Code: "RunNotFound", Message: "run not found" };

  describe("§9.1 a run", () => {
    test("§15.13 run, poll, success", async () => {
      const begun = await call("run_app_workflow", input({ query: "hi", amount: 3 }));
      const run = await polled(begun.runId);
      expect(run).toMatchObject({
        runId: begun.runId,
        status: "success",
        steps: ["start", "tell", "choose", "values"],
        code: 0,
        message: "",
        msg: "",
        output: '{"output":"hi","amount":3}',
        lastInterruptedNodeId: "",
      });
      expect(run.nodes["start"]).toMatchObject({ nodeType: "start", status: "success", message: "" });
      expect(run.nodes["tell"]).toMatchObject({ nodeType: "message", output: '{"text":"Working on it"}' });
      expect(run.nodes["values"]).toMatchObject({ nodeType: "end", output: run.output });
    });

    test("waits for its end where the caller wants that", async () => {
      const run = await call("sync_run_app_workflow", input({ query: "hi" }));
      expect(run).toMatchObject({ status: "success" });
      expect(JSON.parse(run.output)).toMatchObject({ output: "hi" });
      expect(await poll(run.runId)).toEqual(run);
    });

    test.each([
      ["text", { InputData: '{"query":"q"}' }, "q"],
      ["an object", { InputData: { query: "q" } }, "q"],
      ["empty text", { InputData: "" }, "nothing"],
      ["blank text", { InputData: " \n" }, "nothing"],
      ["null", { InputData: null }, "nothing"],
      ["nothing", {}, "nothing"],
      [
        "in another case, with keys that are ignored",
        { inputdata: '{"query":"q"}', Debug: true, UserName: "x" },
        "q",
      ],
      ["with parameters nobody asked for", { InputData: '{"query":"q","more":[1]}' }, "q"],
    ])("takes its input as %s", async (_, body, output) => {
      const run = await call("sync_run_app_workflow", body);
      expect(JSON.parse(run.output)).toMatchObject({ output });
    });

    test.each([
      ["[1]", /^input validate failed, err=.*1.* is not of type 'object'$/],
      ['"text"', /^input validate failed, err=.*text.* is not of type 'object'$/],
      ["7", /^input validate failed, err=.*7.* is not of type 'object'$/],
      ["null", /^input validate failed, err=.*null.* is not of type 'object'$/],
      ['{"amount":"many"}', /^input validate failed, err=.*amount/],
      ['{"amount":1.5}', /^input validate failed, err=.*amount/],
      ['{"way":"up"}', /^input validate failed, err=.*way/],
    ])("§15.13 with wrong input %s has failed, with HTTP 200", async (InputData, message) => {
      const run = await call("run_app_workflow", { InputData });
      expect(run).toMatchObject({ status: "failed", output: "null", code: 1 });
      expect(run.message).toMatch(message);
      expect(run.msg).toBe(run.message);
      expect(await poll(run.runId)).toEqual(run);
      const frames = await app.stream("sync_run_app_workflow", { InputData, IsStream: true });
      checkRunPayloads(await frames.all());
      expect(frames.payloads.at(-1)).toMatchObject({ event: "flow_error", error_message: run.message });
    });

    test("with text that is no JSON is refused", async () => {
      for (const InputData of ["{", "query", "{'query':1}", '{"a":1}}']) {
        expect(await refusal("run_app_workflow", { InputData })).toEqual({
          status: 400,
          Code: "InvalidParameter",
          Message: "field InputData: is not JSON",
        });
      }
    });

    test("while it runs is processing, its output the text null; then it is there", async () => {
      const rest = gate();
      world.teach("take your time", ["slow", { type: "hold", until: rest.until }, " but sure"]);
      const begun = await call("run_app_workflow", input({ query: "take your time", way: "model" }));
      expect(begun).toMatchObject({ status: "processing", output: "null", message: "" });
      await eventually(() => expect(world.upstream.requests.at(-1)?.lastUserText).toBe("take your time"));
      const now = await poll(begun.runId);
      expect(now).toMatchObject({ status: "processing", output: "null", code: 0 });
      expect(now.steps.slice(0, 4)).toEqual(["start", "tell", "choose", "model"]);
      expect(now.nodes["choose"]?.status).toBe("success");
      expect(now.nodes["model"]).toMatchObject({ status: "processing", output: "null", nodeType: "llm" });
      rest.open();
      const run = await polled(begun.runId);
      expect(run).toMatchObject({ status: "success", output: '{"output":"slow but sure"}' });
      expect(run.costToken).toBeGreaterThan(0);
      expect(run.nodes["model"]?.costToken).toBe(run.costToken);
    });

    test("§15.13 NoDebug tells failed nodes only, from then on and when it is asked for", async () => {
      const all = await call("sync_run_app_workflow", input({ way: "caught" }));
      expect(Object.keys(all.nodes)).toEqual(["start", "tell", "choose", "cracked", "mended"]);
      const brief = await call("sync_run_app_workflow", { ...input({ way: "caught" }), NoDebug: true });
      expect(Object.keys(brief.nodes)).toEqual(["cracked"]);
      expect(brief.nodes["cracked"]).toMatchObject({
        status: "failed",
        output: expect.stringContaining("it cracked"),
        BizCode: { Code: "code_failed", Data: {} },
      });
      expect(brief).toMatchObject({ status: "success", output: '{"output":"mended"}', steps: all.steps });
      expect(await poll(brief.runId)).toEqual(brief);
      expect(Object.keys((await poll(brief.runId, { NoDebug: false })).nodes)).toHaveLength(5);
      expect(Object.keys((await poll(all.runId, { NoDebug: true })).nodes)).toEqual(["cracked"]);
    });

    test("that fails says why, and where", async () => {
      const run = await call("sync_run_app_workflow", input({ way: "fail" }));
      expect(run).toMatchObject({ status: "failed", output: "null", code: 1 });
      expect(run.message).toContain("it broke");
      expect(run.nodes["broken"]).toMatchObject({ status: "failed", BizCode: { Code: "code_failed" } });
      expect(run.nodes["unreached"]).toBeUndefined();
    });

    test("shows what a loop did", async () => {
      const run = await call("sync_run_app_workflow", input({ way: "loop" }));
      expect(run.steps).toEqual(["start", "tell", "choose", "each", "looped"]);
      expect(run.nodes["each"]?.loopBlock).toMatchObject({
        steps: ["shout"],
        status: "success",
        nodes: { shout: { output: '{"text":"b!"}', nodeType: "text" } },
      });
    });

    test("that only waits for its time is processing, and goes on by itself", async () => {
      const begun = await call("run_app_workflow", input({ way: "rest", amount: 1 }));
      expect((await poll(begun.runId)).status).toBe("processing");
      expect(await polled(begun.runId)).toMatchObject({ status: "success", output: '{"output":"rested"}' });
      const stream = await app.stream("sync_run_app_workflow", {
        ...input({ way: "rest", amount: 86_400 }),
        IsStream: true,
      });
      const payloads = await stream.all();
      checkRunPayloads(payloads);
      expect(payloads.find(({ event }) => event === "flow_interrupted")).toMatchObject({
        interrupted_node_id: "rest",
        interrupted_type: "delay",
      });
      const RunID = String(payloads[0]?.["run_id"]);
      const resting = await poll(RunID);
      expect(resting).toMatchObject({ status: "processing", msg: "", lastInterruptedNodeId: "" });
      expect(resting.nodes["rest"]?.status).toBe("processing");
      expect(await refusal("sync_resume_app_workflow", { RunID, Input: "x" })).toMatchObject({ status: 400 });
    });
  });

  describe("§9.4 a stream", () => {
    test("tells messages and the answer as they are written, in framing v2", async () => {
      const rest = gate();
      world.teach("stream it", ["一", { type: "hold", until: rest.until }, "二"]);
      const body = { ...input({ query: "stream it", way: "model" }), IsStream: true };
      const stream = await app.stream("sync_run_app_workflow", body);
      expect(stream.status).toBe(200);
      expect(stream.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
      expect((await stream.until("tool_message")).answer).toBe("Working on it");
      expect((await stream.until("message")).answer).toBe("一");
      rest.open();
      const payloads = await stream.all();
      checkRunPayloads(payloads);
      expect(stream.raw).toMatch(/^(event:text\ndata: \{.*\}\n\n)+$/);
      const events = payloads.map(({ event }) => event);
      expect(events).toEqual([
        "flow_start",
        "tool_message_output_start",
        "tool_message",
        "tool_message_output_end",
        "message_output_start",
        "message",
        "message",
        "message_output_end",
        "flow_cost",
        "flow_end",
      ]);
      expect(payloads[1]).toMatchObject({ message_title: "Progress" });
      const run = await poll(String(payloads[0]?.["run_id"]));
      expect(run).toMatchObject({ status: "success", output: '{"output":"一二"}' });
      expect(payloads.at(-2)).toMatchObject({ cost_tokens: run.costToken });
    });

    test("tells values that the end node gives as JSON", async () => {
      const stream = await app.stream("sync_run_app_workflow", { ...input({ query: "v" }), IsStream: true });
      const payloads = await stream.all();
      checkRunPayloads(payloads);
      const message = payloads.find(({ event }) => event === "message");
      expect(JSON.parse(message?.answer ?? "")).toMatchObject({ output: "v" });
    });

    test("of a run that fails ends with why", async () => {
      const stream = await app.stream("sync_run_app_workflow", { ...input({ way: "fail" }), IsStream: true });
      const payloads = await stream.all();
      checkRunPayloads(payloads);
      expect(payloads.at(-1)).toMatchObject({
        event: "flow_error",
        error_message: expect.stringContaining("it broke"),
      });
    });

    test("that a caller leaves goes on without it, and so does a call that waits", async () => {
      const rest = gate();
      world.teach("hang up", ["on", { type: "hold", until: rest.until }, "ward"]);
      const body = input({ query: "hang up", way: "model" });
      const stream = await app.stream("sync_run_app_workflow", { ...body, IsStream: true });
      const { run_id: runId } = await stream.until("message");
      stream.hangUp();
      rest.open();
      expect(await polled(String(runId))).toMatchObject({ status: "success", output: '{"output":"onward"}' });
    });
  });

  describe("§9.4 an interrupted run", () => {
    const interrupted = async (way: "ask" | "form"): Promise<RunObject> =>
      call("sync_run_app_workflow", input({ way }));
    const resume = (action: string, runId: string, Input: unknown, more: Record<string, unknown> = {}) =>
      call(action, { RunID: runId, Input, ...more });

    test("names the node and its question, and goes on with the answer", async () => {
      const run = await interrupted("ask");
      expect(run).toMatchObject({
        status: "interrupted",
        output: "null",
        lastInterruptedNodeId: "question",
        msg: "Which order?",
        message: "",
        code: 0,
      });
      expect(run.nodes["question"]?.status).toBe("interrupted");
      expect(await poll(run.runId)).toEqual(run);
      const resumed = await resume("sync_resume_app_workflow", run.runId, '{"query":"17"}');
      expect(resumed).toMatchObject({ runId: run.runId, status: "success", output: '{"order":"17"}' });
      expect(resumed.steps).toEqual([...run.steps, "answered"]);
    });

    test.each([
      ["RunID", "async_resume_app_workflow"],
      ["RunId", "async_resume_app_workflow"],
      ["runId", "sync_resume_app_workflow"],
    ])("is known by %s", async (name, action) => {
      const { runId } = await interrupted("ask");
      await call(action, { [name]: runId, Input: '{"query":"5"}', UserType: "App", Debug: false });
      expect((await call("query_run_app_process", { [name]: runId })).runId).toBe(runId);
      expect(await polled(runId)).toMatchObject({ status: "success", output: '{"order":"5"}' });
    });

    test("goes on in a stream", async () => {
      const asked = await app.stream("sync_run_app_workflow", { ...input({ way: "ask" }), IsStream: true });
      const before = await asked.all();
      checkRunPayloads(before);
      expect(before.find(({ event }) => event === "flow_interrupted")).toMatchObject({
        interrupted_msg: "Which order?",
        interrupted_node_id: "question",
        interrupted_type: "question",
      });
      const RunID = before[0]?.["run_id"];
      const body = { RunID, Input: '{"query":"9"}', IsStream: true };
      const after = await (await app.stream("sync_resume_app_workflow", body)).all();
      checkRunPayloads(after);
      expect(after[0]?.["run_id"]).toBe(RunID);
      expect(after.find(({ event }) => event === "message")?.answer).toBe('{"order":"9"}');
      expect(after.map(({ event }) => event)).not.toContain("tool_message");
    });

    test.each([
      ["an object of its names", '{"name":"Ann","count":2}'],
      ["an object, not text", { name: "Ann", count: 2 }],
      ["lines", '{"query":"name: Ann\\ncount: 2"}'],
    ])("takes the values of a form as %s", async (_, Input) => {
      const { runId, msg } = await interrupted("form");
      expect(msg).toBe("Name and number, please");
      const run = await resume("sync_resume_app_workflow", runId, Input);
      expect(run).toMatchObject({ status: "success", output: '{"name":"Ann","count":2}' });
    });

    test("with Debug tells failed nodes only", async () => {
      const { runId } = await interrupted("ask");
      const run = await resume("sync_resume_app_workflow", runId, "7", { Debug: true });
      expect(run).toMatchObject({ status: "success", nodes: {} });
      expect(Object.keys((await poll(runId)).nodes)).toHaveLength(5);
    });

    test("is resumed by exactly one of those who try at once, and not again", async () => {
      const { runId } = await interrupted("ask");
      const body = (query: string) => ({ RunID: runId, Input: JSON.stringify({ query }) });
      const replies = await Promise.all(
        ["1", "2", "3"].map((query) => app.call("sync_resume_app_workflow", body(query))),
      );
      expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 400, 400]);
      for (const reply of replies) {
        if (reply.status === 200) readRunObject(reply.body);
        else expect(reply.body.ResponseMetadata.Error.Code).toBe("InvalidParameter");
      }
      expect((await polled(runId)).status).toBe("success");
      expect(await refusal("async_resume_app_workflow", body("4"))).toMatchObject({
        status: 400,
        Code: "InvalidParameter",
        Message: "the run is not interrupted",
      });
    });

    test("asks again after an answer that does not fit, and says what is wrong", async () => {
      const { runId } = await interrupted("form");
      for (const [Input, problem] of [
        ['{"name":"Ann","count":"many"}', "count"],
        ['{"name":"Ann"}', "count"],
        ["[1]", "name"],
      ] as const) {
        const run = await resume("sync_resume_app_workflow", runId, Input);
        expect(run).toMatchObject({
          runId,
          status: "interrupted",
          lastInterruptedNodeId: "form",
          message: "",
        });
        expect(run.msg).toMatch(new RegExp(`${problem}[^]*\nName and number, please$`));
      }
      const blank = await refusal("sync_resume_app_workflow", { RunID: runId, Input: " " });
      expect(blank).toEqual({
        status: 400,
        Code: "InvalidParameter",
        Message: "field Input: must not be empty",
      });
      const run = await resume("sync_resume_app_workflow", runId, { name: "Ann", count: 2 });
      expect(run.status).toBe("success");
    });
  });

  test("a run is its app's and its user's alone", async () => {
    const { runId } = await call("sync_run_app_workflow", input({ way: "ask" }));
    const strangers = [
      world.client("flow", { userId: "u2" }),
      world.client("flow", { userId: "U1" }),
      world.client("brook"),
    ];
    const attempts = [
      ["query_run_app_process", { RunID: runId }],
      ["async_resume_app_workflow", { RunID: runId, Input: "x" }],
      ["sync_resume_app_workflow", { RunID: runId, Input: "x" }],
      ["sync_resume_app_workflow", { RunID: runId, Input: "x", IsStream: true }],
    ] as const;
    for (const stranger of strangers) {
      for (const [action, body] of attempts) {
        expect(await refusal(action, body, stranger)).toEqual(RUN_NOT_FOUND);
      }
    }
    for (const RunID of [
      UNKNOWN_RUN,
      runId.slice(0, 25),
      `${runId.slice(0, 25)}${runId.endsWith("0") ? "1" : "0"}`,
    ]) {
      expect(await refusal("query_run_app_process", { RunID })).toEqual(RUN_NOT_FOUND);
    }
    expect((await poll(runId)).status).toBe("interrupted");
  });

  test("a run that answers a message is not there for the workflow's own callers", async () => {
    const chat = world.client("clerk");
    const AppConversationID = await chat.newConversation();
    const question = { AppConversationID, Query: "ask", ResponseMode: "blocking" };
    const { id } = (await chat.call("chat_query_v2", question)).body;
    const turnId = parseUlid<TurnId>("turn", id);
    const run = turnId === undefined ? undefined : await world.server.store.workflowRuns.ofTurn(turnId);
    if (run === undefined) throw new Error("no run made the answer");
    const RunID = formatRunId({ runId: run.id, isBrief: false });
    expect(await refusal("query_run_app_process", { RunID })).toEqual(RUN_NOT_FOUND);
    expect(await refusal("sync_resume_app_workflow", { RunID, Input: "x" })).toEqual(RUN_NOT_FOUND);
  });

  test("§1.1 polling works with GET, and under every prefix and spelling", async () => {
    const { runId } = await call("sync_run_app_workflow", input({ query: "x" }));
    for (const path of [
      "/query_run_app_process",
      "/api/proxy/api/v1/QueryRunAppProcess",
      "/api/v1/query_run_app_process/",
    ]) {
      const reply = await rawCall(`${world.url}${path}?UserID=u1&RunID=${runId}`, {
        method: "GET",
        headers: { apikey: keyOf("flow") },
      });
      expect([path, reply.status]).toEqual([path, 200]);
      expect(readRunObject(reply.body).status).toBe("success");
    }
  });

  test("a run that waits survives a restart", async () => {
    const { runId } = await call("sync_run_app_workflow", input({ way: "ask" }));
    await world.restart();
    app = world.client("flow");
    expect(await poll(runId)).toMatchObject({ status: "interrupted", msg: "Which order?" });
    const run = await call("sync_resume_app_workflow", { RunID: runId, Input: '{"query":"after"}' });
    expect(run).toMatchObject({ status: "success", output: '{"order":"after"}' });
  });
});

describe.each(engines)("HiAgent workflows otherwise configured on $name", (engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine, {
      ANTIPHON_HIAGENT_STRICT_INPUT_DATA: "true",
      ANTIPHON_ABORT_ON_DISCONNECT: "true",
    });
  });
  afterAll(() => world.close());

  test("§15.13 an object as InputData is refused in the live server's words, text is not", async () => {
    const app = world.client("flow");
    const reply = await rawCall(`${world.url}/run_app_workflow`, {
      headers: { apikey: keyOf("flow") },
      body: JSON.stringify({ UserID: "u1", InputData: { query: "x" } }),
    });
    expect(reply.status).toBe(400);
    checkErrorBody(reply);
    expect(reply.body.ResponseMetadata.Error.Message).toBe(
      "Mismatch type string with value object, field InputData",
    );
    const run = readRunObject((await app.call("run_app_workflow", { InputData: '{"query":"x"}' })).body);
    expect(JSON.parse(run.output)).toMatchObject({ output: "x" });
  });

  test("a caller that hangs up stops its run where that is wanted", async () => {
    const app = world.client("flow");
    world.teach("wait", ["on", { type: "hold", until: new Promise(() => {}) }]);
    const InputData = JSON.stringify({ query: "wait", way: "model" });
    const stream = await app.stream("sync_run_app_workflow", { InputData, IsStream: true });
    const { run_id: RunID } = await stream.until("message");
    stream.hangUp();
    await eventually(async () => {
      const run = readRunObject((await app.call("query_run_app_process", { RunID })).body);
      expect(run.status).toBe("stopped");
    });
    const request = world.upstream.requests.find(({ lastUserText }) => lastUserText === "wait");
    await eventually(() => expect(request?.closedAtMs).toBeDefined());
  });
});
