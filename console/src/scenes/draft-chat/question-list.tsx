import { Button } from "antd";

/** Questions that one click asks. */
export function QuestionList({
  title,
  questions,
  onAsk,
}: {
  title: string;
  questions: string[];
  onAsk: (question: string) => unknown;
}) {
  const asked = questions.filter((question) => question.trim() !== "");
  if (asked.length === 0) return null;
  return (
    <ul className="pieces draft-chat-questions" aria-label={title}>
      {asked.map((question) => (
        <li key={question}>
          <Button shape="round" onClick={() => void onAsk(question)}>
            {question}
          </Button>
        </li>
      ))}
    </ul>
  );
}
