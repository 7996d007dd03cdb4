import { PageHeader } from "../../parts/page-header.tsx";
import { useWords } from "../../text/words.ts";
import { workflowRunWords } from "./text.ts";

export function WorkflowRunPage() {
  const t = useWords(workflowRunWords);
  return <PageHeader title={t("title")} description={t("description")} />;
}
