import DislikeOutlined from "@ant-design/icons/es/icons/DislikeOutlined";
import LikeOutlined from "@ant-design/icons/es/icons/LikeOutlined";
import { Alert, Button, Tag } from "antd";
import type { ReactNode } from "react";
import { Duration, Money } from "../../parts/figures.tsx";
import { StreamedText } from "../../parts/streamed-text.tsx";
import { Time } from "../../parts/time.tsx";
import { useWords } from "../../text/words.ts";
import type { Turn } from "./data.ts";
import { statusColor, useFamilyName, useStatusName } from "./names.ts";
import { conversationWords } from "./text.ts";

/** One answer with what it cost, how it was rated and what went wrong. `children`: more to do with it. */
export function AnswerView({
  answer,
  onTrace,
  children,
}: {
  answer: Turn;
  onTrace(): void;
  children: ReactNode;
}) {
  const t = useWords(conversationWords);
  const { text, reasoning, error, status, actions, suggestions } = answer;
  const isRunning = status === "running";
  const decided = actions.filter(({ type }) => type !== "send-text-message");
  return (
    <div className="transcript-answer">
      <div className="transcript-bubble">
        {reasoning !== "" && (
          <details className="answer-reasoning">
            <summary>{t("reasoning")}</summary>
            <p>{reasoning}</p>
          </details>
        )}
        {text === "" && !isRunning && error === null ? (
          <p className="conversation-quiet">{silence(t, answer)}</p>
        ) : (
          <StreamedText text={text} isWriting={isRunning} />
        )}
        {error !== null && (
          <Alert type="error" showIcon title={error.message} description={<code>{error.code}</code>} />
        )}
        {decided.length > 0 && (
          <p className="answer-actions">
            <span>{t("actions")}</span>
            {decided.map(({ type, status: outcome }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: what was decided never changes
              <Tag key={index}>
                {type} · {outcome}
              </Tag>
            ))}
          </p>
        )}
        {suggestions.length > 0 && (
          <details className="answer-reasoning">
            <summary>{t("suggestions")}</summary>
            <ul>
              {suggestions.map((suggestion) => (
                <li key={suggestion}>{suggestion}</li>
              ))}
            </ul>
          </details>
        )}
        {answer.mergedFrom.length > 0 && (
          <p className="conversation-quiet">{t("mergedFrom", { count: answer.mergedFrom.length })}</p>
        )}
      </div>
      <Opinions answer={answer} />
      <AnswerFacts answer={answer} />
      <div className="answer-tools">
        <Button type="text" size="small" onClick={onTrace}>
          {t("trace")}
        </Button>
        {children}
      </div>
    </div>
  );
}

function silence(
  t: ReturnType<typeof useWords<"heldAnswer" | "mergedAnswer" | "noWords">>,
  answer: Turn,
): string {
  if (answer.isHeld) return t("heldAnswer");
  return answer.status === "merged" ? t("mergedAnswer") : t("noWords");
}

function AnswerFacts({ answer }: { answer: Turn }) {
  const t = useWords(conversationWords);
  const familyName = useFamilyName();
  const statusName = useStatusName();
  const { status, usage, model, versionNumber, workflow, family, createdAt } = answer;
  const { inputTokens: input, outputTokens: output, latencyMs, cost, currency } = usage;
  return (
    <p className="transcript-note">
      {status !== "completed" && <Tag color={statusColor(status)}>{statusName(status)}</Tag>}
      {family !== "" && <span>{familyName(family)}</span>}
      {model !== "" && <span>{model}</span>}
      {workflow !== null && <span>{t("workflow", { name: workflow.name })}</span>}
      {versionNumber === null ? (
        <span>{t("draft")}</span>
      ) : (
        <span>{t("version", { date: new Date(versionNumber).toLocaleString() })}</span>
      )}
      {input + output > 0 && <span className="figure">{t("tokens", { input, output })}</span>}
      {latencyMs > 0 && <Duration milliseconds={latencyMs} />}
      {currency !== "" && <Money amount={cost} currency={currency} />}
      <Time at={createdAt} />
    </p>
  );
}

function Opinions({ answer: { feedback } }: { answer: Turn }) {
  const t = useWords(conversationWords);
  const said = feedback.filter(({ rating }) => rating !== "none");
  if (said.length === 0) return null;
  return (
    <ul className="answer-opinions" aria-label={t("feedback")}>
      {said.map(({ rater, rating, categories, comment, updatedAt }) => (
        <li key={rater}>
          <span
            role="img"
            aria-label={t(rating === "like" ? "like" : "dislike")}
            className={rating === "like" ? "conversation-liked" : "conversation-disliked"}
          >
            {rating === "like" ? <LikeOutlined /> : <DislikeOutlined />}
          </span>
          <div>
            {comment !== "" && <p>{comment}</p>}
            {categories.map((category) => (
              <Tag key={category}>{category}</Tag>
            ))}
            <span className="conversation-quiet">
              {t("byRater", { rater })} · <Time at={updatedAt} />
            </span>
          </div>
        </li>
      ))}
    </ul>
  );
}
