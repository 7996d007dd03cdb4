import DeleteOutlined from "@ant-design/icons/es/icons/DeleteOutlined";
import PlusOutlined from "@ant-design/icons/es/icons/PlusOutlined";
import { Button, Input } from "antd";
import { useState } from "react";
import { useWords } from "../../../text/words.ts";
import { useEditedDraft } from "./draft-context.ts";
import { Field } from "./field.tsx";
import { editorWords } from "./text.ts";

type Headers = Record<string, string>;

/** Headers of a tool; those without a name yet stay in the page. */
export function ToolHeaders({
  headers,
  path,
  onChange,
}: {
  headers: Headers;
  path: string;
  onChange(headers: Headers): void;
}) {
  const t = useWords(editorWords);
  const { isReadOnly } = useEditedDraft();
  const [hasNew, setNew] = useState(false);
  const lines = [...Object.entries(headers), ...(hasNew ? [["", ""] as const] : [])];
  const put = (index: number, name: string, value: string) => {
    const changed = lines.map((line, each) => (each === index ? ([name, value] as const) : line));
    if (index === lines.length - 1 && hasNew && name !== "") setNew(false);
    onChange(Object.fromEntries(changed.filter(([each]) => each !== "")));
  };
  const remove = (index: number) => {
    if (hasNew && index === lines.length - 1) return setNew(false);
    onChange(Object.fromEntries(lines.filter(([name], each) => each !== index && name !== "")));
  };
  return (
    <Field path={path} label={t("headers")} hint={lines.length > 0 ? t("headersHint") : undefined} isWide>
      {({ id }) => (
        <div id={id} className="tool-headers">
          {lines.map(([name, value], index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the name is what is being written
            <div key={index} className="tool-header">
              <Input
                aria-label={t("headerName", { number: index + 1 })}
                placeholder="Authorization"
                value={name}
                disabled={isReadOnly}
                onChange={(event) => put(index, event.target.value.trim(), value)}
              />
              <Input
                aria-label={t("headerValue", { number: index + 1 })}
                value={value}
                disabled={isReadOnly}
                autoComplete="off"
                onChange={(event) => put(index, name, event.target.value)}
              />
              {!isReadOnly && (
                <Button
                  type="text"
                  danger
                  icon={<DeleteOutlined />}
                  aria-label={`${t("remove")}: ${name}`}
                  onClick={() => remove(index)}
                />
              )}
            </div>
          ))}
          {!isReadOnly && !hasNew && (
            <Button size="small" type="dashed" icon={<PlusOutlined />} onClick={() => setNew(true)}>
              {t("newHeader")}
            </Button>
          )}
        </div>
      )}
    </Field>
  );
}
