import CheckCircleOutlined from "@ant-design/icons/es/icons/CheckCircleOutlined";
import ClockCircleOutlined from "@ant-design/icons/es/icons/ClockCircleOutlined";
import ExclamationCircleOutlined from "@ant-design/icons/es/icons/ExclamationCircleOutlined";
import SyncOutlined from "@ant-design/icons/es/icons/SyncOutlined";
import { Alert, Button, Space } from "antd";
import { ErrorText } from "../../../parts/error-state.tsx";
import { useWords } from "../../../text/words.ts";
import { useEditedDraft } from "./draft-context.ts";
import { editorWords } from "./text.ts";

const SIGNS = {
  saved: { icon: <CheckCircleOutlined />, words: "saved" },
  waiting: { icon: <ClockCircleOutlined />, words: "waiting" },
  saving: { icon: <SyncOutlined spin />, words: "saving" },
  conflict: { icon: <ExclamationCircleOutlined />, words: "conflict" },
  failed: { icon: <ExclamationCircleOutlined />, words: "failedToSave" },
} as const;

/** Whether the server has what is shown. */
export function SaveState() {
  const t = useWords(editorWords);
  const { save, isReadOnly } = useEditedDraft();
  if (isReadOnly) return null;
  const { icon, words } = SIGNS[save.status];
  return (
    <span className="save-state" data-status={save.status} role="status">
      {icon} {t(words)}
    </span>
  );
}

/** What keeps the draft from being saved, and what can be done about it. */
export function SaveTrouble() {
  const t = useWords(editorWords);
  const { save, problems, reload, keepMine, flush } = useEditedDraft();
  if (save.status === "conflict") {
    return (
      <Alert
        className="save-trouble"
        type="warning"
        showIcon
        role="alert"
        title={t("conflictTitle")}
        description={t("conflictHint")}
        action={
          <Space orientation="vertical">
            <Button size="small" onClick={keepMine}>
              {t("keepMine")}
            </Button>
            <Button size="small" onClick={reload}>
              {t("takeTheirs")}
            </Button>
          </Space>
        }
      />
    );
  }
  if (save.status !== "failed") return null;
  return (
    <Alert
      className="save-trouble"
      type="error"
      showIcon
      role="alert"
      title={t("problemsTitle")}
      description={
        problems.length === 0 ? (
          <ErrorText error={save.error} />
        ) : (
          <ul>
            {problems.map(({ field, message }) => (
              <li key={`${field} ${message}`}>
                <code>{field}</code>: {message}
              </li>
            ))}
          </ul>
        )
      }
      action={
        <Button size="small" onClick={() => void flush().catch(() => undefined)}>
          {t("saveAgain")}
        </Button>
      }
    />
  );
}
