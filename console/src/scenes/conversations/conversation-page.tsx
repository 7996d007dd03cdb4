import { Alert, Button } from "antd";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { useMay } from "../../api/session.ts";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { ConfirmButton } from "../../parts/confirm-button.tsx";
import { ErrorState } from "../../parts/error-state.tsx";
import { Loading } from "../../parts/loading.tsx";
import { PageHeader } from "../../parts/page-header.tsx";
import { Time } from "../../parts/time.tsx";
import { useWords } from "../../text/words.ts";
import { type Conversation, useConversation, useDeleteConversation, useHandover } from "./data.ts";
import { conversationWords } from "./text.ts";
import { Transcript } from "./transcript.tsx";
import "./conversations.css";
import { useTellFailure } from "../../parts/tell-failure.tsx";

/** One conversation as its user saw it, with everything behind its answers. `?turn=` shows the place of an answer. */
export function ConversationPage() {
  const t = useWords(conversationWords);
  const { conversationId = "" } = useParams();
  const [parameters] = useSearchParams();
  const turnId = parameters.get("turn") ?? undefined;
  const { data: conversation, error, refetch } = useConversation(conversationId);
  if (conversation === undefined) {
    return (
      <>
        <PageHeader title={t("conversation")} breadcrumb={<Link to="/conversations">{t("title")}</Link>} />
        {error === null ? <Loading /> : <ErrorState error={error} onRetry={() => void refetch()} />}
      </>
    );
  }
  const { id, name, userId } = conversation;
  const user = userId === "" ? t("nobody") : userId;
  return (
    <>
      <PageHeader
        title={name === "" ? t("of", { user }) : name}
        breadcrumb={<Link to="/conversations">{t("title")}</Link>}
        actions={
          <>
            <ApiPeek
              calls={[{ path: `/api/conversations/${id}` }, { path: `/api/conversations/${id}/exchanges` }]}
            />
            <Handover conversation={conversation} />
            <DeleteButton conversationId={id} />
          </>
        }
      />
      <Facts conversation={conversation} />
      {conversation.heldAt !== null && (
        <Alert
          className="conversation-held"
          type="warning"
          showIcon
          title={
            <>
              {t("isHeldSince")} · <Time at={conversation.heldAt} />
            </>
          }
          description={t("heldHint")}
        />
      )}
      <Transcript key={`${id} ${turnId}`} conversation={conversation} turnId={turnId} />
    </>
  );
}

function Facts({ conversation }: { conversation: Conversation }) {
  const t = useWords(conversationWords);
  const { id, agentId, agentName, userId, channel, createdAt } = conversation;
  return (
    <dl className="conversation-facts">
      <div>
        <dt>{t("agent")}</dt>
        <dd>
          {agentId === null || agentName === null ? (
            (agentName ?? t("noAgent"))
          ) : (
            <Link to={`/agents/${agentId}`}>{agentName}</Link>
          )}
        </dd>
      </div>
      <div>
        <dt>{t("user")}</dt>
        <dd>
          {userId === "" ? (
            t("nobody")
          ) : (
            <Link to={`/conversations?${new URLSearchParams({ user: userId })}`}>{userId}</Link>
          )}
        </dd>
      </div>
      <div>
        <dt>{t("channel")}</dt>
        <dd>{channel}</dd>
      </div>
      <div>
        <dt>{t("begun")}</dt>
        <dd>
          <Time at={createdAt} isExact />
        </dd>
      </div>
      <div>
        <dt>{t("id")}</dt>
        <dd>
          <code>{id}</code>
        </dd>
      </div>
    </dl>
  );
}

function Handover({ conversation: { id, heldAt } }: { conversation: Conversation }) {
  const t = useWords(conversationWords);
  const tellFailure = useTellFailure();
  const handover = useHandover(id);
  if (!useMay("member")) return null;
  if (heldAt === null) {
    return (
      <ConfirmButton
        question={t("holdQuestion")}
        explanation={t("holdHint")}
        onConfirm={() => handover.mutateAsync(true)}
      >
        {t("hold")}
      </ConfirmButton>
    );
  }
  return (
    <Button
      type="primary"
      loading={handover.isPending}
      onClick={() => handover.mutate(false, { onError: tellFailure })}
    >
      {t("release")}
    </Button>
  );
}

function DeleteButton({ conversationId }: { conversationId: string }) {
  const t = useWords(conversationWords);
  const navigate = useNavigate();
  const deleting = useDeleteConversation(conversationId);
  if (!useMay("admin")) return null;
  const remove = async () => {
    await deleting.mutateAsync();
    await navigate("/conversations");
  };
  return (
    <ConfirmButton danger question={t("deleteQuestion")} explanation={t("deleteHint")} onConfirm={remove}>
      {t("delete")}
    </ConfirmButton>
  );
}
