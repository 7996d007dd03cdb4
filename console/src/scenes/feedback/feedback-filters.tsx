import { Button, Input, Segmented, Select } from "antd";
import { useWords } from "../../text/words.ts";
import { AgentFilter } from "./agent-filter.tsx";
import { Labelled } from "./labelled.tsx";
import { feedbackWords } from "./text.ts";
import type { Period, useFilter } from "./use-filter.ts";

const FAMILIES = ["hiagent", "coze", "insight", "openai", "console", "share", "trigger"] as const;
const PERIODS = ["day", "week", "month"] as const;

export function FeedbackFilters({ filter, period, isNarrowed, set, clear }: ReturnType<typeof useFilter>) {
  const t = useWords(feedbackWords);
  return (
    <search className="feedback-filters" aria-label={t("filters")}>
      <Segmented
        aria-label={t("rating")}
        value={filter.rating ?? ""}
        onChange={(value) => set("rating", value)}
        options={[
          { value: "", label: t("both") },
          { value: "like", label: t("like") },
          { value: "dislike", label: t("dislike") },
          { value: "none", label: t("none") },
        ]}
      />
      <div className="feedback-filter-grid">
        <AgentFilter
          placeholder={t("anyAgent")}
          value={filter.agentId}
          onChange={(value) => set("agentId", value)}
        />
        <Labelled label={t("family")}>
          {(id) => (
            <Select
              id={id}
              value={filter.family ?? ""}
              onChange={(value) => set("family", value)}
              options={[
                { value: "", label: t("anyFamily") },
                ...FAMILIES.map((value) => ({ value, label: t(value) })),
              ]}
            />
          )}
        </Labelled>
        <Labelled label={t("time")}>
          {(id) => (
            <Select<Period | "">
              id={id}
              value={period ?? ""}
              onChange={(value) => set("period", value)}
              options={[
                { value: "", label: t("anyTime") },
                ...PERIODS.map((value) => ({ value, label: t(value) })),
              ]}
            />
          )}
        </Labelled>
        <Labelled label={t("comment")}>
          {(id) => (
            <Select
              id={id}
              value={filter.hasComment ?? ""}
              onChange={(value) => set("hasComment", value)}
              options={[
                { value: "", label: t("anyComment") },
                { value: "true", label: t("withComment") },
                { value: "false", label: t("withoutComment") },
              ]}
            />
          )}
        </Labelled>
        <TextFilter
          label={t("category")}
          hint={t("categoryHint")}
          value={filter.category}
          onChange={(value) => set("category", value)}
        />
        <TextFilter
          label={t("rater")}
          hint={t("raterHint")}
          value={filter.rater}
          onChange={(value) => set("rater", value)}
        />
        <TextFilter
          label={t("channel")}
          hint="api"
          value={filter.channel}
          onChange={(value) => set("channel", value)}
        />
      </div>
      {isNarrowed && (
        <Button type="link" size="small" onClick={clear}>
          {t("clear")}
        </Button>
      )}
    </search>
  );
}

/** Asks for what is written when it is left or confirmed, not with every letter. */
function TextFilter({
  label,
  hint,
  value,
  onChange,
}: {
  label: string;
  hint: string;
  value: string | undefined;
  onChange(value: string | undefined): void;
}) {
  return (
    <Labelled label={label}>
      {(id) => (
        <Input
          key={value ?? ""}
          id={id}
          allowClear
          maxLength={1_000}
          defaultValue={value ?? ""}
          placeholder={hint}
          onBlur={(event) => onChange(event.target.value)}
          onPressEnter={(event) => onChange(event.currentTarget.value)}
          onClear={() => onChange(undefined)}
        />
      )}
    </Labelled>
  );
}
