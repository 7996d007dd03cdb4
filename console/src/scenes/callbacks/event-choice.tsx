import { Button, Checkbox, Modal, Segmented } from "antd";
import { useState } from "react";
import { CodeBlock } from "../../parts/code-block.tsx";
import { ErrorState } from "../../parts/error-state.tsx";
import { Loading } from "../../parts/loading.tsx";
import { useLanguage, useWords } from "../../text/words.ts";
import { type EventType, useEventTypes } from "./data.ts";
import { CHINESE_SUMMARIES } from "./event-words.ts";
import { callbackWords } from "./text.ts";

/** The catalogue of events, to choose from: when each happens, an example and its schema. A control of a form. */
export function EventChoice({
  value = [],
  onChange,
}: {
  value?: string[];
  onChange?: (types: string[]) => void;
}) {
  const t = useWords(callbackWords);
  const summaryOf = useSummary();
  const types = useEventTypes();
  const [shown, setShown] = useState<EventType>();
  if (types.isPending) return <Loading />;
  if (types.data === undefined)
    return <ErrorState error={types.error} onRetry={() => void types.refetch()} />;
  const toggle = (type: string, isOn: boolean) =>
    onChange?.(isOn ? [...value, type] : value.filter((other) => other !== type));
  return (
    <fieldset className="callbacks-events" aria-label={t("subscriptions")}>
      <div className="callbacks-events-all">
        <Button size="small" onClick={() => onChange?.(types.data.map(({ type }) => type))}>
          {t("allEvents")}
        </Button>
        <Button size="small" onClick={() => onChange?.([])}>
          {t("noEvents")}
        </Button>
      </div>
      {types.data.map((type) => (
        <div key={type.type} className="callbacks-event">
          <Checkbox
            checked={value.includes(type.type)}
            onChange={({ target }) => toggle(type.type, target.checked)}
          >
            <code>{type.type}</code>
            <small>{summaryOf(type)}</small>
          </Checkbox>
          <Button
            size="small"
            type="text"
            aria-label={`${t("example")}: ${type.type}`}
            onClick={() => setShown(type)}
          >
            {t("example")}
          </Button>
        </div>
      ))}
      {shown !== undefined && <EventModal type={shown} onClose={() => setShown(undefined)} />}
    </fieldset>
  );
}

function EventModal({ type, onClose }: { type: EventType; onClose(): void }) {
  const t = useWords(callbackWords);
  const summaryOf = useSummary();
  const [part, setPart] = useState<"example" | "schema">("example");
  return (
    <Modal open footer={null} width={720} title={type.type} onCancel={onClose}>
      <div className="callbacks-stack">
        <p>{summaryOf(type)}</p>
        <Segmented
          value={part}
          onChange={setPart}
          options={[
            { value: "example", label: t("example") },
            { value: "schema", label: t("schema") },
          ]}
        />
        <CodeBlock language="JSON" code={JSON.stringify(type[part], null, 2)} />
        <ul className="callbacks-muted">
          {type.changelog.map(({ date, change }) => (
            <li key={`${date} ${change}`}>
              {date}: {change}
            </li>
          ))}
        </ul>
      </div>
    </Modal>
  );
}

/** When an event happens, in the person's language; as the server says it where these pages know no words. */
function useSummary(): (type: EventType) => string {
  const [language] = useLanguage();
  return ({ type, summary }) => (language === "zh" ? (CHINESE_SUMMARIES[type] ?? summary) : summary);
}
