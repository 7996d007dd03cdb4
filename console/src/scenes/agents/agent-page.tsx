import { PageHeader } from "../../parts/page-header.tsx";
import { useWords } from "../../text/words.ts";
import { agentWords } from "./text.ts";

export function AgentPage() {
  const t = useWords(agentWords);
  return <PageHeader title={t("agent")} description={t("description")} />;
}
