import { Checkbox, Form, InputNumber } from "antd";
import { useWords } from "../../text/words.ts";
import { callbackWords } from "./text.ts";

/** What an endpoint of the Insight kind is told of ratings. */
export function FeedbackFields() {
  const t = useWords(callbackWords);
  return (
    <>
      <Form.Item name="ratings" label={t("ratings")} rules={[{ required: true }]}>
        <Checkbox.Group
          options={(["like", "dislike", "none"] as const).map((value) => ({
            value,
            label: t(`rating_${value}`),
          }))}
        />
      </Form.Item>
      <Form.Item name="historyLimit" label={t("historyLimit")}>
        <InputNumber min={0} max={200} precision={0} />
      </Form.Item>
      <Form.Item name="isStrict" valuePropName="checked">
        <Checkbox>{t("strict")}</Checkbox>
      </Form.Item>
    </>
  );
}
