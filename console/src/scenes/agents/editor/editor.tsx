import { Badge, Tabs } from "antd";
import { lazy, Suspense, useCallback, useSyncExternalStore } from "react";
import { useSearchParams } from "react-router";
import { Loading } from "../../../parts/loading.tsx";
import { useWords } from "../../../text/words.ts";
import type { AgentDetail } from "../data.ts";
import { AdvancedPart } from "./advanced-part.tsx";
import { useEditedDraft } from "./draft-context.ts";
import { KnowledgePart } from "./knowledge-part.tsx";
import { ModelPart } from "./model-part.tsx";
import { OpeningPart } from "./opening-part.tsx";
import { PromptPart } from "./prompt-part.tsx";
import { SaveTrouble } from "./save-state.tsx";
import { editorWords } from "./text.ts";
import { ToolsPart } from "./tools-part.tsx";
import { WorkflowPart } from "./workflow-part.tsx";
import "./editor.css";

/** The parts of a draft, and the fields that each has. */
const PARTS = [
  {
    key: "prompt",
    words: "partPrompt",
    fields: ["prompt", "promptPrefix", "variables"],
    Content: PromptPart,
  },
  { key: "model", words: "partModel", fields: ["model", "modelParameters"], Content: ModelPart },
  {
    key: "opening",
    words: "partOpening",
    fields: ["opening", "suggestions", "suggestionPrompt", "shortcuts"],
    Content: OpeningPart,
  },
  { key: "knowledge", words: "partKnowledge", fields: ["knowledge"], Content: KnowledgePart },
  {
    key: "tools",
    words: "partTools",
    fields: ["tools", "workflows", "handoffs", "actions"],
    Content: ToolsPart,
  },
  { key: "advanced", words: "partAdvanced", fields: [], Content: AdvancedPart },
] as const;

const DraftChat = lazy(async () => ({
  default: (await import("../../draft-chat/draft-chat.tsx")).DraftChat,
}));

/** The draft, part by part; beside it, where there is room, a talk with it. */
export function Editor({ kind }: Pick<AgentDetail, "kind">) {
  const isWide = useIsWide();
  return (
    <div className="editor" data-wide={isWide}>
      <div className="editor-parts">
        <SaveTrouble />
        {kind === "workflow" ? <WorkflowPart /> : <ChatParts hasChat={!isWide} />}
      </div>
      {isWide && kind === "chat" && (
        <div className="editor-chat">
          <Chat />
        </div>
      )}
    </div>
  );
}

/** What is being edited is saved before it is asked. */
function Chat() {
  const t = useWords(editorWords);
  const { agentId, flush, save } = useEditedDraft();
  const isConflict = save.status === "conflict";
  const store = useCallback(
    () => (isConflict ? Promise.reject(new Error(t("conflictTitle"))) : flush()),
    [isConflict, flush, t],
  );
  return (
    <Suspense fallback={<Loading />}>
      <DraftChat agentId={agentId} beforeAsk={store} />
    </Suspense>
  );
}

const WIDE = "(width >= 1200px)";

function useIsWide(): boolean {
  return useSyncExternalStore(watchWidth, () => matchMedia(WIDE).matches);
}

function watchWidth(changed: () => void): () => void {
  const query = matchMedia(WIDE);
  query.addEventListener("change", changed);
  return () => query.removeEventListener("change", changed);
}

function ChatParts({ hasChat }: { hasChat: boolean }) {
  const t = useWords(editorWords);
  const { problems } = useEditedDraft();
  const [search, setSearch] = useSearchParams();
  const named = new Set<string>(PARTS.flatMap(({ fields }) => fields));
  const faultsOf = (fields: readonly string[]) =>
    problems.filter(({ field }) => {
      const [first = ""] = field.split(".");
      return fields.length === 0 ? !named.has(first) : fields.includes(first);
    }).length;
  const parts = PARTS.map(({ key, words, fields, Content }) => {
    const count = faultsOf(fields);
    return {
      key: key as string,
      label: (
        <Badge count={count} size="small" offset={[8, -2]} title={t("faulty", { count })}>
          {t(words)}
        </Badge>
      ),
      children: <Content />,
    };
  });
  const items = hasChat ? [...parts, { key: CHAT, label: t("partChat"), children: <Chat /> }] : parts;
  const chosen = items.find(({ key }) => key === search.get("part"))?.key ?? "prompt";
  return (
    <Tabs
      className="editor-tabs"
      size="small"
      activeKey={chosen}
      onChange={(part) => setSearch(part === "prompt" ? {} : { part }, { replace: true })}
      destroyOnHidden
      items={items}
    />
  );
}

const CHAT = "chat";
