import { Markdown } from "../parts/markdown/markdown.tsx";
import { useWords } from "../text/words.ts";
import { shareWords } from "./text.ts";
import type { SharedAgent } from "./wire.ts";

/** What the agent says before anybody asked, and what may be asked. */
export function Opening({
  agent,
  isEmpty,
  onAsk,
}: {
  agent: SharedAgent;
  isEmpty: boolean;
  onAsk(text: string): void;
}) {
  const t = useWords(shareWords);
  return (
    <>
      {agent.greeting !== "" && (
        <article className="bubble bubble-answer">
          <Markdown text={agent.greeting} />
        </article>
      )}
      {isEmpty && agent.questions.length > 0 && (
        <Suggestions label={t("suggestions")} questions={agent.questions} onAsk={onAsk} />
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
