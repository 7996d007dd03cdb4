import CodeMirror, { EditorView, type Extension } from "@uiw/react-codemirror";
import { useMemo } from "react";
import { cspNonce } from "../../../page-settings.ts";
import { useTheme } from "../../../styles/theme.tsx";
import type { ControlProps } from "./field.tsx";
import "./code-editor.css";

/** A text with colours. Tab leaves it, as it leaves every other field. */
export function CodeEditor({
  value,
  onChange,
  label,
  extensions,
  control,
  height = "320px",
}: {
  value: string;
  onChange(value: string): void;
  label: string;
  extensions: Extension;
  control: ControlProps;
  height?: string;
}) {
  const { isDark } = useTheme();
  const { id, disabled } = control;
  const isInvalid = control["aria-invalid"];
  const describedBy = control["aria-describedby"];
  const all = useMemo(
    () => [
      EditorView.cspNonce.of(cspNonce),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({
        "aria-label": label,
        ...(isInvalid && { "aria-invalid": "true" }),
        ...(describedBy !== undefined && { "aria-describedby": describedBy }),
      }),
      extensions,
    ],
    [label, isInvalid, describedBy, extensions],
  );
  return (
    <div className="code-editor" data-wrong={isInvalid} id={id}>
      <CodeMirror
        value={value}
        onChange={onChange}
        extensions={all}
        editable={!disabled}
        readOnly={disabled}
        theme={isDark ? "dark" : "light"}
        minHeight="120px"
        height={height}
        indentWithTab={false}
        basicSetup={{ lineNumbers: false, foldGutter: false, highlightActiveLine: false }}
      />
    </div>
  );
}
