import { Alert, App, Button, Form, Input } from "antd";
import { useMay, useWorkspace } from "../../api/session.ts";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { CopyButton } from "../../parts/copy-button.tsx";
import { ErrorState } from "../../parts/error-state.tsx";
import { Loading } from "../../parts/loading.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { Section } from "../../parts/section.tsx";
import { Time } from "../../parts/time.tsx";
import { commonWords } from "../../text/common.ts";
import { useWords } from "../../text/words.ts";
import { useChangeWorkspace, useWorkspaceDetail } from "./data.ts";
import { useFollowingForm } from "./following-form.ts";
import { settingsWords } from "./text.ts";

/** What the workspace is called. */
export function WorkspaceSection() {
  const t = useWords(settingsWords);
  const { workspaceId } = useWorkspace();
  const detail = useWorkspaceDetail();
  return (
    <>
      <PageHeader
        title={t("workspace")}
        description={t("workspaceHint")}
        actions={<ApiPeek calls={[{ path: `/api/workspaces/${workspaceId}` }]} />}
      />
      {detail.isPending && <Loading />}
      {detail.isError && <ErrorState error={detail.error} onRetry={() => void detail.refetch()} />}
      {detail.data !== undefined && <Detail workspace={detail.data} />}
    </>
  );
}

function Detail({ workspace }: { workspace: NonNullable<ReturnType<typeof useWorkspaceDetail>["data"]> }) {
  const t = useWords(settingsWords);
  const common = useWords(commonWords);
  const { message } = App.useApp();
  const mayChange = useMay("admin");
  const change = useChangeWorkspace();
  const following = useFollowingForm(workspace);
  const { id, createdAt } = workspace;
  return (
    <>
      <Section>
        {!mayChange && <Alert type="info" showIcon title={t("onlyAdmins")} />}
        {change.isError && <ErrorState error={change.error} />}
        <Form
          className="settings-form"
          layout="vertical"
          requiredMark={false}
          disabled={!mayChange}
          {...following}
          onFinish={(values) => change.mutate(values, { onSuccess: () => void message.success(t("saved")) })}
        >
          <Form.Item name="name" label={t("name")} rules={[{ required: true, message: t("required") }]}>
            <Input maxLength={50} />
          </Form.Item>
          <Form.Item name="icon" label={t("icon")} extra={t("iconHint")}>
            <Input maxLength={200} />
          </Form.Item>
          <Form.Item name="description" label={t("description")}>
            <Input.TextArea rows={3} maxLength={2000} />
          </Form.Item>
          {mayChange && (
            <Button type="primary" htmlType="submit" loading={change.isPending}>
              {common("save")}
            </Button>
          )}
        </Form>
      </Section>
      <Section>
        <dl className="settings-facts">
          <div>
            <dt>{t("identifier")}</dt>
            <dd>
              <code>{id}</code> <CopyButton text={id} />
            </dd>
          </div>
          <div>
            <dt>{t("created")}</dt>
            <dd>
              <Time at={createdAt} isExact />
            </dd>
          </div>
        </dl>
      </Section>
    </>
  );
}
