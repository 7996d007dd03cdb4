import { expect, test } from "vitest";
import type { AgentSettings } from "../../domain/agent.ts";
import { DEFAULT_SETTINGS } from "../../publish/agents.ts";
import { changedSettings } from "./read-bot.ts";

test("what the family has no word for stays when a bot is changed", () => {
  const before: AgentSettings = {
    ...DEFAULT_SETTINGS,
    actions: ["handover", "tag-user"],
    handover: { message: "One moment", idleMinutes: 5, releaseCommand: "done" },
    triggers: ["new-friend"],
    events: [{ id: "6a0c5c0e-3a3e-4f0f-8f37-6f3f1f8a1b22", name: "e", description: "", variables: [] }],
    needsDislikeComment: true,
  };
  const fields = { description: "new", prompt_info: { prompt: "Be brief." } };
  const after = changedSettings(before, fields, { names: [] });
  expect(after).toEqual({ ...before, description: "new", prompt: "Be brief." });
});
