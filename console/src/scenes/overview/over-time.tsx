import { Segmented } from "antd";
import { lazy, Suspense, useMemo, useState } from "react";
import { Section } from "../../parts/section.tsx";
import { useWords } from "../../text/words.ts";
import type { Statistics } from "./data.ts";
import { useFormats } from "./figures.ts";
import { MEASURES, type Measure, type Picture, pictureOf } from "./series.ts";
import { Sketch } from "./sketch.tsx";
import { overviewWords } from "./text.ts";

/** Large, and of use to a pointer only: fetched when one comes by. */
const Chart = lazy(async () => ({ default: (await import("./chart.tsx")).Chart }));

/** One measure over time, as a chart or as the table behind it. */
export function OverTime({
  statistics,
  step,
  groupName,
}: {
  statistics: Statistics;
  step: "hour" | "day";
  groupName(key: string): string;
}) {
  const t = useWords(overviewWords);
  const formats = useFormats();
  const [measure, setMeasure] = useState<Measure>("turns");
  const [isTable, setTable] = useState(false);
  const [isPointed, setPointed] = useState(false);
  const picture = useMemo(() => {
    const words = {
      ...{ input: t("input"), output: t("output"), median: t("median"), p95: t("p95"), p99: t("p99") },
      ...{ errors: t("errors"), likes: t("likes"), dislikes: t("dislikes"), others: t("others") },
      groupName,
    };
    return pictureOf(measure, statistics, step, formats, words);
  }, [measure, statistics, step, formats, groupName, t]);
  const label = t("chartOf", { measure: t(measure) });
  const sketch = <Sketch picture={picture} label={label} />;
  return (
    <Section
      title={t("overTime")}
      actions={
        <Segmented
          aria-label={t("shownAs")}
          value={isTable ? "table" : "chart"}
          onChange={(value) => setTable(value === "table")}
          options={[
            { value: "chart", label: t("asChart") },
            { value: "table", label: t("asTable") },
          ]}
        />
      }
    >
      <div className="overview-scroll">
        <Segmented
          aria-label={t("measure")}
          value={measure}
          onChange={(value) => setMeasure(value)}
          options={MEASURES.map((value) => ({ value, label: t(value) }))}
        />
      </div>
      {isTable ? (
        <PictureTable picture={picture} label={label} />
      ) : (
        <div onPointerEnter={() => setPointed(true)}>
          <Suspense fallback={sketch}>
            {isPointed ? <Chart picture={picture} label={label} /> : sketch}
          </Suspense>
        </div>
      )}
    </Section>
  );
}

function PictureTable({ picture, label }: { picture: Picture; label: string }) {
  const t = useWords(overviewWords);
  return (
    <section className="overview-table" aria-label={label}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <div className="overview-table-scroll" tabIndex={0}>
        <table aria-label={label}>
          <thead>
            <tr>
              <th scope="col">{t("time")}</th>
              {picture.lines.map(({ name }) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {picture.moments.map((moment, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the same moment may stand twice where clocks are changed.
              <tr key={index}>
                <th scope="row">{moment}</th>
                {picture.lines.map(({ name, values }) => (
                  <td key={name}>{shown(values[index], picture, t("none"))}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function shown(value: number | null | undefined, { format }: Picture, none: string): string {
  return value === null || value === undefined ? none : format(value);
}
