import DislikeFilled from "@ant-design/icons/es/icons/DislikeFilled";
import DislikeOutlined from "@ant-design/icons/es/icons/DislikeOutlined";
import LikeFilled from "@ant-design/icons/es/icons/LikeFilled";
import LikeOutlined from "@ant-design/icons/es/icons/LikeOutlined";
import { Button, Checkbox, Input, Popover } from "antd";
import { type Ref, useId, useRef, useState } from "react";
import { ErrorState } from "../../parts/error-state.tsx";
import { useTellFailure } from "../../parts/tell-failure.tsx";
import { useWords } from "../../text/words.ts";
import { type Answer, useRate } from "./data.ts";
import { draftChatWords } from "./text.ts";

const REASONS = ["wrong", "incomplete", "off_topic", "tone", "unsafe"] as const;

/** What the person thinks of an answer; what is bad about it may be said in words. */
export function OpinionButtons({
  answer: { turnId, feedback },
  conversationId,
}: {
  answer: Answer;
  conversationId: string | undefined;
}) {
  const t = useWords(draftChatWords);
  const tellFailure = useTellFailure();
  const rate = useRate(conversationId);
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const form = useRef<HTMLFormElement>(null);
  const isLiked = feedback.rating === "like";
  const isDisliked = feedback.rating === "dislike";
  const save = (rating: "like" | "dislike" | "none", categories: string[] = [], comment = "") =>
    rate.mutateAsync({ turnId, rating, categories, comment });
  return (
    <>
      <Button
        type="text"
        size="small"
        icon={isLiked ? <LikeFilled /> : <LikeOutlined />}
        aria-label={t("like")}
        aria-pressed={isLiked}
        title={isLiked ? t("takeBack") : t("like")}
        onClick={() => void save(isLiked ? "none" : "like").catch(tellFailure)}
      />
      <Popover
        open={isOpen}
        onOpenChange={(next) => {
          if (next) rate.reset();
          setOpen(next);
        }}
        // The form stands at the end of the page: without this the keyboard would have to go all the way there and back.
        afterOpenChange={(isShown) => {
          const { activeElement, body } = document;
          if (isShown) form.current?.querySelector("input")?.focus();
          else if (activeElement === body || form.current?.contains(activeElement)) button.current?.focus();
        }}
        trigger="click"
        placement="top"
        destroyOnHidden
        content={
          <OpinionForm
            place={form}
            before={feedback}
            error={rate.error}
            isSaving={rate.isPending}
            onSave={(categories, comment) =>
              void save("dislike", categories, comment).then(
                () => setOpen(false),
                () => undefined,
              )
            }
            onTakeBack={
              isDisliked
                ? () =>
                    void save("none").then(
                      () => setOpen(false),
                      () => undefined,
                    )
                : undefined
            }
          />
        }
      >
        <Button
          ref={button}
          type="text"
          size="small"
          icon={isDisliked ? <DislikeFilled /> : <DislikeOutlined />}
          aria-label={t("dislike")}
          aria-pressed={isDisliked}
          aria-expanded={isOpen}
          title={t("dislike")}
        />
      </Popover>
    </>
  );
}

function OpinionForm({
  place,
  before,
  error,
  isSaving,
  onSave,
  onTakeBack,
}: {
  place: Ref<HTMLFormElement>;
  before: Answer["feedback"];
  error: Error | null;
  isSaving: boolean;
  onSave: (categories: string[], comment: string) => void;
  onTakeBack: (() => void) | undefined;
}) {
  const t = useWords(draftChatWords);
  const commentId = useId();
  const [categories, setCategories] = useState(before.categories);
  const [comment, setComment] = useState(before.comment);
  return (
    <form
      ref={place}
      className="draft-chat-opinion"
      aria-label={t("whyBad")}
      onSubmit={(event) => {
        event.preventDefault();
        onSave(categories, comment.trim());
      }}
    >
      <strong>{t("whyBad")}</strong>
      <Checkbox.Group
        value={categories}
        onChange={(next) => setCategories(next)}
        options={REASONS.map((reason) => ({ value: reason, label: t(`reason_${reason}`) }))}
      />
      <label htmlFor={commentId}>{t("comment")}</label>
      <Input.TextArea
        id={commentId}
        value={comment}
        maxLength={5_000}
        rows={3}
        onChange={(event) => setComment(event.target.value)}
      />
      {error !== null && <ErrorState error={error} title={t("notKept")} />}
      <div className="draft-chat-opinion-actions">
        {onTakeBack !== undefined && <Button onClick={onTakeBack}>{t("takeBack")}</Button>}
        <Button type="primary" htmlType="submit" loading={isSaving}>
          {t("saveFeedback")}
        </Button>
      </div>
    </form>
  );
}
