import { Duration } from "../../parts/figures.tsx";
import { useWords } from "../../text/words.ts";
import type { Attempt } from "./delivery-data.ts";
import { callbackWords } from "./text.ts";

interface Phase {
  name: "phase_dns" | "phase_connect" | "phase_wait" | "phase_read";
  fromMs: number;
  toMs: number;
}

/** How long each part of an exchange took, one after the other. */
export function TimingBars({ timings }: { timings: Attempt["timings"] }) {
  const t = useWords(callbackWords);
  const total = timings.totalMs ?? 0;
  return (
    <dl className="callbacks-timing">
      {phasesOf(timings).map(({ name, fromMs, toMs }) => (
        <Row key={name} label={t(name)} fromMs={fromMs} toMs={toMs} total={total} />
      ))}
      <Row label={t("total")} fromMs={0} toMs={total} total={total} />
    </dl>
  );
}

function Row({ label, fromMs, toMs, total }: { label: string; fromMs: number; toMs: number; total: number }) {
  const percent = (ms: number) => (total === 0 ? 0 : Math.min(100, (ms / total) * 100));
  return (
    <>
      <dt>{label}</dt>
      <dd className="callbacks-timing-track" aria-hidden>
        <div
          className="callbacks-timing-bar"
          style={{ insetInlineStart: `${percent(fromMs)}%`, width: `${percent(toMs - fromMs)}%` }}
        />
      </dd>
      <dd>
        <Duration milliseconds={toMs - fromMs} />
      </dd>
    </>
  );
}

/** Looking up and connecting are told as spans, the others as moments since the beginning. */
function phasesOf({ dnsMs, connectMs, firstByteMs, totalMs }: Attempt["timings"]): Phase[] {
  const looked = dnsMs ?? 0;
  const connected = looked + (connectMs ?? 0);
  const phases: Phase[] = [];
  if (dnsMs !== null) phases.push({ name: "phase_dns", fromMs: 0, toMs: looked });
  if (connectMs !== null) phases.push({ name: "phase_connect", fromMs: looked, toMs: connected });
  if (firstByteMs === null) return phases;
  phases.push({ name: "phase_wait", fromMs: connected, toMs: Math.max(connected, firstByteMs) });
  if (totalMs !== null) phases.push({ name: "phase_read", fromMs: firstByteMs, toMs: totalMs });
  return phases;
}
