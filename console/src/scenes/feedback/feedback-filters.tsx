import { Button, Segmented, Select } from "antd";
import { Labelled } from "../../parts/labelled.tsx";
import { TextFilter } from "../../parts/text-filter.tsx";
import { useWords } from "../../text/words.ts";
import { AgentFilter } from "./agent-filter.tsx";
import type { Period } from "./data.ts";
import { feedbackWords } from "./text.ts";
import type { useFilter } from "./use-filter.ts";

const FAMILIES = ["hiagent", "coze", "insight", "openai", "console", "share", "trigger"] as const;
const PERIODS = ["day", "week", "month"] as const;

export function FeedbackFilters({ filter, isNarrowed, set, clear }: ReturnType<typeof useFilter>) {
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
              value={filter.period ?? ""}
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
          placeholder={t("categoryHint")}
          value={filter.category}
          onChange={(value) => set("category", value)}
        />
        <TextFilter
          label={t("rater")}
          placeholder={t("raterHint")}
          value={filter.rater}
          onChange={(value) => set("rater", value)}
        />
        <TextFilter
          label={t("channel")}
          placeholder="api"
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
