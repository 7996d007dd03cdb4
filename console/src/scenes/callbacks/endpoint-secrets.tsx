import { Button, InputNumber, Modal } from "antd";
import { useState } from "react";
import { ErrorState } from "../../parts/error-state.tsx";
import { Labelled } from "../../parts/labelled.tsx";
import { SecretOnce } from "../../parts/secret-once.tsx";
import { Section } from "../../parts/section.tsx";
import { Time } from "../../parts/time.tsx";
import { commonWords } from "../../text/common.ts";
import { useWords } from "../../text/words.ts";
import { type Endpoint, useRotateSecret } from "./data.ts";
import { callbackWords } from "./text.ts";

const DEFAULT_OVERLAP_HOURS = 24;

/** Secrets that receivers may check with, by their fingerprints, and how to get another. */
export function EndpointSecrets({ endpoint }: { endpoint: Endpoint }) {
  const t = useWords(callbackWords);
  const [isOpen, setOpen] = useState(false);
  return (
    <Section
      title={t("secrets")}
      description={t("secretHint")}
      actions={<Button onClick={() => setOpen(true)}>{t("rotate")}</Button>}
    >
      <dl className="callbacks-facts">
        {endpoint.secrets.map(({ fingerprint, createdAt, expiresAt }) => (
          <div key={fingerprint} className="callbacks-fact">
            <dt className="callbacks-code">{fingerprint}</dt>
            <dd>
              {t("made")} <Time at={createdAt} /> ·{" "}
              {expiresAt === null ? (
                t("current")
              ) : (
                <>
                  {t("validUntil")} <Time at={expiresAt} isExact />
                </>
              )}
            </dd>
          </div>
        ))}
      </dl>
      {isOpen && <Rotate endpointId={endpoint.id} onClose={() => setOpen(false)} />}
    </Section>
  );
}

function Rotate({ endpointId, onClose }: { endpointId: string; onClose(): void }) {
  const t = useWords(callbackWords);
  const common = useWords(commonWords);
  const rotate = useRotateSecret(endpointId);
  const [hours, setHours] = useState(DEFAULT_OVERLAP_HOURS);
  const made = rotate.data?.secret;
  return (
    <Modal
      open
      title={t("rotateTitle")}
      onCancel={onClose}
      footer={
        made === undefined ? (
          <>
            <Button onClick={onClose}>{common("cancel")}</Button>
            <Button type="primary" loading={rotate.isPending} onClick={() => rotate.mutate(hours)}>
              {t("rotate")}
            </Button>
          </>
        ) : (
          <Button type="primary" onClick={onClose}>
            {common("close")}
          </Button>
        )
      }
    >
      {made === undefined ? (
        <div className="callbacks-stack">
          <Labelled label={t("overlap")}>
            {(id) => (
              <InputNumber
                id={id}
                min={0}
                max={168}
                precision={0}
                value={hours}
                onChange={(next) => setHours(next ?? 0)}
              />
            )}
          </Labelled>
          <p className="callbacks-muted">{t("overlapHint")}</p>
          {rotate.isError && <ErrorState error={rotate.error} />}
        </div>
      ) : (
        <SecretOnce name={t("secret")} secret={made} />
      )}
    </Modal>
  );
}
