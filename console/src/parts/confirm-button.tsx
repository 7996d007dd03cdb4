import { App, Button, type ButtonProps } from "antd";
import { commonWords } from "../text/common.ts";
import { useWords } from "../text/words.ts";
import { useTellFailure } from "./tell-failure.tsx";

/** A button for what cannot be undone: asks first, shows what went wrong. */
export function ConfirmButton({
  question,
  explanation,
  confirmText,
  onConfirm,
  ...button
}: Omit<ButtonProps, "onClick"> & {
  question: string;
  explanation?: string;
  /** What the confirming button says; the button's own words when absent. */
  confirmText?: string;
  onConfirm(): Promise<unknown>;
}) {
  const t = useWords(commonWords);
  const { modal } = App.useApp();
  const tellFailure = useTellFailure();
  const ask = () =>
    modal.confirm({
      title: question,
      content: explanation,
      okText: confirmText ?? button.children ?? t("confirm"),
      cancelText: t("cancel"),
      okButtonProps: { danger: button.danger ?? false },
      onOk: async () => {
        try {
          await onConfirm();
        } catch (error) {
          tellFailure(error);
        }
      },
    });
  return <Button {...button} onClick={() => void ask()} />;
}
