import { Button, Form } from "antd";
import { type ReactNode, useState } from "react";
import { ErrorState } from "../../parts/error-state.tsx";
import { commonWords } from "../../text/common.ts";
import { useWords } from "../../text/words.ts";
import {
  type ListedModel,
  type LocalServer,
  type ModelPreset,
  useModelChanges,
  useModelTrial,
} from "./data.ts";
import { ModelFieldset } from "./model-fields.tsx";
import {
  changeOf,
  fieldsOfModel,
  fieldsOfPreset,
  type ModelFields,
  newModelOf,
  trialOf,
} from "./model-form.ts";
import { PresetChoice } from "./preset-choice.tsx";
import { modelWords } from "./text.ts";
import { TrialResult } from "./trial-result.tsx";
import "./models.css";

/** Connects a model, or changes one that was connected: where it is, its key, a test, its prices. */
export function ConnectModel({
  known,
  isFirst,
  onSaved,
  beside,
}: {
  /** The model to change. Absent: a new one. */
  known?: ListedModel | undefined;
  /** Whether it becomes the default unless one says otherwise. */
  isFirst: boolean;
  onSaved(name: string): void;
  /** Stands beside the buttons. */
  beside?: ReactNode;
}) {
  const t = useWords(modelWords);
  const common = useWords(commonWords);
  const [form] = Form.useForm<ModelFields>();
  const [choice, setChoice] = useState<{ id: string; preset?: ModelPreset | undefined; models: string[] }>();
  const { connect, change } = useModelChanges();
  const trial = useModelTrial();
  const written = (): ModelFields => form.getFieldsValue(true);
  const choose = (preset: ModelPreset | undefined, local?: LocalServer) => {
    const models = local?.models ?? preset?.models ?? [];
    setChoice({ id: preset?.id ?? "other", preset, models });
    trial.reset();
    form.setFieldsValue({
      ...fieldsOfPreset(preset, isFirst),
      ...(local !== undefined && { baseUrl: local.baseUrl, model: models[0] ?? "" }),
    });
  };
  const test = async () => {
    await form.validateFields(["model", "baseUrl"]);
    trial.mutate(trialOf(written(), known));
  };
  const save = () => {
    const fields = written();
    const onSuccess = ({ name }: { name: string }) => onSaved(name);
    if (known === undefined) connect.mutate(newModelOf(fields), { onSuccess });
    else change.mutate({ name: known.name, body: changeOf(fields, known) }, { onSuccess });
  };
  const notSaved = connect.error ?? change.error;
  return (
    <>
      {known === undefined && <PresetChoice chosen={choice?.id} onChoose={choose} />}
      {(known !== undefined || choice !== undefined) && (
        <Form<ModelFields>
          form={form}
          layout="vertical"
          requiredMark={false}
          scrollToFirstError
          {...(known !== undefined && { initialValues: fieldsOfModel(known) })}
          onFinish={save}
          onValuesChange={() => trial.reset()}
        >
          <ModelFieldset
            form={form}
            preset={choice?.preset}
            known={known}
            models={choice?.models ?? []}
            onAddress={(baseUrl) => {
              form.setFieldValue("baseUrl", baseUrl);
              trial.reset();
            }}
          />
          <div className="model-outcome" aria-live="polite">
            {trial.data !== undefined && <TrialResult trial={trial.data} />}
            {trial.error !== null && <ErrorState error={trial.error} title={t("failed")} />}
            {notSaved !== null && <ErrorState error={notSaved} title={t("notSaved")} />}
          </div>
          <div className="model-buttons">
            <Button loading={trial.isPending} onClick={() => void test().catch(() => undefined)}>
              {trial.isPending ? t("testing") : t("test")}
            </Button>
            <Button type="primary" htmlType="submit" loading={connect.isPending || change.isPending}>
              {common("save")}
            </Button>
            {beside}
          </div>
        </Form>
      )}
      {known === undefined && choice === undefined && beside !== undefined && (
        <div className="model-buttons">{beside}</div>
      )}
    </>
  );
}
