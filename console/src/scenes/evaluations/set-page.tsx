import { Button, Input, Modal } from "antd";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { useMay } from "../../api/session.ts";
import { Answered } from "../../parts/answered.tsx";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { ConfirmButton } from "../../parts/confirm-button.tsx";
import { ErrorState } from "../../parts/error-state.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { commonWords } from "../../text/common.ts";
import { useWords } from "../../text/words.ts";
import { CaseList } from "./case-list.tsx";
import { type EvaluationSet, useDeleteSet, useEvaluationSet, useRenameSet } from "./data.ts";
import { EvaluationList } from "./evaluation-list.tsx";
import { StartEvaluation } from "./start-evaluation.tsx";
import { evaluationWords } from "./text.ts";

/** One set: its questions, and what came of asking them. */
export function SetPage() {
  const { setId = "" } = useParams();
  return (
    <Answered query={useEvaluationSet(setId)} isWholePage>
      {(set) => <SetView key={setId} set={set} />}
    </Answered>
  );
}

function SetView({ set }: { set: EvaluationSet }) {
  const t = useWords(evaluationWords);
  const mayChange = useMay("member");
  const navigate = useNavigate();
  const deletion = useDeleteSet(set.id);
  const [isStarting, setStarting] = useState(false);
  const path = `/api/evaluation-sets/${set.id}`;
  return (
    <>
      <PageHeader
        title={set.name}
        description={
          set.agentName === null ? (
            t("deletedAgent")
          ) : (
            <Link to={`/agents/${set.agentId}`}>{set.agentName}</Link>
          )
        }
        breadcrumb={<Link to="/evaluations">{t("title")}</Link>}
        actions={
          <>
            <ApiPeek calls={[{ path }, { path: `${path}/cases` }, { path: `${path}/evaluations` }]} />
            {mayChange && (
              <>
                <Rename set={set} />
                <ConfirmButton
                  danger
                  question={t("deleteSetQuestion", { name: set.name })}
                  explanation={t("deleteSetHint")}
                  onConfirm={async () => {
                    await deletion.mutateAsync();
                    await navigate("/evaluations");
                  }}
                >
                  {t("deleteSet")}
                </ConfirmButton>
                <Button type="primary" disabled={set.cases === 0} onClick={() => setStarting(true)}>
                  {t("run")}
                </Button>
              </>
            )}
          </>
        }
      />
      <EvaluationList setId={set.id} />
      <CaseList setId={set.id} mayChange={mayChange} />
      <StartEvaluation set={set} isOpen={isStarting} onClose={() => setStarting(false)} />
    </>
  );
}

function Rename({ set }: { set: EvaluationSet }) {
  const t = useWords(evaluationWords);
  const common = useWords(commonWords);
  const [name, setName] = useState<string>();
  const renaming = useRenameSet(set.id);
  const close = () => {
    setName(undefined);
    renaming.reset();
  };
  const isEmpty = name?.trim() === "";
  return (
    <>
      <Button onClick={() => setName(set.name)}>{t("rename")}</Button>
      <Modal
        open={name !== undefined}
        title={t("rename")}
        okText={common("save")}
        cancelText={common("cancel")}
        okButtonProps={{ disabled: isEmpty, loading: renaming.isPending }}
        onCancel={close}
        onOk={() => renaming.mutate(name ?? "", { onSuccess: close })}
      >
        <Input
          aria-label={t("name")}
          maxLength={128}
          value={name ?? ""}
          onChange={(event) => setName(event.target.value)}
        />
        {renaming.isError && <ErrorState error={renaming.error} />}
      </Modal>
    </>
  );
}
