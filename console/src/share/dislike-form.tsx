import { useEffect, useRef, useState } from "react";
import { useWords } from "../text/words.ts";
import { shareWords } from "./text.ts";
import type { Opinion } from "./wire.ts";

const REASONS = ["reasonWrong", "reasonIncomplete", "reasonOffTopic", "reasonUnsafe"] as const;
const COMMENT_LENGTH = 2_000;

/** Why an answer was bad. */
export function DislikeForm({
  onSend,
  onCancel,
}: {
  onSend(opinion: Opinion): Promise<void>;
  onCancel(): void;
}) {
  const t = useWords(shareWords);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [comment, setComment] = useState("");
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const toggle = (reason: string) =>
    setChosen(chosen.includes(reason) ? chosen.filter((each) => each !== reason) : [...chosen, reason]);
  return (
    <form
      ref={form}
      className="dislike"
      aria-label={t("commentTitle")}
      onSubmit={(event) => {
        event.preventDefault();
        void onSend({ rating: "dislike", categories: [...chosen], comment: comment.trim() });
      }}
    >
      <fieldset>
        <legend>{t("commentTitle")}</legend>
        {REASONS.map((reason) => (
          <label key={reason}>
            <input type="checkbox" checked={chosen.includes(t(reason))} onChange={() => toggle(t(reason))} />
            {t(reason)}
          </label>
        ))}
      </fieldset>
      <textarea
        aria-label={t("comment")}
        placeholder={t("comment")}
        value={comment}
        rows={2}
        maxLength={COMMENT_LENGTH}
        onChange={({ target }) => setComment(target.value)}
      />
      <div className="dislike-actions">
        <button type="button" className="button" onClick={onCancel}>
          {t("cancel")}
        </button>
        <button type="submit" className="button button-primary">
          {t("sendFeedback")}
        </button>
      </div>
    </form>
  );
}
