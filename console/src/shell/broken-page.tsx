import { Button, Result } from "antd";
import { useRouteError } from "react-router";
import { useWords } from "../text/words.ts";
import { shellWords } from "./text.ts";

/** Instead of a page that threw, or could not be fetched. */
export function BrokenPage() {
  const t = useWords(shellWords);
  const error = useRouteError();
  return (
    <Result
      status="error"
      title={<h1 className="result-title">{t("broken")}</h1>}
      subTitle={t("brokenHint")}
      extra={
        <Button type="primary" onClick={() => location.reload()}>
          {t("reload")}
        </Button>
      }
    >
      {error instanceof Error && <pre className="code-block">{error.message}</pre>}
    </Result>
  );
}
