import ApiOutlined from "@ant-design/icons/es/icons/ApiOutlined";
import BranchesOutlined from "@ant-design/icons/es/icons/BranchesOutlined";
import FileSearchOutlined from "@ant-design/icons/es/icons/FileSearchOutlined";
import LoadingOutlined from "@ant-design/icons/es/icons/LoadingOutlined";
import QuestionCircleOutlined from "@ant-design/icons/es/icons/QuestionCircleOutlined";
import RobotOutlined from "@ant-design/icons/es/icons/RobotOutlined";
import SwapOutlined from "@ant-design/icons/es/icons/SwapOutlined";
import WarningOutlined from "@ant-design/icons/es/icons/WarningOutlined";
import type { ComponentType, ReactNode } from "react";
import { Duration } from "../../parts/figures.tsx";
import { useWords } from "../../text/words.ts";
import { ModelStep } from "./model-step.tsx";
import { PassageList } from "./passage-list.tsx";
import { StepFrame } from "./step-frame.tsx";
import { traceWords } from "./text.ts";
import type { TraceStep } from "./turn-state.ts";
import { ValueBlock } from "./value-block.tsx";
import "./trace.css";

const ICONS: Record<TraceStep["kind"], ComponentType> = {
  qa: QuestionCircleOutlined,
  retrieval: FileSearchOutlined,
  knowledge: FileSearchOutlined,
  model: RobotOutlined,
  tool: ApiOutlined,
  workflow: BranchesOutlined,
  handoff: SwapOutlined,
};

/**
 * The steps of an answer, in order; each opens to what went in and what came out. `isRunning`: an open step may still
 * end, and is not one that was cut off.
 */
export function TraceSteps({ steps, isRunning = false }: { steps: TraceStep[]; isRunning?: boolean }) {
  const t = useWords(traceWords);
  if (steps.length === 0) return <p className="trace-none">{t("none")}</p>;
  return (
    <ol className="trace" aria-label={t("steps")}>
      {steps.map((step, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: steps are only ever added at the end
        <Step key={index} step={step} isRunning={isRunning} />
      ))}
    </ol>
  );
}

function Step({ step, isRunning }: { step: TraceStep; isRunning: boolean }) {
  const t = useWords(traceWords);
  const { kind, title, latencyMs } = step;
  const isFailed = kind === "model" && step.output !== null && step.output.error !== null;
  const isOpen = latencyMs === null;
  const outcome = (
    <>
      {isFailed && <span>{t("failed")}</span>}
      <Outcome step={step} />
      {latencyMs !== null && <Duration milliseconds={latencyMs} />}
      {isOpen && <span>{isRunning ? t("running") : t("cutOff")}</span>}
    </>
  );
  const icon = isFailed ? WarningOutlined : isOpen && isRunning ? LoadingOutlined : ICONS[kind];
  return (
    <StepFrame icon={icon} name={t(kind)} title={title} outcome={outcome} isFailed={isFailed}>
      <Body step={step} />
    </StepFrame>
  );
}

/** The figure that tells most of a step. */
function Outcome({ step }: { step: TraceStep }): ReactNode {
  const t = useWords(traceWords);
  if (step.kind === "model" && step.output !== null) {
    const { inputTokens: input, outputTokens: output } = step.output;
    return <span className="figure">{t("tokens", { input, output })}</span>;
  }
  if ((step.kind === "retrieval" || step.kind === "qa") && step.output !== null) {
    const count = step.output.passages.length;
    return <span>{count === 0 ? t("nothingFound") : t("found", { count })}</span>;
  }
  return null;
}

function Body({ step }: { step: TraceStep }): ReactNode {
  const t = useWords(traceWords);
  switch (step.kind) {
    case "model":
      return <ModelStep input={step.input} output={step.output} />;
    case "qa":
    case "retrieval":
      return (
        <>
          <p>
            <span className="trace-label">{t("query")}</span> {step.input.query}
          </p>
          <PassageList passages={step.output?.passages ?? []} />
        </>
      );
    case "handoff":
      return (
        <p>
          <span className="trace-label">{t("reason")}</span> {step.input.reason}
        </p>
      );
    default:
      return (
        <>
          <ValueBlock name={t("input")} value={step.input} />
          {step.latencyMs !== null && <ValueBlock name={t("output")} value={step.output} />}
        </>
      );
  }
}
