import { Duration } from "../../parts/figures.tsx";
import { useWords } from "../../text/words.ts";
import type { TurnState } from "../trace/turn-state.ts";
import { draftChatWords } from "./text.ts";

/** What an answer has used until now: counted call by call, then as a whole. */
export function TokensAndTime({ state }: { state: TurnState }) {
  const t = useWords(draftChatWords);
  const { usage, steps } = state;
  const used =
    usage ??
    steps.reduce(
      (sum, step) => {
        if (step.kind !== "model" || step.output === null) return sum;
        const { inputTokens, outputTokens } = step.output;
        return {
          inputTokens: sum.inputTokens + inputTokens,
          outputTokens: sum.outputTokens + outputTokens,
        };
      },
      { inputTokens: 0, outputTokens: 0 },
    );
  const count = used.inputTokens + used.outputTokens;
  if (count === 0) return null;
  return (
    <p className="draft-chat-note figure">
      {t("tokens", { count })}
      {usage !== undefined && (
        <>
          {" · "}
          <Duration milliseconds={usage.latencyMs} />
        </>
      )}
    </p>
  );
}
