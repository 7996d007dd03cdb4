import { Tag } from "antd";
import { useWords } from "../../text/words.ts";
import type { Evaluation } from "./data.ts";
import { evaluationWords } from "./text.ts";

const COLORS: Record<Evaluation["state"], string> = {
  running: "processing",
  completed: "success",
  stopped: "default",
  interrupted: "warning",
  failed: "error",
};

/** How an evaluation stands; how far it is while it runs. */
export function StateMark({ evaluation: { state, done, total } }: { evaluation: Evaluation }) {
  const t = useWords(evaluationWords);
  const words = state === "running" ? `${t(state)} · ${t("progress", { done, total })}` : t(state);
  return <Tag color={COLORS[state]}>{words}</Tag>;
}
