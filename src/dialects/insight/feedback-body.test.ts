import { describe, expect, test } from "vitest";
import type { Endpoint } from "../../domain/endpoint.ts";
import type { TriggerId } from "../../domain/ids.ts";
import { ACTION_TYPES, type OutputAction } from "../../domain/output-action.ts";
import { TRIGGER_TYPES, type Trigger } from "../../domain/trigger.ts";
import { feedbackFormat } from "./callback-format.ts";
import { feedbackBody } from "./feedback-body.ts";
import { formatUuid } from "./ids.ts";
import { changed, OPTIONS, rendered, run } from "./testing/a-rating.ts";
import { ACTIONS, TRIGGERS } from "./testing/every-type.ts";

const BODY_LIMIT = 256 * 1024;

describe("the body", () => {
  test("is the seed's sample, byte for byte, for what the sample tells", () => {
    const said = "回复消息:\n\n\n\n发送人昵称:";
    const sample = {
      botId: "f7bb8f07-dc5c-416b-88d4-c1568f923857",
      sessionId: "20950312-c744-4e5d-8ac9-e4de6a1bed03",
      execId: "22b35345-f433-4f2a-b91f-7c71b7fd931b",
      triggerEvent: {
        triggerType: "receive-text-message",
        sessionId: "20950312-c744-4e5d-8ac9-e4de6a1bed03",
        receiveTextMessage: { text: "hi", role: "user" },
        history: [{ role: "user", content: [{ type: "text", text: "hi" }] }],
      },
      outputActions: [
        {
          type: "send-text-message",
          status: "send",
          payload: { text: said },
          nodeId: "0ecd34f2-bdfa-43bb-a9ab-8acfcaf67528",
        },
      ],
      feedbackStatus: "none",
    };
    const { botId, sessionId, execId } = sample;
    const text = feedbackBody(
      { botId, sessionId, execId },
      { rating: "none", categories: [], comment: "" },
      {
        sessionId,
        source: "api",
        trigger: { type: "receive-text-message", payload: { text: "hi", role: "user" } },
        actions: [
          {
            type: "send-text-message",
            status: "send",
            payload: { text: said },
            nodeId: "0ecd34f2-bdfa-43bb-a9ab-8acfcaf67528",
          },
        ],
        history: [{ role: "user", text: "hi", attachments: [] }],
      },
      OPTIONS,
    );
    expect(text).toBe(JSON.stringify(sample));
  });

  test("names bot, execution, session and message as UUIDs where no caller chose a name", () => {
    const { data } = changed();
    expect(rendered()?.body).toMatchObject({
      botId: formatUuid("agent", data.agentId),
      execId: formatUuid("turn", data.turnId),
      sessionId: formatUuid("conversation", data.conversationId),
      messageId: formatUuid("message", data.messageId),
      feedbackStatus: "thumb-down",
      feedback: "Returns take 15 days.",
    });
    expect(rendered(run({ sessionId: "wx-17" }))?.body).toMatchObject({
      sessionId: "wx-17",
      triggerEvent: { sessionId: "wx-17" },
    });
  });

  test("copies from the trigger who took part", () => {
    const trigger: Trigger = {
      type: "receive-image-message",
      payload: {
        imageUrl: "https://a.example/1.png",
        contactId: "c1",
        receiverId: "im-7",
        roomId: "room-42",
      },
    };
    expect(rendered(run({ trigger }))?.body).toMatchObject({
      contactId: "c1",
      receiverId: "im-7",
      roomId: "room-42",
    });
    expect(Object.keys(rendered()?.body ?? {})).not.toContain("contactId");
  });

  test("names the group of an event that a turn in a group emitted", () => {
    const place = { contactId: "c1", receiverId: "im-7", roomId: "room-42" };
    const payload = { eventId: "e", data: {}, ...place };
    const body = rendered(run({ trigger: { type: "canvas-event-trigger", payload } }))?.body;
    expect(body).toMatchObject(place);
    expect(body?.triggerEvent["canvasEvent"]).not.toHaveProperty("roomId");
  });

  test("shows history as parts, with files only by address, and as much as the endpoint wants", () => {
    const file = (url: string, name: string) => ({ url, name, path: "", sizeBytes: 1 });
    const history = [
      { role: "user" as const, text: "one", attachments: [] },
      { role: "assistant" as const, text: "two", attachments: [] },
      {
        role: "user" as const,
        text: "",
        attachments: [
          file("https://a.example/p.png", ""),
          file("https://a.example/s.mp3", ""),
          file("https://a.example/v.mp4", ""),
          file("https://a.example/f.pdf", "f.pdf"),
          file("data:image/png;base64,AAAA", "inside.png"),
        ],
      },
    ];
    expect(rendered(run({ history }))?.body.triggerEvent["history"]).toEqual([
      { role: "user", content: [{ type: "text", text: "one" }] },
      { role: "assistant", content: [{ type: "text", text: "two" }] },
      {
        role: "user",
        content: [
          { type: "image_url", image_url: { url: "https://a.example/p.png" } },
          { type: "input_audio", input_audio: { url: "https://a.example/s.mp3" } },
          { type: "video_url", video_url: { url: "https://a.example/v.mp4" } },
          { type: "file", file: { url: "https://a.example/f.pdf", name: "f.pdf" } },
        ],
      },
    ]);
    expect(rendered(run({ history }), { historyLimit: 1 })?.body.triggerEvent["history"]).toHaveLength(1);
    expect(rendered(run({ history }), { historyLimit: 0 })?.body.triggerEvent).not.toHaveProperty("history");
  });

  test("tells what senders of triggers called them only where it need not be strict", () => {
    const trigger: Trigger = {
      type: "receive-other-message",
      payload: { rawContent: '{"fileUrl":"https://a.example/f"}' },
      native: { type: "receive-file-message", payload: { fileUrl: "https://a.example/f" } },
    };
    expect(rendered(run({ trigger }))?.body.triggerEvent).toMatchObject({
      triggerType: "receive-other-message",
      receiveOtherMessage: trigger.payload,
    });
    const loose = feedbackFormat.render(changed(run({ trigger, source: "adapter" })), {
      feedback: { ...OPTIONS, isStrict: false },
    } as Endpoint);
    expect(JSON.parse(loose?.text ?? "").triggerEvent).toMatchObject({
      triggerType: "receive-file-message",
      triggerSource: "mh",
      receiveFileMessage: { fileUrl: "https://a.example/f" },
    });
  });
});

