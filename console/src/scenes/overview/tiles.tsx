import { useWords } from "../../text/words.ts";
import type { Statistics, Totals } from "./data.ts";
import { useFormats } from "./figures.ts";
import { overviewWords } from "./text.ts";

interface Tile {
  name: string;
  value: string;
  hint: string;
  now: number | null;
  before: number | null;
}

/** The numbers that matter most, beside those of the period before. */
export function Tiles({ statistics: { totals, before } }: { statistics: Statistics }) {
  const t = useWords(overviewWords);
  const formats = useFormats();
  const { count, share, time, money } = formats;
  const errors = { now: errorRate(totals), before: errorRate(before) };
  const tiles: Tile[] = [
    { name: t("turns"), value: count(totals.turns), hint: "", now: totals.turns, before: before.turns },
    {
      name: t("tokens"),
      value: count(totals.inputTokens + totals.outputTokens),
      hint: t("tokensHint", { input: count(totals.inputTokens), output: count(totals.outputTokens) }),
      now: totals.inputTokens + totals.outputTokens,
      before: before.inputTokens + before.outputTokens,
    },
    {
      name: t("cost"),
      value: totals.costs.map(({ amount, currency }) => money(amount, currency)).join(" + ") || t("none"),
      hint: "",
      now: onlyCost(totals),
      before: onlyCost(before),
    },
    {
      name: t("latency"),
      value: time(totals.latency.p50),
      hint: totals.latency.p95 === null ? "" : t("latencyHint", { time: time(totals.latency.p95) }),
      now: totals.latency.p50,
      before: before.latency.p50,
    },
    {
      name: t("errorRate"),
      value: errors.now === null ? t("none") : share(errors.now),
      hint: t("errorsHint", {
        failed: count(totals.failed + totals.interrupted),
        stopped: count(totals.stopped),
      }),
      ...errors,
    },
    {
      name: `${t("likes")} / ${t("dislikes")}`,
      value: `${count(totals.likes)} / ${count(totals.dislikes)}`,
      hint: "",
      now: totals.likes + totals.dislikes,
      before: before.likes + before.dislikes,
    },
  ];
  return (
    <dl className="overview-tiles">
      {tiles.map((tile) => (
        <div key={tile.name} className="overview-tile">
          <dt>{tile.name}</dt>
          <dd className="overview-tile-value">{tile.value}</dd>
          <dd className="overview-tile-hint">{tile.hint}</dd>
          <dd className="overview-tile-change">
            <Change {...tile} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Whether more is better depends: it is told in words, without a colour that judges. */
function Change({ now, before }: Pick<Tile, "now" | "before">) {
  const t = useWords(overviewWords);
  const { share } = useFormats();
  if (now === null || (now === 0 && (before ?? 0) === 0)) return null;
  if (before === null || before === 0) return <>{t("newSinceBefore")}</>;
  const change = (now - before) / before;
  if (Math.abs(change) < 0.0005) return <>{t("sameAsBefore")}</>;
  const key = change > 0 ? "moreThanBefore" : "lessThanBefore";
  const text = t(key, { change: share(Math.abs(change)) });
  return (
    <span title={text}>
      <span aria-hidden="true">
        {change > 0 ? "↑" : "↓"} {share(Math.abs(change))}
      </span>
      <span className="visually-hidden">{text}</span>
    </span>
  );
}

function errorRate({ turns, failed, interrupted }: Totals): number | null {
  return turns === 0 ? null : (failed + interrupted) / turns;
}

/** Amounts of several currencies cannot be compared. */
function onlyCost({ costs }: Totals): number | null {
  if (costs.length > 1) return null;
  return costs[0]?.amount ?? 0;
}
