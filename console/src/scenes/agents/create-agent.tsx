import { Alert, Button, Form, Input, Modal, Radio } from "antd";
import { useNavigate } from "react-router";
import { ErrorText } from "../../parts/error-state.tsx";
import { commonWords } from "../../text/common.ts";
import { useWords } from "../../text/words.ts";
import { useCreateAgent } from "./data.ts";
import { settingsOf, TEMPLATES, type TemplateName, templateWords } from "./templates.ts";
import { agentWords } from "./text.ts";

interface Wish {
  name: string;
  template: TemplateName;
}

/** Asks for a name and what to begin with, makes the agent and goes to it. */
export function CreateAgent({ isOpen, onClose }: { isOpen: boolean; onClose(): void }) {
  const t = useWords(agentWords);
  const common = useWords(commonWords);
  const templates = useWords(templateWords);
  const navigate = useNavigate();
  const [form] = Form.useForm<Wish>();
  const creating = useCreateAgent();
  const create = ({ name, template }: Wish) => {
    // Enter sends a form whose button stands outside of it, whatever the button does.
    if (creating.isPending) return;
    creating.mutate(
      { name: name.trim(), settings: settingsOf(template, templates) },
      { onSuccess: ({ id }) => void navigate(`/agents/${id}`) },
    );
  };
  return (
    <Modal
      open={isOpen}
      title={t("createTitle")}
      onCancel={onClose}
      destroyOnHidden
      afterClose={() => creating.reset()}
      footer={
        <>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button type="primary" loading={creating.isPending} onClick={() => form.submit()}>
            {common("create")}
          </Button>
        </>
      }
    >
      {creating.isError && (
        <Alert type="error" showIcon role="alert" title={<ErrorText error={creating.error} />} />
      )}
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ name: "", template: "blank" }}
        onFinish={create}
        preserve={false}
      >
        <Form.Item
          name="name"
          label={t("createName")}
          extra={t("createNameHint")}
          rules={[{ required: true, whitespace: true, message: t("required") }]}
        >
          <Input maxLength={100} autoFocus />
        </Form.Item>
        <Form.Item name="template" label={t("createTemplate")}>
          <Radio.Group className="templates">
            {TEMPLATES.map((name) => (
              <Radio key={name} value={name}>
                <span className="template-name">{templates(name)}</span>
                <span className="template-hint">{templates(`${name}Hint`)}</span>
              </Radio>
            ))}
          </Radio.Group>
        </Form.Item>
      </Form>
    </Modal>
  );
}
