import { Button, Form, Input } from "antd";
import type { ReactNode } from "react";
import { ConfirmButton } from "../../parts/confirm-button.tsx";
import { ErrorState } from "../../parts/error-state.tsx";
import { Loading } from "../../parts/loading.tsx";
import { SecretOnce } from "../../parts/secret-once.tsx";
import { useWords } from "../../text/words.ts";
import { useRemoveReviewServer, useReviewServer, useSetReviewServer } from "./channel-data.ts";
import { publishWords } from "./text.ts";

/** The server that decides what comes onto a channel. */
export function ReviewServer({ channelId }: { channelId: string }) {
  const t = useWords(publishWords);
  const server = useReviewServer(channelId);
  const set = useSetReviewServer(channelId);
  const remove = useRemoveReviewServer(channelId);
  const token = set.data?.verifyToken ?? undefined;
  return (
    <section className="publish-facts">
      <h2 className="publish-heading">{t("reviewServer")}</h2>
      <p className="publish-muted">{t("reviewServerHint")}</p>
      {server.isPending && <Loading />}
      {server.isError && <ErrorState error={server.error} onRetry={() => void server.refetch()} />}
      {token !== undefined && (
        <>
          <SecretOnce name={t("reviewServerToken")} secret={token} />
          <p className="publish-muted">{t("reviewServerTokenHint")}</p>
        </>
      )}
      {server.data?.endpoint === null && (
        <>
          <p>{t("reviewServerNone")}</p>
          <div>
            <Button loading={set.isPending} onClick={() => set.mutate(undefined)}>
              {t("reviewServerMake")}
            </Button>
          </div>
        </>
      )}
      {server.data !== undefined && server.data.endpoint !== null && (
        <>
          {server.data.endpoint.url === null && <p>{t("reviewServerNoUrl")}</p>}
          <Address
            key={server.data.endpoint.url}
            url={server.data.endpoint.url ?? ""}
            isSaving={set.isPending}
            onSave={(url) => set.mutate(url)}
          >
            <ConfirmButton
              danger
              question={t("reviewServerRemoveQuestion")}
              explanation={t("reviewServerRemoveHint")}
              onConfirm={() => remove.mutateAsync()}
            >
              {t("reviewServerRemove")}
            </ConfirmButton>
          </Address>
        </>
      )}
      {set.isError && <ErrorState error={set.error} />}
    </section>
  );
}

function Address({
  url,
  isSaving,
  onSave,
  children,
}: {
  url: string;
  isSaving: boolean;
  onSave(url: string): void;
  /** What else can be done with it. */
  children: ReactNode;
}) {
  const t = useWords(publishWords);
  return (
    <Form<{ url: string }>
      layout="vertical"
      requiredMark={false}
      initialValues={{ url }}
      onFinish={(fields) => onSave(fields.url)}
    >
      <Form.Item name="url" label={t("reviewServerUrl")} rules={[{ required: true }]}>
        <Input type="url" placeholder="https://channel.example/audit" />
      </Form.Item>
      <div className="section-actions">
        <Button htmlType="submit" loading={isSaving}>
          {t("reviewServerSave")}
        </Button>
        {children}
      </div>
    </Form>
  );
}
