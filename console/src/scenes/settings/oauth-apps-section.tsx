import PlusOutlined from "@ant-design/icons/es/icons/PlusOutlined";
import { Button, Modal, Tag } from "antd";
import { useState } from "react";
import { useWorkspace } from "../../api/session.ts";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { ConfirmButton } from "../../parts/confirm-button.tsx";
import { CopyButton } from "../../parts/copy-button.tsx";
import { DataList } from "../../parts/data-list.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { SecretOnce } from "../../parts/secret-once.tsx";
import { Section } from "../../parts/section.tsx";
import { Time } from "../../parts/time.tsx";
import { useWords } from "../../text/words.ts";
import { type OAuthApp, useOAuthAppChanges, useOAuthApps } from "./data.ts";
import { APP_KINDS, NewOAuthApp } from "./new-oauth-app.tsx";
import { settingsWords } from "./text.ts";

/** Programs that get tokens for people. */
export function OAuthAppsSection() {
  const t = useWords(settingsWords);
  const { workspaceId } = useWorkspace();
  const apps = useOAuthApps();
  const [isMaking, setMaking] = useState(false);
  const [secret, setSecret] = useState<string>();
  return (
    <>
      <PageHeader
        title={t("oauth-apps")}
        description={t("oauthHint")}
        actions={
          <>
            <ApiPeek calls={[{ path: `/api/oauth-apps?workspaceId=${workspaceId}` }]} />
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>
              {t("newApp")}
            </Button>
          </>
        }
      />
      <Section isFlush>
        <DataList
          query={apps}
          label={t("oauth-apps")}
          itemKey={({ clientId }) => clientId}
          empty={<EmptyState title={t("noApps")} hint={t("noAppsHint")} />}
          columns={[
            { key: "name", title: t("name"), render: (app) => <AppName app={app} /> },
            { key: "kind", title: t("kind"), render: ({ kind }) => t(APP_KINDS[kind]), width: "200px" },
            {
              key: "created",
              title: t("created"),
              render: ({ createdAt }) => <Time at={createdAt} />,
              width: "140px",
            },
          ]}
          actions={(app) => <AppActions app={app} onSecret={setSecret} />}
        />
      </Section>
      <NewOAuthApp isOpen={isMaking} onClose={() => setMaking(false)} />
      <Modal
        open={secret !== undefined}
        onCancel={() => setSecret(undefined)}
        footer={null}
        title={t("newSecret")}
      >
        {secret !== undefined && <SecretOnce secret={secret} name="client_secret" />}
      </Modal>
    </>
  );
}

function AppName({ app: { name, clientId, ownerName, redirectUris, disabledAt } }: { app: OAuthApp }) {
  const t = useWords(settingsWords);
  return (
    <div className="settings-stack">
      <span>
        {name} {disabledAt !== null && <Tag color="error">{t("disabled")}</Tag>}
      </span>
      <small>
        {ownerName} · <code>{clientId}</code> <CopyButton text={clientId} />
      </small>
      {redirectUris.map((uri) => (
        <small key={uri}>{uri}</small>
      ))}
    </div>
  );
}

function AppActions({ app, onSecret }: { app: OAuthApp; onSecret(secret: string): void }) {
  const t = useWords(settingsWords);
  const { newSecret, disable } = useOAuthAppChanges();
  const { name, clientId, kind, disabledAt } = app;
  if (disabledAt !== null) return null;
  return (
    <span className="settings-actions">
      {kind === "web" && (
        <ConfirmButton
          size="small"
          aria-label={`${t("newSecret")}: ${name}`}
          question={t("newSecretQuestion", { name })}
          explanation={t("newSecretHint")}
          confirmText={t("newSecret")}
          onConfirm={async () => onSecret((await newSecret.mutateAsync(clientId)).clientSecret)}
        >
          {t("newSecret")}
        </ConfirmButton>
      )}
      <ConfirmButton
        size="small"
        danger
        aria-label={`${t("disable")}: ${name}`}
        question={t("disableQuestion", { name })}
        explanation={t("disableAppHint")}
        confirmText={t("disable")}
        onConfirm={() => disable.mutateAsync(clientId)}
      >
        {t("disable")}
      </ConfirmButton>
    </span>
  );
}
