import ReloadOutlined from "@ant-design/icons/es/icons/ReloadOutlined";
import { Button } from "antd";
import { useState } from "react";
import { CopyButton } from "../../parts/copy-button.tsx";
import { Pager } from "../../parts/pager.tsx";
import { useTellFailure } from "../../parts/tell-failure.tsx";
import { useWords } from "../../text/words.ts";
import { type Exchange, useChoose } from "./data.ts";
import { EndedAnswer } from "./ended-answer.tsx";
import { OpinionButtons } from "./opinion.tsx";
import { draftChatWords } from "./text.ts";
import type { useChat } from "./use-chat.ts";

/** The answers of a question, one at a time; the one that is shown is the one that the agent remembers. */
export function AnswerPager({
  exchange,
  chat,
  isNewest,
}: {
  exchange: Exchange;
  chat: ReturnType<typeof useChat>;
  isNewest: boolean;
}) {
  const t = useWords(draftChatWords);
  const tellFailure = useTellFailure();
  const choose = useChoose(chat.conversationId);
  const { answers, question } = exchange;
  const chosen = Math.max(
    0,
    answers.findIndex(({ isChosen }) => isChosen),
  );
  const [paged, setPaged] = useState<number>();
  const index = Math.min(paged ?? chosen, answers.length - 1);
  const answer = answers[index];
  if (answer === undefined) return null;
  const show = (next: number) => {
    setPaged(next);
    const other = answers[next];
    if (other === undefined) return;
    choose.mutate(other.turnId, {
      onSettled: () => setPaged(undefined),
      onError: tellFailure,
    });
  };
  return (
    <div className="draft-chat-answer">
      <EndedAnswer
        key={answer.turnId}
        answer={answer}
        steps={isNewest ? chat.told.get(answer.turnId)?.steps : undefined}
      >
        {answers.length > 1 && (
          <span className="draft-chat-pager">
            <Pager
              index={index}
              count={answers.length}
              previous={t("previousAnswer")}
              next={t("nextAnswer")}
              onShow={show}
            >
              <span className="figure" title={t("answerOf", { index: index + 1, count: answers.length })}>
                {index + 1} / {answers.length}
              </span>
            </Pager>
          </span>
        )}
        {answer.text !== "" && <CopyButton text={answer.text} />}
        {isNewest && (
          <Button
            type="text"
            size="small"
            icon={<ReloadOutlined />}
            aria-label={t("regenerate")}
            title={t("regenerate")}
            disabled={chat.isRunning}
            onClick={() => void chat.regenerate(answer.turnId, exchange.id, question.text)}
          />
        )}
        <OpinionButtons answer={answer} conversationId={chat.conversationId} />
      </EndedAnswer>
    </div>
  );
}
