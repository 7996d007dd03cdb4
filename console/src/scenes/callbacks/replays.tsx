import { Button, Checkbox, Input, InputNumber, Modal, Progress, Select } from "antd";
import { useState } from "react";
import { ConfirmButton } from "../../parts/confirm-button.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { ErrorState } from "../../parts/error-state.tsx";
import { Labelled } from "../../parts/labelled.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Section } from "../../parts/section.tsx";
import { Time } from "../../parts/time.tsx";
import { commonWords } from "../../text/common.ts";
import { useWords } from "../../text/words.ts";
import { type Endpoint, type Replay, useChangeReplay, useReplays, useStartReplay } from "./data.ts";
import { localInput, momentOf } from "./local-time.ts";
import { ReplayTag } from "./marks.tsx";
import { replayWords } from "./replay-text.ts";
import { callbackWords } from "./text.ts";

/** Replays to an endpoint: those that were, those that run, and how to begin one. */
export function Replays({ endpoint }: { endpoint: Endpoint }) {
  const t = useWords(replayWords);
  const replays = useReplays(endpoint.id);
  const [isOpen, setOpen] = useState(false);
  return (
    <Section
      title={t("replays")}
      description={t("replaysHint")}
      isFlush
      actions={<Button onClick={() => setOpen(true)}>{t("replay")}</Button>}
    >
      {replays.isPending && <Loading />}
      {replays.isError && <ErrorState error={replays.error} onRetry={() => void replays.refetch()} />}
      {replays.data?.length === 0 && <EmptyState title={t("replaysEmpty")} />}
      <ul className="rows">
        {replays.data?.map((replay) => (
          <Line key={replay.id} replay={replay} />
        ))}
      </ul>
      {isOpen && <NewReplay endpoint={endpoint} onClose={() => setOpen(false)} />}
    </Section>
  );
}

function Line({ replay }: { replay: Replay }) {
  const t = useWords(replayWords);
  const callbacks = useWords(callbackWords);
  const change = useChangeReplay();
  const { state, since, until, reachedAt, sentCount, id: replayId } = replay;
  const isOpen = state === "running" || state === "paused";
  const span = Date.parse(until) - Date.parse(since);
  const part = span === 0 ? 1 : (Date.parse(reachedAt) - Date.parse(since)) / span;
  return (
    <li>
      <div>
        <div className="callbacks-health">
          <ReplayTag state={state} />
          <span>{t("replaySent", { count: sentCount })}</span>
        </div>
        <div className="callbacks-muted">
          <Time at={since} isExact /> – <Time at={until} isExact />
        </div>
        {isOpen && (
          <Progress percent={Math.floor(part * 100)} size="small" aria-label={t("replayProgress")} />
        )}
        {change.isError && <ErrorState error={change.error} />}
      </div>
      {isOpen && (
        <div className="section-actions">
          <Button
            size="small"
            loading={change.isPending}
            onClick={() => change.mutate({ replayId, to: state === "running" ? "pause" : "resume" })}
          >
            {state === "running" ? callbacks("pause") : t("goOn")}
          </Button>
          <ConfirmButton
            size="small"
            danger
            question={t("cancelQuestion")}
            explanation={t("cancelHint")}
            onConfirm={() => change.mutateAsync({ replayId, to: "cancel" })}
          >
            {t("cancelReplay")}
          </ConfirmButton>
        </div>
      )}
    </li>
  );
}

const DAY_MS = 24 * 3_600_000;

function NewReplay({ endpoint, onClose }: { endpoint: Endpoint; onClose(): void }) {
  const t = useWords(replayWords);
  const common = useWords(commonWords);
  const start = useStartReplay(endpoint.id);
  const [since, setSince] = useState(() => localInput(new Date(Date.now() - DAY_MS)));
  const [until, setUntil] = useState("");
  const [eventTypes, setTypes] = useState<string[]>([]);
  const [onlyFailed, setOnlyFailed] = useState(true);
  const [ratePerSecond, setRate] = useState(10);
  const from = momentOf(since);
  const to = momentOf(until);
  const begin = () => {
    if (from === undefined) return;
    const wanted = {
      since: from,
      ...(to !== undefined && { until: to }),
      eventTypes,
      onlyFailed,
      ratePerSecond,
    };
    start.mutate(wanted, { onSuccess: onClose });
  };
  return (
    <Modal
      open
      title={t("replayTitle", { name: endpoint.name })}
      okText={t("replayStart")}
      cancelText={common("cancel")}
      okButtonProps={{ disabled: from === undefined }}
      confirmLoading={start.isPending}
      onOk={begin}
      onCancel={onClose}
    >
      <div className="callbacks-stack">
        <Labelled label={t("replaySince")}>
          {(id) => (
            <Input
              id={id}
              type="datetime-local"
              step={1}
              value={since}
              onChange={({ target }) => setSince(target.value)}
            />
          )}
        </Labelled>
        <Labelled label={t("replayUntil")} hint={t("replayUntilHint")}>
          {(id) => (
            <Input
              id={id}
              type="datetime-local"
              step={1}
              value={until}
              onChange={({ target }) => setUntil(target.value)}
            />
          )}
        </Labelled>
        <Select
          mode="multiple"
          aria-label={t("replayTypes")}
          placeholder={t("replayTypes")}
          value={eventTypes}
          onChange={(next: string[]) => setTypes(next)}
          options={endpoint.eventTypes.map((value) => ({ value, label: value }))}
        />
        <Checkbox checked={onlyFailed} onChange={({ target }) => setOnlyFailed(target.checked)}>
          {t("replayOnlyFailed")}
        </Checkbox>
        <Labelled label={t("replayRate")}>
          {(id) => (
            <InputNumber
              id={id}
              min={1}
              max={1_000}
              precision={0}
              value={ratePerSecond}
              onChange={(next) => setRate(next ?? 1)}
            />
          )}
        </Labelled>
        {start.isError && <ErrorState error={start.error} />}
      </div>
    </Modal>
  );
}
