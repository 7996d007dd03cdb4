import type { ActionPayloads, ActionStatus, ActionType, OutputAction } from "../../domain/output-action.ts";
import { presentMembers } from "./present-members.ts";

/** Source: spec page of Insight §5 and its appendix 1. */
export interface WireAction {
  type: ActionType;
  status: ActionStatus;
  payload: Record<string, unknown>;
  /** A UUID. */
  nodeId?: string;
}

/** The documented members of each payload, in the order they are written. Source: spec page of Insight §5.1. */
const ACTION_MEMBERS: { readonly [Type in ActionType]: readonly (keyof ActionPayloads[Type])[] } = {
  "send-text-message": ["text", "clientIds", "mentionUserIds", "quoteMessageId"],
  "send-post-message": ["title", "messages"],
  "send-file-message": ["fileUrl", "fileName", "size"],
  "send-image-message": ["imageUrl", "clientIds"],
  "send-audio-message": ["audioUrl", "duration", "text"],
  "tag-user": ["operation", "tags", "contactId"],
  "invite-room": ["roomId", "contactIds", "receiverId", "message"],
  "canvas-event-action": ["eventId", "eventName", "params", "schedule"],
  "update-data": ["operations"],
  handover: ["handoverMessage", "reason", "assigneeId", "groupId"],
  "plugin-action": ["pluginId", "toolName", "pluginName", "inputs", "output", "error"],
};

/**
 * Actions as callers see them, in order. `isStrict`: nothing beside the documented members. What a plugin was given as
 * a secret is never shown.
 */
export function presentActions(actions: readonly OutputAction[], isStrict: boolean): WireAction[] {
  return actions.map((action) => ({
    type: action.type,
    status: action.status,
    payload: presentMembers(withoutSecrets(action), ACTION_MEMBERS[action.type], isStrict),
    ...(action.nodeId !== undefined && { nodeId: action.nodeId }),
  }));
}

const SECRET_NAME =
  /secret|password|passwd|token|credential|authorization|cookie|private.?key|api.?key|access.?key/i;

function withoutSecrets(action: OutputAction): ActionPayloads[ActionType] {
  if (action.type !== "plugin-action" || action.payload.inputs === undefined) return action.payload;
  return { ...action.payload, inputs: masked(action.payload.inputs) };
}

function masked(inputs: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      name,
      SECRET_NAME.test(name) ? "***" : maskedValue(value),
    ]),
  );
}

function maskedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskedValue);
  return typeof value === "object" && value !== null ? masked({ ...value }) : value;
}
