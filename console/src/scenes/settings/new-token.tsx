import { Form, Input, Select } from "antd";
import { SecretOnce } from "../../parts/secret-once.tsx";
import { useWords } from "../../text/words.ts";
import { useTokenChanges } from "./data.ts";
import { MakingDialog } from "./making-dialog.tsx";
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
  const submit = ({ name, permissions = [], days }: Wish) =>
    make.mutate({
      name,
      ...(permissions.length > 0 && { permissions }),
      ...(days > 0 && { expiresAt: new Date(Date.now() + days * DAY_MS).toISOString() }),
    });
  return (
    <MakingDialog<Wish, NonNullable<typeof make.data>>
      title={t("newToken")}
      madeTitle={t("tokenMade")}
      isOpen={isOpen}
      make={make}
      initialValues={{ days: 90 }}
      fields={<TokenFields />}
      onSubmit={submit}
      onClose={onClose}
    >
      {({ secret }) => <SecretOnce secret={secret} name="token" />}
    </MakingDialog>
  );
}

function TokenFields() {
  const t = useWords(settingsWords);
  return (
    <>
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
    </>
  );
}
