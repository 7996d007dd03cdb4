import { Button, Input, InputNumber, Select, Switch } from "antd";
import { lazy, Suspense, useMemo } from "react";
import { Loading } from "../../../parts/loading.tsx";
import { Section } from "../../../parts/section.tsx";
import { useLanguage, useWords } from "../../../text/words.ts";
import type { Settings } from "../data.ts";
import { aVariable } from "../templates.ts";
import { useEditedDraft } from "./draft-context.ts";
import { EditableList } from "./editable-list.tsx";
import { Field, FieldRow } from "./field.tsx";
import { promptLanguage, unknownVariables } from "./prompt-language.ts";
import { editorWords } from "./text.ts";
import { estimateTokens } from "./token-estimate.ts";

const CodeEditor = lazy(async () => ({ default: (await import("./code-editor.tsx")).CodeEditor }));

/** The prompt with its variables. */
export function PromptPart() {
  return (
    <>
      <Prompt />
      <Variables />
    </>
  );
}

function Prompt() {
  const t = useWords(editorWords);
  const [language] = useLanguage();
  const { settings, change } = useEditedDraft();
  const { prompt, promptPrefix, variables } = settings;
  const names = variables.map(({ key }) => key).join(" ");
  const known = useMemo(() => names.split(" ").filter(Boolean), [names]);
  const extensions = useMemo(() => promptLanguage(known), [known]);
  const number = new Intl.NumberFormat(language);
  const whole = promptPrefix === null ? prompt : `${promptPrefix.fixed}${promptPrefix.dynamic}${prompt}`;
  return (
    <Section
      title={t("prompt")}
      description={t("promptHint", { example: "{{ name }}", choice: "{% if name %}" })}
    >
      <Field path="prompt" label={<span className="visually-hidden">{t("prompt")}</span>}>
        {(control) => (
          <Suspense fallback={<Loading />}>
            <CodeEditor
              value={prompt}
              onChange={(value) => change({ prompt: value })}
              label={t("prompt")}
              extensions={extensions}
              control={control}
            />
          </Suspense>
        )}
      </Field>
      <p className="prompt-length">
        {t("promptLength", {
          characters: number.format(whole.length),
          tokens: number.format(estimateTokens(whole)),
        })}
      </p>
      <UnknownVariables names={unknownVariables(whole, known)} />
    </Section>
  );
}

/** Variables the prompt speaks of that nobody has declared, and a way to declare them. */
function UnknownVariables({ names }: { names: string[] }) {
  const t = useWords(editorWords);
  const { settings, change, isReadOnly } = useEditedDraft();
  if (names.length === 0) return null;
  const add = (key: string) => change({ variables: [...settings.variables, aVariable({ key, name: key })] });
  return (
    <div className="prompt-unknown">
      <span>{t("unknownVariables", { names: names.join(", ") })}</span>
      {!isReadOnly &&
        names.slice(0, 5).map((name) => (
          <Button key={name} size="small" onClick={() => add(name)}>
            {t("addVariable", { name })}
          </Button>
        ))}
    </div>
  );
}

type Variable = Settings["variables"][number];

function Variables() {
  const t = useWords(editorWords);
  const { settings, change } = useEditedDraft();
  return (
    <Section title={t("variables")} description={t("variablesHint")}>
      <EditableList<Variable>
        items={settings.variables}
        onChange={(variables) => change({ variables })}
        nameOf={(index) => t("variable", { number: index + 1 })}
        make={() => aVariable()}
        addText={t("newVariable")}
        emptyText={t("noVariables")}
        render={(variable, index, changeIt) => (
          <VariableForm variable={variable} path={`variables.${index}`} onChange={changeIt} />
        )}
      />
    </Section>
  );
}

function VariableForm({
  variable,
  path,
  onChange,
}: {
  variable: Variable;
  path: string;
  onChange(variable: Variable): void;
}) {
  const t = useWords(editorWords);
  const { isReadOnly } = useEditedDraft();
  const set = (given: Partial<Variable>) => onChange({ ...variable, ...given });
  return (
    <>
      <FieldRow>
        <Field path={`${path}.key`} label={t("key")}>
          {(control) => (
            <Input
              {...control}
              value={variable.key}
              maxLength={64}
              placeholder={t("keyHint")}
              onChange={(event) => set({ key: event.target.value })}
            />
          )}
        </Field>
        <Field path={`${path}.name`} label={t("displayName")}>
          {(control) => (
            <Input
              {...control}
              value={variable.name}
              maxLength={100}
              onChange={(event) => set({ name: event.target.value })}
            />
          )}
        </Field>
        <Field path={`${path}.type`} label={t("kind")}>
          {(control) => (
            <Select
              {...control}
              value={variable.type}
              options={(["text", "paragraph", "enum"] as const).map((value) => ({
                value,
                label: t(`kind_${value}`),
              }))}
              onChange={(type) =>
                set({ type, choices: type === "enum" ? variable.choices : [], defaultValue: null })
              }
            />
          )}
        </Field>
      </FieldRow>
      {variable.type === "enum" && (
        <Field path={`${path}.choices`} label={t("choices")} hint={t("choicesHint")} isWide>
          {(control) => (
            <Select
              {...control}
              mode="tags"
              open={false}
              suffixIcon={null}
              value={variable.choices}
              onChange={(choices) => set({ choices })}
            />
          )}
        </Field>
      )}
      <FieldRow>
        <Field path={`${path}.defaultValue`} label={t("defaultValue")}>
          {(control) =>
            variable.type === "enum" ? (
              <Select
                {...control}
                allowClear
                value={variable.defaultValue}
                options={variable.choices.map((value) => ({ value, label: value }))}
                onChange={(value) => set({ defaultValue: value ?? null })}
              />
            ) : (
              <Input
                {...control}
                value={variable.defaultValue ?? ""}
                onChange={(event) => set({ defaultValue: event.target.value || null })}
              />
            )
          }
        </Field>
        {variable.type !== "enum" && (
          <Field path={`${path}.maxLength`} label={t("maxLength")}>
            {(control) => (
              <InputNumber
                {...control}
                min={1}
                precision={0}
                value={variable.maxLength}
                onChange={(maxLength) => set({ maxLength })}
              />
            )}
          </Field>
        )}
        <Field path={`${path}.required`} label={t("required")}>
          {({ id }) => (
            <span>
              <Switch
                id={id}
                disabled={isReadOnly}
                checked={variable.required}
                onChange={(required) => set({ required })}
              />
            </span>
          )}
        </Field>
      </FieldRow>
    </>
  );
}
