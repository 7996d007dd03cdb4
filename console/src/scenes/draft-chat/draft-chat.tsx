import PlusOutlined from "@ant-design/icons/es/icons/PlusOutlined";
import Sender from "@ant-design/x/es/sender";
import { Alert, Button } from "antd";
import { useEffect, useState } from "react";
import { ApiError } from "../../api/client.ts";
import { useMay } from "../../api/session.ts";
import { ApiPeek } from "../../parts/api-peek.tsx";
import { EmptyState } from "../../parts/empty-state.tsx";
import { ErrorState } from "../../parts/error-state.tsx";
import { Loading } from "../../parts/loading.tsx";
import { useWords } from "../../text/words.ts";
import { type Settings, useDraft } from "./data.ts";
import { QuestionList } from "./question-list.tsx";
import { Talk } from "./talk.tsx";
import { draftChatWords } from "./text.ts";
import { useChat } from "./use-chat.ts";
import { missingVariable, VariablesForm, valuesOf } from "./variables-form.tsx";
import "./draft-chat.css";

/**
 * Talking to the draft of an agent: what is searched, asked, called and spent is shown as it happens. It fills its place.
 * `beforeAsk` may store what is being edited, so that it is what answers; a question is not asked when it rejects.
 */
export function DraftChat({ agentId, beforeAsk }: { agentId: string; beforeAsk: () => Promise<unknown> }) {
  const t = useWords(draftChatWords);
  const draft = useDraft(agentId);
  const mayChat = useMay("member");
  if (draft.data === undefined) {
    if (draft.error === null) return <Loading />;
    return <ErrorState error={draft.error} onRetry={() => void draft.refetch()} />;
  }
  if (!mayChat) return <EmptyState title={t("title")} hint={t("viewer")} />;
  return <Chat key={agentId} agentId={agentId} settings={draft.data.settings} beforeAsk={beforeAsk} />;
}

function Chat({
  agentId,
  settings,
  beforeAsk,
}: {
  agentId: string;
  settings: Settings;
  beforeAsk: () => Promise<unknown>;
}) {
  const t = useWords(draftChatWords);
  const chat = useChat(agentId, beforeAsk);
  const { conversationId, exchanges, live, begin } = chat;
  const [text, setText] = useState("");
  const [changed, setChanged] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState<string>();
  const values = valuesOf(settings.variables, { ...chat.variables, ...changed });
  useEffect(() => {
    if (exchanges.error instanceof ApiError && exchanges.error.status === 404) begin();
  }, [exchanges.error, begin]);

  // Until it is known what the conversation holds, only what was changed here is sent: the rest stays as it is.
  const isKnown = conversationId === undefined || chat.variables !== undefined;
  /** Whether it is asked. */
  const ask = (question: string): boolean => {
    if (question.trim() === "" || chat.isRunning) return false;
    const missing = isKnown ? missingVariable(settings.variables, values) : undefined;
    setProblem(missing && t("requiredMissing", { name: missing.name }));
    if (missing !== undefined) return false;
    const sent = isKnown ? values : changed;
    void chat.ask(question, settings.variables.length === 0 ? undefined : sent);
    return true;
  };

  const said = exchanges.data?.pages.flatMap((page) => page.items) ?? [];
  const isEmpty = said.length === 0 && live === undefined;
  const isLoading = chat.isFinding || (conversationId !== undefined && exchanges.isPending);
  const failure = chat.findingError ?? exchanges.error;
  return (
    <section className="draft-chat" aria-label={t("title")}>
      <header className="draft-chat-head">
        <div>
          <h2>{t("title")}</h2>
          <p>{t("hint")}</p>
        </div>
        <div className="draft-chat-actions">
          <ApiPeek calls={callsOf(agentId, conversationId)} />
          <Button
            icon={<PlusOutlined />}
            onClick={() => {
              setProblem(undefined);
              begin();
            }}
            disabled={isEmpty && !isLoading}
          >
            {t("newConversation")}
          </Button>
        </div>
      </header>
      <VariablesForm
        variables={settings.variables}
        values={values}
        onChange={(key, value) => setChanged((before) => ({ ...before, [key]: value }))}
      />
      <div className="draft-chat-talk">
        {failure !== null && live === undefined && (
          <ErrorState error={failure} onRetry={() => void exchanges.refetch()} />
        )}
        {failure === null && isLoading && live === undefined && <Loading />}
        {!isLoading && isEmpty && settings.opening.message === "" && (
          <EmptyState title={t("empty")} hint={t("emptyHint")} />
        )}
        {(!isLoading || live !== undefined) && (
          <Talk opening={settings.opening.message} exchanges={said} chat={chat} onAsk={ask} />
        )}
        {!isLoading && isEmpty && (
          <QuestionList title={t("opening")} questions={settings.opening.questions} onAsk={ask} />
        )}
      </div>
      <footer className="draft-chat-foot">
        {problem !== undefined && (
          <Alert
            type="warning"
            showIcon
            role="alert"
            title={problem}
            closable={{ onClose: () => setProblem(undefined) }}
          />
        )}
        <Sender
          value={text}
          onChange={setText}
          onSubmit={(question) => ask(question) && setText("")}
          onCancel={() => void chat.stop().catch((error: Error) => setProblem(error.message))}
          loading={chat.isRunning}
          placeholder={t("ask")}
          autoSize={false}
          {...{ "aria-label": t("ask") }}
          suffix={(_, { components: { SendButton, LoadingButton } }) =>
            chat.isRunning ? <LoadingButton aria-label={t("stop")} /> : <SendButton aria-label={t("send")} />
          }
        />
      </footer>
    </section>
  );
}

function callsOf(agentId: string, conversationId: string | undefined) {
  const ask = {
    method: "POST" as const,
    path: `/api/agents/${agentId}/draft-chat`,
    body: { text: "…", ...(conversationId !== undefined && { conversationId }) },
  };
  if (conversationId === undefined) return [ask];
  return [ask, { path: `/api/draft-conversations/${conversationId}/exchanges` }];
}
