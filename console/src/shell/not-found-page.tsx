import { Link } from "react-router";
import { Notice } from "../parts/notice.tsx";
import { useWords } from "../text/words.ts";
import { shellWords } from "./text.ts";

export function NotFoundPage() {
  const t = useWords(shellWords);
  return (
    <Notice title={t("notFound")} hint={t("notFoundHint")}>
      <Link to="/">{t("toOverview")}</Link>
    </Notice>
  );
}
