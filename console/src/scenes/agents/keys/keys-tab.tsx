import PlusOutlined from "@ant-design/icons/es/icons/PlusOutlined";
import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Switch } from "antd";
import { useId, useState } from "react";
import { ConfirmButton } from "../../../parts/confirm-button.tsx";
import { CopyButton } from "../../../parts/copy-button.tsx";
import { EmptyState } from "../../../parts/empty-state.tsx";
import { ErrorState } from "../../../parts/error-state.tsx";
import { Loading } from "../../../parts/loading.tsx";
import { Section } from "../../../parts/section.tsx";
import { Time } from "../../../parts/time.tsx";
import { useWords } from "../../../text/words.ts";
import {
  type AgentDetail,
  type AppKey,
  agentQuery,
  changeAgent,
  useAppKeys,
  useRevokeAppKey,
} from "../data.ts";
import { NewKey } from "./new-key.tsx";
import { keyWords } from "./text.ts";
import "./keys.css";
import { useTellFailure } from "../../../parts/tell-failure.tsx";

/** The ways in: keys of the agent, and what each family calls it. */
export function KeysTab({ agent }: { agent: AgentDetail }) {
  const t = useWords(keyWords);
  return (
    <>
      {agent.mayChange ? (
        <Keys agent={agent} />
      ) : (
        <Alert className="agent-notice" showIcon title={t("mayNot")} />
      )}
      <Ids agent={agent} />
    </>
  );
}

function Keys({ agent }: { agent: AgentDetail }) {
  const t = useWords(keyWords);
  const [isMaking, setMaking] = useState(false);
  const isLive = agent.live.some(({ channel }) => channel === "api");
  return (
    <Section
      title={t("keys")}
      description={t("keysHint")}
      actions={
        <Button icon={<PlusOutlined />} onClick={() => setMaking(true)}>
          {t("newKey")}
        </Button>
      }
    >
      {!agent.apiEnabled && <Alert className="agent-notice" type="warning" showIcon title={t("keysOff")} />}
      {agent.apiEnabled && !isLive && (
        <Alert className="agent-notice" type="info" showIcon title={t("notLive")} />
      )}
      <Gate agent={agent} />
      <KeyList agentId={agent.id} />
      <NewKey agent={agent} isOpen={isMaking} onClose={() => setMaking(false)} />
    </Section>
  );
}

/** Whether keys open the agent at all; takes effect without publishing. */
function Gate({ agent: { id, apiEnabled } }: { agent: AgentDetail }) {
  const t = useWords(keyWords);
  const tellFailure = useTellFailure();
  const queryClient = useQueryClient();
  const switchId = useId();
  const [isBusy, setBusy] = useState(false);
  const change = async (isOpen: boolean) => {
    setBusy(true);
    try {
      queryClient.setQueryData(agentQuery(id).queryKey, await changeAgent(id, { apiEnabled: isOpen }));
    } catch (error) {
      tellFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="key-gate">
      <Switch
        id={switchId}
        checked={apiEnabled}
        loading={isBusy}
        onChange={(isOpen) => void change(isOpen)}
      />
      <label htmlFor={switchId}>{t("switchText")}</label>
    </div>
  );
}

function KeyList({ agentId }: { agentId: string }) {
  const t = useWords(keyWords);
  const keys = useAppKeys(agentId, true);
  if (keys.isPending) return <Loading />;
  if (keys.data === undefined) return <ErrorState error={keys.error} onRetry={() => void keys.refetch()} />;
  const { items } = keys.data;
  if (items.length === 0) return <EmptyState title={t("empty")} hint={t("emptyHint")} />;
  return (
    <ul className="key-list" aria-label={t("keys")}>
      {items.map((key) => (
        <KeyLine key={key.id} agentId={agentId} appKey={key} />
      ))}
    </ul>
  );
}

function KeyLine({ agentId, appKey }: { agentId: string; appKey: AppKey }) {
  const t = useWords(keyWords);
  const revoking = useRevokeAppKey(agentId);
  const { id, name, ending, isFromFile, createdAt } = appKey;
  const called = name !== "" ? name : isFromFile ? t("fromFile") : t("unnamed");
  return (
    <li>
      <div className="key-words">
        <strong>{called}</strong>
        {ending !== "" && <code title={t("ending")}>…{ending}</code>}
        <span className="key-time">
          {t("created")} <Time at={createdAt} />
        </span>
      </div>
      <ConfirmButton
        size="small"
        danger
        aria-label={`${t("revoke")}: ${called}`}
        question={t("revokeQuestion", { name: called })}
        explanation={isFromFile ? t("revokeFileHint") : t("revokeHint")}
        confirmText={t("revoke")}
        onConfirm={() => revoking.mutateAsync(id)}
      >
        {t("revoke")}
      </ConfirmButton>
    </li>
  );
}

function Ids({ agent }: { agent: AgentDetail }) {
  const t = useWords(keyWords);
  const rows = [
    { family: "HiAgent", parameter: "apikey", value: undefined },
    { family: "Coze", parameter: "bot_id", value: agent.id },
    { family: "Insight", parameter: "botId", value: agent.insightBotId },
    { family: "OpenAI", parameter: "model", value: agent.slug },
  ];
  return (
    <Section title={t("ids")} description={t("idsHint")}>
      <dl className="id-list">
        {rows.map(({ family, parameter, value }) => (
          <div key={family}>
            <dt>
              {family} <code>{parameter}</code>
            </dt>
            <dd>
              {value === undefined ? (
                t("appKey")
              ) : (
                <>
                  <code>{value}</code> <CopyButton text={value} />
                </>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
