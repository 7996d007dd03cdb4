import CheckCircleFilled from "@ant-design/icons/es/icons/CheckCircleFilled";
import { Button } from "antd";
import { Link } from "react-router";
import { Section } from "../../parts/section.tsx";
import { useWords } from "../../text/words.ts";
import { useHasAgent } from "./data.ts";
import { overviewWords } from "./text.ts";

/** Instead of charts with nothing in them: what to do so that something is in them. */
export function FirstSteps() {
  const t = useWords(overviewWords);
  const hasAgent = useHasAgent().data === true;
  const steps = [
    { title: t("stepModel"), hint: t("stepModelHint"), path: "/settings/models", isDone: false },
    { title: t("stepAgent"), hint: t("stepAgentHint"), path: "/agents", isDone: hasAgent },
    { title: t("stepPublish"), hint: t("stepPublishHint"), path: "/publish", isDone: false },
  ];
  const next = hasAgent ? 2 : 0;
  return (
    <Section title={t("firstTitle")} description={t("firstHint")}>
      <ol className="overview-steps">
        {steps.map(({ title, hint, path, isDone }, index) => (
          <li key={path}>
            <span className="overview-step-number">
              {isDone ? <CheckCircleFilled aria-label={t("done")} /> : index + 1}
            </span>
            <div>
              <h3>{title}</h3>
              <p>{hint}</p>
              <Link to={path}>
                <Button type={index === next ? "primary" : "default"} tabIndex={-1}>
                  {title}
                </Button>
              </Link>
            </div>
          </li>
        ))}
      </ol>
    </Section>
  );
}
