import { AutoComplete, Button, Form, type FormInstance, Input, InputNumber, Select, Switch } from "antd";
import { useWords } from "../../text/words.ts";
import type { ListedModel, ModelPreset } from "./data.ts";
import type { ModelFields } from "./model-form.ts";
import { modelWords } from "./text.ts";

const CURRENCIES = ["CNY", "USD", "EUR", "GBP", "JPY", "HKD"].map((value) => ({ value }));

/** Everything that can be written of a model. */
export function ModelFieldset({
  form,
  preset,
  known,
  models,
  onAddress,
}: {
  form: FormInstance<ModelFields>;
  preset: ModelPreset | undefined;
  /** The model that is being changed. */
  known: ListedModel | undefined;
  /** Names to choose from. */
  models: string[];
  /** Called with an address that is chosen instead of written. */
  onAddress(address: string): void;
}) {
  const t = useWords(modelWords);
  const provider = Form.useWatch("provider", { form, preserve: true });
  const others = preset?.otherBaseUrls ?? [];
  const needsAddress = provider !== "anthropic" && provider !== "google";
  const keyHint = known?.hasKey === true ? t("keyKept") : t("keyHint");
  return (
    <>
      {known === undefined && (
        <Form.Item
          name="name"
          label={t("name")}
          extra={t("nameHint")}
          rules={[{ required: true, whitespace: true, message: t("nameMissing") }]}
        >
          <Input maxLength={100} autoComplete="off" />
        </Form.Item>
      )}
      <Form.Item
        name="model"
        label={t("model")}
        extra={t("modelHint")}
        rules={[{ required: true, whitespace: true, message: t("modelMissing") }]}
      >
        <AutoComplete
          options={models.map((value) => ({ value }))}
          showSearch={{ filterOption: false }}
          maxLength={200}
        />
      </Form.Item>
      <Form.Item
        name="baseUrl"
        label={t("address")}
        rules={needsAddress ? [{ required: true, whitespace: true, message: t("addressMissing") }] : []}
        extra={
          others.length > 0 && (
            <span className="model-addresses">
              {t("addressOther")}
              {others.map((address) => (
                <Button key={address} type="link" size="small" onClick={() => onAddress(address)}>
                  {address}
                </Button>
              ))}
            </span>
          )
        }
      >
        <Input
          type="url"
          maxLength={2_000}
          placeholder={needsAddress ? "https://…/v1" : t("vendorDefault")}
          autoComplete="off"
        />
      </Form.Item>
      <Form.Item
        name="apiKey"
        label={t("key")}
        extra={
          <>
            {keyHint}
            {preset?.keyUrl != null && (
              <span className="model-key-url">{t("keyWhere", { url: preset.keyUrl })}</span>
            )}
          </>
        }
      >
        <Input.Password maxLength={2_000} autoComplete="new-password" />
      </Form.Item>
      <Form.Item
        name="isDefault"
        label={t("isDefault")}
        valuePropName="checked"
        layout="horizontal"
        colon={false}
      >
        <Switch />
      </Form.Item>
      <details className="model-more">
        <summary>{t("more")}</summary>
        <ModelPrices form={form} />
        <fieldset className="model-numbers">
          <legend>{t("parameters")}</legend>
          <p>{t("parametersHint")}</p>
          <Form.Item name="temperature" label={t("temperature")}>
            <InputNumber min={0} max={2} step={0.1} />
          </Form.Item>
          <Form.Item name="maxOutputTokens" label={t("maxTokens")}>
            <InputNumber min={1} max={1_000_000} precision={0} />
          </Form.Item>
        </fieldset>
      </details>
    </>
  );
}

function ModelPrices({ form }: { form: FormInstance<ModelFields> }) {
  const t = useWords(modelWords);
  const bothOrNone = {
    validator: async () => {
      const { priceInput, priceOutput } = form.getFieldsValue(true) as ModelFields;
      if ((priceInput === null) !== (priceOutput === null)) throw new Error(t("pricesPartly"));
    },
  };
  return (
    <fieldset className="model-numbers">
      <legend>{t("prices")}</legend>
      <p>{t("pricesHint")}</p>
      <Form.Item
        name="priceInput"
        label={t("priceInput")}
        rules={[bothOrNone]}
        dependencies={["priceOutput"]}
      >
        <InputNumber min={0} max={1_000_000} />
      </Form.Item>
      <Form.Item name="priceOutput" label={t("priceOutput")}>
        <InputNumber min={0} max={1_000_000} />
      </Form.Item>
      <Form.Item name="currency" label={t("currency")}>
        <Select options={CURRENCIES} />
      </Form.Item>
    </fieldset>
  );
}
