import { Alert, Button } from "antd";
import { commonWords } from "../text/common.ts";
import { useWords } from "../text/words.ts";

/** What went wrong, which request it was, and a way to try again. */
export function ErrorState({
  error,
  title,
  onRetry,
}: {
  error: Error;
  title?: string | undefined;
  onRetry?: (() => void) | undefined;
}) {
  const t = useWords(commonWords);
  return (
    <Alert
      className="error-state"
      type="error"
      showIcon
      role="alert"
      title={title ?? t("failed")}
      description={<ErrorText error={error} />}
      action={
        onRetry !== undefined && (
          <Button size="small" onClick={onRetry}>
            {t("retry")}
          </Button>
        )
      }
    />
  );
}

/** The words of an error, and the id of its request. */
export function ErrorText({ error }: { error: Error }) {
  const t = useWords(commonWords);
  const { code, requestId } = error as Partial<ServerError>;
  return (
    <>
      <div>{code === "unreachable" ? t("unreachable") : error.message}</div>
      {requestId !== undefined && (
        <small className="error-request">{t("requestId", { id: requestId })}</small>
      )}
    </>
  );
}

/** What errors of the server carry beside their words. */
interface ServerError {
  code: string;
  requestId: string | undefined;
}
