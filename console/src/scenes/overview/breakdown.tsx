import { Button, Segmented } from "antd";
import { Section } from "../../parts/section.tsx";
import { useWords } from "../../text/words.ts";
import { GROUPS, type Group, type Statistics } from "./data.ts";
import { useFormats } from "./figures.ts";
import { overviewWords } from "./text.ts";

/** The numbers told apart by agent, channel, family or model. */
export function Breakdown({
  statistics,
  group,
  wanted,
  onGroup,
  onChoose,
  groupName,
}: {
  statistics: Statistics;
  group: Group;
  /** What they are to be told apart by next. */
  wanted: Group;
  onGroup(group: Group): void;
  onChoose(key: string, name: string): void;
  groupName(key: string): string;
}) {
  const t = useWords(overviewWords);
  const { count, time, money, share } = useFormats();
  return (
    <Section
      title={t("breakdown")}
      description={t("breakdownHint")}
      isFlush
      actions={
        <Segmented
          aria-label={t("by")}
          value={wanted}
          onChange={(value) => onGroup(value)}
          options={GROUPS.map((value) => ({ value, label: t(value) }))}
        />
      }
    >
      <div className="data-list">
        <table aria-label={t("breakdown")}>
          <thead>
            <tr>
              <th scope="col">{t(group)}</th>
              {[t("turns"), t("tokens"), t("cost"), t("median"), t("p95"), t("errorRate")].map((title) => (
                <th key={title} scope="col" data-align="end">
                  {title}
                </th>
              ))}
              <th scope="col" data-align="end">
                {t("likes")} / {t("dislikes")}
              </th>
            </tr>
          </thead>
          <tbody>
            {statistics.groups.map((row) => {
              const name = groupName(row.key);
              return (
                <tr key={row.key}>
                  <td data-title={t(group)}>
                    <Button
                      type="link"
                      className="overview-choose"
                      aria-label={t("onlyOf", { name })}
                      onClick={() => onChoose(row.key, name)}
                    >
                      {name}
                    </Button>
                  </td>
                  <td className="overview-figure" data-align="end" data-title={t("turns")}>
                    {count(row.turns)}
                  </td>
                  <td className="overview-figure" data-align="end" data-title={t("tokens")}>
                    {count(row.inputTokens + row.outputTokens)}
                  </td>
                  <td className="overview-figure" data-align="end" data-title={t("cost")}>
                    {row.costs.map(({ amount, currency }) => money(amount, currency)).join(" + ") ||
                      t("none")}
                  </td>
                  <td className="overview-figure" data-align="end" data-title={t("median")}>
                    {time(row.latency.p50)}
                  </td>
                  <td className="overview-figure" data-align="end" data-title={t("p95")}>
                    {time(row.latency.p95)}
                  </td>
                  <td className="overview-figure" data-align="end" data-title={t("errorRate")}>
                    {row.turns === 0 ? t("none") : share((row.failed + row.interrupted) / row.turns)}
                  </td>
                  <td
                    className="overview-figure"
                    data-align="end"
                    data-title={`${t("likes")} / ${t("dislikes")}`}
                  >
                    {count(row.likes)} / {count(row.dislikes)}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
