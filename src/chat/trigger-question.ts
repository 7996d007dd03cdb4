import { linkedFile } from "../domain/conversation.ts";
import type { Trigger } from "../domain/trigger.ts";
import type { QuestionContent } from "./dialogue.ts";

/** What a trigger comes to for the agent it starts. */
export interface TriggerQuestion {
  question: QuestionContent;
  /** Values for the agent's prompt: those of an event's data that are texts. */
  variables: Record<string, string>;
}

/**
 * What the model is asked because of a trigger. Messages speak for themselves; what merely happened is told in a few
 * words. Of an event whose data is a single text called `message`, that text; of any other its name and its data.
 */
export function questionOfTrigger(trigger: Trigger): TriggerQuestion {
  if (trigger.type === "canvas-event-trigger") {
    const { data } = trigger.payload;
    return { question: { text: eventText(trigger.payload), attachments: [] }, variables: textsOf(data) };
  }
  return { question: contentOf(trigger), variables: {} };
}

function contentOf(trigger: Exclude<Trigger, { type: "canvas-event-trigger" }>): QuestionContent {
  switch (trigger.type) {
    case "receive-text-message":
    case "bot-receive-text-message":
      return words(trigger.payload.text);
    case "receive-image-message": {
      const { text = "", imageUrl, imageUrls = [] } = trigger.payload;
      const urls = [...new Set([imageUrl, ...imageUrls])];
      return { text, attachments: urls.map((url) => linkedFile("image", url)) };
    }
    case "receive-audio-message": {
      const { text = "", audioUrl } = trigger.payload;
      return text === "" ? { text, attachments: [linkedFile("audio", audioUrl)] } : words(text);
    }
    case "receive-video-message":
      return { text: "", attachments: [linkedFile("file", trigger.payload.videoUrl)] };
    case "receive-other-message":
      return words(trigger.payload.rawContent);
    case "tag-event": {
      const { operation, tagName, tagId, contactId } = trigger.payload;
      const verb = operation === "ADD" ? "was added to" : "was removed from";
      return words(`[The tag "${tagName ?? tagId}" ${verb} ${contactId ?? "the contact"}.]`);
    }
    case "join-room": {
      const { roomId, contactIds, inviterId } = trigger.payload;
      const inviter = inviterId === undefined ? "" : `, invited by ${inviterId}`;
      return words(`[${contactIds.join(", ")} joined the group ${roomId}${inviter}.]`);
    }
    case "new-friend": {
      const { contactId, hello = "" } = trigger.payload;
      const greeting = hello === "" ? "" : ` They say: ${hello}`;
      return words(`[${contactId} is a new contact.]${greeting}`);
    }
    default:
      return trigger satisfies never;
  }
}

function eventText({ eventId, eventName, data }: EventPayload): string {
  const { message, ...others } = data;
  if (typeof message === "string" && Object.keys(others).length === 0) return message;
  return `[The event "${eventName ?? eventId}" happened.]\n${JSON.stringify(data)}`;
}

type EventPayload = Extract<Trigger, { type: "canvas-event-trigger" }>["payload"];

function textsOf(data: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
  );
}

function words(text: string): QuestionContent {
  return { text, attachments: [] };
}
