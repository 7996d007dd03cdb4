import { Modal } from "antd";
import { useEffect } from "react";
import { useBlocker } from "react-router";
import { useWords } from "../../../text/words.ts";
import { useEditedDraft } from "./draft-context.ts";
import { editorWords } from "./text.ts";

/**
 * Keeps people from losing what is not saved. What only waits to be saved is saved before they go on; what cannot be
 * saved is asked about.
 */
export function LeaveGuard() {
  const t = useWords(editorWords);
  const { agentId, isUnsaved, save, flush } = useEditedDraft();
  const home = `/agents/${agentId}`;
  const blocker = useBlocker(
    ({ nextLocation: { pathname } }) => isUnsaved && pathname !== home && !pathname.startsWith(`${home}/`),
  );
  const isStuck = save.status === "failed" || save.status === "conflict";
  useEffect(() => {
    if (blocker.state !== "blocked") return;
    if (!isUnsaved) blocker.proceed();
    else if (save.status === "waiting") void flush().catch(() => undefined);
  }, [blocker, isUnsaved, save.status, flush]);
  useEffect(() => {
    if (!isUnsaved) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [isUnsaved]);
  return (
    <Modal
      open={blocker.state === "blocked" && isStuck}
      title={t("leaveTitle")}
      okText={t("leave")}
      cancelText={t("stay")}
      okButtonProps={{ danger: true }}
      onOk={() => blocker.proceed?.()}
      onCancel={() => blocker.reset?.()}
    >
      {t("leaveHint")}
    </Modal>
  );
}
