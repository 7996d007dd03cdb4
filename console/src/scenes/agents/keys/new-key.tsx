import { Alert, Button, Form, Input, Modal } from "antd";
import { serverUrl } from "../../../page-settings.ts";
import { CodeBlock } from "../../../parts/code-block.tsx";
import { ErrorText } from "../../../parts/error-state.tsx";
import { SecretOnce } from "../../../parts/secret-once.tsx";
import { commonWords } from "../../../text/common.ts";
import { useWords } from "../../../text/words.ts";
import { type AgentDetail, useCreateAppKey } from "../data.ts";
import { keyWords } from "./text.ts";

/** Asks for a name, makes the key, and shows it this once with commands that use it. */
export function NewKey({ agent, isOpen, onClose }: { agent: AgentDetail; isOpen: boolean; onClose(): void }) {
  const t = useWords(keyWords);
  const common = useWords(commonWords);
  const [form] = Form.useForm<{ name: string }>();
  const making = useCreateAppKey(agent.id);
  const secret = making.data?.secret;
  const isMade = secret !== undefined;
  const footer = isMade ? (
    <Button type="primary" onClick={onClose}>
      {t("done")}
    </Button>
  ) : (
    <>
      <Button onClick={onClose}>{common("cancel")}</Button>
      <Button type="primary" loading={making.isPending} onClick={() => form.submit()}>
        {common("create")}
      </Button>
    </>
  );
  return (
    <Modal
      open={isOpen}
      title={isMade ? t("readyTitle") : t("newKey")}
      onCancel={onClose}
      // A click beside it must not lose what is shown this once.
      mask={{ closable: !isMade }}
      destroyOnHidden
      afterClose={() => making.reset()}
      footer={footer}
      width={isMade ? 680 : 480}
    >
      {making.isError && (
        <Alert type="error" showIcon role="alert" title={<ErrorText error={making.error} />} />
      )}
      {isMade ? (
        <div className="new-key">
          <SecretOnce secret={secret} name={making.data?.key.name ?? ""} />
          <h3>{t("readyHiAgent")}</h3>
          <CodeBlock language="curl" code={hiAgentCall(secret)} />
          <h3>{t("readyOpenAi")}</h3>
          <CodeBlock language="curl" code={openAiCall(secret, agent.slug)} />
        </div>
      ) : (
        <Form
          form={form}
          layout="vertical"
          requiredMark={false}
          preserve={false}
          // Enter sends a form whose button stands outside of it, whatever the button does.
          onFinish={({ name }) => making.isPending || making.mutate(name.trim())}
        >
          <Form.Item
            name="name"
            label={t("keyName")}
            extra={t("keyNameHint")}
            rules={[{ required: true, whitespace: true, message: t("required") }]}
          >
            <Input maxLength={100} autoFocus />
          </Form.Item>
        </Form>
      )}
    </Modal>
  );
}

function hiAgentCall(key: string): string {
  const url = `${serverUrl}/api/proxy/api/v1`;
  const headers = `-H 'apikey: ${key}' -H 'Content-Type: application/json'`;
  return `CONVERSATION=$(curl -s ${url}/create_conversation \\
  ${headers} \\
  -d '{"UserID":"u1"}' | sed 's/.*"AppConversationID":"\\([^"]*\\)".*/\\1/')
curl -N ${url}/chat_query \\
  ${headers} \\
  -d '{"UserID":"u1","AppConversationID":"'$CONVERSATION'","Query":"Hello","ResponseMode":"streaming"}'`;
}

function openAiCall(key: string, model: string): string {
  return `curl -N ${serverUrl}/v1/chat/completions \\
  -H 'Authorization: Bearer ${key}' -H 'Content-Type: application/json' \\
  -d '{"model":"${model}","stream":true,"messages":[{"role":"user","content":"Hello"}]}'`;
}
