import { Button, Divider, Drawer } from "antd";
import { Fragment, useEffect, useRef, useState } from "react";
import { EmptyState } from "../../parts/empty-state.tsx";
import { ErrorState } from "../../parts/error-state.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Section } from "../../parts/section.tsx";
import { useWords } from "../../text/words.ts";
import { TurnTrace } from "../trace/turn-trace.tsx";
import { ApiDrawer } from "./api-drawer.tsx";
import { type Conversation, type Exchange, exchangesOf, useTranscript } from "./data.ts";
import { ExchangeView } from "./exchange-view.tsx";
import { conversationWords } from "./text.ts";

/** What is looked at more closely, beside the transcript. */
type Closer = { kind: "trace"; turnId: string } | { kind: "api"; exchangeId: string };

/** What was said, oldest first, a page at a time in both directions. */
export function Transcript({
  conversation,
  turnId,
}: {
  conversation: Conversation;
  turnId: string | undefined;
}) {
  const t = useWords(conversationWords);
  const query = useTranscript(conversation.id, turnId);
  const [closer, setCloser] = useState<Closer>();
  if (query.isPending) return <Loading />;
  if (query.data === undefined) {
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  }
  const exchanges = exchangesOf(query.data.pages);
  if (exchanges.length === 0) return <EmptyState title={t("noExchanges")} hint={t("noExchangesHint")} />;
  return (
    <Section title={t("transcript")}>
      {query.hasNextPage && (
        <div className="transcript-more">
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("earlier")}
          </Button>
        </div>
      )}
      <ol className="transcript">
        {exchanges.map((exchange, index) => (
          <Fragment key={exchange.id}>
            {startsSection(exchanges, index) && (
              <li className="transcript-section">
                <Divider plain>{t("newSection")}</Divider>
              </li>
            )}
            <Place exchange={exchange} turnId={turnId}>
              <ExchangeView
                exchange={exchange}
                turnId={turnId}
                onTrace={(wanted) => setCloser({ kind: "trace", turnId: wanted })}
                onApi={() => setCloser({ kind: "api", exchangeId: exchange.id })}
              />
            </Place>
          </Fragment>
        ))}
      </ol>
      {query.hasPreviousPage && (
        <div className="transcript-more">
          <Button loading={query.isFetchingPreviousPage} onClick={() => void query.fetchPreviousPage()}>
            {t("later")}
          </Button>
        </div>
      )}
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      <Drawer
        open={closer?.kind === "trace"}
        onClose={() => setCloser(undefined)}
        title={t("traceOf")}
        size={640}
        destroyOnHidden
      >
        {closer?.kind === "trace" && <TurnTrace turnId={closer.turnId} />}
      </Drawer>
      <ApiDrawer
        exchangeId={closer?.kind === "api" ? closer.exchangeId : undefined}
        onClose={() => setCloser(undefined)}
      />
    </Section>
  );
}

function startsSection(exchanges: readonly Exchange[], index: number): boolean {
  const before = exchanges[index - 1];
  return before !== undefined && before.sectionId !== exchanges[index]?.sectionId;
}

/** Comes into view by itself when it holds the answer that the address names. */
function Place({
  exchange,
  turnId,
  children,
}: {
  exchange: Exchange;
  turnId: string | undefined;
  children: React.ReactNode;
}) {
  const ref = useRef<HTMLLIElement>(null);
  const isMeant = turnId !== undefined && exchange.answers.some((answer) => answer.turnId === turnId);
  useEffect(() => {
    if (isMeant) ref.current?.scrollIntoView({ block: "center" });
  }, [isMeant]);
  return (
    <li ref={ref} className={isMeant ? "transcript-exchange transcript-meant" : "transcript-exchange"}>
      {children}
    </li>
  );
}
