import DeleteOutlined from "@ant-design/icons/es/icons/DeleteOutlined";
import PlusOutlined from "@ant-design/icons/es/icons/PlusOutlined";
import { Button, Input } from "antd";
import { useState } from "react";
import { useWords } from "../../../text/words.ts";
import { useEditedDraft } from "./draft-context.ts";
import { Field } from "./field.tsx";
import { editorWords } from "./text.ts";

type Headers = Record<string, string>;
type Line = readonly [name: string, value: string];

/** Headers of a tool; lines without a name, or with that of a line above, stay in the page. */
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
  const [written, setWritten] = useState<Line[]>([]);
  const lines = linesOf(headers, written);
  const write = (next: Line[]) => {
    setWritten(next);
    onChange(headersOf(next));
  };
  const put = (index: number, ...line: Line) => write(lines.with(index, line));
  const remove = (index: number) => write(lines.toSpliced(index, 1));
  const hasUnnamed = lines.some(([name]) => name === "");
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
          {!isReadOnly && !hasUnnamed && (
            <Button
              size="small"
              type="dashed"
              icon={<PlusOutlined />}
              onClick={() => setWritten([...lines, ["", ""]])}
            >
              {t("newHeader")}
            </Button>
          )}
        </div>
      )}
    </Field>
  );
}

function headersOf(lines: readonly Line[]): Headers {
  const headers: Headers = {};
  for (const [name, value] of lines) if (name !== "") headers[name] ??= value;
  return headers;
}

/** As they were written, with the values there are now; anew where the headers are others by now. */
function linesOf(headers: Headers, written: readonly Line[]): Line[] {
  const named = headersOf(written);
  const names = new Set([...Object.keys(named), ...Object.keys(headers)]);
  const isSame = [...names].every((name) => name in named && name in headers);
  if (!isSame) return Object.entries(headers);
  return written.map(([name, value], index) => {
    const isFirst = written.findIndex((line) => line[0] === name) === index;
    return [name, (isFirst ? headers[name] : undefined) ?? value];
  });
}
