import { Duration, failed, kindOf } from "./cel-values.ts";

/** Which part of a point in time: as CEL says, months, weekdays and days of the year count from 0. */
const FIELDS: Readonly<Record<string, (date: Date) => number>> = {
  getFullYear: (date) => date.getUTCFullYear(),
  getMonth: (date) => date.getUTCMonth(),
  getDate: (date) => date.getUTCDate(),
  getDayOfMonth: (date) => date.getUTCDate() - 1,
  getDayOfWeek: (date) => date.getUTCDay(),
  getDayOfYear: (date) => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000),
  getHours: (date) => date.getUTCHours(),
  getMinutes: (date) => date.getUTCMinutes(),
  getSeconds: (date) => date.getUTCSeconds(),
  getMilliseconds: (date) => date.getUTCMilliseconds(),
};

/** How many whole ones a span of time has. */
const SPANS: Readonly<Record<string, number>> = {
  getHours: 3_600_000,
  getMinutes: 60_000,
  getSeconds: 1_000,
  getMilliseconds: 1,
};

export function isClockField(name: string): boolean {
  return Object.hasOwn(FIELDS, name);
}

/** Part of a point in time, in a time zone such as `Asia/Shanghai` or `+08:00`; without one in UTC. */
export function clockField(name: string, value: unknown, zone: unknown): number {
  const span = SPANS[name];
  if (value instanceof Duration && span !== undefined && zone === undefined) {
    return Math.trunc(value.milliseconds / span);
  }
  const field = FIELDS[name];
  if (!(value instanceof Date) || field === undefined)
    throw failed(`${name}() of ${kindOf(value)} means nothing`);
  if (zone === undefined) return field(value);
  if (typeof zone !== "string") throw failed("a time zone is text, such as Asia/Shanghai");
  return field(wallClock(value, zone));
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** What a clock in that zone shows, as if it were UTC. */
function wallClock(date: Date, zone: string): Date {
  const parts = new Map(
    formatFor(zone)
      .formatToParts(date)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const shown = new Date(0);
  shown.setUTCFullYear(part("year"), part("month") - 1, part("day"));
  shown.setUTCHours(part("hour"), part("minute"), part("second"), date.getUTCMilliseconds());
  return shown;
}

function formatFor(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  try {
    const numeric = "numeric" as const;
    const format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
      second: numeric,
    });
    if (formats.size >= 100) formats.clear();
    formats.set(zone, format);
    return format;
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw failed(`there is no time zone ${JSON.stringify(zone.slice(0, 50))}`);
  }
}
