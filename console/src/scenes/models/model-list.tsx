import { App, Button, Tag } from "antd";
import type { ReactNode } from "react";
import { ApiError } from "../../api/client.ts";
import { ConfirmButton } from "../../parts/confirm-button.tsx";
import { DataList } from "../../parts/data-list.tsx";
import { ErrorText } from "../../parts/error-state.tsx";
import { commonWords } from "../../text/common.ts";
import { useWords } from "../../text/words.ts";
import { type ListedModel, useModelChanges, type useModels, useModelTrial } from "./data.ts";
import { modelWords } from "./text.ts";
import { TrialResult } from "./trial-result.tsx";
import "./models.css";
import { useTellFailure } from "../../parts/tell-failure.tsx";

export function ModelList({
  query,
  canManage,
  onEdit,
  empty,
}: {
  query: ReturnType<typeof useModels>;
  canManage: boolean;
  onEdit(model: ListedModel): void;
  empty: ReactNode;
}) {
  const t = useWords(modelWords);
  return (
    <DataList<ListedModel>
      query={query}
      label={t("list")}
      itemKey={({ name }) => name}
      empty={empty}
      columns={[
        { key: "name", title: t("name"), render: (model) => <NameCell model={model} /> },
        { key: "source", title: t("source"), render: ({ source }) => t(source), width: "140px" },
        { key: "prices", title: t("prices"), render: (model) => <PriceCell model={model} />, width: "160px" },
      ]}
      {...(canManage && { actions: (model) => <ModelActions model={model} onEdit={() => onEdit(model)} /> })}
    />
  );
}

function NameCell({ model }: { model: ListedModel }) {
  const t = useWords(modelWords);
  const isExtractive = model.provider === "extractive";
  return (
    <div className="model-cell">
      <span className="model-name">
        {model.name}
        {model.isDefault && <Tag color="blue">{t("default")}</Tag>}
      </span>
      {isExtractive ? (
        <small>{t("extractive")}</small>
      ) : (
        <small>
          {[model.model, model.baseUrl ?? t("vendorDefault"), model.hasKey ? t("hasKey") : t("keyNone")].join(
            " · ",
          )}
        </small>
      )}
      {model.problem !== null && <Tag color="error">{t("unused", { problem: model.problem })}</Tag>}
    </div>
  );
}

function PriceCell({ model: { prices, provider } }: { model: ListedModel }) {
  const t = useWords(modelWords);
  if (provider === "extractive") return null;
  return <span>{prices === null ? t("noPrices") : t("perMillion", prices)}</span>;
}

function ModelActions({ model, onEdit }: { model: ListedModel; onEdit(): void }) {
  const t = useWords(modelWords);
  const common = useWords(commonWords);
  const tellFailure = useTellFailure();
  const { change } = useModelChanges();
  const isKept = model.source === "store";
  const isUsable = model.problem === null;
  return (
    <div className="model-actions">
      {model.provider !== "extractive" && <TestButton name={model.name} />}
      {isKept && isUsable && !model.isDefault && (
        <Button
          size="small"
          loading={change.isPending}
          onClick={() =>
            change.mutate(
              { name: model.name, body: { isDefault: true } },
              {
                onError: tellFailure,
              },
            )
          }
        >
          {t("makeDefault")}
        </Button>
      )}
      {isKept && (
        <>
          <Button size="small" onClick={onEdit}>
            {common("edit")}
          </Button>
          <DeleteButton name={model.name} />
        </>
      )}
    </div>
  );
}

function TestButton({ name }: { name: string }) {
  const t = useWords(modelWords);
  const { modal } = App.useApp();
  const trial = useModelTrial();
  const test = () =>
    trial.mutate(
      { name },
      {
        onSuccess: (result) =>
          void modal.info({ title: name, icon: null, content: <TrialResult trial={result} /> }),
        onError: (error) => void modal.error({ title: t("failed"), content: <ErrorText error={error} /> }),
      },
    );
  return (
    <Button size="small" loading={trial.isPending} onClick={test}>
      {t("test")}
    </Button>
  );
}

/** Asks once more where agents still name the model. */
function DeleteButton({ name }: { name: string }) {
  const t = useWords(modelWords);
  const common = useWords(commonWords);
  const { modal } = App.useApp();
  const tellFailure = useTellFailure();
  const { remove } = useModelChanges();
  const insist = (reason: string) =>
    modal.confirm({
      title: t("inUse"),
      content: t("inUseHint", { reason }),
      okText: t("deleteAnyway"),
      cancelText: common("cancel"),
      okButtonProps: { danger: true },
      onOk: () => remove.mutateAsync({ name, force: true }).catch(tellFailure),
    });
  return (
    <ConfirmButton
      size="small"
      danger
      question={t("deleteQuestion", { name })}
      explanation={t("deleteHint")}
      onConfirm={async () => {
        try {
          await remove.mutateAsync({ name, force: false });
        } catch (error) {
          if (!(error instanceof ApiError) || error.field !== "force") throw error;
          void insist(error.message);
        }
      }}
    >
      {t("delete")}
    </ConfirmButton>
  );
}