describe("every documented type", () => {
  test.each(TRIGGERS)("of a trigger comes through whole: %#", (trigger, key) => {
    const event = rendered(run({ trigger }))?.body.triggerEvent;
    expect(event?.["triggerType"]).toBe(trigger.type);
    expect(event?.[key]).toEqual(trigger.payload);
  });

  test("of an action comes through whole, in order", () => {
    expect(rendered(run({ actions: ACTIONS }))?.body.outputActions).toEqual(ACTIONS);
  });

  test("is among those above", () => {
    expect(TRIGGERS.map(([{ type }]) => type)).toEqual([...TRIGGER_TYPES]);
    expect(ACTIONS.map(({ type }) => type)).toEqual([...ACTION_TYPES]);
  });

  test("has no member beside the documented ones, and none that is null", () => {
    const payload = { text: "hi", contactId: "c1", roomId: null, secretNote: "x" } as never;
    const trigger: Trigger = { type: "receive-text-message", payload };
    const event = rendered(run({ trigger }))?.body.triggerEvent["receiveTextMessage"];
    expect(Object.keys(event ?? {})).not.toContain("secretNote");
    expect(Object.keys(event ?? {})).not.toContain("roomId");
  });

  test("of a plugin keeps its secrets to itself", () => {
    const inputs = { city: "上海", apiKey: "sk-1", nested: { password: "p", list: [{ access_token: "t" }] } };
    const action: OutputAction = {
      type: "plugin-action",
      status: "send",
      payload: { pluginId: "p", toolName: "t", inputs },
    };
    expect(rendered(run({ actions: [action] }))?.body.outputActions[0]?.payload?.["inputs"]).toEqual({
      city: "上海",
      apiKey: "***",
      nested: { password: "***", list: [{ access_token: "***" }] },
    });
  });

  test("of an event says which of its times this was, as its sender calls it or as we do", () => {
    const triggerId = 4_711 as TriggerId;
    const shown = (payload: { executionId?: string }) => {
      const event = { eventId: "e", data: {}, ...payload };
      const trigger: Trigger = { type: "canvas-event-trigger", payload: event };
      return rendered(run({ trigger, triggerId }))?.body.triggerEvent["canvasEvent"];
    };
    expect(shown({})).toEqual({ eventId: "e", data: {}, executionId: formatUuid("trigger", triggerId) });
    expect(shown({ executionId: "x1" })).toEqual({ eventId: "e", data: {}, executionId: "x1" });
  });
});

