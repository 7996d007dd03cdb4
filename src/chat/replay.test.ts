import { expect, test } from "vitest";
import type { Answer } from "../domain/conversation.ts";
import type { AgentId, ConversationId, ExchangeId, MessageId, TurnId } from "../domain/ids.ts";
import { replayTurn } from "./replay.ts";
import { JOINED_LIMIT } from "./turn-log.ts";

function anAnswer(text: string): Answer {
  const usage = { inputTokens: 1, outputTokens: 2, cost: 0, currency: "", firstTokenMs: 3, latencyMs: 4 };
  return {
    messageId: 1 as MessageId,
    text,
    reasoning: "",
    rating: "none",
    meta: {},
    updatedAt: new Date(0),
    turn: {
      id: 2 as TurnId,
      exchangeId: 3 as ExchangeId,
      conversationId: 4 as ConversationId,
      agentId: 5 as AgentId,
      userId: "u1",
      node: 0,
      status: "completed",
      createdAt: new Date(0),
      endedAt: new Date(1),
      usage,
      usedKnowledge: false,
      meta: {},
      suggestions: [],
      isHeld: false,
      family: "",
    },
  };
}

function deltas(text: string): string[] {
  return replayTurn(anAnswer(text), []).flatMap((event) => (event.type === "text-delta" ? [event.text] : []));
}

test("an answer of usual length is told as one delta", () => {
  expect(deltas("x".repeat(JOINED_LIMIT))).toHaveLength(1);
});

test("a long answer is told in few deltas that are never cut inside a character", () => {
  const text = `${"x".repeat(JOINED_LIMIT - 1)}😀${"y".repeat(JOINED_LIMIT)}`;
  const told = deltas(text);
  expect(told.map((delta) => delta.length)).toEqual([JOINED_LIMIT + 1, JOINED_LIMIT]);
  expect(told.every((delta) => delta.isWellFormed())).toBe(true);
  expect(told.join("")).toBe(text);
});
