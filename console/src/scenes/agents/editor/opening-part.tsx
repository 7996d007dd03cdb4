import { Input } from "antd";
import { Section } from "../../../parts/section.tsx";
import { useWords } from "../../../text/words.ts";
import type { Settings } from "../data.ts";
import { useEditedDraft } from "./draft-context.ts";
import { EditableList } from "./editable-list.tsx";
import { Field, FieldRow } from "./field.tsx";
import { SwitchLine } from "./model-part.tsx";
import { editorWords } from "./text.ts";

/** What a conversation begins with, and what helps the user on. */
export function OpeningPart() {
  const t = useWords(editorWords);
  const { settings, change } = useEditedDraft();
  const { opening } = settings;
  return (
    <>
      <Section title={t("opening")} description={t("openingHint")}>
        <Field path="opening.message" label={t("openingMessage")}>
          {(control) => (
            <Input.TextArea
              {...control}
              maxLength={10_000}
              value={opening.message}
              onChange={(event) => change({ opening: { ...opening, message: event.target.value } })}
            />
          )}
        </Field>
        <h3 className="part-heading">{t("openingQuestions")}</h3>
        <p className="part-hint">{t("openingQuestionsHint")}</p>
        <EditableList<string>
          isCompact
          most={50}
          items={opening.questions}
          onChange={(questions) => change({ opening: { ...opening, questions } })}
          nameOf={(index) => t("question", { number: index + 1 })}
          make={() => ""}
          addText={t("newQuestion")}
          render={(question, index, changeIt) => (
            <Field path={`opening.questions.${index}`} label={t("question", { number: index + 1 })}>
              {(control) => (
                <Input
                  {...control}
                  value={question}
                  maxLength={1_000}
                  onChange={(event) => changeIt(event.target.value)}
                />
              )}
            </Field>
          )}
        />
      </Section>
      <Section title={t("suggestions")}>
        <SwitchLine
          text={t("suggestionsSwitch")}
          isOn={settings.suggestions}
          onChange={(suggestions) => change({ suggestions })}
        />
        {settings.suggestions && (
          <Field path="suggestionPrompt" label={t("suggestionPrompt")} hint={t("suggestionPromptHint")}>
            {(control) => (
              <Input.TextArea
                {...control}
                maxLength={5_000}
                value={settings.suggestionPrompt ?? ""}
                onChange={(event) => change({ suggestionPrompt: event.target.value || null })}
              />
            )}
          </Field>
        )}
      </Section>
      <Shortcuts />
    </>
  );
}

type Shortcut = Settings["shortcuts"][number];

function Shortcuts() {
  const t = useWords(editorWords);
  const { settings, change } = useEditedDraft();
  return (
    <Section title={t("shortcuts")} description={t("shortcutsHint")}>
      <EditableList<Shortcut>
        most={50}
        items={settings.shortcuts}
        onChange={(shortcuts) => change({ shortcuts })}
        nameOf={(index) => t("shortcut", { number: index + 1 })}
        make={() => ({
          id: newName(),
          name: "",
          command: "/",
          description: "",
          template: "",
          icon: "",
          components: [],
        })}
        addText={t("newShortcut")}
        emptyText={t("noShortcuts")}
        render={(shortcut, index, changeIt) => (
          <ShortcutForm shortcut={shortcut} path={`shortcuts.${index}`} onChange={changeIt} />
        )}
      />
    </Section>
  );
}

function ShortcutForm({
  shortcut,
  path,
  onChange,
}: {
  shortcut: Shortcut;
  path: string;
  onChange(shortcut: Shortcut): void;
}) {
  const t = useWords(editorWords);
  const set = (given: Partial<Shortcut>) => onChange({ ...shortcut, ...given });
  const count = shortcut.components.length;
  return (
    <>
      <FieldRow>
        <Field path={`${path}.name`} label={t("shortcutName")}>
          {(control) => (
            <Input
              {...control}
              value={shortcut.name}
              maxLength={100}
              onChange={(event) => set({ name: event.target.value })}
            />
          )}
        </Field>
        <Field path={`${path}.command`} label={t("shortcutCommand")}>
          {(control) => (
            <Input
              {...control}
              value={shortcut.command}
              maxLength={50}
              placeholder={t("shortcutCommandHint")}
              onChange={(event) => set({ command: event.target.value })}
            />
          )}
        </Field>
      </FieldRow>
      <Field
        path={`${path}.template`}
        label={t("shortcutTemplate")}
        hint={count === 0 ? undefined : t("shortcutKept", { count })}
      >
        {(control) => (
          <Input.TextArea
            {...control}
            maxLength={10_000}
            value={shortcut.template}
            onChange={(event) => set({ template: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}

/** A name that nothing else has. On plain http: addresses there is no `randomUUID`. */
function newName(): string {
  return [...crypto.getRandomValues(new Uint32Array(3))].map((part) => part.toString(36)).join("");
}
