import { Alert, Button, Form, Input, Modal, Select } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { ErrorState } from "../../parts/error-state.tsx";
import { commonWords } from "../../text/common.ts";
import { useWords } from "../../text/words.ts";
import { AgentFilter } from "./agent-filter.tsx";
import { type Addition, useAddToSet, useSetsOf } from "./data.ts";
import { feedbackWords } from "./text.ts";

const NEW_SET = "new";
/** As many as the server adds of a filter at once. */
const FILTER_LIMIT = 100;

interface Fields {
  set: string;
  name: string;
  expected: string;
}

/** Adds a turn, or what a filter finds, to a set of questions; a new one where there is none. */
export function AddToSet({
  what,
  agentId,
  onClose,
}: {
  /** Undefined: it is closed. */
  what: Addition["what"] | undefined;
  /** Undefined: the person says which. */
  agentId: string | undefined;
  onClose(): void;
}) {
  const t = useWords(feedbackWords);
  const [chosenId, setChosenId] = useState<string>();
  const meantId = agentId ?? chosenId;
  const isOne = what !== undefined && "turnId" in what;
  return (
    <Modal
      open={what !== undefined}
      onCancel={onClose}
      destroyOnHidden
      footer={null}
      title={isOne ? t("addTitle") : t("addAllTitle")}
    >
      {agentId === undefined && (
        <div className="feedback-agent">
          <p className="feedback-agent-hint">{t("addAllHint")}</p>
          <AgentFilter value={chosenId} onChange={setChosenId} />
        </div>
      )}
      {what !== undefined && meantId !== undefined && (
        <AdditionForm key={meantId} what={what} agentId={meantId} onClose={onClose} />
      )}
    </Modal>
  );
}

function AdditionForm({ what, agentId, onClose }: Pick<Addition, "what" | "agentId"> & { onClose(): void }) {
  const t = useWords(feedbackWords);
  const common = useWords(commonWords);
  const [form] = Form.useForm<Fields>();
  const sets = useSetsOf(agentId);
  const addition = useAddToSet();
  const options = (sets.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const chosen = Form.useWatch("set", form);
  const add = ({ set, name, expected = "" }: Fields) =>
    addition.mutate({ agentId, set: set === NEW_SET ? { name } : { id: set }, what, expected });
  if (addition.data !== undefined) return <Added {...addition.data} onClose={onClose} />;
  if (sets.isError && sets.data === undefined)
    return <ErrorState error={sets.error} onRetry={() => void sets.refetch()} />;
  return (
    <Form<Fields> form={form} layout="vertical" requiredMark={false} onFinish={add}>
      {"filter" in what && <p>{t("addAllExplained", { count: FILTER_LIMIT })}</p>}
      <Form.Item name="set" label={t("set")} rules={[{ required: true, message: t("setMissing") }]}>
        <Select loading={sets.isPending} options={[...options, { value: NEW_SET, label: t("setNew") }]} />
      </Form.Item>
      {chosen === NEW_SET && (
        <Form.Item
          name="name"
          label={t("setNewName")}
          rules={[{ required: true, whitespace: true, message: t("setMissing") }]}
        >
          <Input maxLength={128} />
        </Form.Item>
      )}
      {"turnId" in what && (
        <Form.Item name="expected" label={t("expected")} extra={t("expectedHint")}>
          <Input.TextArea rows={3} maxLength={50_000} />
        </Form.Item>
      )}
      {addition.isError && <ErrorState error={addition.error} />}
      <div className="feedback-buttons">
        <Button onClick={onClose}>{common("cancel")}</Button>
        <Button type="primary" htmlType="submit" loading={addition.isPending}>
          {t("add")}
        </Button>
      </div>
    </Form>
  );
}

function Added({ setId, added, onClose }: { setId: string; added: number; onClose(): void }) {
  const t = useWords(feedbackWords);
  const common = useWords(commonWords);
  return (
    <>
      <Alert
        type={added === 0 ? "info" : "success"}
        showIcon
        role="status"
        title={added === 0 ? t("addedNone") : t("added", { count: added })}
      />
      <div className="feedback-buttons">
        <Button onClick={onClose}>{common("close")}</Button>
        <Link to={`/evaluations/${setId}`}>{t("openSet")}</Link>
      </div>
    </>
  );
}
