import { z } from "zod";
import type { AnyFact, EventType, ProductEvent } from "../domain/event.ts";
import type { EventId, WorkspaceId } from "../domain/ids.ts";
import { EVENT_EXAMPLES } from "./event-examples.ts";
import { EVENT_SCHEMAS } from "./event-schemas.ts";

/** What there is to know of a type of event before subscribing to it. */
export interface EventDescription {
  type: EventType;
  /** For people: when it happens. */
  summary: string;
  /** JSON Schema of `data` in our own bodies. */
  schema: Record<string, unknown>;
  /** What changed about it, newest first; the last says since when there is such a type. */
  changelog: EventChange[];
}

export interface EventChange {
  /** `YYYY-MM-DD`. */
  date: string;
  /** For people: what its receivers see of it. */
  change: string;
}

/** When each event happens. */
const SUMMARIES: Record<EventType, string> = {
  "agent.submitted": "A version waits for the verdict of a channel's server; only that server is asked.",
  "agent.published": "A version of an agent became the live one of a channel.",
  "agent.unpublished": "An agent was taken off a channel.",
  "agent.deleted": "An agent was deleted.",
  "agent.audit-recovered":
    "A question to a channel's server was interrupted, because this server ended or its store failed, and was answered when it was asked again.",
  "conversation.created": "A conversation was begun.",
  "turn.completed": "An answer was completed, or stopped by its caller; what there is of it is kept.",
  "turn.failed": "An answer failed or was interrupted; what there is of it is kept.",
  "feedback.changed": "Somebody rated an answer, rated it differently or took the rating back.",
  "turn.actions":
    "A turn ended that an adapter started, or that did more than answer: everything it decided, for who carries it out. An adapter is told of the turns it started, and nobody else is.",
  "conversation.handed-over":
    "A conversation is with a person now: its messages are kept and not answered until it is released.",
  "conversation.released":
    "A conversation is with its agent again: by a call, by a message that says so, or because it was quiet for long.",
  "usage.recorded": "What one turn used of a model, and what it cost.",
  "endpoint.disabled":
    "A callback endpoint was disabled by hand, because it failed for too long, or because it said that it is gone; what it should get is held.",
  "endpoint.failing": "A callback endpoint has failed four times running.",
  "endpoint.recovered": "A callback endpoint that was failing works again.",
  "delivery.exhausted":
    "An event could not be delivered by the last attempt of its schedule; it can be sent again by hand.",
  "plugin.scale-requested": "Never happens: there are no plugins whose limits could be asked for.",
  "plugin.scale-expired": "Never happens: there are no plugins whose limits could be asked for.",
};

const FIRST: EventChange = { date: "2026-11-21", change: "New." };

/** A change of a type's schema, example or meaning adds a line in front. */
const CHANGELOGS: Record<EventType, EventChange[]> = {
  "agent.submitted": [FIRST],
  "agent.published": [FIRST],
  "agent.unpublished": [FIRST],
  "agent.deleted": [FIRST],
  "agent.audit-recovered": [FIRST],
  "conversation.created": [FIRST],
  "turn.completed": [
    { date: "2026-11-21", change: "`isHeld` says that the conversation is with a person." },
    FIRST,
  ],
  "turn.failed": [FIRST],
  "feedback.changed": [
    {
      date: "2026-11-21",
      change:
        "Also says what was said before (`categoriesBefore`, `commentBefore`), which answer it is about (`messageId`), and what started the turn and what it decided (`run`).",
    },
    FIRST,
  ],
  "turn.actions": [FIRST],
  "conversation.handed-over": [FIRST],
  "conversation.released": [FIRST],
  "usage.recorded": [FIRST],
  "endpoint.disabled": [FIRST],
  "endpoint.failing": [FIRST],
  "endpoint.recovered": [FIRST],
  "delivery.exhausted": [FIRST],
  "plugin.scale-requested": [FIRST],
  "plugin.scale-expired": [FIRST],
};

/** Every type there is. */
export const EVENT_TYPES = Object.keys(SUMMARIES) as EventType[];

const CLOSED_TYPES: readonly EventType[] = [
  "agent.submitted",
  "plugin.scale-requested",
  "plugin.scale-expired",
];

/** Whether endpoints of our own kind may subscribe to it. */
export function isSubscribable(type: EventType): boolean {
  return !CLOSED_TYPES.includes(type);
}

/** What endpoints of our own kind may subscribe to. */
export const SUBSCRIBABLE_TYPES = EVENT_TYPES.filter(isSubscribable);

/** Undefined when there is no such type. */
export function readEventType(text: string): EventType | undefined {
  return EVENT_TYPES.find((type) => type === text);
}

export function describeEvent(type: EventType): EventDescription {
  const { $schema: _, ...schema } = z.toJSONSchema(EVENT_SCHEMAS[type]);
  return { type, summary: SUMMARIES[type], schema, changelog: CHANGELOGS[type] };
}

/**
 * An event that might have happened in the workspace, for tests of endpoints and for manuals; with `channel` on that
 * channel.
 */
export function exampleEvent<Type extends EventType>(
  type: Type,
  { id, workspaceId, at, channel }: { id: EventId; workspaceId: WorkspaceId; at: Date; channel?: string },
): ProductEvent {
  const { subject, data } = EVENT_EXAMPLES[type];
  const placed = {
    ...data,
    ...(channel !== undefined && "channel" in data && { channel }),
    ...(channel !== undefined && "channels" in data && { channels: [channel] }),
  };
  // The type ties subject and data together; the compiler cannot follow it through the table.
  return { id, type, workspaceId, subject, at, data: placed } as AnyFact & { id: EventId };
}

/** What does not fit the catalogue about the `data` of one of our own bodies; undefined: it fits. */
export function problemWithData(type: EventType, data: unknown): string | undefined {
  const read = EVENT_SCHEMAS[type].safeParse(data);
  return read.success ? undefined : z.prettifyError(read.error);
}
