import { BODY_LIMIT_BYTES, fits, STRING_LIMITS_BYTES, withShortStrings } from "../../callbacks/body-size.ts";
import type { FeedbackOptions } from "../../domain/endpoint.ts";
import type { EventData, RunEventData } from "../../domain/event.ts";
import { type FeedbackStatus, statusOf } from "./feedback-status.ts";
import { feedbackView } from "./feedback-view.ts";
import { formatUuid } from "./ids.ts";
import { presentActions, type WireAction } from "./present-action.ts";
import { presentTrigger, type WireTriggerEvent } from "./present-trigger.ts";

/** Source: spec page of Insight §4.2 and its appendix 1. */
export interface FeedbackBody {
  botId: string;
  sessionId: string;
  execId: string;
  triggerEvent: WireTriggerEvent;
  outputActions: (Omit<WireAction, "payload"> & Partial<WireAction>)[];
  feedbackStatus: FeedbackStatus;
  feedback?: string;
  messageId?: string;
  receiverId?: string;
  contactId?: string;
  roomId?: string;
}

/** How callers of this family know what was rated. */
export interface RatedIds {
  botId: string;
  sessionId: string;
  execId: string;
  messageId?: string;
}

type FeedbackData = EventData["feedback.changed"];

export function ratedIds({ agentId, conversationId, turnId, messageId, run }: FeedbackData): RatedIds {
  return {
    botId: formatUuid("agent", agentId),
    sessionId: run.sessionId || formatUuid("conversation", conversationId),
    execId: formatUuid("turn", turnId),
    messageId: formatUuid("message", messageId),
  };
}

/** A change of somebody's opinion as the feedback callback tells it, never longer than a body may be. */
export function feedbackBody(
  { messageId, ...ids }: RatedIds,
  opinion: Pick<FeedbackData, "rating" | "categories" | "comment">,
  run: RunEventData,
  { historyLimit, isStrict }: Pick<FeedbackOptions, "historyLimit" | "isStrict">,
): string {
  const { trigger, triggerId, source, actions } = run;
  const { rating, text } = feedbackView(opinion);
  const history = historyLimit === 0 ? undefined : run.history.slice(-historyLimit);
  const about = { sessionId: ids.sessionId, source, triggerId, isStrict, ...(history && { history }) };
  return fitted({
    ...ids,
    triggerEvent: presentTrigger(trigger, about),
    outputActions: presentActions(actions, isStrict),
    feedbackStatus: statusOf(rating),
    ...(text !== "" && { feedback: text }),
    ...(messageId !== undefined && { messageId }),
    ...partiesOf(trigger.payload),
  });
}

/** Copies of what the trigger says. Source: seed 001, spec page of Insight §4.2. */
function partiesOf(payload: object): Pick<FeedbackBody, "receiverId" | "contactId" | "roomId"> {
  const given = new Map<string, unknown>(Object.entries(payload));
  const names = ["receiverId", "contactId", "roomId"] as const;
  const parties: Pick<FeedbackBody, "receiverId" | "contactId" | "roomId"> = {};
  for (const name of names) {
    const id = given.get(name);
    if (typeof id === "string") parties[name] = id;
  }
  return parties;
}

/**
 * Drops the oldest of the history, then cuts long strings, then leaves payloads of actions out, the longest first, and
 * lists and objects of the trigger, until it fits; never an action. Source: spec page of Insight §7.
 */
function fitted(body: FeedbackBody): string {
  const whole = JSON.stringify(body);
  if (fits(whole)) return whole;
  const short = withShortHistory(body, Buffer.byteLength(whole) - BODY_LIMIT_BYTES);
  let text = JSON.stringify(short);
  for (const limitBytes of STRING_LIMITS_BYTES) {
    if (fits(text)) return text;
    const { triggerEvent, outputActions } = short;
    text = JSON.stringify({
      ...short,
      triggerEvent: withShortStrings(triggerEvent, limitBytes),
      outputActions: withShortStrings(outputActions, limitBytes),
    });
  }
  if (fits(text)) return text;
  const bare = withoutPayloads(JSON.parse(text));
  const barest = JSON.stringify(bare);
  return fits(barest) ? barest : JSON.stringify({ ...bare, triggerEvent: withoutLists(bare.triggerEvent) });
}

/** Without the oldest items, so that so many bytes are saved if there are as many. */
function withShortHistory(body: FeedbackBody, excessBytes: number): FeedbackBody {
  const { history = [], ...triggerEvent } = body.triggerEvent;
  let excess = excessBytes;
  let first = 0;
  for (; first < history.length && excess > 0; first += 1) {
    excess -= Buffer.byteLength(JSON.stringify(history[first])) + 1;
  }
  const kept = history.slice(first);
  return { ...body, triggerEvent: { ...triggerEvent, ...(kept.length > 0 && { history: kept }) } };
}

function withoutPayloads(body: FeedbackBody): FeedbackBody {
  const outputActions = [...body.outputActions];
  const sizes = outputActions.map(({ payload = {} }) => Buffer.byteLength(JSON.stringify(payload)));
  const longestFirst = [...sizes.keys()].sort((one, other) => (sizes[other] ?? 0) - (sizes[one] ?? 0));
  let excess = Buffer.byteLength(JSON.stringify(body)) - BODY_LIMIT_BYTES;
  for (const index of longestFirst) {
    const action = outputActions[index];
    if (excess <= 0 || action === undefined) break;
    const { payload: _, ...rest } = action;
    outputActions[index] = rest;
    excess -= sizes[index] ?? 0;
  }
  return { ...body, outputActions };
}

/** The payload's own texts, numbers and flags stay. */
function withoutLists(event: WireTriggerEvent): WireTriggerEvent {
  const members = Object.entries(event).map(([name, value]) => [
    name,
    isObject(value) ? Object.fromEntries(Object.entries(value).map(emptied)) : value,
  ]);
  return { ...event, ...Object.fromEntries(members) };
}

function emptied([name, value]: [string, unknown]): [string, unknown] {
  if (Array.isArray(value)) return [name, []];
  return [name, isObject(value) ? {} : value];
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
