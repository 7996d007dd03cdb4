import { Button, Form, Input, Modal, Select } from "antd";
import { useState } from "react";
import { ErrorState } from "../../parts/error-state.tsx";
import { SecretOnce } from "../../parts/secret-once.tsx";
import { useWords } from "../../text/words.ts";
import { useTokenChanges } from "./data.ts";
import { settingsWords } from "./text.ts";

const VALID_DAYS = [7, 30, 90, 365];
const DAY_MS = 86_400_000;

interface Wish {
  name: string;
  permissions?: string[];
  days: number;
}

/** Makes an access token and shows it once. */
export function NewToken({ isOpen, onClose }: { isOpen: boolean; onClose(): void }) {
  const t = useWords(settingsWords);
  const { make } = useTokenChanges();
  const [secret, setSecret] = useState<string>();
  const close = () => {
    setSecret(undefined);
    make.reset();
    onClose();
  };
  const submit = ({ name, permissions = [], days }: Wish) =>
    make.mutate(
      {
        name,
        ...(permissions.length > 0 && { permissions }),
        ...(days > 0 && { expiresAt: new Date(Date.now() + days * DAY_MS).toISOString() }),
      },
      { onSuccess: (made) => setSecret(made.secret) },
    );
  return (
    <Modal
      open={isOpen}
      onCancel={close}
      footer={null}
      title={secret === undefined ? t("newToken") : t("tokenMade")}
      destroyOnHidden
      width={520}
    >
      {secret === undefined ? (
        <Form layout="vertical" requiredMark={false} initialValues={{ days: 90 }} onFinish={submit}>
          {make.isError && <ErrorState title={make.error.message} error={make.error} />}
          <Form.Item name="name" label={t("tokenName")} rules={[{ required: true, message: t("required") }]}>
            <Input maxLength={100} autoFocus />
          </Form.Item>
          <Form.Item name="days" label={t("validFor")}>
            <Select
              aria-label={t("validFor")}
              options={[
                ...VALID_DAYS.map((count) => ({ value: count, label: t("days", { count }) })),
                { value: 0, label: t("forever") },
              ]}
            />
          </Form.Item>
          <Form.Item name="permissions" label={t("permissions")} extra={t("permissionsHint")}>
            <Select mode="tags" aria-label={t("permissions")} open={false} suffixIcon={null} />
          </Form.Item>
          <div className="settings-buttons">
            <Button type="primary" htmlType="submit" loading={make.isPending}>
              {t("newToken")}
            </Button>
          </div>
        </Form>
      ) : (
        <>
          <SecretOnce secret={secret} name="token" />
          <div className="settings-buttons">
            <Button type="primary" onClick={close}>
              {t("done")}
            </Button>
          </div>
        </>
      )}
    </Modal>
  );
}
