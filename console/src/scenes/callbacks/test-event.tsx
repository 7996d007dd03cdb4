import { Alert, Button, Modal, Select } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { CodeBlock } from "../../parts/code-block.tsx";
import { ErrorState } from "../../parts/error-state.tsx";
import { commonWords } from "../../text/common.ts";
import { useWords } from "../../text/words.ts";
import { type Endpoint, useEventTypes, useSendTest } from "./data.ts";
import { useDelivery } from "./delivery-data.ts";
import { callbackWords } from "./text.ts";

/** Sends an example and shows what came of it. */
export function TestEvent({ endpoint, onClose }: { endpoint: Endpoint; onClose(): void }) {
  const t = useWords(callbackWords);
  const common = useWords(commonWords);
  const types = useEventTypes();
  const send = useSendTest(endpoint.id);
  const [type, setType] = useState(endpoint.eventTypes[0] ?? "turn.completed");
  const choices =
    endpoint.kind === "insight" ? endpoint.eventTypes : (types.data?.map((each) => each.type) ?? [type]);
  return (
    <Modal
      open
      title={t("testTitle")}
      onCancel={onClose}
      footer={
        <>
          <Button onClick={onClose}>{common("close")}</Button>
          <Button type="primary" loading={send.isPending} onClick={() => send.mutate(type)}>
            {t("send")}
          </Button>
        </>
      }
    >
      <div className="callbacks-stack">
        <p>{t("testHint")}</p>
        <Select
          aria-label={t("event")}
          value={type}
          onChange={setType}
          options={choices.map((value) => ({ value, label: value }))}
        />
        {send.isError && <ErrorState error={send.error} />}
        {send.data !== undefined && <Result key={send.data.id} deliveryId={send.data.id} />}
      </div>
    </Modal>
  );
}

function Result({ deliveryId }: { deliveryId: string }) {
  const t = useWords(callbackWords);
  const delivery = useDelivery(deliveryId);
  if (delivery.isError) return <ErrorState error={delivery.error} onRetry={() => void delivery.refetch()} />;
  const attempt = delivery.data?.attempts.at(-1);
  const more = <Link to={`/callbacks/deliveries/${deliveryId}`}>{t("seeDelivery")}</Link>;
  if (attempt === undefined) return <Alert type="info" showIcon role="status" title={t("testWaiting")} />;
  const isOk = attempt.outcome === "ok";
  const ms = Math.round(attempt.timings.totalMs ?? 0);
  return (
    <>
      <Alert
        type={isOk ? "success" : "error"}
        showIcon
        role="status"
        title={
          isOk
            ? t("testOk", { status: attempt.status ?? 200, ms })
            : t("testFailed", { reason: attempt.errorMessage || attempt.errorCode })
        }
        description={more}
      />
      {attempt.responsePrefix !== "" && <CodeBlock language={t("response")} code={attempt.responsePrefix} />}
    </>
  );
}
