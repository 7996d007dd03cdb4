import { Button, Drawer, Input, Modal } from "antd";
import { useState } from "react";
import { ConfirmButton } from "../../parts/confirm-button.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { ErrorState } from "../../parts/error-state.tsx";
import { Loading } from "../../parts/loading.tsx";
import { commonWords } from "../../text/common.ts";
import { useWords } from "../../text/words.ts";
import { type Channel, useChannelSubmissions, useDecide, useDeleteChannel } from "./channel-data.ts";
import { ChannelDialog } from "./channel-dialog.tsx";
import { VersionName } from "./place-row.tsx";
import { ReviewServer } from "./review-server.tsx";
import { StateTag } from "./standing.tsx";
import { publishWords } from "./text.ts";

/** One of the person's own channels: its settings, its server, what is on it. */
export function ChannelPanel({ channel, onClose }: { channel: Channel; onClose(): void }) {
  const t = useWords(publishWords);
  const common = useWords(commonWords);
  const remove = useDeleteChannel(channel.id);
  const [isEditing, setEditing] = useState(false);
  return (
    <Drawer open onClose={onClose} size={560} title={channel.name}>
      <div className="publish-facts">
        <div className="section-actions">
          <Button onClick={() => setEditing(true)}>{common("edit")}</Button>
          <ConfirmButton
            danger
            question={t("deleteChannelQuestion", { name: channel.name })}
            explanation={t("deleteChannelHint")}
            onConfirm={async () => {
              await remove.mutateAsync();
              onClose();
            }}
          >
            {t("deleteChannel")}
          </ConfirmButton>
        </div>
        <ReviewServer channelId={channel.id} />
        <OnChannel channelId={channel.id} />
      </div>
      {isEditing && <ChannelDialog channel={channel} onClose={() => setEditing(false)} />}
    </Drawer>
  );
}

type Submission = NonNullable<ReturnType<typeof useChannelSubmissions>["data"]>["items"][number];

/** What is live there or waits, with the verdicts its owner may give. */
function OnChannel({ channelId }: { channelId: string }) {
  const t = useWords(publishWords);
  const submissions = useChannelSubmissions(channelId);
  const decide = useDecide(channelId);
  const [rejected, setRejected] = useState<Submission>();
  return (
    <section>
      <h2 className="publish-heading">{t("waiting")}</h2>
      {submissions.isPending && <Loading />}
      {submissions.isError && (
        <ErrorState error={submissions.error} onRetry={() => void submissions.refetch()} />
      )}
      {decide.isError && <ErrorState error={decide.error} />}
      {submissions.data?.items.length === 0 && <EmptyState title={t("waitingNone")} />}
      <ul className="rows">
        {submissions.data?.items.map((submission) => (
          <li key={submission.id} className="publish-place publish-place-narrow">
            <div>
              <h3>{submission.agentName}</h3>
              <div className="publish-verdict">
                <StateTag state={submission.status} />
                <VersionName number={submission.versionNumber} />
              </div>
            </div>
            <div className="section-actions">
              {submission.status === "auditing" && (
                <Button
                  size="small"
                  type="primary"
                  loading={decide.isPending && decide.variables.agentId === submission.agentId}
                  onClick={() => decide.mutate({ ...submission, verdict: "approved", reason: "" })}
                >
                  {t("approve")}
                </Button>
              )}
              <Button size="small" danger onClick={() => setRejected(submission)}>
                {t("reject")}
              </Button>
            </div>
          </li>
        ))}
      </ul>
      {rejected !== undefined && (
        <RejectDialog channelId={channelId} submission={rejected} onClose={() => setRejected(undefined)} />
      )}
    </section>
  );
}

function RejectDialog({
  channelId,
  submission,
  onClose,
}: {
  channelId: string;
  submission: Submission;
  onClose(): void;
}) {
  const t = useWords(publishWords);
  const common = useWords(commonWords);
  const decide = useDecide(channelId);
  const [reason, setReason] = useState("");
  return (
    <Modal
      open
      title={t("rejectTitle", { name: submission.agentName })}
      okText={t("reject")}
      okButtonProps={{ danger: true }}
      cancelText={common("cancel")}
      confirmLoading={decide.isPending}
      onOk={() => decide.mutate({ ...submission, verdict: "rejected", reason }, { onSuccess: onClose })}
      onCancel={onClose}
    >
      <Input.TextArea
        aria-label={t("reason")}
        placeholder={t("reason")}
        maxLength={1_000}
        rows={3}
        value={reason}
        onChange={({ target }) => setReason(target.value)}
      />
      {decide.isError && <ErrorState error={decide.error} />}
    </Modal>
  );
}
