import { PageHeader } from "../../parts/page-header.tsx";
import { useWords } from "../../text/words.ts";
import { setupWords } from "./text.ts";

export function SetupPage() {
  const t = useWords(setupWords);
  return <PageHeader title={t("title")} description={t("description")} />;
}
