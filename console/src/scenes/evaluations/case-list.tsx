import { Button, Form, Input, Modal } from "antd";
import { useState } from "react";
import { ConfirmButton } from "../../parts/confirm-button.tsx";
import { DataList } from "../../parts/data-list.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { ErrorState } from "../../parts/error-state.tsx";
import { Section } from "../../parts/section.tsx";
import { commonWords } from "../../text/common.ts";
import { useWords } from "../../text/words.ts";
import { type EvaluationCase, useAddCase, useCases, useChangeCase, useRemoveCase } from "./data.ts";
import { evaluationWords } from "./text.ts";

/** The questions of a set. */
export function CaseList({ setId, mayChange }: { setId: string; mayChange: boolean }) {
  const t = useWords(evaluationWords);
  const [open, setOpen] = useState<{ known?: EvaluationCase }>();
  const add = mayChange && <Button onClick={() => setOpen({})}>{t("addCase")}</Button>;
  return (
    <Section title={t("cases")} description={t("casesHint")} actions={add} isFlush>
      <DataList<EvaluationCase>
        query={useCases(setId)}
        label={t("cases")}
        itemKey={({ id }) => id}
        empty={<EmptyState title={t("noCases")} hint={t("noCasesHint")} action={add} />}
        columns={[
          { key: "question", title: t("question"), render: (asked) => <CaseCell asked={asked} /> },
          {
            key: "expected",
            title: t("expectedShort"),
            width: "28%",
            render: ({ expected }) => (
              <span className="evaluation-clipped">{expected === "" ? t("nothing") : expected}</span>
            ),
          },
        ]}
        {...(mayChange && {
          actions: (asked) => <CaseActions asked={asked} onEdit={() => setOpen({ known: asked })} />,
        })}
      />
      <Modal
        open={open !== undefined}
        onCancel={() => setOpen(undefined)}
        title={open?.known === undefined ? t("addCase") : t("editCase")}
        footer={null}
        destroyOnHidden
      >
        <CaseForm setId={setId} known={open?.known} onClose={() => setOpen(undefined)} />
      </Modal>
    </Section>
  );
}

function CaseCell({ asked: { question, history, turnId } }: { asked: EvaluationCase }) {
  const t = useWords(evaluationWords);
  const notes = [
    turnId === null ? t("written") : t("fromTurn"),
    ...(history.length > 0 ? [t("earlier", { count: history.length })] : []),
  ];
  return (
    <span className="evaluation-case">
      <span className="evaluation-clipped">{question}</span>
      <small>{notes.join(" · ")}</small>
    </span>
  );
}

function CaseActions({ asked, onEdit }: { asked: EvaluationCase; onEdit(): void }) {
  const t = useWords(evaluationWords);
  const common = useWords(commonWords);
  const removal = useRemoveCase();
  return (
    <span className="evaluation-actions">
      <Button size="small" onClick={onEdit}>
        {common("edit")}
      </Button>
      <ConfirmButton
        size="small"
        danger
        question={t("removeQuestion")}
        onConfirm={() => removal.mutateAsync(asked.id)}
      >
        {t("remove")}
      </ConfirmButton>
    </span>
  );
}

function CaseForm({
  setId,
  known,
  onClose,
}: {
  setId: string;
  known: EvaluationCase | undefined;
  onClose(): void;
}) {
  const t = useWords(evaluationWords);
  const common = useWords(commonWords);
  const addition = useAddCase(setId);
  const change = useChangeCase();
  const save = ({ question, expected = "" }: { question: string; expected?: string }) => {
    const body = { question, expected };
    if (known === undefined) addition.mutate(body, { onSuccess: onClose });
    else change.mutate({ caseId: known.id, body }, { onSuccess: onClose });
  };
  const failure = addition.error ?? change.error;
  return (
    <Form
      layout="vertical"
      requiredMark={false}
      initialValues={{ question: known?.question ?? "", expected: known?.expected ?? "" }}
      onFinish={save}
    >
      <Form.Item
        name="question"
        label={t("question")}
        rules={[{ required: true, whitespace: true, message: t("questionMissing") }]}
      >
        <Input.TextArea rows={3} maxLength={10_000} />
      </Form.Item>
      <Form.Item name="expected" label={t("expected")} extra={t("expectedHint")}>
        <Input.TextArea rows={3} maxLength={50_000} />
      </Form.Item>
      {failure !== null && <ErrorState error={failure} />}
      <div className="evaluation-buttons">
        <Button onClick={onClose}>{common("cancel")}</Button>
        <Button type="primary" htmlType="submit" loading={addition.isPending || change.isPending}>
          {common("save")}
        </Button>
      </div>
    </Form>
  );
}
