import { PageHeader } from "../../parts/page-header.tsx";
import { useWords } from "../../text/words.ts";
import { feedbackWords } from "./text.ts";

export function FeedbackPage() {
  const t = useWords(feedbackWords);
  return <PageHeader title={t("title")} description={t("description")} />;
}
