import type { ValueType } from "../../domain/workflow.ts";

const anything: ValueType = { type: "any" };

/** What every node knows beside what earlier nodes gave, by the word that expressions know it by. */
export const KNOWN_WORDS: Readonly<Record<string, ValueType>> = {
  conversation: { type: "object", description: "Values kept for the conversation." },
  user: { type: "object", description: "Values kept for its user." },
  run: {
    type: "object",
    description: "The run itself.",
    properties: {
      id: { type: "string" },
      userId: { type: "string" },
      conversationId: { type: "string" },
      workflowId: { type: "string" },
      now: { type: "datetime" },
      isTest: { type: "boolean" },
    },
  },
  trigger: {
    type: "object",
    description: "What started the run: its `type`, and the members of its payload.",
  },
  variables: { type: "object", description: "Variables of the run." },
};

const turn = { item: anything, index: { type: "integer" as const } };

/** By kind: the word that nodes of its body know the turn by that they are in. */
export const BODY_WORDS: Readonly<Record<string, { word: string; type: ValueType }>> = {
  loop: { word: "loop", type: { type: "object", properties: { ...turn, variables: { type: "object" } } } },
  batch: { word: "batch", type: { type: "object", properties: turn } },
};

/** Members that JavaScript keeps for itself; never accepted, wherever they stand. */
export const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** What no node can be called: words of graphs, of expressions and of templates. */
export const RESERVED_IDS: ReadonlySet<string> = new Set([
  ...Object.keys(KNOWN_WORDS),
  ...Object.values(BODY_WORDS).map(({ word }) => word),
  ...FORBIDDEN_NAMES,
  ...["error", "next", "cel", "has"],
  ...["true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if"],
  ...["import", "let", "package", "namespace", "return", "var", "void", "while"],
  ...["True", "False", "none", "None", "range", "and", "or", "not", "is"],
  ...["varargs", "kwargs", "caller"],
]);
