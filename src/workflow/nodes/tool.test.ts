import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { WorkflowTool } from "../../domain/workflow.ts";
import { createOutbound, type Outbound } from "../../http/outbound.ts";
import { type LoopbackServer, type ServerReply, startLoopbackServer } from "../testing/loopback-server.ts";
import { type CallOptions, describeNode, outputsOf, runNode } from "../testing/node-call.ts";

let server: LoopbackServer;
let outbound: Outbound;
let reply: ServerReply;

beforeAll(async () => {
  server = await startLoopbackServer(() => reply);
  outbound = createOutbound({ allowPrivate: ["127.0.0.0/8"] });
});
beforeEach(() => {
  server.requests.length = 0;
  reply = { body: '{"paid":true}' };
});
afterAll(async () => {
  await Promise.all([outbound.close(), server.close()]);
});

const described = {
  name: "refund",
  title: "Refund",
  description: "Pays money back.",
  parameters: {
    type: "object",
    properties: { order: { type: "string" }, amount: { type: "number", minimum: 0 } },
    required: ["order"],
    additionalProperties: false,
  },
};
const serverTool = (): WorkflowTool => ({
  ...described,
  runBy: "server",
  method: "POST",
  url: `${server.url}/orders/{order}/refund`,
  headers: { authorization: "Bearer secret" },
  timeoutMs: 5_000,
});
const callerTool: WorkflowTool = { ...described, runBy: "caller" };
const node = (inputs: Record<string, unknown> = { order: "7/../8", amount: 3 }, members: object = {}) => ({
  id: "pay",
  type: "tool",
  tool: "refund",
  ...members,
  inputs,
});
const options = (more: CallOptions = {}): CallOptions => ({
  services: { outbound },
  tools: [serverTool()],
  ...more,
});

test("a tool of the server is called with the inputs, and gives text and data", async () => {
  const { call, outcome } = runNode(node(), options());
  expect(await outcome).toEqual({
    kind: "done",
    outputs: { text: '{"paid":true}', data: { paid: true } },
  });
  const [request] = server.requests;
  expect(request).toMatchObject({ method: "POST", url: "/orders/7%2F..%2F8/refund", body: '{"amount":3}' });
  expect(request?.headers).toMatchObject({
    authorization: "Bearer secret",
    "idempotency-key": call.idempotencyKey,
  });
  expect(JSON.stringify([call.inputs, await outcome])).not.toContain("secret");
});

test("its inputs are the tool's parameters", () => {
  expect(describeNode(node(), [serverTool()])).toMatchObject({
    inputs: { order: { type: "string", required: true }, amount: { type: "number", required: false } },
    hasOpenInputs: false,
    hasEffects: true,
  });
  expect(describeNode(node(), [callerTool]).hasEffects).toBe(false);
  expect(describeNode(node(), []).problems).toEqual([
    { field: "tool", message: 'there is no tool "refund"' },
  ]);
});

test("an answer that is no JSON is text", async () => {
  reply = { headers: { "content-type": "text/plain" }, body: "done" };
  expect(await outputsOf(node(), options())).toEqual({ text: "done", data: null });
});

test.each([
  ["a value past its limit", { order: "7", amount: -1 }, "inputs.amount must be at least 0"],
  ["a member that is missing", { order: { ref: "nothing" } }, "the input `order` is missing"],
])("%s is refused before anything is sent", async (_, inputs, message) => {
  const run = async () => outputsOf(node(inputs), options());
  await expect(run()).rejects.toMatchObject({ code: "input_invalid", message });
  expect(server.requests).toHaveLength(0);
});

test("a status that says no fails the node", async () => {
  reply = { status: 503 };
  await expect(outputsOf(node(), options())).rejects.toMatchObject({
    code: "request_failed",
    isPassing: true,
  });
});

test("private addresses are refused unless they are allowed", async () => {
  const guarded = createOutbound({ allowPrivate: [] });
  const call = outputsOf(node(), options({ services: { outbound: guarded } }));
  await expect(call).rejects.toMatchObject({ code: "request_failed" });
  await guarded.close();
  expect(server.requests).toHaveLength(0);
});

test("a call that is an action is told with what came of it", async () => {
  const { call, outcome } = runNode(node(undefined, { isAction: true }), options());
  expect(await outcome).toMatchObject({
    actions: [
      {
        type: "plugin-action",
        status: "send",
        nodeId: "pay",
        payload: { pluginId: "refund", toolName: "refund", inputs: call.inputs, output: { paid: true } },
      },
    ],
  });
});

test("a tool of the caller is waited for; what it says is the output", async () => {
  const { call, outcome } = runNode(node(), options({ tools: [callerTool] }));
  expect(await outcome).toEqual({
    kind: "wait",
    interrupt: {
      kind: "tool",
      text: "Pays money back.",
      options: [],
      call: { id: call.idempotencyKey, name: "refund", arguments: '{"order":"7/../8","amount":3}' },
    },
  });
  const answered = (data: unknown) =>
    outputsOf(node(), options({ tools: [callerTool], answer: { kind: "answer", data } }));
  expect(await answered({ paid: false })).toEqual({ text: '{"paid":false}', data: { paid: false } });
  expect(await answered('{"paid":1}')).toEqual({ text: '{"paid":1}', data: { paid: 1 } });
  expect(await answered("no {{ money }}")).toEqual({ text: "no {{ money }}", data: null });
  expect(server.requests).toHaveLength(0);
});
