import { useWords } from "../../text/words.ts";
import { draftChatWords } from "./text.ts";

/** What the model thought before it answered. */
export function Reasoning({ text, isOpen = false }: { text: string; isOpen?: boolean }) {
  const t = useWords(draftChatWords);
  if (text === "") return null;
  return (
    <details className="draft-chat-reasoning" open={isOpen}>
      <summary>{t("reasoning")}</summary>
      <p>{text}</p>
    </details>
  );
}
