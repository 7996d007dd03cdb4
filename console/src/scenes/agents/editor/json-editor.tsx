import { json } from "@codemirror/lang-json";
import { CodeEditor } from "./code-editor.tsx";
import type { ControlProps } from "./field.tsx";

const JSON_LANGUAGE = json();

/** JSON with colours. */
export function JsonEditor(props: {
  value: string;
  onChange(value: string): void;
  label: string;
  control: ControlProps;
}) {
  return <CodeEditor {...props} extensions={JSON_LANGUAGE} height="180px" />;
}
