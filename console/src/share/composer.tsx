import { type KeyboardEvent, useEffect, useState } from "react";
import { useWords } from "../text/words.ts";
import { Icon } from "./icons.tsx";
import { problemWord } from "./problems.ts";
import { shareWords } from "./text.ts";
import type { ConversationDesk } from "./use-conversation.ts";

const TEXT_LENGTH = 10_000;

/** Where the visitor writes. Enter sends, with Shift it begins a line. */
export function Composer({ desk }: { desk: ConversationDesk }) {
  const t = useWords(shareWords);
  const [text, setText] = useState("");
  const { running, isAsking, refused } = desk.state;
  const isBusy = running !== undefined || isAsking;
  useEffect(() => {
    setText((written) => (written === "" ? (refused?.text ?? "") : written));
  }, [refused]);
  const send = () => {
    const asked = text.trim();
    if (asked === "" || isBusy) return;
    setText("");
    desk.ask(asked);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <footer className="share-foot">
      <div className="share-column">
        <Problem desk={desk} />
        <form
          className="composer"
          onSubmit={(event) => {
            event.preventDefault();
            send();
          }}
        >
          <textarea
            aria-label={t("message")}
            placeholder={t("placeholder")}
            value={text}
            rows={1}
            maxLength={TEXT_LENGTH}
            onChange={({ target }) => setText(target.value)}
            onKeyDown={onKeyDown}
          />
          {isBusy ? (
            <button
              type="button"
              className="composer-button"
              aria-label={t("stop")}
              title={t("stop")}
              aria-disabled={running === undefined}
              onClick={desk.stop}
            >
              <Icon name="stop" isFilled />
            </button>
          ) : (
            <button
              type="submit"
              className="composer-button"
              aria-label={t("send")}
              title={t("send")}
              aria-disabled={text.trim() === ""}
            >
              <Icon name="send" isFilled />
            </button>
          )}
        </form>
      </div>
    </footer>
  );
}

/** What the visitor has to know. */
function Problem({ desk: { agent, inputs, state } }: { desk: ConversationDesk }) {
  const t = useWords(shareWords);
  const { problem, refused } = state;
  if (problem === undefined) return null;
  const key = refused?.variable;
  const name = agent?.variables.find((variable) => variable.key === key)?.name ?? key;
  return (
    <p className="share-failure" role="alert">
      {key === undefined
        ? t(problemWord(problem))
        : t(inputs.has(key) ? "checkInput" : "missingInput", { name })}
    </p>
  );
}
