import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Variable } from "../domain/agent.ts";
import { openSqliteStore } from "../storage/sqlite/open.ts";
import type { Store } from "../storage/store.ts";
import {
  createConversation,
  findConversation,
  pinConversation,
  updateConversation,
} from "./conversations.ts";
import { SILENT_FACTS } from "./facts.ts";
import { aConversation, anAgent } from "./testing/fixtures.ts";

const tone: Variable = {
  key: "tone",
  name: "Tone",
  description: "",
  required: false,
  type: "enum",
  choices: ["formal", "casual"],
};

let store: Store;
beforeEach(async () => {
  store = await openSqliteStore({ path: ":memory:", durability: "full" });
});
afterEach(() => store.close());

describe("changing a conversation", () => {
  test("checks what is changed, not what an earlier version of the agent accepted", async () => {
    const agent = await anAgent(store, { variables: [tone] });
    const conversation = await aConversation(store, agent, { tone: "casual" });
    const stricter = {
      ...agent,
      settings: { ...agent.settings, variables: [{ ...tone, choices: ["formal"] }] },
    };
    await updateConversation(store, stricter, conversation, { name: "renamed" });
    const found = await findConversation(store, agent, "u1", conversation.id);
    expect(found).toMatchObject({ name: "renamed", inputs: { tone: "casual" } });
    await expect(
      updateConversation(store, stricter, conversation, { inputs: { tone: "casual" } }),
    ).rejects.toMatchObject({ code: "request_invalid", field: "inputs.tone" });
  });

  test("loses nothing of what others change at the same time", async () => {
    const agent = await anAgent(store);
    const conversation = await aConversation(store, agent);
    await Promise.all([
      updateConversation(store, agent, conversation, { inputs: { a: "1" } }),
      updateConversation(store, agent, conversation, { inputs: { b: "2" } }),
      pinConversation(store, conversation, true),
    ]);
    const found = await findConversation(store, agent, "u1", conversation.id);
    expect(found.inputs).toEqual({ a: "1", b: "2" });
    expect(found.pinnedAt).toBeInstanceOf(Date);
  });

  test("holds at most a hundred values altogether", async () => {
    const agent = await anAgent(store);
    const many = (prefix: string, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, "x"]));
    const conversation = await aConversation(store, agent, many("a", 60));
    await updateConversation(store, agent, conversation, { inputs: many("b", 40) });
    await expect(
      updateConversation(store, agent, conversation, { inputs: { c: "x" } }),
    ).rejects.toMatchObject({ code: "request_invalid", field: "inputs" });
  });
});

test("a variable may be called like something every object has", async () => {
  const agent = await anAgent(store, { variables: [{ ...tone, key: "constructor" }] });
  const input = { agent, userId: "u1", name: "", requireInputs: true };
  const conversation = await createConversation({ store, facts: SILENT_FACTS }, { ...input, inputs: {} });
  expect(conversation.inputs).toEqual({});
});
