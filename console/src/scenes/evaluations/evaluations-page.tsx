import { PageHeader } from "../../parts/page-header.tsx";
import { useWords } from "../../text/words.ts";
import { evaluationWords } from "./text.ts";

export function EvaluationsPage() {
  const t = useWords(evaluationWords);
  return <PageHeader title={t("title")} description={t("description")} />;
}
