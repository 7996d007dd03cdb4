import PlusOutlined from "@ant-design/icons/es/icons/PlusOutlined";
import { Button, Form, Input, Modal, Tag } from "antd";
import { useState } from "react";
import { useWorkspace } from "../../api/session.ts";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { CodeBlock } from "../../parts/code-block.tsx";
import { ConfirmButton } from "../../parts/confirm-button.tsx";
import { DataList } from "../../parts/data-list.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { ErrorState } from "../../parts/error-state.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { SecretOnce } from "../../parts/secret-once.tsx";
import { Section } from "../../parts/section.tsx";
import { useTellFailure } from "../../parts/tell-failure.tsx";
import { Time } from "../../parts/time.tsx";
import { useWords } from "../../text/words.ts";
import { type AccessKey, useAccessKeyChanges, useAccessKeys } from "./data.ts";
import { settingsWords } from "./text.ts";

interface Shown {
  keyId: string;
  secret: string;
}

/** Keys of the Insight family. */
export function AccessKeysSection() {
  const t = useWords(settingsWords);
  const { workspaceId } = useWorkspace();
  const keys = useAccessKeys();
  const [isMaking, setMaking] = useState(false);
  const [shown, setShown] = useState<Shown>();
  return (
    <>
      <PageHeader
        title={t("access-keys")}
        description={t("keysHint")}
        actions={
          <>
            <ApiPeek calls={[{ path: `/api/access-keys?workspaceId=${workspaceId}` }]} />
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>
              {t("newKey")}
            </Button>
          </>
        }
      />
      <Section isFlush>
        <DataList<AccessKey>
          query={keys}
          label={t("access-keys")}
          itemKey={({ keyId }) => keyId}
          empty={<EmptyState title={t("noKeys")} hint={t("noKeysHint")} />}
          columns={[
            { key: "name", title: t("name"), render: (key) => <KeyName accessKey={key} /> },
            {
              key: "scopes",
              title: t("scopes"),
              render: ({ scopes }) => (
                <span className="settings-tags">
                  {scopes.map((scope) => (
                    <Tag key={scope}>{scope}</Tag>
                  ))}
                </span>
              ),
            },
            {
              key: "lastUsed",
              title: t("lastUsed"),
              render: ({ lastUsedAt }) => <Time at={lastUsedAt} />,
              width: "140px",
            },
          ]}
          actions={(key) => <KeyActions accessKey={key} onSecret={setShown} />}
        />
      </Section>
      <Modal
        open={isMaking}
        onCancel={() => setMaking(false)}
        footer={null}
        title={t("newKey")}
        destroyOnHidden
      >
        <NewKey
          onMade={(made) => {
            setMaking(false);
            setShown(made);
          }}
        />
      </Modal>
      <Modal
        open={shown !== undefined}
        onCancel={() => setShown(undefined)}
        footer={null}
        title={t("keyMade")}
      >
        {shown !== undefined && (
          <>
            <CodeBlock code={shown.keyId} language={t("keyId")} />
            <SecretOnce secret={shown.secret} name={t("secret")} />
          </>
        )}
      </Modal>
    </>
  );
}

function NewKey({ onMade }: { onMade(made: Shown): void }) {
  const t = useWords(settingsWords);
  const { make } = useAccessKeyChanges();
  const submit = ({ name }: { name: string }) =>
    make.mutate(name, {
      onSuccess: ({ accessKey, secret }) => onMade({ keyId: accessKey.keyId, secret }),
    });
  return (
    <Form layout="vertical" requiredMark={false} onFinish={submit}>
      {make.isError && <ErrorState title={make.error.message} error={make.error} />}
      <Form.Item name="name" label={t("name")} rules={[{ required: true, message: t("required") }]}>
        <Input maxLength={128} autoFocus />
      </Form.Item>
      <div className="settings-buttons">
        <Button type="primary" htmlType="submit" loading={make.isPending}>
          {t("newKey")}
        </Button>
      </div>
    </Form>
  );
}

function KeyName({ accessKey: { name, keyId, isFromFile, disabledAt } }: { accessKey: AccessKey }) {
  const t = useWords(settingsWords);
  return (
    <div className="settings-stack">
      <span>
        {name} {disabledAt !== null && <Tag color="error">{t("disabled")}</Tag>}
        {isFromFile && <Tag>{t("fromFile")}</Tag>}
      </span>
      <small>
        <code>{keyId}</code>
      </small>
    </div>
  );
}

function KeyActions({ accessKey, onSecret }: { accessKey: AccessKey; onSecret(shown: Shown): void }) {
  const t = useWords(settingsWords);
  const tellFailure = useTellFailure();
  const { rotate, disable, enable } = useAccessKeyChanges();
  const { keyId, name, disabledAt, isFromFile } = accessKey;
  return (
    <span className="settings-actions">
      {!isFromFile && (
        <ConfirmButton
          size="small"
          aria-label={`${t("rotate")}: ${name}`}
          question={t("rotateQuestion", { name })}
          explanation={t("rotateHint")}
          confirmText={t("rotate")}
          onConfirm={async () => onSecret({ keyId, secret: (await rotate.mutateAsync(keyId)).secret })}
        >
          {t("rotate")}
        </ConfirmButton>
      )}
      {disabledAt === null ? (
        <ConfirmButton
          size="small"
          danger
          aria-label={`${t("disable")}: ${name}`}
          question={t("disableQuestion", { name })}
          explanation={t("disableKeyHint")}
          confirmText={t("disable")}
          onConfirm={() => disable.mutateAsync(keyId)}
        >
          {t("disable")}
        </ConfirmButton>
      ) : (
        <Button
          size="small"
          aria-label={`${t("enable")}: ${name}`}
          loading={enable.isPending}
          onClick={() =>
            enable.mutate(keyId, {
              onError: tellFailure,
            })
          }
        >
          {t("enable")}
        </Button>
      )}
    </span>
  );
}
