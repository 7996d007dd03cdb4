import { Button, Input, Modal, Radio } from "antd";
import { useState } from "react";
import { useTellFailure } from "../../parts/tell-failure.tsx";
import { commonWords } from "../../text/common.ts";
import { useWords } from "../../text/words.ts";
import { type Endpoint, type StateChange, useChangeState } from "./data.ts";
import { callbackWords } from "./text.ts";

/** The buttons that stop an endpoint and let it go on. */
export function EndpointState({ endpoint }: { endpoint: Endpoint }) {
  const t = useWords(callbackWords);
  const tellFailure = useTellFailure();
  const change = useChangeState(endpoint.id);
  const [open, setOpen] = useState<"disable" | "enable">();
  const apply = (wanted: StateChange) =>
    change.mutate(wanted, {
      onSuccess: () => setOpen(undefined),
      onError: tellFailure,
    });
  return (
    <>
      {endpoint.state === "active" && (
        <Button loading={change.isPending} onClick={() => apply({ to: "pause" })}>
          {t("pause")}
        </Button>
      )}
      {endpoint.state === "paused" && (
        <Button loading={change.isPending} onClick={() => apply({ to: "resume" })}>
          {t("resume")}
        </Button>
      )}
      {endpoint.state === "disabled" ? (
        <Button onClick={() => setOpen("enable")}>{t("enable")}</Button>
      ) : (
        <Button onClick={() => setOpen("disable")}>{t("disable")}</Button>
      )}
      {open === "disable" && (
        <Disable
          name={endpoint.name}
          isBusy={change.isPending}
          onClose={() => setOpen(undefined)}
          onApply={(reason) => apply({ to: "disable", reason })}
        />
      )}
      {open === "enable" && (
        <Enable
          name={endpoint.name}
          isBusy={change.isPending}
          onClose={() => setOpen(undefined)}
          onApply={(held) => apply({ to: "enable", held })}
        />
      )}
    </>
  );
}

interface DialogProps<Value> {
  name: string;
  isBusy: boolean;
  onClose(): void;
  onApply(value: Value): void;
}

function Disable({ name, isBusy, onClose, onApply }: DialogProps<string>) {
  const t = useWords(callbackWords);
  const common = useWords(commonWords);
  const [reason, setReason] = useState("");
  return (
    <Modal
      open
      title={t("disableTitle", { name })}
      okText={t("disable")}
      cancelText={common("cancel")}
      confirmLoading={isBusy}
      onOk={() => onApply(reason)}
      onCancel={onClose}
    >
      <div className="callbacks-stack">
        <p>{t("disableHint")}</p>
        <Input
          aria-label={t("reason")}
          placeholder={t("reason")}
          maxLength={1_000}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
      </div>
    </Modal>
  );
}

function Enable({ name, isBusy, onClose, onApply }: DialogProps<"deliver" | "drop">) {
  const t = useWords(callbackWords);
  const common = useWords(commonWords);
  const [held, setHeld] = useState<"deliver" | "drop">("deliver");
  return (
    <Modal
      open
      title={t("enableTitle", { name })}
      okText={t("enable")}
      cancelText={common("cancel")}
      confirmLoading={isBusy}
      onOk={() => onApply(held)}
      onCancel={onClose}
    >
      <div className="callbacks-stack">
        <p>{t("enableHeld")}</p>
        <Radio.Group
          aria-label={t("enableHeld")}
          value={held}
          onChange={({ target }) => setHeld(target.value)}
          options={[
            { value: "deliver", label: t("enableDeliver") },
            { value: "drop", label: t("enableDrop") },
          ]}
        />
      </div>
    </Modal>
  );
}
