import { Form, Input, Modal, Select } from "antd";
import { ErrorState } from "../../parts/error-state.tsx";
import { commonWords } from "../../text/common.ts";
import { useWords } from "../../text/words.ts";
import { type Channel, type ChannelSettings, useCreateChannel, useUpdateChannel } from "./channel-data.ts";
import { publishWords } from "./text.ts";

interface Fields {
  name: string;
  description: string;
  mode: Channel["authorization"]["mode"];
  authorizeUrl?: string;
  tokenUrl?: string;
  userUrl?: string;
  clientId?: string;
  clientSecret?: string;
}

/** Makes a channel, or changes one. */
export function ChannelDialog({
  channel,
  onClose,
}: {
  /** Absent: a new one. */
  channel?: Channel;
  /** With the id of the channel that was made. */
  onClose(made?: string): void;
}) {
  const t = useWords(publishWords);
  const common = useWords(commonWords);
  const create = useCreateChannel();
  const update = useUpdateChannel(channel?.id ?? "");
  const [form] = Form.useForm<Fields>();
  const mode = Form.useWatch("mode", form);
  const save = async (fields: Fields) => {
    const settings = settingsOf(fields);
    if (channel === undefined) create.mutate(settings, { onSuccess: ({ id }) => onClose(id) });
    else update.mutate(settings, { onSuccess: () => onClose() });
  };
  const error = create.error ?? update.error;
  return (
    <Modal
      open
      title={channel === undefined ? t("newChannel") : t("editChannel")}
      okText={channel === undefined ? common("create") : common("save")}
      cancelText={common("cancel")}
      confirmLoading={create.isPending || update.isPending}
      onOk={() => form.submit()}
      onCancel={() => onClose()}
    >
      <Form<Fields>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={fieldsOf(channel)}
        onFinish={(fields) => void save(fields)}
      >
        <Form.Item name="name" label={t("name")} rules={[{ required: true, whitespace: true }]}>
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item name="description" label={t("about")}>
          <Input.TextArea maxLength={1_000} rows={3} />
        </Form.Item>
        <Form.Item name="mode" label={t("authorization")}>
          <Select
            options={(["none", "device", "oauth"] as const).map((value) => ({
              value,
              label: t(`auth_${value}`),
            }))}
          />
        </Form.Item>
        {mode === "oauth" && (
          <>
            {(["authorizeUrl", "tokenUrl", "userUrl", "clientId"] as const).map((field) => (
              <Form.Item key={field} name={field} label={t(field)} rules={[{ required: true }]}>
                <Input />
              </Form.Item>
            ))}
            <Form.Item
              name="clientSecret"
              label={t("clientSecret")}
              {...(channel?.authorization.mode === "oauth" && { extra: t("clientSecretKeep") })}
            >
              <Input.Password autoComplete="off" />
            </Form.Item>
          </>
        )}
      </Form>
      {error !== null && <ErrorState error={error} />}
    </Modal>
  );
}

function fieldsOf(channel: Channel | undefined): Fields {
  if (channel === undefined) return { name: "", description: "", mode: "none" };
  return { name: channel.name, description: channel.description, ...channel.authorization };
}

function settingsOf({ name, description, mode, clientSecret, ...oauth }: Fields): ChannelSettings {
  if (mode !== "oauth") return { name, description, authorization: { mode } };
  const { authorizeUrl = "", tokenUrl = "", userUrl = "", clientId = "" } = oauth;
  return {
    name,
    description,
    authorization: {
      mode,
      authorizeUrl,
      tokenUrl,
      userUrl,
      clientId,
      ...(clientSecret && { clientSecret }),
    },
  };
}
