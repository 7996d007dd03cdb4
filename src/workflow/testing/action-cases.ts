import type { KindCase, KindCases } from "./kind-cases.ts";

const value = { ref: "start.value" };
const it = (type: string, members: object = {}) => ({ id: "it", type, ...members });
const fails = (code: string) => ({ run: { status: "failed", error: { code, nodeId: "it" } } });
/** What a template would do if a value were read as one. */
const TRAP = "{{ 7 * 7 }}";

function action(
  type: string,
  inputs: Record<string, unknown>,
  { edge, wrong }: { edge: Record<string, unknown>; wrong: Record<string, unknown> },
): KindCases {
  const decided = (given: Record<string, unknown>, passed?: unknown): KindCase => ({
    given: { nodes: [it(type, { inputs: given })], value: passed },
    run: { status: "completed" },
    step: { output: { status: "send" }, actions: [{ type, status: "send", nodeId: "it" }] },
  });
  const names = Object.keys(wrong);
  const refused = Object.fromEntries(names.map((name) => [name, { cel: `start.value.${name}` }]));
  return {
    normal: decided(inputs, TRAP),
    edge: decided(edge),
    failing: {
      given: { nodes: [it(type, { inputs: { ...inputs, ...refused } })], value: wrong },
      ...fails("input_invalid"),
    },
  };
}

const url = "https://files.example/a";

/** Kinds that decide something beside speaking. */
export const ACTION_CASES: Record<string, KindCases> = {
  "send-text-message": action(
    "send-text-message",
    { text: value },
    { edge: { text: "x", mentionUserIds: [], quoteMessageId: "m1" }, wrong: { text: "" } },
  ),
  "send-post-message": action(
    "send-post-message",
    { messages: [{ type: "text", content: value }] },
    { edge: { messages: [{ type: "link", content: url }] }, wrong: { messages: [] } },
  ),
  "send-file-message": action(
    "send-file-message",
    { fileUrl: url, fileName: value },
    { edge: { fileUrl: url, size: 0 }, wrong: { fileUrl: "file:///etc/passwd" } },
  ),
  "send-image-message": action(
    "send-image-message",
    { imageUrl: url },
    { edge: { imageUrl: url, clientIds: [] }, wrong: { imageUrl: "javascript:alert(1)" } },
  ),
  "send-audio-message": action(
    "send-audio-message",
    { audioUrl: url, text: value },
    { edge: { audioUrl: url, duration: 0 }, wrong: { audioUrl: "no address" } },
  ),
  "tag-user": action(
    "tag-user",
    { operation: "ADD", tags: [{ tagName: value }] },
    { edge: { operation: "REMOVE", tags: [{ tagName: "a", tagId: "1" }] }, wrong: { operation: "SET" } },
  ),
  "invite-room": action(
    "invite-room",
    { roomId: "r1", message: value },
    { edge: { roomId: "r1", contactIds: [] }, wrong: { roomId: "" } },
  ),
  "update-data": action(
    "update-data",
    { operations: [{ fieldId: "level", updateOperation: "set", value }] },
    {
      edge: { operations: [{ fieldId: "level", updateOperation: "clear" }] },
      wrong: { operations: [{ fieldId: "a b", updateOperation: "set" }] },
    },
  ),
  handover: action("handover", { reason: value }, { edge: {}, wrong: { handoverMessage: "" } }),
  "emit-event": {
    normal: {
      given: { nodes: [it("emit-event", { event: "paid", inputs: { params: { id: value } } })], value: TRAP },
      step: {
        output: { status: "send" },
        actions: [
          {
            type: "canvas-event-action",
            payload: { eventId: "paid", params: { id: TRAP }, schedule: { mode: "IMMEDIATE" } },
          },
        ],
      },
    },
    edge: {
      given: {
        nodes: [
          it("emit-event", {
            event: "paid",
            mode: "delayed",
            cancelOnMessage: true,
            inputs: { delaySeconds: 0 },
          }),
        ],
      },
      step: { actions: [{ payload: { params: {}, schedule: { mode: "TIMER", delaySeconds: 0 } } }] },
    },
    failing: {
      given: {
        nodes: [it("emit-event", { event: "paid", mode: "scheduled", inputs: { at: value } })],
        value: "tomorrow",
      },
      ...fails("input_invalid"),
    },
  },
};
