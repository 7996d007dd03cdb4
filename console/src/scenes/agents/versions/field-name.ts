import { useWords } from "../../../text/words.ts";
import { editorWords } from "../editor/text.ts";
import { versionWords } from "./text.ts";

/** What people call the fields of an agent. */
const NAMES = {
  name: "name",
  description: "about",
  model: "model",
  modelParameters: "parameters",
  prompt: "prompt",
  opening: "opening",
  variables: "variables",
  suggestions: "suggestions",
  suggestionPrompt: "suggestionPrompt",
  knowledge: "knowledge",
  tools: "tools",
  workflows: "workflows",
  shortcuts: "shortcuts",
  handoffs: "handoffs",
  actions: "actions",
  handover: "handover",
  responder: "responder",
  mergeWindowMs: "mergeWindowMs",
  needsDislikeComment: "needsDislikeComment",
  historyLimitTokens: "historyLimitTokens",
  historyLimitExchanges: "historyLimitExchanges",
  stepLimit: "stepLimit",
  icon: "icon",
  background: "background",
} as const;

/** Names a place in an agent's settings: `Variables › name › required`. */
export function useFieldName(): (path: string[]) => string {
  const t = useWords(editorWords);
  const versions = useWords(versionWords);
  return ([first = "", ...rest]) => {
    const known = Object.entries(NAMES).find(([field]) => field === first)?.[1];
    const last = rest.at(-1) === "order" ? [...rest.slice(0, -1), versions("order")] : rest;
    return [known === undefined ? first : t(known), ...last].join(" › ");
  };
}
