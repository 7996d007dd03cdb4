import DislikeOutlined from "@ant-design/icons/es/icons/DislikeOutlined";
import LikeOutlined from "@ant-design/icons/es/icons/LikeOutlined";
import MinusCircleOutlined from "@ant-design/icons/es/icons/MinusCircleOutlined";
import { Button, Tag } from "antd";
import { Link } from "react-router";
import { Markdown } from "../../parts/markdown/markdown.tsx";
import { Time } from "../../parts/time.tsx";
import { useLanguage, useWords } from "../../text/words.ts";
import type { RatedTurn } from "./data.ts";
import { feedbackWords } from "./text.ts";

const FAMILIES = ["hiagent", "coze", "insight", "openai", "console", "share", "trigger"] as const;

/** One rating: what was asked and answered, and what somebody thought of it. */
export function RatedTurnCard({ rated, onAdd }: { rated: RatedTurn; onAdd: (() => void) | undefined }) {
  const t = useWords(feedbackWords);
  const { question, answer, comment, categories, rater, chunks, conversationId, turnId } = rated;
  const hasOpinion = comment !== "" || categories.length > 0;
  return (
    <article className="feedback-card" data-rating={rated.rating}>
      <header className="feedback-card-head">
        <RatingMark rating={rated.rating} />
        <span>{t("by", { rater })}</span>
        <Time at={rated.ratedAt} />
        <Origin rated={rated} />
      </header>
      {hasOpinion && (
        <div className="feedback-opinion">
          {categories.map((category) => (
            <Tag key={category}>{category}</Tag>
          ))}
          {comment !== "" && <p>{comment}</p>}
        </div>
      )}
      <dl className="feedback-said">
        <dt>{t("question")}</dt>
        <dd className="feedback-text">{question === "" ? t("noQuestion") : question}</dd>
        <dt>{t("answer")}</dt>
        <dd>{answer === "" ? t("noAnswer") : <Markdown text={answer} />}</dd>
      </dl>
      <footer className="feedback-card-foot">
        {chunks.length > 0 && <span>{t("sources", { count: chunks.length })}</span>}
        <Link to={`/conversations/${conversationId}?turn=${turnId}`}>{t("conversation")}</Link>
        {onAdd !== undefined && (
          <Button size="small" onClick={onAdd}>
            {t("addOne")}
          </Button>
        )}
      </footer>
    </article>
  );
}

function RatingMark({ rating }: Pick<RatedTurn, "rating">) {
  const t = useWords(feedbackWords);
  const marks = {
    like: [<LikeOutlined key="like" />, t("liked"), "success"],
    dislike: [<DislikeOutlined key="dislike" />, t("disliked"), "error"],
    none: [<MinusCircleOutlined key="none" />, t("takenBack"), "default"],
  } as const;
  const [icon, word, color] = marks[rating];
  return (
    <Tag icon={icon} color={color}>
      {word}
    </Tag>
  );
}

function Origin({ rated }: { rated: RatedTurn }) {
  const t = useWords(feedbackWords);
  const [language] = useLanguage();
  // Versions are numbered by the milliseconds at which they were made.
  const format = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  const family = FAMILIES.find((known) => known === rated.family);
  const parts = [
    family === undefined ? rated.family : t(family),
    rated.model,
    rated.version === null ? t("draft") : t("version", { date: format.format(new Date(rated.version)) }),
  ].filter((part) => part !== "");
  return (
    <span className="feedback-origin">
      {rated.agentName === null ? (
        t("deletedAgent")
      ) : (
        <Link to={`/agents/${rated.agentId}`}>{rated.agentName}</Link>
      )}
      {` · ${parts.join(" · ")}`}
    </span>
  );
}
