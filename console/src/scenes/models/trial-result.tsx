import { Alert } from "antd";
import { useWords } from "../../text/words.ts";
import type { ModelTrial } from "./data.ts";
import { modelWords } from "./text.ts";

/** What came of asking a model for one token: how long it took, or what the vendor says. */
export function TrialResult({ trial }: { trial: ModelTrial }) {
  const t = useWords(modelWords);
  if (trial.error === null) {
    const title = t("works", { first: trial.firstTokenMs, total: trial.latencyMs });
    return <Alert type="success" showIcon role="status" title={title} />;
  }
  const { status, message, detail, requestId } = trial.error;
  const title = status === null ? t("failed") : `${t("failed")} · ${t("status", { status })}`;
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={title}
      description={
        <div className="model-trial-words">
          <div>{message}</div>
          {detail !== "" && <div>{t("vendorSays", { detail })}</div>}
          {requestId !== null && <small>{t("vendorRequest", { id: requestId })}</small>}
        </div>
      }
    />
  );
}
