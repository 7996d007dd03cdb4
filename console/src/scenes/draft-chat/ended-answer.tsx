import DownOutlined from "@ant-design/icons/es/icons/DownOutlined";
import RightOutlined from "@ant-design/icons/es/icons/RightOutlined";
import { Alert, Button } from "antd";
import { type ReactNode, useId, useState } from "react";
import { Duration, Money } from "../../parts/figures.tsx";
import { Markdown } from "../../parts/markdown/markdown.tsx";
import { useWords } from "../../text/words.ts";
import { useTrace } from "../trace/data.ts";
import { TraceSteps } from "../trace/trace-steps.tsx";
import type { TraceStep } from "../trace/turn-state.ts";
import { TurnTrace } from "../trace/turn-trace.tsx";
import type { Answer } from "./data.ts";
import { Reasoning } from "./reasoning.tsx";
import { draftChatWords } from "./text.ts";

/** An answer as it is stored; its steps are asked for when somebody wants to see them. */
export function EndedAnswer({
  answer,
  steps,
  children,
}: {
  answer: Answer;
  /** What was told while it came. Absent: nothing is shown before somebody asks. */
  steps: TraceStep[] | undefined;
  children: ReactNode;
}) {
  const t = useWords(draftChatWords);
  const [isTraced, setTraced] = useState(false);
  const traceId = useId();
  const { usage, status, text, turnId } = answer;
  const count = usage.inputTokens + usage.outputTokens;
  return (
    <>
      {isTraced && (
        <div id={traceId}>
          <TurnTrace turnId={turnId} />
        </div>
      )}
      {!isTraced && steps !== undefined && steps.length > 0 && <TraceSteps steps={steps} />}
      <Reasoning text={answer.reasoning} />
      {text !== "" && <Markdown text={text} />}
      {text === "" && status === "completed" && <p className="draft-chat-note">{t("noText")}</p>}
      {status === "stopped" && <p className="draft-chat-note">{t("stopped")}</p>}
      {status === "interrupted" && <Alert type="warning" showIcon title={t("interrupted")} />}
      {status === "failed" && <Failure answer={answer} />}
      <div className="draft-chat-tools">
        {children}
        <Button
          type="text"
          size="small"
          className="figure"
          icon={isTraced ? <DownOutlined aria-hidden="true" /> : <RightOutlined aria-hidden="true" />}
          aria-expanded={isTraced}
          {...(isTraced && { "aria-controls": traceId })}
          onClick={() => setTraced(!isTraced)}
        >
          {isTraced ? (
            t("hideSteps")
          ) : (
            <>
              {t("showSteps")}
              {" · "}
              {t("tokens", { count })}
              {" · "}
              <Duration milliseconds={usage.latencyMs} />
              {usage.currency !== "" && (
                <>
                  {" · "}
                  <Money amount={usage.cost} currency={usage.currency} />
                </>
              )}
            </>
          )}
        </Button>
      </div>
    </>
  );
}

/** Why there is no answer, in the words of the model's server where it said some. */
function Failure({ answer }: { answer: Answer }) {
  const t = useWords(draftChatWords);
  const { data: trace } = useTrace(answer.turnId);
  const vendor = trace?.steps.findLast((step) => step.kind === "model" && step.output?.error != null);
  const detail = vendor?.kind === "model" ? (vendor.output?.error?.detail ?? "") : "";
  return (
    <Alert
      type="error"
      showIcon
      title={t("failed")}
      description={
        <>
          <div>{answer.error?.message}</div>
          {detail !== "" && (
            <div className="draft-chat-vendor">
              {t("whatVendorSaid")}: {detail}
            </div>
          )}
        </>
      }
    />
  );
}
