import { Button, Input, Select, Tag } from "antd";
import { useDeferredValue, useState } from "react";
import { useWritten } from "../../parts/written.ts";
import { useWords } from "../../text/words.ts";
import { useAgentNames } from "./data.ts";
import { FAMILIES, type Filters, PERIODS, RATINGS, STATES, type useFilters } from "./filters.ts";
import { useFamilyName } from "./names.ts";
import { conversationWords } from "./text.ts";

interface Chip {
  name: keyof Filters;
  label: string;
}

interface Option {
  value: string;
  label: string;
}

/** What conversations are narrowed by: a search, choices, and what was chosen as chips that take it away again. */
export function FilterBar({ filters, change, clear, isNarrowed }: ReturnType<typeof useFilters>) {
  const t = useWords(conversationWords);
  const familyName = useFamilyName();
  const [agentSearch, setAgentSearch] = useState("");
  const agents = useAgentNames(useDeferredValue(agentSearch.trim()));
  const choices: Record<"agent" | "family" | "rating" | "state" | "period", Option[]> = {
    agent: (agents.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name })),
    family: FAMILIES.map((family) => ({ value: family, label: familyName(family) })),
    rating: RATINGS.map((rating) => ({ value: rating, label: t(rating) })),
    state: STATES.map((state) => ({ value: state, label: t(state) })),
    period: Object.keys(PERIODS).map((period) => ({
      value: period,
      label: t(period as keyof typeof PERIODS),
    })),
  };
  const chips = chipsOf(filters, choices, {
    text: t("chipText", { value: filters.text }),
    user: t("chipUser", { value: filters.user }),
  });
  return (
    <search className="conversation-filters" aria-label={t("filters")}>
      <div className="conversation-search">
        <SearchField
          name="text"
          label={t("searchText")}
          value={filters.text}
          onSearch={(text) => change({ text })}
          maxLength={200}
        />
        <SearchField
          name="user"
          label={t("searchUser")}
          value={filters.user}
          onSearch={(user) => change({ user })}
          maxLength={128}
        />
      </div>
      <div className="conversation-choices">
        {(Object.keys(choices) as (keyof typeof choices)[]).map((name) => (
          <Select
            key={name}
            aria-label={t(name)}
            placeholder={t(name)}
            value={filters[name] === "" ? null : filters[name]}
            options={choices[name]}
            allowClear
            popupMatchSelectWidth={false}
            onChange={(value: string | null | undefined) => change({ [name]: value ?? "" })}
            {...(name === "agent" && {
              showSearch: { filterOption: false, onSearch: setAgentSearch },
              loading: agents.isFetching,
            })}
          />
        ))}
      </div>
      {isNarrowed && (
        <div className="conversation-chips">
          <ul aria-label={t("chosen")}>
            {chips.map(({ name, label }) => (
              <li key={name}>
                <Tag
                  variant="outlined"
                  closable={{ "aria-label": `${t("clear")}: ${label}` }}
                  onClose={() => change({ [name]: "" })}
                >
                  {label}
                </Tag>
              </li>
            ))}
          </ul>
          <Button type="link" size="small" onClick={clear}>
            {t("clear")}
          </Button>
        </div>
      )}
    </search>
  );
}

/** Words are searched for when they are written, not while: that takes long. */
function SearchField({
  name,
  label,
  value,
  maxLength,
  onSearch,
}: {
  name: string;
  label: string;
  value: string;
  maxLength: number;
  onSearch(text: string): void;
}) {
  const [text, write] = useWritten(value);
  return (
    <Input.Search
      name={name}
      allowClear
      aria-label={label}
      placeholder={label}
      value={text}
      maxLength={maxLength}
      onChange={({ target }) => write(target.value)}
      onSearch={(written) => onSearch(written.trim())}
    />
  );
}

function chipsOf(
  filters: Filters,
  choices: Partial<Record<string, Option[]>>,
  said: { text: string; user: string },
) {
  return (Object.keys(filters) as (keyof Filters)[]).flatMap((name): Chip[] => {
    const value = filters[name];
    if (value === "") return [];
    if (name === "text" || name === "user") return [{ name, label: said[name] }];
    return [{ name, label: choices[name]?.find((choice) => choice.value === value)?.label ?? value }];
  });
}
