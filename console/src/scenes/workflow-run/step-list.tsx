import CheckCircleOutlined from "@ant-design/icons/es/icons/CheckCircleOutlined";
import ClockCircleOutlined from "@ant-design/icons/es/icons/ClockCircleOutlined";
import LoadingOutlined from "@ant-design/icons/es/icons/LoadingOutlined";
import MinusCircleOutlined from "@ant-design/icons/es/icons/MinusCircleOutlined";
import WarningOutlined from "@ant-design/icons/es/icons/WarningOutlined";
import { Alert } from "antd";
import type { ComponentType } from "react";
import { Link } from "react-router";
import { Duration, Figure } from "../../parts/figures.tsx";
import { useWords } from "../../text/words.ts";
import { Facts } from "../trace/facts.tsx";
import { StepFrame } from "../trace/step-frame.tsx";
import { ValueBlock } from "../trace/value-block.tsx";
import type { RunStep } from "./data.ts";
import { workflowRunWords } from "./text.ts";

const ICONS: Record<string, ComponentType> = {
  running: LoadingOutlined,
  waiting: ClockCircleOutlined,
  completed: CheckCircleOutlined,
  failed: WarningOutlined,
};

const KNOWN = ["running", "waiting", "completed", "failed", "cancelled"] as const;

/** What the nodes of a run did; each opens to what went in and what came out. */
export function StepList({ steps }: { steps: RunStep[] }) {
  const t = useWords(workflowRunWords);
  if (steps.length === 0) return <p className="trace-none">{t("noSteps")}</p>;
  return (
    <ol className="trace" aria-label={t("steps")}>
      {steps.map((step) => (
        <Step key={step.id} step={step} />
      ))}
    </ol>
  );
}

function Step({ step }: { step: RunStep }) {
  const t = useWords(workflowRunWords);
  const { status } = step;
  const known = KNOWN.find((word) => word === status);
  const endedMs = step.endedAt === null ? undefined : Date.parse(step.endedAt) - Date.parse(step.startedAt);
  const outcome = (
    <>
      <span>{known === undefined ? t("other", { status }) : t(known)}</span>
      {endedMs !== undefined && <Duration milliseconds={endedMs} />}
    </>
  );
  return (
    <StepFrame
      icon={ICONS[status] ?? MinusCircleOutlined}
      name={step.title === "" ? step.nodeId : step.title}
      title={step.kind}
      outcome={outcome}
      isFailed={status === "failed"}
    >
      <StepBody step={step} />
    </StepFrame>
  );
}

function StepBody({ step }: { step: RunStep }) {
  const t = useWords(workflowRunWords);
  const { error, usage } = step;
  return (
    <>
      {error !== null && (
        <Alert type="error" showIcon title={t("failure")} description={`${error.code}: ${error.message}`} />
      )}
      <ValueBlock name={t("input")} value={step.input} />
      <ValueBlock name={t("output")} value={step.output} />
      <ValueBlock name={t("said")} value={step.said} />
      <ValueBlock name={t("answered")} value={step.answer} />
      <Facts
        facts={[
          [t("port"), step.port],
          [t("attempts"), step.attempts > 1 && <Figure key="attempts" value={step.attempts} />],
          [t("inputTokens"), usage.inputTokens > 0 && <Figure key="in" value={usage.inputTokens} />],
          [t("outputTokens"), usage.outputTokens > 0 && <Figure key="out" value={usage.outputTokens} />],
        ]}
      />
      {step.subRunId !== null && <Link to={`/work_flow?execute_id=${step.subRunId}`}>{t("subRun")}</Link>}
    </>
  );
}
