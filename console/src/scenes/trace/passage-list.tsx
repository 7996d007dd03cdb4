import { useLanguage, useWords } from "../../text/words.ts";
import { traceWords } from "./text.ts";
import type { TraceStep } from "./turn-state.ts";

type Passage = NonNullable<Extract<TraceStep, { kind: "qa" | "retrieval" }>["output"]>["passages"][number];

/** What was found in knowledge, best first. */
export function PassageList({ passages }: { passages: Passage[] }) {
  const t = useWords(traceWords);
  const [language] = useLanguage();
  const score = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  if (passages.length === 0) return null;
  return (
    <ol className="trace-passages">
      {passages.map((passage, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a list that never changes
        <li key={index}>
          <div className="trace-passage-head">
            <span>
              {[passage.knowledgeBaseName, passage.documentName].filter((name) => name !== "").join(" › ")}
            </span>
            <span className="figure">{t("score", { score: score.format(passage.score) })}</span>
          </div>
          {passage.question !== "" && <p className="trace-question">{passage.question}</p>}
          <p>{passage.text}</p>
        </li>
      ))}
    </ol>
  );
}
