import { Button } from "antd";
import { useRouteError } from "react-router";
import { Notice } from "../parts/notice.tsx";
import { useWords } from "../text/words.ts";
import { shellWords } from "./text.ts";

/** Instead of a page that threw, or could not be fetched. */
export function BrokenPage() {
  const t = useWords(shellWords);
  const error = useRouteError();
  return (
    <Notice title={t("broken")} hint={t("brokenHint")}>
      {error instanceof Error && <p>{error.message}</p>}
      <Button type="primary" onClick={() => location.reload()}>
        {t("reload")}
      </Button>
    </Notice>
  );
}
