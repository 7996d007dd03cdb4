import { Select } from "antd";
import { useId } from "react";
import { EmptyState } from "../../../parts/empty-state.tsx";
import { ErrorState } from "../../../parts/error-state.tsx";
import { Loading } from "../../../parts/loading.tsx";
import { Section } from "../../../parts/section.tsx";
import { useWords } from "../../../text/words.ts";
import { type Difference, useDifference } from "../data.ts";
import { useFieldName } from "./field-name.ts";
import { LineDifference } from "./line-difference.tsx";
import { versionWords } from "./text.ts";

/** Two sides to compare: `draft`, or a version's number. */
export interface Sides {
  from: string;
  to: string;
}

/** Where two versions differ, or a version and the draft. */
export function DifferenceView({
  agentId,
  revision,
  sides,
  choices,
  onChoose,
}: {
  agentId: string;
  revision: number;
  sides: Sides;
  choices: { value: string; label: string }[];
  onChoose(sides: Sides): void;
}) {
  const t = useWords(versionWords);
  const id = useId();
  const found = useDifference(agentId, { ...sides, revision });
  const items = found.data?.items ?? [];
  return (
    <Section title={t("difference")} description={t("differenceHint")}>
      <div className="sides">
        {(["from", "to"] as const).map((side) => (
          <div key={side}>
            <label htmlFor={`${id}-${side}`}>{t(side)}</label>
            <Select
              id={`${id}-${side}`}
              value={sides[side]}
              options={choices}
              onChange={(value) => onChoose({ ...sides, [side]: value })}
            />
          </div>
        ))}
      </div>
      {found.isPending && <Loading />}
      {found.isError && <ErrorState error={found.error} onRetry={() => void found.refetch()} />}
      {found.isSuccess && items.length === 0 && <EmptyState title={t("none")} />}
      {items.length > 0 && (
        <>
          <p className="difference-count" role="status">
            {t("countDifferences", { count: items.length })}
          </p>
          {items.map((item) => (
            <OneDifference key={item.path.join(" ")} item={item} />
          ))}
        </>
      )}
    </Section>
  );
}

/** Texts longer than this are compared line by line. */
const SHORT = 60;

function OneDifference({ item: { path, before, after } }: { item: Difference }) {
  const t = useWords(versionWords);
  const nameOf = useFieldName();
  const isShort = [before, after].every(
    (value) => typeof value !== "object" || value === null || isEmptyList(value),
  );
  const [left, right] = [textOf(before), textOf(after)];
  const isLine = isShort && [left, right].every((text) => text.length <= SHORT && !text.includes("\n"));
  const show = (value: unknown, text: string) => {
    if (value === null || text === "" || isEmptyList(value)) return <i>{t("nothing")}</i>;
    if (typeof value === "boolean") return t(value ? "yes" : "no");
    return text;
  };
  return (
    <section className="difference">
      <h3>{nameOf(path)}</h3>
      {isLine ? (
        <p className="difference-short">
          <del>{show(before, left)}</del>
          <span aria-hidden="true">→</span>
          <ins>{show(after, right)}</ins>
        </p>
      ) : (
        <LineDifference before={left} after={right} />
      )}
    </section>
  );
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
