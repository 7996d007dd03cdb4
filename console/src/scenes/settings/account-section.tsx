import { App, Button, Form, Input } from "antd";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { ConfirmButton } from "../../parts/confirm-button.tsx";
import { ErrorState } from "../../parts/error-state.tsx";
import { Loading } from "../../parts/loading.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { Section } from "../../parts/section.tsx";
import { commonWords } from "../../text/common.ts";
import { useWords } from "../../text/words.ts";
import { type Account, useAccount, useAccountChanges } from "./data.ts";
import { useFollowingForm } from "./following-form.ts";
import { settingsWords } from "./text.ts";

/** How one is called, and how one signs in. */
export function AccountSection() {
  const t = useWords(settingsWords);
  const account = useAccount();
  return (
    <>
      <PageHeader
        title={t("account")}
        description={t("accountHint")}
        actions={<ApiPeek calls={[{ path: "/api/account" }]} />}
      />
      {account.isPending && <Loading />}
      {account.isError && <ErrorState error={account.error} onRetry={() => void account.refetch()} />}
      {account.data !== undefined && (
        <>
          <Profile account={account.data} />
          <Password account={account.data} />
          <Sessions />
        </>
      )}
    </>
  );
}

function Profile({ account }: { account: Account }) {
  const t = useWords(settingsWords);
  const common = useWords(commonWords);
  const { message } = App.useApp();
  const { rename } = useAccountChanges();
  const following = useFollowingForm(account);
  const submit = ({ nickname }: { nickname: string }) =>
    rename.mutate(nickname, { onSuccess: () => void message.success(t("saved")) });
  return (
    <Section title={t("profile")}>
      {rename.isError && <ErrorState title={rename.error.message} error={rename.error} />}
      <Form className="settings-form" layout="vertical" requiredMark={false} {...following} onFinish={submit}>
        <Form.Item name="name" label={t("signInName")}>
          <Input disabled />
        </Form.Item>
        <Form.Item name="nickname" label={t("nickname")} rules={[{ required: true, message: t("required") }]}>
          <Input maxLength={100} autoComplete="nickname" />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={rename.isPending}>
          {common("save")}
        </Button>
      </Form>
    </Section>
  );
}

function Password({ account: { hasPassword } }: { account: Account }) {
  const t = useWords(settingsWords);
  const { message } = App.useApp();
  const { changePassword } = useAccountChanges();
  const [form] = Form.useForm();
  const required = { required: true, message: t("required") };
  const submit = ({ current, password }: { current?: string; password: string }) =>
    changePassword.mutate(
      { password, ...(current !== undefined && { current }) },
      {
        onSuccess: () => {
          form.resetFields();
          void message.success(t("passwordChanged"));
        },
      },
    );
  return (
    <Section title={t("passwordTitle")} description={t("passwordTitleHint")}>
      {changePassword.isError && <ErrorState error={changePassword.error} />}
      <Form
        form={form}
        className="settings-form"
        layout="vertical"
        requiredMark={false}
        onFinish={submit}
        name="password"
      >
        {hasPassword && (
          <Form.Item name="current" label={t("currentPassword")} rules={[required]}>
            <Input.Password autoComplete="current-password" maxLength={1024} />
          </Form.Item>
        )}
        <Form.Item
          name="password"
          label={t("newPassword")}
          rules={[required, { min: 8, message: t("tooShort") }]}
        >
          <Input.Password autoComplete="new-password" maxLength={1024} />
        </Form.Item>
        <Form.Item
          name="repeated"
          label={t("repeatPassword")}
          dependencies={["password"]}
          rules={[
            required,
            {
              validator: async (_, value) => {
                if (value !== form.getFieldValue("password")) throw new Error(t("differs"));
              },
            },
          ]}
        >
          <Input.Password autoComplete="new-password" maxLength={1024} />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={changePassword.isPending}>
          {t("changePassword")}
        </Button>
      </Form>
    </Section>
  );
}

function Sessions() {
  const t = useWords(settingsWords);
  const { signOutEverywhere } = useAccountChanges();
  return (
    <Section title={t("sessions")} description={t("sessionsHint")}>
      <ConfirmButton
        danger
        question={t("signOutQuestion")}
        explanation={t("signOutHint")}
        confirmText={t("signOutEverywhere")}
        onConfirm={() => signOutEverywhere.mutateAsync()}
      >
        {t("signOutEverywhere")}
      </ConfirmButton>
    </Section>
  );
}
