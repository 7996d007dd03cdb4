import DislikeOutlined from "@ant-design/icons/es/icons/DislikeOutlined";
import LikeOutlined from "@ant-design/icons/es/icons/LikeOutlined";
import { Alert, Button, Tag } from "antd";
import type { ReactNode } from "react";
import { Duration, Money } from "../../parts/figures.tsx";
import { StreamedText } from "../../parts/streamed-text.tsx";
import { Time } from "../../parts/time.tsx";
import { type Language, useLanguage, useWords } from "../../text/words.ts";
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
  const { text, error, actions, suggestions, mergedFrom } = answer;
  const decided = actions.filter(({ type }) => type !== "send-text-message");
  const isEmpty = text === "" && error !== null;
  const isBare = answer.reasoning === "" && decided.length + suggestions.length + mergedFrom.length === 0;
  return (
    <div className="transcript-answer">
      {!(isEmpty && isBare) && (
        <div className="transcript-bubble">
          <Folded title={t("reasoning")} isEmpty={answer.reasoning === ""}>
            <p>{answer.reasoning}</p>
          </Folded>
          {!isEmpty && <Words answer={answer} />}
          {decided.length > 0 && (
            <p className="answer-actions">
              <span>{t("actions")}</span>
              {decided.map(({ type, status }, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: what was decided never changes
                <Tag key={index}>
                  {type} · {status}
                </Tag>
              ))}
            </p>
          )}
          <Folded title={t("suggestions")} isEmpty={suggestions.length === 0}>
            <ul>
              {suggestions.map((suggestion) => (
                <li key={suggestion}>{suggestion}</li>
              ))}
            </ul>
          </Folded>
          {mergedFrom.length > 0 && (
            <p className="conversation-quiet">{t("mergedFrom", { count: mergedFrom.length })}</p>
          )}
        </div>
      )}
      {error !== null && (
        <Alert
          type="error"
          showIcon
          title={
            <>
              {error.message} <code>{error.code}</code>
            </>
          }
        />
      )}
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

function Words({ answer }: { answer: Turn }) {
  const t = useWords(conversationWords);
  const { text, status, isHeld } = answer;
  if (text !== "" || status === "running") {
    return <StreamedText text={text} isWriting={status === "running"} />;
  }
  const silence = isHeld ? "heldAnswer" : status === "merged" ? "mergedAnswer" : "noWords";
  return <p className="conversation-quiet">{t(silence)}</p>;
}

function Folded({ title, isEmpty, children }: { title: string; isEmpty: boolean; children: ReactNode }) {
  if (isEmpty) return null;
  return (
    <details className="answer-folded">
      <summary>{title}</summary>
      {children}
    </details>
  );
}

function AnswerFacts({ answer }: { answer: Turn }) {
  const t = useWords(conversationWords);
  const familyName = useFamilyName();
  const statusName = useStatusName();
  const [language] = useLanguage();
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
        <span>{t("version", { date: dayAndTime(versionNumber, language) })}</span>
      )}
      {input + output > 0 && <span className="figure">{t("tokens", { input, output })}</span>}
      {latencyMs > 0 && <Duration milliseconds={latencyMs} />}
      {currency !== "" && <Money amount={cost} currency={currency} />}
      <Time at={createdAt} />
    </p>
  );
}

function dayAndTime(at: number, language: Language): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(at);
}

function Opinions({ answer: { feedback } }: { answer: Turn }) {
  const t = useWords(conversationWords);
  const said = feedback.filter(({ rating }) => rating !== "none");
  if (said.length === 0) return null;
  return (
    <ul className="answer-opinions" aria-label={t("feedback")}>
      {said.map(({ rater, rating, categories, comment, updatedAt }) => (
        <li key={rater} className="answer-opinion">
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
