import { Badge, Tabs } from "antd";
import { useSearchParams } from "react-router";
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

/** The draft, part by part. */
export function Editor({ kind }: Pick<AgentDetail, "kind">) {
  return (
    <div className="editor">
      <div className="editor-parts">
        <SaveTrouble />
        {kind === "workflow" ? <WorkflowPart /> : <ChatParts />}
      </div>
    </div>
  );
}

function ChatParts() {
  const t = useWords(editorWords);
  const { problems } = useEditedDraft();
  const [search, setSearch] = useSearchParams();
  const named = new Set<string>(PARTS.flatMap(({ fields }) => fields));
  const faultsOf = (fields: readonly string[]) =>
    problems.filter(({ field }) => {
      const [first = ""] = field.split(".");
      return fields.length === 0 ? !named.has(first) : fields.includes(first);
    }).length;
  const chosen = PARTS.find(({ key }) => key === search.get("part"))?.key ?? "prompt";
  return (
    <Tabs
      className="editor-tabs"
      size="small"
      activeKey={chosen}
      onChange={(part) => setSearch(part === "prompt" ? {} : { part }, { replace: true })}
      destroyOnHidden
      items={PARTS.map(({ key, words, fields, Content }) => {
        const count = faultsOf(fields);
        return {
          key,
          label: (
            <Badge count={count} size="small" offset={[8, -2]} title={t("faulty", { count })}>
              {t(words)}
            </Badge>
          ),
          children: <Content />,
        };
      })}
    />
  );
}
