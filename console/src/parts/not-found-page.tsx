import { Link } from "react-router";
import { commonWords } from "../text/common.ts";
import { useWords } from "../text/words.ts";
import { Notice } from "./notice.tsx";

export function NotFoundPage() {
  const t = useWords(commonWords);
  return (
    <Notice title={t("notFound")} hint={t("notFoundHint")}>
      <Link to="/">{t("toOverview")}</Link>
    </Notice>
  );
}
