import type { Agent, AgentEvent, EventVariableType } from "../domain/agent.ts";

/** Longest data of one event, as JSON text in UTF-16 units. */
const DATA_LIMIT = 32_768;

/** What somebody gave with an event, as the event takes it. */
export type EventData =
  | {
      isGood: true;
      data: Record<string, unknown>;
      /** Names the event does not know; their values are left out. */
      dropped: string[];
    }
  | {
      isGood: false;
      /** The variable that is missing or does not fit. Absent: all together are too long. */
      variable?: string;
      problem: string;
    };

/** How often one of the agent's events may happen in a conversation; undefined: as often as one likes. */
export function eventLimit({ settings }: Pick<Agent, "settings">, eventId: string): number | undefined {
  return settings.events?.find(({ id }) => id === eventId)?.limit;
}

/** Takes what the event's variables name out of what was given. Every variable needs a value that fits its type. */
export function readEventData({ variables }: AgentEvent, given: Record<string, unknown>): EventData {
  const data: Record<string, unknown> = {};
  for (const { name, type } of variables) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    const problem = value === undefined || value === null ? "is missing" : problemWith(type, value);
    if (problem !== undefined) return { isGood: false, variable: name, problem };
    data[name] = value;
  }
  if (JSON.stringify(data).length > DATA_LIMIT) {
    return { isGood: false, problem: `is longer than ${DATA_LIMIT} characters as JSON` };
  }
  const known = new Set(variables.map(({ name }) => name));
  return { isGood: true, data, dropped: Object.keys(given).filter((name) => !known.has(name)) };
}

function problemWith(type: EventVariableType, value: unknown): string | undefined {
  return FITS[type](value) ? undefined : `must be ${WORDS[type]}`;
}

const FITS: Record<EventVariableType, (value: unknown) => boolean> = {
  string: (value) => typeof value === "string",
  number: (value) => Number.isFinite(value),
  boolean: (value) => typeof value === "boolean",
  datetime: (value) => typeof value === "string" && !Number.isNaN(Date.parse(value)),
  date: (value) => typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value) && isDay(value),
  time: (value) => typeof value === "string" && /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/.test(value),
  array: Array.isArray,
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};

const WORDS: Record<EventVariableType, string> = {
  string: "a text",
  number: "a number",
  boolean: "true or false",
  datetime: "a time such as 2026-05-01T09:00:00Z",
  date: "a date such as 2026-05-01",
  time: "a time of day such as 09:00",
  array: "an array",
  object: "an object",
};

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
