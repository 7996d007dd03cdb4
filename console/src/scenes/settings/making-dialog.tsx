import type { UseMutationResult } from "@tanstack/react-query";
import { Button, Form, Modal } from "antd";
import type { ReactNode } from "react";
import { ErrorState } from "../../parts/error-state.tsx";
import { useWords } from "../../text/words.ts";
import { settingsWords } from "./text.ts";

/** A dialog that makes something, and then shows this once what is to be kept of it. */
export function MakingDialog<Wish extends object, Made>({
  title,
  madeTitle,
  isOpen,
  make,
  initialValues,
  fields,
  onSubmit,
  onClose,
  children,
}: {
  title: string;
  /** When it is made. */
  madeTitle: string;
  isOpen: boolean;
  make: Pick<UseMutationResult<Made>, "data" | "error" | "isPending" | "reset">;
  initialValues: Partial<Wish>;
  fields: ReactNode;
  onSubmit(wish: Wish): void;
  onClose(): void;
  children(made: Made): ReactNode;
}) {
  const t = useWords(settingsWords);
  const { data: made, error, isPending } = make;
  const close = () => {
    make.reset();
    onClose();
  };
  return (
    <Modal
      open={isOpen}
      onCancel={close}
      footer={null}
      title={made === undefined ? title : madeTitle}
      destroyOnHidden
      width={520}
    >
      {made === undefined ? (
        <Form layout="vertical" requiredMark={false} initialValues={initialValues} onFinish={onSubmit}>
          {error !== null && <ErrorState title={error.message} error={error} />}
          {fields}
          <div className="settings-buttons">
            <Button type="primary" htmlType="submit" loading={isPending}>
              {title}
            </Button>
          </div>
        </Form>
      ) : (
        <>
          {children(made)}
          <div className="settings-buttons">
            <Button type="primary" onClick={close}>
              {t("done")}
            </Button>
          </div>
        </>
      )}
    </Modal>
  );
}
