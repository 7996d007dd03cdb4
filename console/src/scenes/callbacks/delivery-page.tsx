import { Alert, App, Button, Modal, Segmented } from "antd";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { Answered } from "../../parts/answered.tsx";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { CodeBlock } from "../../parts/code-block.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { ErrorState } from "../../parts/error-state.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { Section } from "../../parts/section.tsx";
import { useTellFailure } from "../../parts/tell-failure.tsx";
import { Time } from "../../parts/time.tsx";
import { useWords } from "../../text/words.ts";
import { AttemptSection } from "./attempt-section.tsx";
import { useEndpointNames } from "./deliveries.tsx";
import { type DeliveryDetail, useCurl, useDelivery, useResend } from "./delivery-data.ts";
import { DeliveryTag } from "./marks.tsx";
import { callbackWords } from "./text.ts";

/** One delivery: exactly what is sent, and every attempt. */
export function DeliveryPage() {
  const { deliveryId = "" } = useParams();
  return (
    <Answered query={useDelivery(deliveryId)} isWholePage>
      {(delivery) => <Shown key={deliveryId} delivery={delivery} />}
    </Answered>
  );
}

function Shown({ delivery }: { delivery: DeliveryDetail }) {
  const t = useWords(callbackWords);
  const { message } = App.useApp();
  const tellFailure = useTellFailure();
  const navigate = useNavigate();
  const resend = useResend();
  const again = () =>
    resend.mutate(
      { ids: [delivery.id] },
      {
        onSuccess: ({ items: [made], refused: [first] }) => {
          if (first !== undefined) void message.warning(t("refused", { count: 1, reason: first.reason }), 6);
          if (made === undefined) return;
          void message.success(t("resent", { count: 1 }));
          void navigate(`/callbacks/deliveries/${made.id}`);
        },
        onError: tellFailure,
      },
    );
  return (
    <>
      <PageHeader
        title={t("deliveryOf", { type: delivery.eventType })}
        breadcrumb={<Link to="/callbacks/deliveries">{t("deliveries")}</Link>}
        actions={
          <>
            <ApiPeek
              calls={[
                { path: `/api/deliveries/${delivery.id}` },
                { method: "POST", path: `/api/deliveries/${delivery.id}/resend` },
              ]}
            />
            <Curl deliveryId={delivery.id} />
            <Button
              type="primary"
              disabled={delivery.trigger === "sync" || delivery.body === null}
              loading={resend.isPending}
              onClick={again}
            >
              {t("resend")}
            </Button>
          </>
        }
      />
      <Section>
        <Facts delivery={delivery} />
      </Section>
      <Section title={t("attempts")}>
        {delivery.attempts.length === 0 && <EmptyState title={t("noAttempts")} />}
        <div className="callbacks-stack">
          {delivery.attempts.toReversed().map((attempt, index) => (
            <AttemptSection key={attempt.id} attempt={attempt} isOpen={index === 0} />
          ))}
        </div>
      </Section>
      <Body body={delivery.body} />
    </>
  );
}

function Facts({ delivery }: { delivery: DeliveryDetail }) {
  const t = useWords(callbackWords);
  const nameOf = useEndpointNames();
  const { state, trigger, wireId, endpointId, createdAt, dueAt, endedAt, lastError, hasGap } = delivery;
  return (
    <dl className="callbacks-facts">
      <dt>{t("state")}</dt>
      <dd>
        <DeliveryTag state={state} />
      </dd>
      <dt>{t("endpoint")}</dt>
      <dd>{nameOf(endpointId)}</dd>
      <dt>{t("trigger")}</dt>
      <dd>{t(`trigger_${trigger}`)}</dd>
      <dt>{t("wireId")}</dt>
      <dd className="callbacks-code">{wireId}</dd>
      <dt>{t("created")}</dt>
      <dd>
        <Time at={createdAt} isExact />
      </dd>
      {dueAt !== null && (
        <>
          <dt>{t("due")}</dt>
          <dd>
            <Time at={dueAt} isExact />
          </dd>
        </>
      )}
      {endedAt !== null && (
        <>
          <dt>{t("ended")}</dt>
          <dd>
            <Time at={endedAt} isExact />
          </dd>
        </>
      )}
      {lastError !== "" && (
        <>
          <dt>{t("lastError")}</dt>
          <dd className="callbacks-code">{lastError}</dd>
        </>
      )}
      {hasGap && (
        <>
          <dt />
          <dd>{t("gap")}</dd>
        </>
      )}
    </dl>
  );
}

function Body({ body }: { body: string | null }) {
  const t = useWords(callbackWords);
  const [form, setForm] = useState<"pretty" | "raw">("pretty");
  return (
    <Section
      title={t("body")}
      actions={
        body !== null && (
          <Segmented
            size="small"
            value={form}
            onChange={setForm}
            options={[
              { value: "pretty", label: t("pretty") },
              { value: "raw", label: t("raw") },
            ]}
          />
        )
      }
    >
      {body === null ? (
        <Alert type="info" showIcon title={t("bodyGone")} />
      ) : (
        <CodeBlock language="JSON" code={form === "raw" ? body : prettyJson(body)} />
      )}
    </Section>
  );
}

function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function Curl({ deliveryId }: { deliveryId: string }) {
  const t = useWords(callbackWords);
  const curl = useCurl(deliveryId);
  return (
    <>
      <Button loading={curl.isPending} onClick={() => curl.mutate()}>
        {t("curl")}
      </Button>
      <Modal
        open={curl.data !== undefined || curl.isError}
        footer={null}
        width={720}
        title={t("curl")}
        onCancel={() => curl.reset()}
      >
        <div className="callbacks-stack">
          <p>{t("curlHint")}</p>
          {curl.isError && <ErrorState error={curl.error} />}
          {curl.data !== undefined && <CodeBlock language="curl" code={curl.data.command} />}
        </div>
      </Modal>
    </>
  );
}
