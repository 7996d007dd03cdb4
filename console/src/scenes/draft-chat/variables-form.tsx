import { Input, Select } from "antd";
import { useId, useState } from "react";
import { useWords } from "../../text/words.ts";
import type { Settings } from "./data.ts";
import { draftChatWords } from "./text.ts";

type Variable = Settings["variables"][number];

/** The values that are sent: what was given, the variable's own otherwise. */
export function valuesOf(variables: Variable[], given: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    variables.map(({ key, defaultValue }) => [key, given[key] ?? defaultValue ?? ""]),
  );
}

/** The first variable that has to have a value and has none. */
export function missingVariable(variables: Variable[], values: Record<string, string>): Variable | undefined {
  return variables.find(({ key, required }) => required && (values[key] ?? "").trim() === "");
}

/** What the prompt is to know of whoever asks. */
export function VariablesForm({
  variables,
  values,
  onChange,
}: {
  variables: Variable[];
  values: Record<string, string>;
  onChange: (key: string, value: string) => void;
}) {
  const t = useWords(draftChatWords);
  const isMissing = missingVariable(variables, values) !== undefined;
  const [isOpen, setOpen] = useState(isMissing);
  if (variables.length === 0) return null;
  return (
    <details
      className="draft-chat-variables"
      open={isOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>{t("variables")}</summary>
      <p>{t("variablesHint")}</p>
      <div className="draft-chat-fields">
        {variables.map((variable) => (
          <VariableField
            key={variable.key}
            variable={variable}
            value={values[variable.key] ?? ""}
            onChange={(value) => onChange(variable.key, value)}
          />
        ))}
      </div>
    </details>
  );
}

function VariableField({
  variable,
  value,
  onChange,
}: {
  variable: Variable;
  value: string;
  onChange: (value: string) => void;
}) {
  const id = useId();
  const { key, name, required, type, choices, maxLength } = variable;
  const limit = maxLength === undefined || maxLength === null ? {} : { maxLength };
  return (
    <div>
      <label htmlFor={id}>
        {name === "" ? key : name}
        {required && <span aria-hidden="true"> *</span>}
      </label>
      {type === "enum" ? (
        <Select
          id={id}
          value={value === "" ? null : value}
          allowClear
          onChange={(next) => onChange(next ?? "")}
          options={choices.map((choice) => ({ value: choice, label: choice }))}
        />
      ) : type === "paragraph" ? (
        <Input.TextArea
          id={id}
          value={value}
          rows={2}
          aria-required={required}
          {...limit}
          onChange={(event) => onChange(event.target.value)}
        />
      ) : (
        <Input
          id={id}
          value={value}
          aria-required={required}
          {...limit}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </div>
  );
}
