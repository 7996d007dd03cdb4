import { PageHeader } from "../../parts/page-header.tsx";
import { useWords } from "../../text/words.ts";
import { overviewWords } from "./text.ts";

export function OverviewPage() {
  const t = useWords(overviewWords);
  return <PageHeader title={t("title")} description={t("description")} />;
}
