import type { ReactNode } from "react";
import { Duration, Figure, Money } from "../../parts/figures.tsx";
import { Section } from "../../parts/section.tsx";
import { useWords } from "../../text/words.ts";
import type { Evaluation } from "./data.ts";
import { SideName } from "./side-name.tsx";
import { evaluationWords } from "./text.ts";

type Totals = NonNullable<Evaluation["totals"]>;
type Side = Totals["draft"];

/** Both sides taken together, beside each other. */
export function ReportTotals({ totals, evaluation }: { totals: Totals; evaluation: Evaluation }) {
  const t = useWords(evaluationWords);
  const { tie, unknown } = totals.better;
  const lines: [string, (side: Side) => ReactNode][] = [
    [t("answered"), ({ answered }) => answered],
    [t("failures"), ({ failed }) => failed],
    [t("firstToken"), ({ firstTokenMs }) => <Milliseconds value={firstTokenMs} />],
    [t("whole"), ({ totalMs }) => <Milliseconds value={totalMs} />],
    [t("tokens"), ({ inputTokens, outputTokens }) => `${inputTokens} + ${outputTokens}`],
    [t("cost"), ({ costs }) => <Costs costs={costs} />],
    [t("alike"), ({ likenessToExpected }) => <Ratio value={likenessToExpected} />],
    [t("score"), ({ score }) => <Ratio value={score} />],
  ];
  const judged = totals.judge.inputTokens + totals.judge.outputTokens;
  return (
    <Section
      title={t("totals")}
      description={[
        t("ties", { tie, unknown }),
        ...(judged > 0 ? [t("judgeCost", { tokens: judged })] : []),
      ].join(" · ")}
    >
      <div className="evaluation-totals">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
        <table aria-label={t("totals")} tabIndex={0}>
          <thead>
            <tr>
              <td />
              <th scope="col">
                <SideName side={evaluation.candidate} />
              </th>
              <th scope="col">
                <SideName side={evaluation.baseline} />
              </th>
            </tr>
          </thead>
          <tbody>
            <tr className="evaluation-better">
              <th scope="row">{t("betterCount")}</th>
              <td>{totals.better.draft}</td>
              <td>{totals.better.baseline}</td>
            </tr>
            {lines.map(([head, cell]) => (
              <tr key={head}>
                <th scope="row">{head}</th>
                <td>{cell(totals.draft)}</td>
                <td>{cell(totals.baseline)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function Milliseconds({ value }: { value: number | null }) {
  return value === null ? "–" : <Duration milliseconds={value} />;
}

function Ratio({ value }: { value: number | null }) {
  return value === null ? "–" : <Figure value={value} />;
}

function Costs({ costs }: { costs: Record<string, number> }) {
  const entries = Object.entries(costs);
  if (entries.length === 0) return "–";
  return entries.map(([currency, amount]) => <Money key={currency} amount={amount} currency={currency} />);
}
