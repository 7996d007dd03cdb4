import { Button, Collapse, Drawer, Form, Input, Radio } from "antd";
import { useNavigate } from "react-router";
import { ErrorState } from "../../parts/error-state.tsx";
import { SecretOnce } from "../../parts/secret-once.tsx";
import { commonWords } from "../../text/common.ts";
import { useWords } from "../../text/words.ts";
import { AgentChoice } from "./agent-choice.tsx";
import { type Endpoint, useCreateEndpoint, useUpdateEndpoint } from "./data.ts";
import { areHeaders, type EndpointFields, fieldsOf, settingsOf } from "./endpoint-form.ts";
import { EndpointLimits } from "./endpoint-limits.tsx";
import { EventChoice } from "./event-choice.tsx";
import { FeedbackFields } from "./feedback-fields.tsx";
import { callbackWords } from "./text.ts";

const KINDS = ["standard", "insight"] as const;

/** Makes an endpoint, whose secret is then shown once, or changes one. */
export function EndpointDialog({
  endpoint,
  onClose,
}: {
  /** Absent: a new one. */
  endpoint?: Endpoint;
  onClose(): void;
}) {
  const t = useWords(callbackWords);
  const common = useWords(commonWords);
  const navigate = useNavigate();
  const create = useCreateEndpoint();
  const update = useUpdateEndpoint(endpoint?.id ?? "");
  const [form] = Form.useForm<EndpointFields>();
  const kind = Form.useWatch("kind", form) ?? fieldsOf(endpoint).kind;
  const made = create.data;
  const save = (given: Partial<EndpointFields>) => {
    const fields = { ...fieldsOf(endpoint), ...given };
    const settings = settingsOf(fields);
    if (endpoint === undefined) create.mutate({ kind: fields.kind, ...settings });
    else update.mutate(settings, { onSuccess: onClose });
  };
  const error = create.error ?? update.error;
  const close = () => {
    onClose();
    if (made !== undefined) void navigate(`/callbacks/endpoints/${made.endpoint.id}`);
  };
  return (
    <Drawer
      open
      size={640}
      onClose={close}
      title={endpoint === undefined ? t("newEndpoint") : t("editTitle", { name: endpoint.name })}
      footer={
        <div className="callbacks-dialog-actions">
          {made === undefined ? (
            <>
              <Button onClick={close}>{common("cancel")}</Button>
              <Button
                type="primary"
                loading={create.isPending || update.isPending}
                onClick={() => form.submit()}
              >
                {endpoint === undefined ? common("create") : common("save")}
              </Button>
            </>
          ) : (
            <Button type="primary" onClick={close}>
              {common("close")}
            </Button>
          )}
        </div>
      }
    >
      {made !== undefined ? (
        <div className="callbacks-stack">
          <p>{t("secretHint")}</p>
          <SecretOnce name={t("secret")} secret={made.secret} />
        </div>
      ) : (
        <Form<EndpointFields>
          form={form}
          layout="vertical"
          requiredMark={false}
          initialValues={fieldsOf(endpoint)}
          onFinish={save}
          scrollToFirstError
        >
          {endpoint === undefined && (
            <Form.Item name="kind" label={t("kind")} extra={t(`kindHint_${kind}`)}>
              <Radio.Group
                optionType="button"
                options={KINDS.map((value) => ({ value, label: t(`kind_${value}`) }))}
              />
            </Form.Item>
          )}
          <Form.Item name="name" label={t("name")} rules={[{ required: true, whitespace: true }]}>
            <Input maxLength={128} />
          </Form.Item>
          <Form.Item
            name="url"
            label={t("address")}
            extra={t("addressHint")}
            rules={[{ required: true, whitespace: true }]}
          >
            <Input type="url" placeholder="https://example.com/webhooks" />
          </Form.Item>
          {kind === "standard" ? (
            <Form.Item
              name="eventTypes"
              label={t("subscriptions")}
              rules={[{ required: true, message: t("subscriptionsNeeded") }]}
            >
              <EventChoice />
            </Form.Item>
          ) : (
            <FeedbackFields />
          )}
          <Form.Item name="agentIds" label={t("agents")}>
            <AgentChoice />
          </Form.Item>
          <Form.Item
            name="headers"
            label={t("headers")}
            extra={
              endpoint !== undefined && endpoint.headerNames.length > 0
                ? t("headersKept", { names: endpoint.headerNames.join(", ") })
                : t("headersHint")
            }
            rules={[
              {
                validator: async (_, text: string) => {
                  if (!areHeaders(text)) throw new Error(t("headersWrong"));
                },
              },
            ]}
          >
            <Input.TextArea rows={3} placeholder="X-Tenant: 7" spellCheck={false} />
          </Form.Item>
          <Collapse
            ghost
            items={[
              {
                key: "advanced",
                label: t("advanced"),
                forceRender: true,
                children: <EndpointLimits kind={kind} />,
              },
            ]}
          />
          {error !== null && <ErrorState error={error} />}
        </Form>
      )}
    </Drawer>
  );
}
