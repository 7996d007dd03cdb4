import PlusOutlined from "@ant-design/icons/es/icons/PlusOutlined";
import { Button, Input, Segmented } from "antd";
import { useDeferredValue, useState } from "react";
import { Link } from "react-router";
import { useMay, useWorkspace } from "../../api/session.ts";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { ErrorState } from "../../parts/error-state.tsx";
import { Loading } from "../../parts/loading.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { Time } from "../../parts/time.tsx";
import { commonWords } from "../../text/common.ts";
import { useWords } from "../../text/words.ts";
import { AgentIcon } from "./agent-icon.tsx";
import { AgentState } from "./agent-state.tsx";
import { CreateAgent } from "./create-agent.tsx";
import { type ListedAgent, useAgents } from "./data.ts";
import { agentWords } from "./text.ts";
import "./agents.css";

type Kind = "all" | ListedAgent["kind"];

/** The agents of the workspace. */
export function AgentsPage() {
  const t = useWords(agentWords);
  const { workspaceId } = useWorkspace();
  const mayCreate = useMay("member");
  const [search, setSearch] = useState("");
  const [kind, setKind] = useState<Kind>("all");
  const [isCreating, setCreating] = useState(false);
  const wanted = useDeferredValue(search.trim());
  const query = useAgents({ ...(wanted !== "" && { search: wanted }), ...(kind !== "all" && { kind }) });
  const isNarrowed = wanted !== "" || kind !== "all";
  const path = `/api/agents?workspaceId=${workspaceId}&order=newest${wanted === "" ? "" : `&search=${encodeURIComponent(wanted)}`}${kind === "all" ? "" : `&kind=${kind}`}`;
  const create = mayCreate && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setCreating(true)}>
      {t("create")}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={
          <>
            <ApiPeek calls={[{ path }]} />
            {create}
          </>
        }
      />
      <div className="agents-filter">
        <Input.Search
          allowClear
          aria-label={t("searchLabel")}
          placeholder={t("searchHint")}
          value={search}
          maxLength={100}
          onChange={(event) => setSearch(event.target.value)}
        />
        <Segmented<Kind>
          aria-label={t("kindLabel")}
          value={kind}
          onChange={setKind}
          options={[
            { value: "all", label: t("kindAll") },
            { value: "chat", label: t("chat") },
            { value: "workflow", label: t("workflow") },
          ]}
        />
      </div>
      <AgentCards query={query} isNarrowed={isNarrowed} create={create} />
      <CreateAgent isOpen={isCreating} onClose={() => setCreating(false)} />
    </>
  );
}

function AgentCards({
  query,
  isNarrowed,
  create,
}: {
  query: ReturnType<typeof useAgents>;
  isNarrowed: boolean;
  create: React.ReactNode;
}) {
  const t = useWords(agentWords);
  const common = useWords(commonWords);
  if (query.isPending) return <Loading />;
  if (query.data === undefined) {
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  }
  const agents = query.data.pages.flatMap(({ items }) => items);
  if (agents.length === 0) {
    return isNarrowed ? (
      <EmptyState title={t("noMatch")} />
    ) : (
      <EmptyState title={t("empty")} hint={t("emptyHint")} action={create} />
    );
  }
  return (
    <>
      <ul className="agent-cards" aria-label={t("title")}>
        {agents.map((agent) => (
          <li key={agent.id}>
            <AgentCard agent={agent} />
          </li>
        ))}
      </ul>
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.hasNextPage && (
        <div className="agents-more">
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {common("loadMore")}
          </Button>
        </div>
      )}
    </>
  );
}

function AgentCard({ agent }: { agent: ListedAgent }) {
  const t = useWords(agentWords);
  return (
    <article className="agent-card">
      <div className="agent-card-head">
        <AgentIcon name={agent.name} kind={agent.kind} />
        <h2>
          <Link to={`/agents/${agent.id}`}>{agent.name}</Link>
        </h2>
      </div>
      <p className={agent.description === "" ? "agent-card-words agent-card-nothing" : "agent-card-words"}>
        {agent.description === "" ? t("noDescription") : agent.description}
      </p>
      <AgentState agent={agent} />
      <p className="agent-card-foot">
        <span>{agent.kind === "workflow" ? t("workflow") : (agent.model ?? t("defaultModel"))}</span>
        <span>
          {t("changedAt")} <Time at={agent.updatedAt} />
        </span>
      </p>
    </article>
  );
}
