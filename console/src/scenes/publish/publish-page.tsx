import { PageHeader } from "../../parts/page-header.tsx";
import { useWords } from "../../text/words.ts";
import { publishWords } from "./text.ts";

export function PublishPage() {
  const t = useWords(publishWords);
  return <PageHeader title={t("title")} description={t("description")} />;
}
