import { PageHeader } from "../../parts/page-header.tsx";
import { useWords } from "../../text/words.ts";
import { callbackWords } from "./text.ts";

export function CallbacksPage() {
  const t = useWords(callbackWords);
  return <PageHeader title={t("title")} description={t("description")} />;
}
