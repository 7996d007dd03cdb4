import { DomainError } from "../../domain/errors.ts";
import type { StatisticSteps, StatisticsQuery } from "../../storage/store.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * HOUR_MS;
/** How often the clock of a time zone is looked at; it is changed for months at a time. */
const LOOK_HOURS = 24;

/** How a period is cut into steps, and where each begins. */
export interface Steps {
  asked: StatisticSteps;
  all: { step: number; at: Date }[];
}

/** Rejects what would be more steps than `limit`, and time zones that are none. */
export function stepsOf(
  { step: unit, timeZone }: { step: StatisticSteps["unit"]; timeZone: string },
  hours: StatisticsQuery["hours"],
  limit: number,
): Steps {
  const hoursPerStep = { hour: 1, day: 24, week: 168 }[unit];
  if ((hours.until - hours.from) / hoursPerStep > limit) {
    throw new DomainError("request_invalid", `step: the period has more than ${limit} of them`, {
      field: "step",
    });
  }
  const minutesAt = clockOf(timeZone);
  const offsets = unit === "hour" ? [] : offsetsOf(hours, minutesAt);
  const all = new Map<number, Date>();
  for (let hour = hours.from; hour < hours.until; hour += 1) {
    const step = stepAt(unit, hour, offsets);
    if (!all.has(step)) all.set(step, beginningOf(unit, step, hour, minutesAt));
  }
  return { asked: { unit, offsets }, all: [...all].map(([step, at]) => ({ step, at })) };
}

/** The same as the store's. */
function stepAt(unit: StatisticSteps["unit"], hour: number, offsets: StatisticSteps["offsets"]): number {
  if (unit === "hour") return hour;
  const minutes = offsets.findLast(({ fromHour }) => hour >= fromHour)?.minutes ?? offsets[0]?.minutes ?? 0;
  const day = Math.floor((hour * 60 + minutes) / 1_440);
  return unit === "day" ? day : Math.floor((day + 3) / 7);
}

function beginningOf(
  unit: StatisticSteps["unit"],
  step: number,
  hour: number,
  minutesAt: (at: Date) => number,
): Date {
  if (unit === "hour") return new Date(hour * HOUR_MS);
  const local = (unit === "day" ? step : step * 7 - 3) * DAY_MS;
  return new Date(local - minutesAt(new Date(hour * HOUR_MS)) * MINUTE_MS);
}

function offsetsOf(
  hours: StatisticsQuery["hours"],
  minutesAt: (at: Date) => number,
): StatisticSteps["offsets"] {
  const found = [{ fromHour: hours.from, minutes: minutesAt(new Date(hours.from * HOUR_MS)) }];
  for (let looked = hours.from; looked < hours.until; looked += LOOK_HOURS) {
    const last = found.at(-1)?.minutes;
    const next = Math.min(looked + LOOK_HOURS, hours.until);
    if (minutesAt(new Date(next * HOUR_MS)) === last) continue;
    for (let hour = looked; hour <= next; hour += 1) {
      const minutes = minutesAt(new Date(hour * HOUR_MS));
      if (minutes !== found.at(-1)?.minutes) found.push({ fromHour: hour, minutes });
    }
  }
  return found;
}

/** Tells by how many minutes the clocks of a time zone are ahead at a moment. */
function clockOf(timeZone: string): (at: Date) => number {
  try {
    const format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
    return (at) => {
      const name = format.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "";
      const [, sign, hours = "0", minutes = "0"] = /GMT([+-])(\d+):(\d+)/.exec(name) ?? [];
      return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
    };
  } catch {
    throw new DomainError("request_invalid", "timeZone: there is no such time zone", { field: "timeZone" });
  }
}
