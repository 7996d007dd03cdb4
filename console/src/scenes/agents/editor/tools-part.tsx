import { Checkbox, Input, Select } from "antd";
import { useState } from "react";
import { Section } from "../../../parts/section.tsx";
import { useWords } from "../../../text/words.ts";
import { type Settings, useAgentChoices } from "../data.ts";
import { useEditedDraft } from "./draft-context.ts";
import { EditableList } from "./editable-list.tsx";
import { Field } from "./field.tsx";
import { editorWords } from "./text.ts";
import { aTool, type Tool, ToolForm } from "./tool-form.tsx";

/** What the model may do beside writing. */
export function ToolsPart() {
  const t = useWords(editorWords);
  const { settings, change } = useEditedDraft();
  return (
    <>
      <Section title={t("tools")} description={t("toolsHint")}>
        <EditableList<Tool>
          most={64}
          items={settings.tools}
          onChange={(tools) => change({ tools })}
          nameOf={(index) => t("tool", { number: index + 1 })}
          make={aTool}
          addText={t("newTool")}
          emptyText={t("noTools")}
          render={(tool, index, changeIt) => (
            <ToolForm tool={tool} path={`tools.${index}`} onChange={changeIt} />
          )}
        />
      </Section>
      <Workflows />
      <Handoffs />
      <Actions />
    </>
  );
}

function Workflows() {
  const t = useWords(editorWords);
  const { settings, change } = useEditedDraft();
  const [search, setSearch] = useState("");
  const choices = useAgentChoices(search, "workflow");
  const items = choices.data?.items ?? [];
  return (
    <Section title={t("workflows")} description={t("workflowsHint")}>
      <Field
        path="workflows"
        label={<span className="visually-hidden">{t("workflows")}</span>}
        hint={choices.isSuccess && search === "" && items.length === 0 ? t("noWorkflows") : undefined}
        isWide
      >
        {(control) => (
          <Select
            {...control}
            mode="multiple"
            filterOption={false}
            onSearch={setSearch}
            loading={choices.isPending}
            placeholder={t("chooseWorkflows")}
            value={settings.workflows}
            options={items.map(({ id, name }) => ({ value: id, label: name }))}
            onChange={(workflows) => change({ workflows })}
          />
        )}
      </Field>
    </Section>
  );
}

type Handoff = Settings["handoffs"][number];

function Handoffs() {
  const t = useWords(editorWords);
  const { settings, change } = useEditedDraft();
  return (
    <Section title={t("handoffs")} description={t("handoffsHint")}>
      <EditableList<Handoff>
        most={50}
        items={settings.handoffs}
        onChange={(handoffs) => change({ handoffs })}
        nameOf={(index) => t("handoff", { number: index + 1 })}
        make={() => ({ agentId: "", description: "" })}
        addText={t("newHandoff")}
        emptyText={t("noHandoffs")}
        render={(handoff, index, changeIt) => (
          <>
            <Field path={`handoffs.${index}.agentId`} label={t("handoffAgent")}>
              {(control) => (
                <AgentSelect
                  {...control}
                  value={handoff.agentId}
                  onChange={(agentId) => changeIt({ ...handoff, agentId })}
                />
              )}
            </Field>
            <Field path={`handoffs.${index}.description`} label={t("handoffWhen")}>
              {(control) => (
                <Input.TextArea
                  {...control}
                  maxLength={2_000}
                  value={handoff.description}
                  onChange={(event) => changeIt({ ...handoff, description: event.target.value })}
                />
              )}
            </Field>
          </>
        )}
      />
    </Section>
  );
}

/** Another agent of the workspace, looked for by its name. */
function AgentSelect({
  value,
  onChange,
  ...control
}: { value: string; onChange(id: string): void } & Parameters<Parameters<typeof Field>[0]["children"]>[0]) {
  const t = useWords(editorWords);
  const { agentId } = useEditedDraft();
  const [search, setSearch] = useState("");
  const choices = useAgentChoices(search);
  const items = (choices.data?.items ?? []).filter(({ id }) => id !== agentId);
  return (
    <Select
      {...control}
      showSearch
      filterOption={false}
      onSearch={setSearch}
      loading={choices.isPending}
      placeholder={t("chooseAgent")}
      value={value === "" ? null : value}
      options={items.map(({ id, name }) => ({ value: id, label: name }))}
      onChange={(id) => onChange(id ?? "")}
    />
  );
}

const ACTIONS = [
  "handover",
  "tag-user",
  "invite-room",
  "update-data",
  "canvas-event-action",
  "send-image-message",
  "send-file-message",
  "send-audio-message",
  "send-post-message",
] as const satisfies readonly Settings["actions"][number][];

function Actions() {
  const t = useWords(editorWords);
  const { settings, change, isReadOnly } = useEditedDraft();
  return (
    <Section title={t("actions")} description={t("actionsHint")}>
      <Checkbox.Group
        className="action-choices"
        disabled={isReadOnly}
        value={settings.actions}
        options={ACTIONS.map((value) => ({ value, label: t(`action_${value}`) }))}
        onChange={(chosen) => change({ actions: ACTIONS.filter((action) => chosen.includes(action)) })}
      />
    </Section>
  );
}
