import LoadingOutlined from "@ant-design/icons/es/icons/LoadingOutlined";
import { Alert } from "antd";
import { ErrorState } from "../../parts/error-state.tsx";
import { StreamedText } from "../../parts/streamed-text.tsx";
import { useWords } from "../../text/words.ts";
import { TraceSteps } from "../trace/trace-steps.tsx";
import { Reasoning } from "./reasoning.tsx";
import { draftChatWords } from "./text.ts";
import { TokensAndTime } from "./tokens-and-time.tsx";
import type { LiveAnswer } from "./use-chat.ts";

/** An answer while it is told: its steps, its words, what it has used. */
export function LiveBubble({ live, onRetry }: { live: LiveAnswer; onRetry: () => void }) {
  const t = useWords(draftChatWords);
  const { state, error, isBroken } = live;
  const isNew = live.again === undefined && state.turnId === undefined;
  const isRunning = error === undefined && state.status === "running";
  return (
    <div className="draft-chat-answer">
      {state.steps.length > 0 && <TraceSteps steps={state.steps} isRunning={isRunning} />}
      <Reasoning text={state.reasoning} isOpen={state.text === ""} />
      {state.text === "" && isRunning ? (
        <p className="draft-chat-note">
          <LoadingOutlined aria-hidden="true" /> {t("thinking")}
        </p>
      ) : (
        <StreamedText text={state.text} isWriting={isRunning} />
      )}
      {state.notices.map(({ kind, text }, index) => (
        <p
          // biome-ignore lint/suspicious/noArrayIndexKey: notices are only ever added at the end
          key={index}
          className="draft-chat-note"
        >
          {kind === "action" ? t("action", { what: text }) : text}
        </p>
      ))}
      {isBroken && isRunning && <Alert type="warning" showIcon title={t("reconnecting")} />}
      {error !== undefined && (
        <ErrorState error={error} title={isNew ? t("notSent") : t("notTold")} onRetry={onRetry} />
      )}
      <TokensAndTime state={state} />
    </div>
  );
}
