import { PageHeader } from "../../parts/page-header.tsx";
import { useWords } from "../../text/words.ts";
import { modelWords } from "./text.ts";

export function ModelsPage() {
  const t = useWords(modelWords);
  return <PageHeader title={t("title")} description={t("description")} />;
}
