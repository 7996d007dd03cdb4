import { Button, Result } from "antd";
import { Link } from "react-router";
import { useWords } from "../text/words.ts";
import { shellWords } from "./text.ts";

export function NotFoundPage() {
  const t = useWords(shellWords);
  return (
    <Result
      status="info"
      title={<h1 className="result-title">{t("notFound")}</h1>}
      subTitle={t("notFoundHint")}
      extra={
        <Link to="/">
          <Button type="primary" tabIndex={-1}>
            {t("toOverview")}
          </Button>
        </Link>
      }
    />
  );
}