describe("a body that would be too long", () => {
  const words = (bytes: number) => "长".repeat(bytes / 3);
  const said = (text: string) => ({ role: "user" as const, text, attachments: [] });
  const text = (payload: string): OutputAction => ({
    type: "send-text-message",
    status: "send",
    payload: { text: payload },
  });

  test("loses its oldest history first", () => {
    const history = Array.from({ length: 40 }, (_, index) => said(`${index} ${words(9_000)}`));
    const sent = rendered(run({ history }));
    const kept = sent?.body.triggerEvent["history"];
    expect(Buffer.byteLength(sent?.text ?? "")).toBeLessThanOrEqual(BODY_LIMIT);
    expect(Buffer.byteLength(sent?.text ?? "")).toBeGreaterThan(BODY_LIMIT - 10_000);
    expect(JSON.stringify(kept)).toContain("39 长");
    expect(JSON.stringify(kept)).not.toContain('"0 长');
    expect(sent?.text).not.toContain("[truncated]");
  });

  test("then has its long texts cut, and keeps every action", () => {
    const actions = [text(words(300_000)), text("short"), text(words(30_000))];
    const sent = rendered(run({ actions, history: [said(words(30_000))] }));
    expect(Buffer.byteLength(sent?.text ?? "")).toBeLessThanOrEqual(BODY_LIMIT);
    const texts = sent?.body.outputActions.map(({ payload }) => String(payload?.["text"]));
    expect(texts?.map((one) => one.endsWith("…[truncated]"))).toEqual([true, false, true]);
    expect(texts?.map((one) => Buffer.byteLength(one) <= 8_192)).toEqual([true, true, true]);
    expect(sent?.body.triggerEvent).not.toHaveProperty("history");
  });

  test("keeps every action, however many there are", () => {
    const many = Array.from({ length: 1_000 }, () => text(words(9_000)));
    const few = { type: "update-data" as const, status: "send" as const };
    const operations = Array.from({ length: 9_000 }, (_, index) => ({
      fieldId: `field ${index}`,
      updateOperation: "clear" as const,
    }));
    for (const actions of [many, [text("short"), { ...few, payload: { operations } }]]) {
      const sent = rendered(run({ actions }));
      expect(Buffer.byteLength(sent?.text ?? "")).toBeLessThanOrEqual(BODY_LIMIT);
      expect(sent?.body.outputActions.map(({ type }) => type)).toEqual(actions.map(({ type }) => type));
    }
  });

  test("keeps what happened, however much came with it", () => {
    const data = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, index) => [`variable ${index}`, index]),
    );
    const trigger: Trigger = { type: "canvas-event-trigger", payload: { eventId: "e", data } };
    const sent = rendered(run({ trigger }));
    expect(Buffer.byteLength(sent?.text ?? "")).toBeLessThanOrEqual(BODY_LIMIT);
    expect(sent?.body.triggerEvent["canvasEvent"]).toEqual({ eventId: "e", data: {} });
    expect(sent?.body.outputActions).toHaveLength(1);
  });
});
