import { useEffect, useState } from "react";
import { commonWords } from "../text/common.ts";
import { useLanguage, useWords } from "../text/words.ts";

/** When something was, relative to now; the exact moment when pointed at. Null: never. */
export function Time({ at, isExact = false }: { at: string | null | undefined; isExact?: boolean }) {
  const t = useWords(commonWords);
  const [language] = useLanguage();
  const now = useNow();
  if (at === null || at === undefined) return <span>{t("never")}</span>;
  const exact = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" }).format(
    new Date(at),
  );
  return (
    <time dateTime={at} title={exact} className="time">
      {isExact ? exact : relativeTime(new Date(at), now, language)}
    </time>
  );
}

const STEPS: [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

function relativeTime(at: Date, now: number, language: string): string {
  const seconds = (at.getTime() - now) / 1_000;
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit);
  }
  return format.format(Math.min(0, Math.trunc(seconds)), "second");
}

const TICK_MS = 30_000;

function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
