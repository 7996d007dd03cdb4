import { Checkbox, Form, Input, InputNumber } from "antd";
import { useWords } from "../../text/words.ts";
import { areRetries } from "./endpoint-form.ts";
import { callbackWords } from "./text.ts";

/** Whatever has a default that is good for most. */
export function EndpointLimits({ kind }: { kind: "standard" | "insight" }) {
  const t = useWords(callbackWords);
  const isInsight = kind === "insight";
  return (
    <>
      <div className="callbacks-numbers">
        <Form.Item name="timeoutMs" label={t("timeout")}>
          <InputNumber
            min={isInsight ? 1_000 : 3_000}
            max={30_000}
            step={1_000}
            precision={0}
            placeholder={isInsight ? "10000" : "15000"}
          />
        </Form.Item>
        <Form.Item name="maxInFlight" label={t("atOnce")}>
          <InputNumber min={1} max={64} precision={0} placeholder={isInsight ? "8" : "4"} />
        </Form.Item>
        <Form.Item name="ratePerSecond" label={t("rate")} extra={t("rateNone")}>
          <InputNumber min={1} max={1_000} precision={0} />
        </Form.Item>
      </div>
      <Form.Item
        name="retries"
        label={t("retries")}
        extra={t("retriesStandard")}
        rules={[
          {
            validator: async (_, text: string) => {
              if (!areRetries(text)) throw new Error(t("retriesWrong"));
            },
          },
        ]}
      >
        <Input placeholder="5, 30, 300" inputMode="numeric" />
      </Form.Item>
      {isInsight ? (
        <Form.Item name="isCoalescing" valuePropName="checked">
          <Checkbox>{t("coalescing")}</Checkbox>
        </Form.Item>
      ) : (
        <>
          <Form.Item name="isOrdered" valuePropName="checked">
            <Checkbox>{t("ordered")}</Checkbox>
          </Form.Item>
          <Form.Item name="isAsymmetric" valuePropName="checked">
            <Checkbox>{t("asymmetric")}</Checkbox>
          </Form.Item>
        </>
      )}
    </>
  );
}
