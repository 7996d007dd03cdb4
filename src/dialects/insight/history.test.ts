import { describe, expect, it } from "vitest";
import { NO_USAGE, type TurnStatus } from "../../domain/conversation.ts";
import type {
  AgentId,
  ConversationId,
  ExchangeId,
  MessageId,
  SectionId,
  TriggerId,
  TurnId,
  WorkspaceId,
} from "../../domain/ids.ts";
import type { Run } from "../../domain/run.ts";
import type { Trigger, TriggerRecord } from "../../domain/trigger.ts";
import { presentRun } from "./history.ts";

const AT = new Date("2026-05-01T10:00:00.000Z");
const NOW = new Date(AT.getTime() + 5_000);

function aRun(more: Partial<Run> = {}, turn: Partial<Run["turn"]> = {}): Run {
  return {
    turn: {
      id: 11 as TurnId,
      exchangeId: 10 as ExchangeId,
      conversationId: 9 as ConversationId,
      agentId: 8 as AgentId,
      userId: "u",
      node: 0,
      status: "completed",
      createdAt: AT,
      endedAt: NOW,
      usage: { ...NO_USAGE, latencyMs: 1_234 },
      usedKnowledge: false,
      suggestions: [],
      meta: {},
      isHeld: false,
      family: "insight",
      ...turn,
    },
    conversation: {
      id: 9 as ConversationId,
      workspaceId: 1 as WorkspaceId,
      agentId: 8 as AgentId,
      userId: "u",
      sessionName: "",
      channel: "api",
      meta: {},
      name: "",
      inputs: {},
      sectionId: 7 as SectionId,
      createdAt: AT,
      updatedAt: AT,
      sessionId: "s-1",
    },
    question: {
      messageId: 12 as MessageId,
      role: "user",
      kind: "question",
      text: "hi",
      attachments: [],
      meta: {},
      createdAt: AT,
      updatedAt: AT,
      isDeleted: false,
    },
    answer: { messageId: 13 as MessageId, text: "hello", reasoning: "" },
    model: "m",
    mergedFrom: [],
    feedback: [],
    ...more,
  };
}

function startedBy(trigger: Trigger, source: TriggerRecord["source"] = "adapter"): Partial<Run> {
  return {
    trigger: {
      id: 14 as TriggerId,
      workspaceId: 1 as WorkspaceId,
      agentId: 8 as AgentId,
      conversationId: 9 as ConversationId,
      trigger,
      source,
      state: "started",
      reason: "",
      dueAt: AT,
      cancelOnMessage: false,
      depth: 0,
      createdAt: AT,
    },
  };
}

