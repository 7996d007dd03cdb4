/** What each type of action carries. Source: seed 001 for the types, spec page of Insight §5.1 for the members. */
export interface ActionPayloads {
  "send-text-message": {
    text: string;
    clientIds?: string[];
    mentionUserIds?: string[];
    quoteMessageId?: string;
  };
  /** Several messages at once; `content` is a text or an address. */
  "send-post-message": {
    title?: string;
    messages: { type: "text" | "image" | "video" | "file" | "link"; content: string }[];
  };
  "send-file-message": { fileUrl: string; fileName?: string; size?: number };
  "send-image-message": { imageUrl: string; clientIds?: string[] };
  /** `duration` in seconds. */
  "send-audio-message": { audioUrl: string; duration?: number; text?: string };
  "tag-user": {
    operation: "ADD" | "REMOVE";
    tags: { tagId?: string; tagName: string }[];
    contactId?: string;
  };
  "invite-room": { roomId: string; contactIds: string[]; receiverId?: string; message?: string };
  /** Emits one of the agent's own events, now or later; `at` is an ISO time. */
  "canvas-event-action": {
    eventId: string;
    eventName?: string;
    params: Record<string, unknown>;
    schedule?: { mode: "IMMEDIATE" | "SCHEDULE" | "TIMER"; delaySeconds?: number; at?: string };
  };
  /** Changes values of the conversation. */
  "update-data": {
    operations: {
      fieldId: string;
      fieldName?: string;
      updateOperation: "set" | "clear" | "append" | "remove" | "increment";
      value?: unknown;
    }[];
  };
  handover: { handoverMessage?: string; reason?: string; assigneeId?: string; groupId?: string };
  "plugin-action": {
    pluginId: string;
    toolName: string;
    pluginName?: string;
    inputs?: Record<string, unknown>;
    output?: unknown;
    error?: { code: string; message: string };
  };
}

export type ActionType = keyof ActionPayloads;

export const ACTION_TYPES = [
  "send-text-message",
  "send-post-message",
  "send-file-message",
  "send-image-message",
  "send-audio-message",
  "tag-user",
  "invite-room",
  "canvas-event-action",
  "update-data",
  "handover",
  "plugin-action",
] as const satisfies readonly ActionType[];

/**
 * What became of an action. `send`: carried out, or handed to who does. `handover`: held, because the conversation is
 * with a person. `skip`: not carried out, because nobody can.
 */
export type ActionStatus = "send" | "handover" | "skip";

/** Something a turn decided to do, as data; `type` tells what `payload` is. */
export type OutputAction = {
  [Type in ActionType]: {
    type: Type;
    status: ActionStatus;
    payload: ActionPayloads[Type];
    /** The workflow's node that made it. */
    nodeId?: string;
  };
}[ActionType];

/** What is to be done, before anybody knows what becomes of it. */
export type ActionDecision = {
  [Type in ActionType]: { type: Type; payload: ActionPayloads[Type]; cancelOnMessage?: boolean };
}[ActionType];

/** A text without anything that only an IM system understands is part of the answer. */
export function isWords<Action extends Pick<OutputAction, "type" | "payload">>(
  action: Action,
): action is Extract<Action, { type: "send-text-message" }> {
  return action.type === "send-text-message" && Object.keys(action.payload).every((name) => name === "text");
}

/** Words of a workflow's node; without one they are the workflow's own. */
export function wordsAction({ text, nodeId }: { text: string; nodeId?: string }): OutputAction {
  return {
    type: "send-text-message",
    status: "send",
    payload: { text },
    ...(nodeId !== undefined && { nodeId }),
  };
}

/** What a turn did that only answered; nothing where it had no words. */
export function textActions(text: string, status: ActionStatus = "send"): OutputAction[] {
  return text === "" ? [] : [{ type: "send-text-message", status, payload: { text } }];
}
