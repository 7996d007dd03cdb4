import { Button, InputNumber, Select, Slider, Switch } from "antd";
import { useId } from "react";
import { Section } from "../../../parts/section.tsx";
import { useWords } from "../../../text/words.ts";
import { type Settings, useModels } from "../data.ts";
import { useEditedDraft } from "./draft-context.ts";
import { Field, FieldRow } from "./field.tsx";
import { editorWords } from "./text.ts";

type Parameters = Settings["modelParameters"];

/** Which model answers, and what it is asked with. */
export function ModelPart() {
  return (
    <>
      <ModelChoice />
      <ParameterForm />
    </>
  );
}

function ModelChoice() {
  const t = useWords(editorWords);
  const { settings, change } = useEditedDraft();
  const models = useModels();
  const items = models.data?.items ?? [];
  const first = items.find(({ isDefault }) => isDefault)?.name;
  const options = [
    { value: "", label: first === undefined ? t("modelDefault") : t("modelDefaultIs", { name: first }) },
    ...items.map(({ name, model }) => ({
      value: name,
      label: model === null || model === name ? name : `${name} · ${model}`,
    })),
  ];
  const isGone =
    settings.model !== null && models.isSuccess && !items.some(({ name }) => name === settings.model);
  if (isGone)
    options.push({ value: settings.model ?? "", label: t("modelGone", { name: settings.model ?? "" }) });
  return (
    <Section title={t("model")} description={t("modelHint")}>
      <Field path="model" label={<span className="visually-hidden">{t("model")}</span>}>
        {(control) => (
          <Select
            {...control}
            showSearch
            loading={models.isPending}
            value={settings.model ?? ""}
            options={options}
            onChange={(model) => change({ model: model === "" ? null : model })}
          />
        )}
      </Field>
    </Section>
  );
}

/** Parameters that are numbers, and what they may be. */
const NUMBERS = [
  { name: "temperature", least: 0, most: 2, step: 0.1 },
  { name: "topP", least: 0, most: 1, step: 0.05 },
  { name: "presencePenalty", least: -2, most: 2, step: 0.1 },
  { name: "frequencyPenalty", least: -2, most: 2, step: 0.1 },
] as const;

function ParameterForm() {
  const t = useWords(editorWords);
  const { settings, change, isReadOnly } = useEditedDraft();
  const models = useModels();
  const own = settings.modelParameters;
  const model = models.data?.items.find(({ name, isDefault }) =>
    settings.model === null ? isDefault : name === settings.model,
  );
  const inherited = (name: string) => model?.parameters[name];
  const set = <Name extends keyof Parameters>(name: Name, value: Parameters[Name] | null) => {
    const { [name]: _, ...others } = own;
    change({ modelParameters: value === null ? others : { ...others, [name]: value } });
  };
  const placeholder = (name: string) => {
    const value = inherited(name);
    return value === undefined ? t("inherited") : t("inheritedValue", { value });
  };
  return (
    <Section title={t("parameters")} description={t("parametersHint")}>
      <FieldRow>
        {NUMBERS.map(({ name, least, most, step }) => (
          <Field key={name} path={`modelParameters.${name}`} label={t(name)} tip={t(`${name}Tip`)}>
            {(control) => (
              <div className="parameter">
                <Slider
                  min={least}
                  max={most}
                  step={step}
                  disabled={isReadOnly}
                  included={least === 0}
                  value={own[name] ?? Number(inherited(name) ?? (least + most) / 2)}
                  className={own[name] === undefined ? "parameter-inherited" : ""}
                  ariaLabelForHandle={t(name)}
                  tooltip={{ open: false }}
                  onChange={(value) => set(name, value)}
                />
                <InputNumber
                  {...control}
                  min={least}
                  max={most}
                  step={step}
                  value={own[name] ?? null}
                  placeholder={placeholder(name)}
                  onChange={(value) => set(name, value)}
                />
              </div>
            )}
          </Field>
        ))}
        {(["maxOutputTokens", "topK"] as const).map((name) => (
          <Field
            key={name}
            path={`modelParameters.${name}`}
            label={t(name)}
            {...(name === "topK" && { tip: t("topKTip") })}
          >
            {(control) => (
              <InputNumber
                {...control}
                min={1}
                max={1_000_000}
                precision={0}
                value={own[name] ?? null}
                placeholder={placeholder(name)}
                onChange={(value) => set(name, value)}
              />
            )}
          </Field>
        ))}
        <Field path="modelParameters.responseFormat" label={t("responseFormat")}>
          {(control) => (
            <Select
              {...control}
              allowClear
              value={own.responseFormat ?? null}
              placeholder={placeholder("responseFormat")}
              options={(["text", "markdown", "json"] as const).map((value) => ({
                value,
                label: t(`format_${value}`),
              }))}
              onChange={(value) => set("responseFormat", value ?? null)}
            />
          )}
        </Field>
      </FieldRow>
      {(["currentTime", "guardPrompt"] as const).map((name) => (
        <SwitchLine
          key={name}
          text={t(name)}
          isOn={own[name] ?? false}
          onChange={(isOn) => set(name, isOn ? true : null)}
        />
      ))}
      {!isReadOnly && Object.keys(own).length > 0 && (
        <Button onClick={() => change({ modelParameters: {} })}>{t("clear")}</Button>
      )}
    </Section>
  );
}

/** Something that is so or not, with its words beside it. */
export function SwitchLine({
  text,
  isOn,
  onChange,
}: {
  text: string;
  isOn: boolean;
  onChange(isOn: boolean): void;
}) {
  const { isReadOnly } = useEditedDraft();
  const id = useId();
  return (
    <div className="switch-line">
      <Switch id={id} checked={isOn} disabled={isReadOnly} onChange={onChange} />
      <label htmlFor={id}>{text}</label>
    </div>
  );
}
