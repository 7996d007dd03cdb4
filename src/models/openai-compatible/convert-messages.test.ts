import { expect, test } from "vitest";
import { convertMessages } from "./convert-messages.ts";
import { prepareTools } from "./prepare-tools.ts";

test("a user message is a plain string without images, and a list of parts with them", () => {
  expect(
    convertMessages([
      { role: "user", text: "hi", imageUrls: [] },
      { role: "user", text: "look", imageUrls: ["https://p.example/1.png", "data:image/png;base64,AA"] },
      { role: "user", text: "", imageUrls: ["https://p.example/2.png"] },
    ]),
  ).toEqual([
    { role: "user", content: "hi" },
    {
      role: "user",
      content: [
        { type: "text", text: "look" },
        { type: "image_url", image_url: { url: "https://p.example/1.png" } },
        { type: "image_url", image_url: { url: "data:image/png;base64,AA" } },
      ],
    },
    { role: "user", content: [{ type: "image_url", image_url: { url: "https://p.example/2.png" } }] },
  ]);
});

test("a finished step of tool calls is told with its results", () => {
  const toolCalls = [
    { id: "a", name: "f", arguments: '{"x":1}' },
    { id: "b", name: "g", arguments: "{broken" },
  ];
  expect(
    convertMessages([
      { role: "assistant", text: "", toolCalls },
      { role: "tool", toolCallId: "a", toolName: "f", text: "1" },
      { role: "assistant", text: "done", toolCalls: [] },
    ]),
  ).toEqual([
    {
      role: "assistant",
      content: null,
      tool_calls: [
        { id: "a", type: "function", function: { name: "f", arguments: '{"x":1}' } },
        { id: "b", type: "function", function: { name: "g", arguments: '{"invalid_json":"{broken"}' } },
      ],
    },
    { role: "tool", tool_call_id: "a", content: "1" },
    { role: "assistant", content: "done" },
  ]);
});

test("no tools are left out rather than sent as an empty list", () => {
  expect(prepareTools([])).toBeUndefined();
});
