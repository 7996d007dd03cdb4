import { App, Button, Form, Input, Modal, Radio, Segmented } from "antd";
import { useState } from "react";
import { useMay } from "../../api/session.ts";
import { ErrorState } from "../../parts/error-state.tsx";
import { useWords } from "../../text/words.ts";
import { type NewMember, useMemberChanges } from "./data.ts";
import { ROLE_WORDS, ROLES } from "./role-words.ts";
import { settingsWords } from "./text.ts";

/** Makes somebody a member: with a new account, or one that there is. */
export function AddMember({ isOpen, onClose }: { isOpen: boolean; onClose(): void }) {
  const t = useWords(settingsWords);
  return (
    <Modal open={isOpen} onCancel={onClose} footer={null} title={t("addMember")} destroyOnHidden width={520}>
      <AddForm onDone={onClose} />
    </Modal>
  );
}

function AddForm({ onDone }: { onDone(): void }) {
  const t = useWords(settingsWords);
  const { message } = App.useApp();
  const isOwner = useMay("owner");
  const { add } = useMemberChanges();
  const [account, setAccount] = useState<"new" | "known">("new");
  const roles = ROLES.filter((role) => role !== "owner" || isOwner);
  const submit = (values: NewMember) =>
    add.mutate(values, {
      onSuccess: ({ nickname, name }) => {
        void message.success(t("added", { name: nickname || name }));
        onDone();
      },
    });
  return (
    <Form layout="vertical" requiredMark={false} initialValues={{ role: "member" }} onFinish={submit}>
      {add.isError && <ErrorState title={add.error.message} error={add.error} />}
      <Form.Item>
        <Segmented
          block
          aria-label={t("person")}
          value={account}
          onChange={(value) => setAccount(value as typeof account)}
          options={[
            { value: "new", label: t("newAccount") },
            { value: "known", label: t("knownAccount") },
          ]}
        />
      </Form.Item>
      <Form.Item name="name" label={t("signInName")} rules={[{ required: true, message: t("required") }]}>
        <Input maxLength={100} autoComplete="off" autoCapitalize="none" />
      </Form.Item>
      {account === "new" && (
        <>
          <Form.Item name="nickname" label={t("nickname")}>
            <Input maxLength={100} autoComplete="off" />
          </Form.Item>
          <Form.Item
            name="password"
            label={t("password")}
            extra={t("passwordHint")}
            rules={[
              { required: true, message: t("required") },
              { min: 8, message: t("tooShort") },
            ]}
          >
            <Input.Password maxLength={1024} autoComplete="new-password" />
          </Form.Item>
        </>
      )}
      <Form.Item name="role" label={t("role")}>
        <Radio.Group
          vertical
          options={roles.map((role) => ({
            value: role,
            label: (
              <span className="settings-stack">
                {t(ROLE_WORDS[role].name)}
                <small>{t(ROLE_WORDS[role].hint)}</small>
              </span>
            ),
          }))}
        />
      </Form.Item>
      <div className="settings-buttons">
        <Button type="primary" htmlType="submit" loading={add.isPending}>
          {t("add")}
        </Button>
      </div>
    </Form>
  );
}
