import { Alert, Tabs } from "antd";
import { Link, Navigate, Route, Routes, useNavigate, useParams } from "react-router";
import { ApiError } from "../../api/client.ts";
import { ErrorState } from "../../parts/error-state.tsx";
import { Loading } from "../../parts/loading.tsx";
import { useWords } from "../../text/words.ts";
import { AgentHeader } from "./agent-header.tsx";
import { type AgentDetail, useAgent } from "./data.ts";
import { DraftProvider } from "./editor/draft-context.ts";
import { Editor } from "./editor/editor.tsx";
import { LeaveGuard } from "./editor/leave-guard.tsx";
import { useDraft } from "./editor/use-draft.ts";
import { KeysTab } from "./keys/keys-tab.tsx";
import { agentWords } from "./text.ts";
import { VersionsTab } from "./versions/versions-tab.tsx";
import "./agents.css";

/** One agent: its draft, its versions, the ways in. */
export function AgentPage() {
  const t = useWords(agentWords);
  const { agentId = "" } = useParams();
  const agent = useAgent(agentId);
  if (agent.isPending) return <Loading isWholePage />;
  if (agent.data === undefined) {
    const isGone = agent.error instanceof ApiError && agent.error.status === 404;
    return (
      <>
        <p>
          <Link to="/agents">{t("backToAgents")}</Link>
        </p>
        <ErrorState
          error={agent.error}
          title={isGone ? t("notFound") : undefined}
          onRetry={isGone ? undefined : () => void agent.refetch()}
        />
      </>
    );
  }
  return <OpenAgent key={agentId} agent={agent.data} />;
}

const TABS = ["edit", "versions", "keys"] as const;
const TAB_WORDS = { edit: "tabEdit", versions: "tabVersions", keys: "tabKeys" } as const;

function OpenAgent({ agent }: { agent: AgentDetail }) {
  const t = useWords(agentWords);
  const draft = useDraft(agent);
  const navigate = useNavigate();
  const { "*": rest = "" } = useParams();
  const home = `/agents/${agent.id}`;
  const chosen = TABS.find((tab) => tab === rest) ?? "edit";
  return (
    <DraftProvider value={draft}>
      <AgentHeader agent={agent} />
      {agent.isFromFile && agent.mayChange && (
        <Alert className="agent-notice" showIcon title={t("fromFileNotice")} />
      )}
      {!agent.mayChange && <Alert className="agent-notice" showIcon title={t("readOnly")} />}
      <Tabs
        activeKey={chosen}
        onChange={(tab) => void navigate(tab === "edit" ? home : `${home}/${tab}`)}
        items={TABS.map((tab) => ({ key: tab, label: t(TAB_WORDS[tab]) }))}
      />
      <Routes>
        <Route index element={<Editor kind={agent.kind} />} />
        <Route path="versions" element={<VersionsTab agent={agent} />} />
        <Route path="keys" element={<KeysTab agent={agent} />} />
        <Route path="*" element={<Navigate to={home} replace />} />
      </Routes>
      <LeaveGuard />
    </DraftProvider>
  );
}
