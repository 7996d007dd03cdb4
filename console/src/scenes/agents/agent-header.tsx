import CopyOutlined from "@ant-design/icons/es/icons/CopyOutlined";
import DeleteOutlined from "@ant-design/icons/es/icons/DeleteOutlined";
import EllipsisOutlined from "@ant-design/icons/es/icons/EllipsisOutlined";
import { App, Button, Dropdown } from "antd";
import type { MouseEvent } from "react";
import { Link, useHref, useNavigate } from "react-router";
import { useMay } from "../../api/session.ts";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { useTellFailure } from "../../parts/tell-failure.tsx";
import { commonWords } from "../../text/common.ts";
import { useWords } from "../../text/words.ts";
import { AgentState } from "./agent-state.tsx";
import { type AgentDetail, useDeleteAgent, useDuplicateAgent } from "./data.ts";
import { useEditedDraft } from "./editor/draft-context.ts";
import { SaveState } from "./editor/save-state.tsx";
import { agentWords } from "./text.ts";

/** The head of an agent's page: where it is live, whether it is saved, and what can be done with all of it. */
export function AgentHeader({ agent }: { agent: AgentDetail }) {
  const t = useWords(agentWords);
  const { name, revision } = useEditedDraft();
  const path = `/api/agents/${agent.id}`;
  const place = `/publish/${agent.id}`;
  const publishHref = useHref(place);
  const navigate = useNavigate();
  const publish = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    void navigate(place);
  };
  return (
    <PageHeader
      title={name.trim() === "" ? agent.name : name}
      breadcrumb={<Link to="/agents">{t("backToAgents")}</Link>}
      description={<AgentState agent={agent} />}
      actions={
        <>
          <SaveState />
          <ApiPeek
            calls={[
              { path },
              { method: "PATCH", path, body: { settings: { prompt: "…" }, revision } },
              { path: `${path}/versions` },
            ]}
          />
          <MoreActions agent={agent} />
          {agent.mayChange && (
            <Button type="primary" href={publishHref} onClick={publish}>
              {t("publish")}
            </Button>
          )}
        </>
      }
    />
  );
}

function MoreActions({ agent }: { agent: AgentDetail }) {
  const t = useWords(agentWords);
  const common = useWords(commonWords);
  const { modal, message } = App.useApp();
  const tellFailure = useTellFailure();
  const navigate = useNavigate();
  const mayCreate = useMay("member");
  const duplicating = useDuplicateAgent();
  const deleting = useDeleteAgent();
  const duplicate = () =>
    duplicating.mutate(
      { agentId: agent.id, name: t("duplicateName", { name: agent.name }).slice(0, 100) },
      {
        onSuccess: ({ agent: copy }) => {
          void message.success(t("duplicated"));
          void navigate(`/agents/${copy.id}`);
        },
        onError: tellFailure,
      },
    );
  const remove = () =>
    void modal.confirm({
      title: t("deleteQuestion", { name: agent.name }),
      content: t("deleteHint"),
      okText: common("delete"),
      cancelText: common("cancel"),
      okButtonProps: { danger: true },
      onOk: async () => {
        try {
          await deleting.mutateAsync(agent.id);
          void message.success(t("deleted"));
          void navigate("/agents");
        } catch (error) {
          tellFailure(error);
        }
      },
    });
  const items = [
    ...(mayCreate
      ? [{ key: "duplicate", icon: <CopyOutlined />, label: t("duplicate"), onClick: duplicate }]
      : []),
    ...(agent.mayChange
      ? [{ key: "delete", danger: true, icon: <DeleteOutlined />, label: t("delete"), onClick: remove }]
      : []),
  ];
  if (items.length === 0) return null;
  return (
    <Dropdown menu={{ items }} trigger={["click"]}>
      <Button icon={<EllipsisOutlined />} aria-label={t("more")} loading={duplicating.isPending} />
    </Dropdown>
  );
}
