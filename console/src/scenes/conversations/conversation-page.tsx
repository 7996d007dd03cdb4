import { PageHeader } from "../../parts/page-header.tsx";
import { useWords } from "../../text/words.ts";
import { conversationWords } from "./text.ts";

export function ConversationPage() {
  const t = useWords(conversationWords);
  return <PageHeader title={t("conversation")} description={t("description")} />;
}
