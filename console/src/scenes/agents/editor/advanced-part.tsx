import { Input, InputNumber, Select } from "antd";
import { useState } from "react";
import { Section } from "../../../parts/section.tsx";
import { useWords } from "../../../text/words.ts";
import { useAgentChoices } from "../data.ts";
import { useEditedDraft } from "./draft-context.ts";
import { Field, FieldRow } from "./field.tsx";
import { SwitchLine } from "./model-part.tsx";
import { editorWords } from "./text.ts";

/** What one rarely changes. */
export function AdvancedPart() {
  const t = useWords(editorWords);
  const { settings, change } = useEditedDraft();
  return (
    <>
      <About />
      <Responder />
      <Section title={t("memory")}>
        <FieldRow>
          <Field path="historyLimitTokens" label={t("historyLimitTokens")} hint={t("historyLimitTokensHint")}>
            {(control) => (
              <InputNumber
                {...control}
                min={0}
                precision={0}
                value={settings.historyLimitTokens}
                onChange={(value) => value !== null && change({ historyLimitTokens: value })}
              />
            )}
          </Field>
          <Field
            path="historyLimitExchanges"
            label={t("historyLimitExchanges")}
            hint={t("historyLimitExchangesHint")}
          >
            {(control) => (
              <InputNumber
                {...control}
                min={0}
                precision={0}
                value={settings.historyLimitExchanges}
                onChange={(historyLimitExchanges) => change({ historyLimitExchanges })}
              />
            )}
          </Field>
        </FieldRow>
      </Section>
      <Section title={t("limits")}>
        <FieldRow>
          <Field path="stepLimit" label={t("stepLimit")}>
            {(control) => (
              <InputNumber
                {...control}
                min={1}
                precision={0}
                value={settings.stepLimit}
                onChange={(value) => value !== null && change({ stepLimit: value })}
              />
            )}
          </Field>
          <Field path="mergeWindowMs" label={t("mergeWindowMs")} hint={t("mergeWindowHint")}>
            {(control) => (
              <InputNumber
                {...control}
                min={0}
                precision={0}
                value={settings.mergeWindowMs}
                onChange={(value) => value !== null && change({ mergeWindowMs: value })}
              />
            )}
          </Field>
        </FieldRow>
      </Section>
      <Handover />
      <Section title={t("feedback")}>
        <SwitchLine
          text={t("needsDislikeComment")}
          isOn={settings.needsDislikeComment}
          onChange={(needsDislikeComment) => change({ needsDislikeComment })}
        />
      </Section>
    </>
  );
}

/** What people and clients see of an agent. */
export function About() {
  const t = useWords(editorWords);
  const { name, settings, change, rename } = useEditedDraft();
  return (
    <Section title={t("looks")}>
      <Field path="name" label={t("name")}>
        {(control) => (
          <Input {...control} value={name} maxLength={100} onChange={(event) => rename(event.target.value)} />
        )}
      </Field>
      <Field path="description" label={t("about")} hint={t("aboutHint")}>
        {(control) => (
          <Input.TextArea
            {...control}
            maxLength={2_000}
            value={settings.description}
            onChange={(event) => change({ description: event.target.value })}
          />
        )}
      </Field>
      <FieldRow>
        {(["icon", "background"] as const).map((field) => (
          <Field key={field} path={field} label={t(field)}>
            {(control) => (
              <Input
                {...control}
                inputMode="url"
                value={settings[field]}
                maxLength={2_000}
                onChange={(event) => change({ [field]: event.target.value })}
              />
            )}
          </Field>
        ))}
      </FieldRow>
    </Section>
  );
}

function Responder() {
  const t = useWords(editorWords);
  const { settings, change } = useEditedDraft();
  const [search, setSearch] = useState("");
  const choices = useAgentChoices(search, "workflow");
  const found = (choices.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  return (
    <Section title={t("responder")} description={t("responderHint")}>
      <Field path="responder" label={<span className="visually-hidden">{t("responder")}</span>}>
        {(control) => (
          <Select
            {...control}
            allowClear
            showSearch
            filterOption={false}
            onSearch={setSearch}
            loading={choices.isPending}
            placeholder={t("responderNone")}
            value={settings.responder}
            options={found}
            onChange={(responder) => change({ responder: responder ?? null })}
          />
        )}
      </Field>
    </Section>
  );
}

const NO_HANDOVER = { message: null, idleMinutes: null, releaseCommand: null };

function Handover() {
  const t = useWords(editorWords);
  const { settings, change } = useEditedDraft();
  const { handover } = settings;
  return (
    <Section title={t("handover")} description={t("handoverHint")}>
      <SwitchLine
        text={t("handoverSwitch")}
        isOn={handover !== null}
        onChange={(isOn) => change({ handover: isOn ? NO_HANDOVER : null })}
      />
      {handover !== null && (
        <>
          <Field path="handover.message" label={t("handoverMessage")}>
            {(control) => (
              <Input
                {...control}
                value={handover.message ?? ""}
                maxLength={2_000}
                onChange={(event) =>
                  change({ handover: { ...handover, message: event.target.value || null } })
                }
              />
            )}
          </Field>
          <FieldRow>
            <Field path="handover.idleMinutes" label={t("handoverIdle")} hint={t("handoverIdleHint")}>
              {(control) => (
                <InputNumber
                  {...control}
                  min={0}
                  precision={0}
                  value={handover.idleMinutes}
                  onChange={(idleMinutes) => change({ handover: { ...handover, idleMinutes } })}
                />
              )}
            </Field>
            <Field path="handover.releaseCommand" label={t("handoverCommand")}>
              {(control) => (
                <Input
                  {...control}
                  value={handover.releaseCommand ?? ""}
                  maxLength={100}
                  onChange={(event) =>
                    change({ handover: { ...handover, releaseCommand: event.target.value || null } })
                  }
                />
              )}
            </Field>
          </FieldRow>
        </>
      )}
    </Section>
  );
}
