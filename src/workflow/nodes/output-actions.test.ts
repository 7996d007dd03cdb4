import { expect, test } from "vitest";
import { ACTION_TYPES } from "../../domain/output-action.ts";
import { NodeError } from "../node-error.ts";
import { describeNode, outputsOf, runNode, TestHost } from "../testing/node-call.ts";
import { NODE_KINDS } from "./index.ts";

const url = "https://files.example/a";
const PAYLOADS: [
  type: string,
  payload: Record<string, unknown>,
  wrong: Record<string, unknown>,
  field: string,
][] = [
  ["send-text-message", { text: "{{ x }}", mentionUserIds: ["u1"] }, { text: "" }, "inputs.text"],
  [
    "send-post-message",
    { title: "News", messages: [{ type: "image", content: url }] },
    { messages: [{ type: "html", content: "<b>" }] },
    "inputs.messages.0.type",
  ],
  [
    "send-file-message",
    { fileUrl: url, fileName: "a.pdf", size: 12 },
    { fileUrl: "file:///etc/passwd" },
    "inputs.fileUrl",
  ],
  ["send-image-message", { imageUrl: url }, { imageUrl: "javascript:alert(1)" }, "inputs.imageUrl"],
  [
    "send-audio-message",
    { audioUrl: url, duration: 1.5 },
    { audioUrl: url, duration: -1 },
    "inputs.duration",
  ],
  [
    "tag-user",
    { operation: "ADD", tags: [{ tagName: "VIP" }] },
    { operation: "SET", tags: [{ tagName: "a" }] },
    "inputs.operation",
  ],
  ["invite-room", { roomId: "r1", contactIds: ["c1"] }, { roomId: "" }, "inputs.roomId"],
  [
    "update-data",
    { operations: [{ fieldId: "level", updateOperation: "set", value: 3 }] },
    { operations: [{ fieldId: "__proto__", updateOperation: "set", value: 3 }] },
    "inputs.operations.0.fieldId",
  ],
  [
    "handover",
    { handoverMessage: "A person comes.", groupId: "g1" },
    { reason: "x".repeat(1_001) },
    "inputs.reason",
  ],
];

const node = (type: string, inputs: Record<string, unknown>) => ({
  id: "act",
  type,
  inputs: Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, { value }])),
});

test("every action has a kind, by its name or as an event or a tool", () => {
  const kinds = new Set(NODE_KINDS.map(({ type }) => type));
  const missing = ACTION_TYPES.filter((type) => !kinds.has(type));
  expect(missing).toEqual(["canvas-event-action", "plugin-action"]);
  expect(PAYLOADS.map(([type]) => type)).toEqual(ACTION_TYPES.filter((type) => kinds.has(type)));
});

test.each(PAYLOADS)("%s decides what its inputs say, and tells what became of it", async (type, payload) => {
  const host = new TestHost();
  const { call, outcome } = runNode(node(type, payload), { host });
  const action = { type, payload, status: "send", nodeId: "act" };
  expect(await outcome).toEqual({ kind: "done", outputs: { status: "send" }, actions: [action] });
  expect(host.decided).toEqual([{ type, payload }]);
  expect(call.description).toMatchObject({ hasEffects: true, ports: ["next"] });
});

test.each(PAYLOADS)("%s does nothing with a wrong input, and names it", async (type, _, wrong, field) => {
  const host = new TestHost();
  await expect(outputsOf(node(type, wrong), { host })).rejects.toMatchObject({
    code: "input_invalid",
    message: expect.stringContaining(`${field}:`),
  });
  expect(host.decided).toEqual([]);
});

test.each(PAYLOADS)("%s fails where its surroundings fail", async (type, payload) => {
  const host = new TestHost();
  host.act = async () => {
    throw new NodeError("node_failed", "there is no conversation");
  };
  await expect(outputsOf(node(type, payload), { host })).rejects.toMatchObject({
    message: "there is no conversation",
  });
});

test("what a payload must have are required inputs", () => {
  expect(describeNode(node("invite-room", {})).inputs).toMatchObject({
    roomId: { type: "string", required: true },
    contactIds: { type: "array", required: false },
  });
});
