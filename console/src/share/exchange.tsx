import { useRef, useState } from "react";
import { StreamedText } from "../parts/streamed-text.tsx";
import { useWords } from "../text/words.ts";
import type { ShownAnswer, ShownExchange } from "./conversation-state.ts";
import { DislikeForm } from "./dislike-form.tsx";
import { Icon } from "./icons.tsx";
import { Suggestions } from "./opening.tsx";
import { shareWords } from "./text.ts";
import type { ConversationDesk } from "./use-conversation.ts";
import type { Opinion, Source } from "./wire.ts";

/** A question and the answer that is shown of it. */
export function Exchange({
  exchange,
  desk,
  isLast,
}: {
  exchange: ShownExchange;
  desk: ConversationDesk;
  isLast: boolean;
}) {
  const t = useWords(shareWords);
  const { question, answers, shown } = exchange;
  const answer = answers[shown];
  const isIdle = desk.state.running === undefined && !desk.state.isAsking;
  if (question.role === "assistant") {
    return (
      <article className="bubble bubble-answer">
        <StreamedText text={question.text} isWriting={false} />
      </article>
    );
  }
  return (
    <>
      <article className="bubble bubble-question">
        <span className="visually-hidden">{t("you")}: </span>
        {question.text}
      </article>
      {answer !== undefined && (
        <article className="bubble bubble-answer" aria-label={t("answer")}>
          <Answer answer={answer} />
          {answer.status !== "running" && (
            <Actions exchange={exchange} answer={answer} desk={desk} canAskAgain={isLast && isIdle} />
          )}
        </article>
      )}
      {answer !== undefined && isLast && isIdle && answer.suggestions.length > 0 && (
        <Suggestions label={t("suggestions")} questions={answer.suggestions} onAsk={desk.ask} />
      )}
    </>
  );
}

/** How an answer ended, where that is not as it should be. */
export function endingOf({ status }: ShownAnswer): "stopped" | "failed" | "interrupted" | undefined {
  return status === "stopped" || status === "failed" || status === "interrupted" ? status : undefined;
}

function Answer({ answer }: { answer: ShownAnswer }) {
  const t = useWords(shareWords);
  const { text, status, step, sources } = answer;
  const isWriting = status === "running";
  const ending = endingOf(answer);
  return (
    <>
      {text === "" && isWriting ? (
        <p className="share-step">{t(step ?? "thinking")}</p>
      ) : (
        <StreamedText text={text} isWriting={isWriting} />
      )}
      {ending !== undefined && (
        <p className={ending === "stopped" ? "share-hint" : "share-failure"}>{t(ending)}</p>
      )}
      {!isWriting && sources.length > 0 && <Sources sources={sources} />}
    </>
  );
}

function Sources({ sources }: { sources: Source[] }) {
  const t = useWords(shareWords);
  return (
    <details className="sources">
      <summary>
        {t("sources")} ({sources.length})
      </summary>
      <ol>
        {sources.map(({ title, text, url }) => (
          <li key={title}>
            {url === null ? (
              <strong>{title}</strong>
            ) : (
              <a href={url} target="_blank" rel="noopener noreferrer nofollow">
                {title}
              </a>
            )}
            <p>{text}</p>
          </li>
        ))}
      </ol>
    </details>
  );
}

function Actions({
  exchange,
  answer,
  desk,
  canAskAgain,
}: {
  exchange: ShownExchange;
  answer: ShownAnswer;
  desk: ConversationDesk;
  canAskAgain: boolean;
}) {
  const t = useWords(shareWords);
  const [isCommenting, setCommenting] = useState(false);
  const { turnId, feedback } = answer;
  const dislike = useRef<HTMLButtonElement>(null);
  const rate = (opinion: Opinion) => desk.rate(turnId, opinion);
  const closeForm = () => {
    setCommenting(false);
    dislike.current?.focus();
  };
  const toggle = (rating: "like" | "dislike") => {
    const isOff = feedback.rating === rating;
    setCommenting(rating === "dislike" && !isOff);
    void rate({ rating: isOff ? "none" : rating, categories: [], comment: "" });
  };
  return (
    <>
      <div className="answer-actions">
        {exchange.answers.length > 1 && <Choice exchange={exchange} desk={desk} />}
        {(["like", "dislike"] as const).map((rating) => (
          <button
            key={rating}
            ref={rating === "dislike" ? dislike : null}
            type="button"
            className="icon-button"
            aria-pressed={feedback.rating === rating}
            aria-label={t(rating)}
            title={t(rating)}
            onClick={() => toggle(rating)}
          >
            <Icon name={rating} isFilled={feedback.rating === rating} />
          </button>
        ))}
        {canAskAgain && (
          <button
            type="button"
            className="icon-button"
            aria-label={t("regenerate")}
            title={t("regenerate")}
            onClick={() => desk.regenerate(turnId)}
          >
            <Icon name="again" />
          </button>
        )}
      </div>
      {isCommenting && (
        <DislikeForm
          onSend={async (opinion) => {
            if (await rate(opinion)) closeForm();
          }}
          onCancel={closeForm}
        />
      )}
      {!isCommenting && feedback.rating === "dislike" && feedback.comment !== "" && (
        <p className="share-hint">{t("thanks")}</p>
      )}
    </>
  );
}

/** Which of several answers is shown, and remembered by the agent. */
function Choice({
  exchange: { id, answers, shown },
  desk,
}: {
  exchange: ShownExchange;
  desk: ConversationDesk;
}) {
  const t = useWords(shareWords);
  const go = (place: number) => {
    const answer = answers[place];
    if (answer !== undefined) desk.show(id, place, answer.turnId);
  };
  return (
    <span className="choice">
      <button
        type="button"
        className="icon-button"
        aria-label={t("earlier")}
        aria-disabled={shown === 0}
        onClick={() => go(shown - 1)}
      >
        <Icon name="previous" />
      </button>
      <span aria-label={t("choice", { number: shown + 1, total: answers.length })} role="img">
        {shown + 1}/{answers.length}
      </span>
      <button
        type="button"
        className="icon-button"
        aria-label={t("later")}
        aria-disabled={shown === answers.length - 1}
        onClick={() => go(shown + 1)}
      >
        <Icon name="next" />
      </button>
    </span>
  );
}
