import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useState } from "react";
import { answerOf, api } from "../../api/client.ts";
import { useWorkspace } from "../../api/session.ts";
import { ErrorText } from "../../parts/error-state.tsx";
import { useWords } from "../../text/words.ts";
import { callbackWords } from "./text.ts";

/** Agents of the workspace, found by their names. A control of a form. */
export function AgentChoice({
  id,
  value = [],
  onChange,
}: {
  id?: string;
  value?: string[];
  onChange?: (agentIds: string[]) => void;
}) {
  const t = useWords(callbackWords);
  const { workspaceId } = useWorkspace();
  const [search, setSearch] = useState("");
  const agents = useQuery({
    queryKey: ["agents", "choices", workspaceId, search],
    queryFn: async ({ signal }) => {
      const query = { workspaceId, limit: 50, ...(search !== "" && { search }) };
      return (await answerOf(api.GET("/api/agents", { params: { query }, signal }))).items;
    },
    placeholderData: (before) => before,
  });
  return (
    <>
      <Select
        {...(id !== undefined && { id })}
        mode="multiple"
        showSearch={{ filterOption: false, onSearch: setSearch }}
        placeholder={t("agentsAll")}
        loading={agents.isFetching}
        value={value}
        onChange={(next: string[]) => onChange?.(next)}
        options={agents.data?.map((agent) => ({ value: agent.id, label: agent.name })) ?? []}
      />
      {agents.isError && <ErrorText error={agents.error} />}
    </>
  );
}
