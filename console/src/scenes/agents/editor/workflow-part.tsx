import { Section } from "../../../parts/section.tsx";
import { useWords } from "../../../text/words.ts";
import { About } from "./advanced-part.tsx";
import { useEditedDraft } from "./draft-context.ts";
import { editorWords } from "./text.ts";

/** What may be changed of a workflow here; its graph is read elsewhere. */
export function WorkflowPart() {
  const t = useWords(editorWords);
  const { agentId } = useEditedDraft();
  return (
    <>
      <Section title={t("workflowTitle")} description={t("workflowHint")}>
        <a href={`/api/workflows/${agentId}/mermaid`} target="_blank" rel="noopener">
          {t("workflowPicture")}
        </a>
      </Section>
      <About />
    </>
  );
}
