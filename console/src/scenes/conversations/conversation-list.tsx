import DislikeOutlined from "@ant-design/icons/es/icons/DislikeOutlined";
import LikeOutlined from "@ant-design/icons/es/icons/LikeOutlined";
import { Tag } from "antd";
import { Link } from "react-router";
import { Time } from "../../parts/time.tsx";
import { useWords } from "../../text/words.ts";
import type { FoundConversation } from "./data.ts";
import { statusColor, useFamilyName, useStatusName } from "./names.ts";
import { conversationWords } from "./text.ts";

/** Conversations, each a link with what was asked in it last. */
export function ConversationList({ items }: { items: FoundConversation[] }) {
  const t = useWords(conversationWords);
  return (
    <ul className="conversation-list" aria-label={t("list")}>
      {items.map((item) => (
        <li key={item.id}>
          <Row item={item} />
        </li>
      ))}
    </ul>
  );
}

function Row({ item }: { item: FoundConversation }) {
  const t = useWords(conversationWords);
  const familyName = useFamilyName();
  const statusName = useStatusName();
  const { newest, agentName, userId, isLiked, isDisliked, heldAt } = item;
  const turn = newest?.turn;
  const said = newest === null ? t("nothingSaid") : newest.text === "" ? t("attachmentOnly") : newest.text;
  return (
    <article className="conversation-row">
      <div className="conversation-row-words">
        <h2 className={newest === null || newest.text === "" ? "conversation-quiet" : undefined}>
          <Link to={`/conversations/${item.id}`}>{said}</Link>
        </h2>
        <p>
          <span>{agentName ?? t("noAgent")}</span>
          <span>{userId === "" ? t("nobody") : userId}</span>
        </p>
      </div>
      <div className="conversation-row-marks">
        {isLiked && (
          <span role="img" aria-label={t("isLiked")} title={t("isLiked")} className="conversation-liked">
            <LikeOutlined />
          </span>
        )}
        {isDisliked && (
          <span
            role="img"
            aria-label={t("isDisliked")}
            title={t("isDisliked")}
            className="conversation-disliked"
          >
            <DislikeOutlined />
          </span>
        )}
        {heldAt !== null && <Tag color="warning">{t("held")}</Tag>}
        {turn && statusColor(turn.status) !== "default" && (
          <Tag color={statusColor(turn.status)}>{statusName(turn.status)}</Tag>
        )}
        {turn && turn.family !== "" && <Tag>{familyName(turn.family)}</Tag>}
        <Time at={item.activeAt} />
      </div>
    </article>
  );
}
