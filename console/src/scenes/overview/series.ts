import type { Statistics } from "./data.ts";
import type { Formats } from "./figures.ts";

export const MEASURES = ["turns", "tokens", "cost", "latency", "errors", "opinions"] as const;
export type Measure = (typeof MEASURES)[number];

/** One line or one stack of bars; a value for each moment, null where there is none. */
export interface Line {
  name: string;
  values: (number | null)[];
}

/** What is drawn, and read as a table. */
export interface Picture {
  kind: "bar" | "line";
  moments: string[];
  lines: Line[];
  format(value: number): string;
}

/** The words that a picture needs. */
export interface PictureWords {
  input: string;
  output: string;
  median: string;
  p95: string;
  p99: string;
  errors: string;
  likes: string;
  dislikes: string;
  others: string;
  groupName(key: string): string;
}

export function pictureOf(
  measure: Measure,
  statistics: Statistics,
  step: "hour" | "day",
  formats: Formats,
  words: PictureWords,
): Picture {
  const { series } = statistics;
  const moments = series.map(({ at }) => formats.moment(at, step));
  const line = (name: string, value: (point: (typeof series)[number]) => number | null): Line => ({
    name,
    values: series.map(value),
  });
  const { count, time } = formats;
  switch (measure) {
    case "turns":
      return { kind: "bar", moments, lines: groupLines(statistics, words), format: count };
    case "tokens": {
      const lines = [
        line(words.input, ({ inputTokens }) => inputTokens),
        line(words.output, ({ outputTokens }) => outputTokens),
      ];
      return { kind: "bar", moments, lines, format: count };
    }
    case "cost":
      return costPicture(statistics, moments, formats);
    case "latency": {
      const lines = [
        line(words.median, ({ latency }) => latency.p50),
        line(words.p95, ({ latency }) => latency.p95),
        line(words.p99, ({ latency }) => latency.p99),
      ];
      return { kind: "line", moments, lines, format: time };
    }
    case "errors": {
      const lines = [line(words.errors, ({ failed, interrupted }) => failed + interrupted)];
      return { kind: "bar", moments, lines, format: count };
    }
    case "opinions": {
      const lines = [
        line(words.likes, ({ likes }) => likes),
        line(words.dislikes, ({ dislikes }) => dislikes),
      ];
      return { kind: "bar", moments, lines, format: count };
    }
  }
}

/** One for each currency: they are not added up, though they stand on one another. */
function costPicture({ series, totals }: Statistics, moments: string[], { money }: Formats): Picture {
  const currencies = totals.costs.map(({ currency }) => currency);
  const lines = currencies.map((name) => ({
    name,
    values: series.map(({ costs }) => costs.find(({ currency }) => currency === name)?.amount ?? 0),
  }));
  const only = currencies.length === 1 ? (currencies[0] ?? "") : "";
  return { kind: "bar", moments, lines, format: (value) => money(value, only) };
}

function groupLines({ series, groups, groupSeries }: Statistics, words: PictureWords): Line[] {
  const keys = [...new Set(groupSeries.map(({ key }) => key))];
  const places = new Map(series.map(({ at }, index) => [at, index]));
  const ordered = keys.sort((one, other) => placeOf(groups, one) - placeOf(groups, other));
  return ordered.map((key) => {
    const values = series.map(() => 0);
    for (const point of groupSeries) {
      const place = places.get(point.at);
      if (point.key === key && place !== undefined) values[place] = (values[place] ?? 0) + point.turns;
    }
    return { name: key === null ? words.others : words.groupName(key), values };
  });
}

function placeOf(groups: Statistics["groups"], key: string | null): number {
  const place = groups.findIndex((group) => group.key === key);
  return place < 0 ? groups.length : place;
}
