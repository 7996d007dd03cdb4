import PaperClipOutlined from "@ant-design/icons/es/icons/PaperClipOutlined";
import { Button, Tag } from "antd";
import { useState } from "react";
import { Markdown } from "../../parts/markdown/markdown.tsx";
import { Pager } from "../../parts/pager.tsx";
import { Time } from "../../parts/time.tsx";
import { useWords } from "../../text/words.ts";
import { AnswerView } from "./answer-view.tsx";
import type { Exchange } from "./data.ts";
import { conversationWords } from "./text.ts";

/** A question and its answers, one at a time: first the one that the user was shown, or that is looked for. */
export function ExchangeView({
  exchange,
  turnId,
  onTrace,
  onApi,
}: {
  exchange: Exchange;
  turnId: string | undefined;
  onTrace(turnId: string): void;
  onApi(): void;
}) {
  const t = useWords(conversationWords);
  const { answers, question } = exchange;
  const [paged, setPaged] = useState<number>();
  const first = firstShown(exchange, turnId);
  const index = Math.min(paged ?? first, answers.length - 1);
  const answer = answers[index];
  return (
    <>
      <QuestionView exchange={exchange} />
      {answer !== undefined && (
        <AnswerView answer={answer} onTrace={() => onTrace(answer.turnId)}>
          {question.role === "user" && !question.isDeleted && (
            <Button type="text" size="small" onClick={onApi}>
              {t("openInApi")}
            </Button>
          )}
          {answers.length > 1 && (
            <span className="answer-pager">
              <Pager
                index={index}
                count={answers.length}
                previous={t("previousAnswer")}
                next={t("nextAnswer")}
                onShow={setPaged}
              >
                <span>{t("answerOf", { index: index + 1, count: answers.length })}</span>
              </Pager>
              {answer.isChosen && <Tag color="success">{t("shownToUser")}</Tag>}
            </span>
          )}
        </AnswerView>
      )}
    </>
  );
}

function firstShown({ answers }: Exchange, turnId: string | undefined): number {
  const meant = answers.findIndex((answer) => answer.turnId === turnId);
  if (meant >= 0) return meant;
  return Math.max(
    0,
    answers.findIndex((answer) => answer.isChosen),
  );
}

function QuestionView({ exchange: { question, answers, createdAt } }: { exchange: Exchange }) {
  const t = useWords(conversationWords);
  const isOfAgent = question.role === "assistant";
  return (
    <div className={isOfAgent ? "transcript-answer" : "transcript-question"}>
      <div className="transcript-bubble">
        {question.isDeleted ? (
          <p className="conversation-quiet">{t("deletedQuestion")}</p>
        ) : isOfAgent ? (
          <Markdown text={question.text} />
        ) : (
          question.text !== "" && <p className="transcript-text">{question.text}</p>
        )}
        {question.attachments.length > 0 && (
          <ul className="transcript-files" aria-label={t("files")}>
            {question.attachments.map((file, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the files of a message never change
              <li key={index}>
                <PaperClipOutlined aria-hidden="true" /> <FileName file={file} />
              </li>
            ))}
          </ul>
        )}
      </div>
      <p className="transcript-note">
        {answers.length === 0 && <span>{isOfAgent ? t("insertedAssistant") : t("inserted")}</span>}
        <Time at={createdAt} />
      </p>
    </div>
  );
}

function FileName({ file }: { file: Exchange["question"]["attachments"][number] }) {
  const name = file.name === "" ? file.url : file.name;
  if (!/^https?:/.test(file.url)) return <span>{name}</span>;
  return (
    <a href={file.url} target="_blank" rel="noopener noreferrer nofollow">
      {name}
    </a>
  );
}
