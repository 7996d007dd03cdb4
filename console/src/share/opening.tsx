import { Markdown } from "../parts/markdown/markdown.tsx";
import { useWords } from "../text/words.ts";
import { InputsForm } from "./inputs-form.tsx";
import { shareWords } from "./text.ts";
import type { ConversationDesk } from "./use-conversation.ts";
import type { SharedAgent } from "./wire.ts";

/** What the agent says before anybody asked, what it has to know, and what may be asked. */
export function Opening({ agent, desk }: { agent: SharedAgent; desk: ConversationDesk }) {
  const t = useWords(shareWords);
  const { conversationId, exchanges } = desk.state;
  return (
    <>
      {agent.greeting !== "" && (
        <article className="bubble bubble-answer">
          <Markdown text={agent.greeting} />
        </article>
      )}
      {conversationId === undefined && agent.variables.length > 0 && (
        <InputsForm variables={agent.variables} desk={desk} />
      )}
      {exchanges.length === 0 && agent.questions.length > 0 && (
        <Suggestions label={t("suggestions")} questions={agent.questions} onAsk={desk.ask} />
      )}
    </>
  );
}

/** Questions to be asked with one press. */
export function Suggestions({
  label,
  questions,
  onAsk,
}: {
  label: string;
  questions: string[];
  onAsk(text: string): void;
}) {
  return (
    <ul className="suggestions" aria-label={label}>
      {questions.map((question) => (
        <li key={question}>
          <button type="button" onClick={() => onAsk(question)}>
            {question}
          </button>
        </li>
      ))}
    </ul>
  );
}
