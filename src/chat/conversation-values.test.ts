import { describe, expect, test } from "vitest";
import type { AgentSettings } from "../domain/agent.ts";
import { scriptedModel } from "../models/scripted/scripted-model.ts";
import { acting, aRoom, call, observations } from "./testing/acting.ts";
import { aConversation, anAgent, ask } from "./testing/fixtures.ts";
import { aRoomWithListener } from "./testing/listener.ts";

describe("values of the conversation", () => {
  const room = (operations: unknown[][], settings: Partial<AgentSettings> = {}) =>
    aRoom(acting(operations.map((some) => [call("update_data", { operations: some })])), {
      actions: ["update-data"],
      ...settings,
    });

  test("change at once, all of a call or none", async () => {
    const { run, current, model } = await room([
      [
        { field: "city", operation: "set", value: "南京" },
        { field: "visits", operation: "increment" },
      ],
      [
        { field: "visits", operation: "increment", value: 0.2 },
        { field: "sum", operation: "increment", value: 0.1 },
        { field: "sum", operation: "increment", value: 0.2 },
        { field: "wishes", operation: "append", value: "tea" },
        { field: "wishes", operation: "append", value: "milk" },
        { field: "city", operation: "clear" },
      ],
      [
        { field: "wishes", operation: "remove", value: "tea" },
        { field: "city", operation: "increment", value: "three" },
      ],
    ]);
    const { actions } = await run();
    expect((await current())?.inputs).toEqual({
      ...{ city: "", visits: "1.2", sum: "0.3", wishes: "tea\nmilk" },
    });
    expect(actions).toHaveLength(3);
    expect(actions[0]).toEqual({
      type: "update-data",
      status: "send",
      payload: {
        operations: [
          { fieldId: "city", updateOperation: "set", value: "南京" },
          { fieldId: "visits", updateOperation: "increment" },
        ],
      },
    });
    expect(observations(model).at(-1)).toContain("city is no number");
  });

  test("are those of the agent's variables where it has some, and fit them", async () => {
    const variable = { name: "称呼", description: "", required: false, type: "text" as const, choices: [] };
    const { run, current, model } = await room(
      [
        [{ field: "nick", operation: "set", value: "小王" }],
        [{ field: "other", operation: "set", value: "x" }],
        [{ field: "nick", operation: "set", value: "much too long" }],
      ],
      { variables: [{ ...variable, key: "nick", maxLength: 5 }] },
    );
    const { actions } = await run();
    expect((await current())?.inputs).toEqual({ nick: "小王" });
    expect(actions[0]?.payload).toEqual({
      operations: [{ fieldId: "nick", fieldName: "称呼", updateOperation: "set", value: "小王" }],
    });
    const heard = observations(model);
    expect(heard[1]).toContain("Wrong arguments");
    expect(heard[2]).toContain("longer than 5 characters");
  });

  test("are seen by the agent that takes over, in the same answer", async () => {
    const change = call("update_data", { operations: [{ field: "name", operation: "set", value: "Ann" }] });
    const model = scriptedModel((_, count) =>
      count === 0 ? [change] : count === 1 ? [call("hand_over_to_expert")] : ["Hello"],
    );
    const target = await aRoomWithListener(model);
    const { store, turns } = target;
    const expert = await anAgent(store, { prompt: "Call the user {{ name }}." }, { slug: "expert" });
    const handoffs = [{ agentId: expert.id, description: "" }];
    const first = await anAgent(store, { actions: ["update-data"], handoffs });
    const conversation = await aConversation(store, first, { name: "Bob" });
    await (await ask(turns, first, conversation, "Hi")).ended;
    expect(model.calls[2]?.request.messages[0]?.text).toBe("Call the user Ann.");
  });
});
