import { type CSSProperties, useEffect, useLayoutEffect, useRef } from "react";
import { useWords } from "../text/words.ts";
import { Composer } from "./composer.tsx";
import { Exchange, endingOf } from "./exchange.tsx";
import { Icon } from "./icons.tsx";
import { inkOn } from "./ink.ts";
import { Opening } from "./opening.tsx";
import { problemWord } from "./problems.ts";
import { shareWords } from "./text.ts";
import { type ConversationDesk, useConversation } from "./use-conversation.ts";

/** The public page of an agent: a conversation, and nothing else. In the bubble of another page it can be closed. */
export function SharePage({ isBubble }: { isBubble: boolean }) {
  const t = useWords(shareWords);
  const desk = useConversation(/([^/]+)\/?$/.exec(location.pathname)?.[1] ?? "");
  const { agent, isReady, state } = desk;
  useEffect(() => {
    if (agent !== undefined) document.title = agent.title;
  }, [agent]);
  useEffect(() => {
    if (isBubble && agent !== undefined) tellAround("ready");
  }, [isBubble, agent]);
  useEffect(() => {
    if (!isBubble) return;
    const close = ({ key, isComposing }: KeyboardEvent) => {
      if (key === "Escape" && !isComposing) tellAround("close");
    };
    addEventListener("keydown", close);
    return () => removeEventListener("keydown", close);
  }, [isBubble]);
  if (!isReady)
    return (
      <p className="share-notice" role="status">
        {t("loading")}
      </p>
    );
  if (agent === undefined) {
    return (
      <main className="share-notice">
        <h1>{t(problemWord(state.problem ?? "internal"))}</h1>
        <button type="button" className="button" onClick={() => void desk.open()}>
          {t("retry")}
        </button>
      </main>
    );
  }
  const isEmpty = state.exchanges.length === 0;
  return (
    <div className="share" style={accentOf(agent.color)}>
      <header className="share-head">
        <h1>{agent.title}</h1>
        {!isEmpty && (
          <button type="button" className="icon-button" onClick={desk.startAnew} title={t("newConversation")}>
            <Icon name="add" />
            <span className="visually-hidden">{t("newConversation")}</span>
          </button>
        )}
        {isBubble && (
          <button
            type="button"
            className="icon-button"
            onClick={() => tellAround("close")}
            title={t("close")}
          >
            <Icon name="close" />
            <span className="visually-hidden">{t("close")}</span>
          </button>
        )}
      </header>
      <Messages desk={desk} />
      <Composer desk={desk} />
    </div>
  );
}

/** What was said; stays at its end while words come, unless the visitor has scrolled up. */
function Messages({ desk }: { desk: ConversationDesk }) {
  const t = useWords(shareWords);
  const { state, agent } = desk;
  const box = useRef<HTMLElement>(null);
  const isAtEnd = useRef(true);
  const { isAsking } = state;
  const last = state.exchanges.at(-1);
  const isEmpty = last === undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: with every word that comes
  useEffect(() => {
    if (isAsking) isAtEnd.current = true;
    if (isAtEnd.current && !isEmpty) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [last, isAsking]);
  const isShown = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was pressed may be gone now, and the focus with it
  useLayoutEffect(() => {
    if (isShown.current && document.activeElement === document.body)
      box.current?.focus({ preventScroll: true });
    isShown.current = true;
  }, [isAsking, isEmpty]);
  const watch = ({ currentTarget: { scrollHeight, scrollTop, clientHeight } }: React.UIEvent) => {
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < 48;
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <main className="share-messages" ref={box} onScroll={watch} tabIndex={0} aria-label={t("conversation")}>
      <div className="share-column">
        {state.olderCursor !== undefined && (
          <button type="button" className="button share-older" onClick={() => void desk.loadOlder()}>
            {t("olderMessages")}
          </button>
        )}
        {agent !== undefined && state.olderCursor === undefined && <Opening agent={agent} desk={desk} />}
        {state.exchanges.map((exchange) => (
          <Exchange key={exchange.id} exchange={exchange} desk={desk} isLast={exchange === last} />
        ))}
        {state.isHeld && <p className="share-hint">{t("held")}</p>}
      </div>
      <Announcer desk={desk} />
    </main>
  );
}

/** Tells screen readers what a glance would: that an answer is being written, and then the answer, once. */
function Announcer({ desk: { state } }: { desk: ConversationDesk }) {
  const t = useWords(shareWords);
  const { running, exchanges } = state;
  const last = exchanges.at(-1);
  const answer = last?.answers[last.shown];
  const ending = answer && endingOf(answer);
  return (
    <div className="visually-hidden" aria-live="polite">
      {running === undefined ? answer?.text : t("working")} {ending !== undefined && t(ending)}
    </div>
  );
}

function accentOf(color: string): CSSProperties {
  return color === "" ? {} : ({ "--accent": color, "--on-accent": inkOn(color) } as CSSProperties);
}

/**
 * `embed.js` of the page around hears that there is something to close it with, and that it is to be closed; which page
 * that is does not matter, as it is told nothing else.
 */
function tellAround(word: "ready" | "close"): void {
  parent.postMessage({ antiphon: word }, "*");
}
