import Bubble from "@ant-design/x/es/bubble";
import type { BubbleItemType } from "@ant-design/x/es/bubble/interface";
import { Button } from "antd";
import { Markdown } from "../../parts/markdown/markdown.tsx";
import { useWords } from "../../text/words.ts";
import { AnswerPager } from "./answer-pager.tsx";
import type { Exchange } from "./data.ts";
import { LiveBubble } from "./live-bubble.tsx";
import { QuestionList } from "./question-list.tsx";
import { draftChatWords } from "./text.ts";
import type { LiveAnswer, useChat } from "./use-chat.ts";

const ROLES = {
  user: { placement: "end", variant: "filled", shape: "corner" },
  ai: { placement: "start", variant: "borderless" },
} as const;

/** What was said, oldest first, and what is being said. */
export function Talk({
  opening,
  exchanges,
  chat,
  onAsk,
}: {
  opening: string;
  /** Newest first. */
  exchanges: Exchange[];
  chat: ReturnType<typeof useChat>;
  onAsk: (question: string) => void;
}) {
  const t = useWords(draftChatWords);
  const { live } = chat;
  const newest = exchanges[0];
  const liveId = live?.again ?? live?.state.exchangeId;
  const items: BubbleItemType[] = [];
  if (opening !== "") items.push({ key: "opening", role: "ai", content: <Markdown text={opening} /> });
  for (const exchange of exchanges.toReversed()) {
    if (live !== undefined && exchange.id === liveId) continue;
    items.push(question(exchange.id, exchange.question.text));
    items.push({
      key: `${exchange.id} answer`,
      role: "ai",
      content: <AnswerPager exchange={exchange} chat={chat} isNewest={exchange === newest} />,
    });
  }
  if (live !== undefined) {
    // What never arrived is asked as everything is now, with what was changed meanwhile.
    const retry = liveId === undefined ? () => onAsk(live.question) : chat.retry;
    items.push(question(liveId ?? "live", live.question));
    items.push({
      key: `${liveId ?? "live"} answer`,
      role: "ai",
      content: <LiveBubble live={live} onRetry={retry} />,
    });
  }
  const suggestions = live === undefined ? suggestionsOf(newest) : [];
  return (
    <>
      {chat.exchanges.hasNextPage && (
        <Button
          type="link"
          loading={chat.exchanges.isFetchingNextPage}
          onClick={() => void chat.exchanges.fetchNextPage()}
        >
          {t("older")}
        </Button>
      )}
      {items.length > 0 && (
        <Bubble.List
          role={ROLES}
          items={items}
          className="draft-chat-bubbles"
          tabIndex={0}
          aria-label={t("conversation")}
        />
      )}
      <QuestionList title={t("suggestions")} questions={suggestions} onAsk={onAsk} />
      <Announcement live={live} newest={newest} />
    </>
  );
}

function question(id: string, text: string): BubbleItemType {
  return { key: `${id} question`, role: "user", content: <div className="draft-chat-asked">{text}</div> };
}

function suggestionsOf(exchange: Exchange | undefined): string[] {
  const shown = exchange?.answers.find(({ isChosen }) => isChosen);
  return shown?.suggestions ?? [];
}

/** Tells those who do not see the page how far the answer is: not every word, but its whole once it is there. */
function Announcement({ live, newest }: { live: LiveAnswer | undefined; newest: Exchange | undefined }) {
  const t = useWords(draftChatWords);
  const answer = newest?.answers.find(({ isChosen }) => isChosen);
  const outcome = OUTCOMES.find((status) => status === answer?.status);
  const ended = outcome === undefined ? "" : t(outcome === "completed" ? "done" : outcome);
  const words = [ended, answer?.error?.message, answer?.text.slice(0, 500)].filter(Boolean).join(" ");
  const told = live?.isBroken === true ? t("reconnecting") : live === undefined ? words : t("thinking");
  return (
    <div className="visually-hidden" aria-live="polite">
      {live?.error === undefined && told}
    </div>
  );
}

const OUTCOMES = ["completed", "stopped", "interrupted", "failed"] as const;
