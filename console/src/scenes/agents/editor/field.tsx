import QuestionCircleOutlined from "@ant-design/icons/es/icons/QuestionCircleOutlined";
import { Tooltip } from "antd";
import { type ReactNode, useId } from "react";
import { useEditedDraft } from "./draft-context.ts";
import "./field.css";

/** What a control needs to be known by its label, its hint and what is wrong with it. */
export interface ControlProps {
  id: string;
  disabled: boolean;
  status?: "error";
  "aria-invalid"?: true;
  "aria-describedby"?: string;
}

/**
 * A labelled control of the draft; shows what the server says of the field at `path`, and of what is in it where
 * nothing below shows that.
 */
export function Field({
  path,
  label,
  hint,
  tip,
  isWide = false,
  children,
}: {
  path: string;
  label: ReactNode;
  hint?: ReactNode;
  /** Said when one points at the mark beside the label. */
  tip?: string;
  /** Whether problems of what is inside are shown here too. */
  isWide?: boolean;
  children(props: ControlProps): ReactNode;
}) {
  const id = useId();
  const { problems, isReadOnly } = useEditedDraft();
  const found = problems.filter(({ field }) => field === path || (isWide && field.startsWith(`${path}.`)));
  const isWrong = found.length > 0;
  const describedBy = [hint !== undefined && `${id}-hint`, isWrong && `${id}-error`]
    .filter(Boolean)
    .join(" ");
  return (
    <div className="field" data-field={path}>
      <label htmlFor={id}>
        {label}
        {tip !== undefined && (
          <Tooltip title={tip}>
            <QuestionCircleOutlined className="field-tip" aria-label={tip} />
          </Tooltip>
        )}
      </label>
      {children({
        id,
        disabled: isReadOnly,
        ...(isWrong && { status: "error" as const, "aria-invalid": true as const }),
        ...(describedBy !== "" && { "aria-describedby": describedBy }),
      })}
      {hint !== undefined && (
        <div id={`${id}-hint`} className="field-hint">
          {hint}
        </div>
      )}
      {isWrong && (
        <div id={`${id}-error`} className="field-error" role="alert">
          {found.map(({ field, message }) => (
            <div key={field}>{field === path ? message : `${field.slice(path.length + 1)}: ${message}`}</div>
          ))}
        </div>
      )}
    </div>
  );
}

/** Fields side by side where there is room. */
export function FieldRow({ children }: { children: ReactNode }) {
  return <div className="field-row">{children}</div>;
}
