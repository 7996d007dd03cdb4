import { Button, Form, Modal, Select } from "antd";
import { useNavigate } from "react-router";
import { ErrorState } from "../../parts/error-state.tsx";
import { commonWords } from "../../text/common.ts";
import { useLanguage, useWords } from "../../text/words.ts";
import { type EvaluationSet, useJudges, useStartEvaluation, useVersions } from "./data.ts";
import { evaluationWords } from "./text.ts";

interface Fields {
  candidate: string;
  baseline: string;
  judge: string;
}

/** What is compared with what, and who grades. */
export function StartEvaluation({
  set,
  isOpen,
  onClose,
}: {
  set: EvaluationSet;
  isOpen: boolean;
  onClose(): void;
}) {
  const t = useWords(evaluationWords);
  return (
    <Modal open={isOpen} onCancel={onClose} title={t("runTitle")} footer={null} destroyOnHidden>
      <StartForm set={set} onClose={onClose} />
    </Modal>
  );
}

function StartForm({ set, onClose }: { set: EvaluationSet; onClose(): void }) {
  const t = useWords(evaluationWords);
  const common = useWords(commonWords);
  const navigate = useNavigate();
  const [language] = useLanguage();
  const starting = useStartEvaluation(set.id);
  const versions = useVersions(set.agentId);
  const judges = useJudges();
  const format = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  const numbered = (versions.data?.items ?? []).map(({ number }) => ({
    value: String(number),
    label: t("version", { date: format.format(new Date(Number(number))) }),
  }));
  const models = (judges.data?.items ?? []).filter(({ provider }) => provider !== "extractive");
  const start = ({ candidate, baseline, judge }: Fields) =>
    starting.mutate(
      { candidate, baseline, ...(judge !== "" && { judge }) },
      { onSuccess: ({ id }) => void navigate(`/evaluations/${set.id}/reports/${id}`) },
    );
  return (
    <Form<Fields>
      layout="vertical"
      initialValues={{ candidate: "draft", baseline: "live", judge: "" }}
      onFinish={start}
    >
      <p>{t("runHint")}</p>
      <Form.Item name="candidate" label={t("candidate")}>
        <Select options={[{ value: "draft", label: t("draft") }, ...numbered]} loading={versions.isPending} />
      </Form.Item>
      <Form.Item name="baseline" label={t("baseline")}>
        <Select
          options={[
            { value: "live", label: t("live") },
            { value: "recorded", label: t("recorded") },
            ...numbered,
          ]}
        />
      </Form.Item>
      <Form.Item name="judge" label={t("judge")} extra={t("judgeHint")}>
        <Select
          loading={judges.isPending}
          options={[
            { value: "", label: t("noJudge") },
            ...models.map(({ name }) => ({ value: name, label: name })),
          ]}
        />
      </Form.Item>
      {starting.isError && <ErrorState error={starting.error} />}
      <div className="evaluation-buttons">
        <Button onClick={onClose}>{common("cancel")}</Button>
        <Button type="primary" htmlType="submit" loading={starting.isPending}>
          {t("start")}
        </Button>
      </div>
    </Form>
  );
}
