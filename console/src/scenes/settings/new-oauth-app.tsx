import { Form, Input, Select } from "antd";
import { CodeBlock } from "../../parts/code-block.tsx";
import { SecretOnce } from "../../parts/secret-once.tsx";
import { useWords } from "../../text/words.ts";
import { type OAuthApp, useOAuthAppChanges } from "./data.ts";
import { MakingDialog } from "./making-dialog.tsx";
import { settingsWords } from "./text.ts";

/** What kinds of apps are called, by the words of the settings. */
export const APP_KINDS = {
  web: "kindWeb",
  pkce: "kindPkce",
  device: "kindDevice",
  jwt: "kindJwt",
} as const satisfies Record<OAuthApp["kind"], string>;

interface Wish {
  kind: OAuthApp["kind"];
  name: string;
  redirectUris?: string[];
  publicKey?: string;
}

/** Makes an app, and shows its secret once where it has one. */
export function NewOAuthApp({ isOpen, onClose }: { isOpen: boolean; onClose(): void }) {
  const t = useWords(settingsWords);
  const { make } = useOAuthAppChanges();
  const submit = ({ kind, name, redirectUris = [], publicKey }: Wish) =>
    make.mutate({ kind, name, redirectUris, ...(publicKey !== undefined && { publicKeys: [publicKey] }) });
  return (
    <MakingDialog<Wish, NonNullable<typeof make.data>>
      title={t("newApp")}
      madeTitle={t("appMade")}
      isOpen={isOpen}
      make={make}
      initialValues={{ kind: "web" }}
      fields={<AppFields />}
      onSubmit={submit}
      onClose={onClose}
    >
      {({ app, clientSecret }) => (
        <>
          <CodeBlock code={app.clientId} language={t("clientId")} />
          {clientSecret !== null && <SecretOnce secret={clientSecret} name={t("clientSecret")} />}
        </>
      )}
    </MakingDialog>
  );
}

function AppFields() {
  const t = useWords(settingsWords);
  const required = [{ required: true, message: t("required") }];
  const kind = Form.useWatch<OAuthApp["kind"]>("kind");
  return (
    <>
      <Form.Item name="name" label={t("name")} rules={required}>
        <Input maxLength={100} autoFocus />
      </Form.Item>
      <Form.Item name="kind" label={t("kind")}>
        <Select
          aria-label={t("kind")}
          options={Object.entries(APP_KINDS).map(([value, word]) => ({ value, label: t(word) }))}
        />
      </Form.Item>
      {(kind === "web" || kind === "pkce") && (
        <Form.Item
          name="redirectUris"
          label={t("redirectUris")}
          extra={t("redirectUrisHint")}
          rules={required}
        >
          <Select mode="tags" aria-label={t("redirectUris")} open={false} suffixIcon={null} />
        </Form.Item>
      )}
      {kind === "jwt" && (
        <Form.Item name="publicKey" label={t("publicKeys")} extra={t("publicKeysHint")} rules={required}>
          <Input.TextArea rows={6} maxLength={10_000} />
        </Form.Item>
      )}
    </>
  );
}
