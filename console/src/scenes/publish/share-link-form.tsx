import { Alert, ColorPicker, Form, Input, Modal, Select, Switch } from "antd";
import { ErrorText } from "../../parts/error-state.tsx";
import { useWords } from "../../text/words.ts";
import { type ShareLink, type ShareLinkSettings, useSaveShareLink } from "./share-links-data.ts";
import { shareLinkWords } from "./share-links-text.ts";

const DEFAULT_COLOR = "#3156d3";

/** What a link says and who may embed it. */
export function ShareLinkForm({
  agentId,
  link,
  onClose,
}: {
  agentId: string;
  /** Absent: a new one. */
  link: ShareLink | undefined;
  onClose(): void;
}) {
  const t = useWords(shareLinkWords);
  const [form] = Form.useForm<ShareLinkSettings>();
  const save = useSaveShareLink(agentId);
  const finish = ({ color, ...said }: ShareLinkSettings) => {
    const body = { ...said, color: color?.toLowerCase() === DEFAULT_COLOR ? "" : color };
    save.mutate({ linkId: link?.id, body }, { onSuccess: onClose });
  };
  return (
    <Modal
      open
      title={link === undefined ? t("create") : t("editTitle")}
      okText={link === undefined ? t("create") : t("save")}
      cancelText={t("cancel")}
      confirmLoading={save.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      {save.isError && <Alert type="error" role="alert" showIcon title={<ErrorText error={save.error} />} />}
      <Form
        form={form}
        layout="vertical"
        onFinish={finish}
        initialValues={{
          isEnabled: link?.isEnabled ?? true,
          title: link?.title ?? "",
          greeting: link?.greeting ?? "",
          color: link?.color || DEFAULT_COLOR,
          origins: link?.origins ?? [],
        }}
      >
        <Form.Item name="isEnabled" label={t("enabled")} valuePropName="checked">
          <Switch />
        </Form.Item>
        <Form.Item name="title" label={t("name")} extra={t("nameHint")}>
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item name="greeting" label={t("greeting")} extra={t("greetingHint")}>
          <Input.TextArea maxLength={2000} rows={3} />
        </Form.Item>
        <Form.Item name="origins" label={t("origins")} extra={t("originsHint")}>
          <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[" ", ","]} />
        </Form.Item>
        <Form.Item name="color" label={t("color")} getValueFromEvent={(color) => color.toHexString()}>
          <ColorPicker disabledAlpha showText format="hex" disabledFormat />
        </Form.Item>
      </Form>
    </Modal>
  );
}
