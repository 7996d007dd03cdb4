import { InputNumber, Radio, Select } from "antd";
import { ErrorState } from "../../../parts/error-state.tsx";
import { Section } from "../../../parts/section.tsx";
import { useWords } from "../../../text/words.ts";
import { useKnowledgeBases } from "../data.ts";
import { useEditedDraft } from "./draft-context.ts";
import { Field, FieldRow } from "./field.tsx";
import { editorWords } from "./text.ts";

/** What the agent may look up, and how. */
export function KnowledgePart() {
  const t = useWords(editorWords);
  const { settings, change, isReadOnly } = useEditedDraft();
  const bases = useKnowledgeBases();
  const { knowledge } = settings;
  const set = (given: Partial<typeof knowledge>) => change({ knowledge: { ...knowledge, ...given } });
  const items = bases.data?.items ?? [];
  const known = items.map(({ id, name, documentCount }) => ({
    value: id,
    label: `${name} · ${t("documents", { count: documentCount })}`,
  }));
  const gone = knowledge.baseIds
    .filter((id) => bases.isSuccess && !items.some((base) => base.id === id))
    .map((value) => ({ value, label: t("baseGone") }));
  return (
    <Section title={t("knowledge")} description={t("knowledgeHint")}>
      {bases.isError && <ErrorState error={bases.error} onRetry={() => void bases.refetch()} />}
      <Field
        path="knowledge.baseIds"
        label={t("bases")}
        hint={bases.isSuccess && items.length === 0 ? t("basesEmpty") : undefined}
        isWide
      >
        {(control) => (
          <Select
            {...control}
            mode="multiple"
            loading={bases.isPending}
            placeholder={t("basesNone")}
            optionFilterProp="label"
            value={knowledge.baseIds}
            options={[...known, ...gone]}
            onChange={(baseIds) => set({ baseIds })}
          />
        )}
      </Field>
      <fieldset className="plain-fieldset">
        <legend>{t("mode")}</legend>
        <Radio.Group
          disabled={isReadOnly}
          value={knowledge.mode}
          onChange={(event) => set({ mode: event.target.value })}
          options={(["automatic", "tool"] as const).map((value) => ({ value, label: t(`mode_${value}`) }))}
        />
      </fieldset>
      <FieldRow>
        <Field path="knowledge.topK" label={t("topPassages")}>
          {(control) => (
            <InputNumber
              {...control}
              min={1}
              max={50}
              precision={0}
              value={knowledge.topK}
              onChange={(topK) => topK !== null && set({ topK })}
            />
          )}
        </Field>
        {(["scoreThreshold", "pairThreshold"] as const).map((name) => (
          <Field key={name} path={`knowledge.${name}`} label={t(name)} tip={t(`${name}Tip`)}>
            {(control) => (
              <InputNumber
                {...control}
                min={0}
                max={1}
                step={0.05}
                value={knowledge[name]}
                onChange={(value) => value !== null && set({ [name]: value })}
              />
            )}
          </Field>
        ))}
      </FieldRow>
    </Section>
  );
}
