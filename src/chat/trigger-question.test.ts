import { describe, expect, test } from "vitest";
import { TRIGGER_TYPES, type Trigger } from "../domain/trigger.ts";
import { questionOfTrigger } from "./trigger-question.ts";

const IMAGE = "https://files.example/a.png";
const OTHER_IMAGE = "https://files.example/b.png";

function event(data: Record<string, unknown>, eventName?: string): Trigger {
  const payload = { eventId: "e-1", data, ...(eventName !== undefined && { eventName }) };
  return { type: "canvas-event-trigger", payload };
}

const TEXTS: [Trigger, string][] = [
  [{ type: "receive-text-message", payload: { text: "怎么退货？" } }, "怎么退货？"],
  [{ type: "bot-receive-text-message", payload: { text: "hi" } }, "hi"],
  [
    { type: "receive-audio-message", payload: { audioUrl: "https://files.example/a.mp3", text: "你好" } },
    "你好",
  ],
  [{ type: "receive-other-message", payload: { rawContent: '{"title":"card"}' } }, '{"title":"card"}'],
  [
    { type: "tag-event", payload: { tagId: "t1", tagName: "VIP", operation: "ADD", contactId: "c1" } },
    '[The tag "VIP" was added to c1.]',
  ],
  [
    { type: "tag-event", payload: { tagId: "t1", operation: "REMOVE" } },
    '[The tag "t1" was removed from the contact.]',
  ],
  [
    { type: "join-room", payload: { roomId: "r1", contactIds: ["c1", "c2"], inviterId: "c3" } },
    "[c1, c2 joined the group r1, invited by c3.]",
  ],
  [
    { type: "new-friend", payload: { contactId: "c1", receiverId: "a1", hello: "我是小李" } },
    "[c1 is a new contact.] They say: 我是小李",
  ],
  [{ type: "new-friend", payload: { contactId: "c1", receiverId: "a1" } }, "[c1 is a new contact.]"],
  [event({ message: "七天" }), "七天"],
  [
    event({ message: "七天", order: 7 }, "退款"),
    '[The event "退款" happened.]\n{"message":"七天","order":7}',
  ],
  [event({ message: 7 }), '[The event "e-1" happened.]\n{"message":7}'],
  [event({}), '[The event "e-1" happened.]\n{}'],
];

describe("what the model is asked because of a trigger", () => {
  test.each(TEXTS)("%j", (trigger, text) => {
    expect(questionOfTrigger(trigger).question).toEqual({ text, attachments: [] });
  });

  test("is known for every type", () => {
    const tested = TEXTS.map(([{ type }]) => type);
    const withFiles = ["receive-image-message", "receive-video-message"];
    expect(new Set([...tested, ...withFiles])).toEqual(new Set(TRIGGER_TYPES));
  });

  test("shows each picture once, below its caption", () => {
    const payload = { imageUrl: IMAGE, imageUrls: [IMAGE, OTHER_IMAGE], text: "看" };
    const { question } = questionOfTrigger({ type: "receive-image-message", payload });
    expect(question.text).toBe("看");
    expect(question.attachments.map(({ url, kind }) => [url, kind])).toEqual([
      [IMAGE, "image"],
      [OTHER_IMAGE, "image"],
    ]);
  });

  test("names sound that nobody wrote down, and films", () => {
    const sound = { audioUrl: "https://files.example/a.mp3" };
    const film = { videoUrl: "https://files.example/a.mp4" };
    expect(questionOfTrigger({ type: "receive-audio-message", payload: sound }).question).toMatchObject({
      text: "",
      attachments: [{ kind: "audio", url: sound.audioUrl }],
    });
    expect(questionOfTrigger({ type: "receive-video-message", payload: film }).question).toMatchObject({
      text: "",
      attachments: [{ kind: "file", url: film.videoUrl }],
    });
  });

  test("an event's texts are values for the prompt too; nothing else is", () => {
    const data = { message: "七天", order: 7, who: "小李", list: ["x"], nothing: null };
    expect(questionOfTrigger(event(data)).variables).toEqual({ message: "七天", who: "小李" });
    expect(questionOfTrigger({ type: "receive-text-message", payload: { text: "hi" } }).variables).toEqual(
      {},
    );
  });
});
