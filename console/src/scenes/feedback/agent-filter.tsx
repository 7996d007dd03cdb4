import { Select } from "antd";
import { useState } from "react";
import { Labelled } from "../../parts/labelled.tsx";
import { useWords } from "../../text/words.ts";
import { useAgentChoice } from "./data.ts";
import { feedbackWords } from "./text.ts";

/** Chooses an agent, or none, by its name. */
export function AgentFilter({
  value,
  placeholder,
  onChange,
}: {
  value: string | undefined;
  placeholder?: string;
  onChange(value: string | undefined): void;
}) {
  const t = useWords(feedbackWords);
  const [search, setSearch] = useState("");
  const agents = useAgentChoice(search);
  const options = (agents.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  return (
    <Labelled label={t("agent")}>
      {(id) => (
        <Select
          id={id}
          allowClear
          showSearch={{ filterOption: false, onSearch: setSearch }}
          loading={agents.isFetching}
          placeholder={placeholder}
          value={value}
          onChange={onChange}
          options={options}
        />
      )}
    </Labelled>
  );
}