describe("a row of the execution history", () => {
  it.each<[TurnStatus, string]>([
    ["running", "running"],
    ["waiting", "running"],
    ["completed", "success"],
    ["failed", "error"],
    ["stopped", "cancelled"],
    ["interrupted", "interrupted"],
    ["merged", "merged_skipped"],
  ])("of a turn that is %s is %s", (status, word) => {
    expect(presentRun(aRun({}, { status }), "Shop", NOW).status).toBe(word);
  });

  it("says how long it took, or takes", () => {
    const { endedAt: _, ...open } = aRun().turn;
    const running = aRun({ turn: { ...open, status: "running" } });
    expect(presentRun(running, "Shop", NOW).processDuration).toBe(5_000);
    expect(presentRun(aRun(), "Shop", NOW).processDuration).toBe(1_234);
    const interrupted = aRun({}, { status: "interrupted", usage: NO_USAGE });
    expect(presentRun(interrupted, "Shop", NOW).processDuration).toBe(5_000);
  });

  it("names what it was merged into, and what was merged into it", () => {
    const others = [21, 22] as TurnId[];
    const whole = presentRun(aRun({ mergedFrom: others }), "Shop", NOW);
    expect(whole).not.toHaveProperty("mergedIntoExecId");
    const parts = others.map((id) =>
      presentRun(aRun({}, { id, status: "merged", mergedInto: 11 as TurnId }), "Shop", NOW),
    );
    expect(whole.mergedFromExecIds).toEqual(parts.map(({ execId }) => execId));
    for (const part of parts)
      expect(part).toMatchObject({ mergedIntoExecId: whole.execId, mergedFromExecIds: [] });
  });

  it("counts tokens by model and money in yuan", () => {
    const usage = { ...NO_USAGE, inputTokens: 5, outputTokens: 3, cost: 0.25, currency: "CNY" };
    expect(presentRun(aRun({ versionNumber: 1_700 }, { usage }), "Shop", NOW)).toMatchObject({
      canvasVersion: "v1700",
      canvasName: "Shop",
      tokenCount: { m: { prompt: 5, completion: 3, reasoning: 0 } },
      totalCostInCny: 0.25,
    });
    const dollars = presentRun(aRun({}, { usage: { ...usage, currency: "USD" } }), "Shop", NOW);
    expect(dollars.totalCostInCny).toBe(0);
    expect(presentRun(aRun(), "Shop", NOW)).toMatchObject({ tokenCount: {}, canvasVersion: "draft" });
  });

  it("shows the latest feedback, and the conversation of another family by its UUID", () => {
    const opinion = { turnId: 11 as TurnId, categories: [], comment: "", revision: 1, updatedAt: AT };
    const feedback = [
      { ...opinion, rater: "a", rating: "dislike" as const },
      { ...opinion, rater: "b", rating: "like" as const },
    ];
    const { sessionId: _, ...conversation } = aRun().conversation;
    const row = presentRun(aRun({ feedback, conversation }), "Shop", NOW);
    expect(row.feedbackStatus).toBe("thumb-down");
    expect(row.sessionId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8/);
    expect(row.rawTrigger.sessionId).toBe(row.sessionId);
  });

  it.each<[Trigger, unknown]>([
    [{ type: "bot-receive-text-message", payload: { text: "a" } }, "a"],
    [
      { type: "receive-image-message", payload: { imageUrl: "https://x/y.png", contactId: "c" } },
      { imageUrl: "https://x/y.png" },
    ],
    [
      { type: "receive-audio-message", payload: { audioUrl: "https://x/y.mp3", text: "said" } },
      { audioUrl: "https://x/y.mp3", text: "said" },
    ],
    [
      { type: "receive-video-message", payload: { videoUrl: "https://x/y.mp4" } },
      { videoUrl: "https://x/y.mp4" },
    ],
    [{ type: "receive-other-message", payload: { rawContent: "{}" } }, "{}"],
    [
      { type: "tag-event", payload: { tagId: "t", operation: "ADD", tagName: "VIP", contactId: "c" } },
      { operation: "ADD", tagId: "t", tagName: "VIP" },
    ],
    [
      { type: "join-room", payload: { roomId: "r", contactIds: ["c"], inviterId: "i" } },
      { roomId: "r", contactIds: ["c"] },
    ],
    [
      { type: "new-friend", payload: { contactId: "c", receiverId: "r", hello: "hi" } },
      { contactId: "c", hello: "hi" },
    ],
    [
      {
        type: "canvas-event-trigger",
        payload: { eventId: "e", eventName: "paid", data: { sum: 3 }, executionId: "x", contactId: "c" },
      },
      { eventId: "e", eventName: "paid", data: { sum: 3 }, executionId: "x" },
    ],
  ])("tells people what started it: $0.type", (trigger, content) => {
    const row = presentRun(aRun(startedBy(trigger)), "Shop", NOW);
    expect(row.triggerContent).toEqual({ triggerType: trigger.type, content });
    expect(row.rawTrigger).toMatchObject({
      triggerType: trigger.type,
      triggerSource: "mh",
      sessionId: "s-1",
    });
  });

  it("lists everything the turn decided", () => {
    const payload = { operation: "ADD" as const, tags: [{ tagName: "VIP" }] };
    const actions: Run["actions"] = [
      { type: "tag-user", status: "send", payload },
      { type: "send-text-message", status: "send", payload: { text: "done" } },
    ];
    expect(presentRun(aRun({ actions }), "Shop", NOW).outputActions).toEqual(actions);
  });
});
