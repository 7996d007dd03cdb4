import { Input, InputNumber, Select } from "antd";
import { lazy, Suspense, useState } from "react";
import { Loading } from "../../../parts/loading.tsx";
import { useWords } from "../../../text/words.ts";
import type { Settings } from "../data.ts";
import { Field, FieldRow } from "./field.tsx";
import { editorWords } from "./text.ts";
import { ToolHeaders } from "./tool-headers.tsx";

const JsonEditor = lazy(async () => ({ default: (await import("./json-editor.tsx")).JsonEditor }));

export type Tool = Settings["tools"][number];

/** A tool with nothing said about it yet. */
export function aTool(): Tool {
  return {
    name: "",
    title: "",
    description: "",
    parameters: { type: "object", properties: {}, required: [] },
    method: "GET",
    url: "https://",
    headers: {},
    timeoutMs: 10_000,
  };
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** One HTTP call that the model may make. */
export function ToolForm({ tool, path, onChange }: { tool: Tool; path: string; onChange(tool: Tool): void }) {
  const t = useWords(editorWords);
  const set = (given: Partial<Tool>) => onChange({ ...tool, ...given });
  return (
    <>
      <FieldRow>
        <Field path={`${path}.name`} label={t("toolName")} hint={t("toolNameHint")}>
          {(control) => (
            <Input
              {...control}
              value={tool.name}
              maxLength={64}
              onChange={(event) => set({ name: event.target.value })}
            />
          )}
        </Field>
        <Field path={`${path}.title`} label={t("toolTitle")}>
          {(control) => (
            <Input
              {...control}
              value={tool.title}
              maxLength={100}
              onChange={(event) => set({ title: event.target.value })}
            />
          )}
        </Field>
      </FieldRow>
      <Field path={`${path}.description`} label={t("toolDescription")}>
        {(control) => (
          <Input.TextArea
            {...control}
            maxLength={4_000}
            value={tool.description}
            onChange={(event) => set({ description: event.target.value })}
          />
        )}
      </Field>
      <FieldRow>
        <Field path={`${path}.method`} label={t("toolMethod")}>
          {(control) => (
            <Select
              {...control}
              value={tool.method}
              options={METHODS.map((value) => ({ value, label: value }))}
              onChange={(method) => set({ method })}
            />
          )}
        </Field>
        <Field path={`${path}.timeoutMs`} label={t("toolTimeout")}>
          {(control) => (
            <InputNumber
              {...control}
              min={0.1}
              max={300}
              value={tool.timeoutMs / 1_000}
              onChange={(seconds) => seconds !== null && set({ timeoutMs: Math.round(seconds * 1_000) })}
            />
          )}
        </Field>
      </FieldRow>
      <Field path={`${path}.url`} label={t("toolUrl")} hint={t("toolUrlHint", { place: "{id}" })}>
        {(control) => (
          <Input
            {...control}
            inputMode="url"
            value={tool.url}
            onChange={(event) => set({ url: event.target.value.trim() })}
          />
        )}
      </Field>
      <ToolHeaders headers={tool.headers} path={`${path}.headers`} onChange={(headers) => set({ headers })} />
      <ToolParameters
        parameters={tool.parameters}
        path={`${path}.parameters`}
        onChange={(parameters) => set({ parameters })}
      />
    </>
  );
}

/** The JSON Schema of a tool's arguments; what is no JSON stays in the page until it is. */
function ToolParameters({
  parameters,
  path,
  onChange,
}: {
  parameters: Tool["parameters"];
  path: string;
  onChange(parameters: Tool["parameters"]): void;
}) {
  const t = useWords(editorWords);
  const [draft, setDraft] = useState<{ text: string; of: string; problem: string }>();
  const kept = JSON.stringify(parameters, null, 2);
  const isDrafted = draft !== undefined && draft.of === kept;
  const type = (text: string) => {
    const { value, problem } = readObject(text);
    const reason = problem === "" ? t("toolParametersNoObject") : problem;
    if (value === undefined) {
      const words = problem === "" ? reason : t("toolParametersBroken", { reason });
      return setDraft({ text, of: kept, problem: words });
    }
    setDraft({ text, of: JSON.stringify(value, null, 2), problem: "" });
    onChange(value);
  };
  return (
    <Field
      path={path}
      label={t("toolParameters")}
      isWide
      hint={isDrafted && draft.problem !== "" ? draft.problem : undefined}
    >
      {(control) => (
        <Suspense fallback={<Loading />}>
          <JsonEditor
            value={isDrafted ? draft.text : kept}
            onChange={type}
            label={t("toolParameters")}
            control={control}
          />
        </Suspense>
      )}
    </Field>
  );
}

/** The object a text says, or why it says none; an empty reason: it says something else. */
function readObject(text: string): { value?: Record<string, unknown>; problem: string } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return { problem: "" };
    return { value: { ...value }, problem: "" };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
