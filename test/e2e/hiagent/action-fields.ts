/** What one field of a request body takes, for tests that send everything else. */
export interface FieldSpec {
  kind:
    | "conversation"
    | "message"
    | "query"
    | "text"
    | "mode"
    | "boolean"
    | "integer"
    | "object"
    | "inputs"
    | "json"
    | "run";
  /** Must be there. */
  required?: boolean;
  /** Longest text in code points. */
  limit?: number;
  /** Among the actions' alternatives, like MessageID or TaskID: one of them must be there. */
  oneOf?: boolean;
}

const conversation: FieldSpec = { kind: "conversation", required: true, limit: 128 };
const message: FieldSpec = { kind: "message", required: true, limit: 128 };
const eitherMessage: FieldSpec = { kind: "message", oneOf: true, limit: 128 };
const mode: FieldSpec = { kind: "mode" };
const flag: FieldSpec = { kind: "boolean" };
const name: FieldSpec = { kind: "text", limit: 200 };
const inputs: FieldSpec = { kind: "inputs" };
const chat = {
  AppConversationID: conversation,
  Query: { kind: "text", required: true, limit: 32_768 },
  ResponseMode: mode,
  PubAgentJump: flag,
  QueryExtends: { kind: "object" },
} satisfies Record<string, FieldSpec>;
const again = { AppConversationID: conversation, MessageID: message, ResponseMode: mode, PubAgentJump: flag };
const onConversation = { AppConversationID: conversation };
const onMessage = { MessageID: message };

const run: FieldSpec = { kind: "run", required: true, limit: 128 };
const start = { InputData: { kind: "json" }, NoDebug: flag } satisfies Record<string, FieldSpec>;
const resume = {
  RunID: run,
  Input: { kind: "json", required: true },
  Debug: flag,
} satisfies Record<string, FieldSpec>;

/** Every action's own fields, by §3 and §9 of the HiAgent spec page. */
export const ACTION_FIELDS: Record<string, Record<string, FieldSpec>> = {
  create_conversation: { Inputs: inputs, ConversationName: name },
  chat_query: chat,
  chat_query_v2: chat,
  query_again: again,
  query_again_v2: again,
  stop_message: { MessageID: eitherMessage, TaskID: eitherMessage },
  chat_continue: { ...onMessage, RespDataStandard: flag },
  get_conversation_list: {},
  get_conversation_inputs: { AppConversationID: { kind: "conversation", limit: 128 } },
  update_conversation: { ...onConversation, ConversationName: name, Inputs: inputs },
  delete_conversation: onConversation,
  clear_message: onConversation,
  set_conversation_top: onConversation,
  cancel_conversation_top: onConversation,
  get_conversation_messages: { ...onConversation, Limit: { kind: "integer" } },
  get_message_info: onMessage,
  get_suggested_questions: onMessage,
  set_message_answer_used: onMessage,
  delete_message: { MessageID: eitherMessage, QueryID: { kind: "query", oneOf: true, limit: 128 } },
  feedback: { ...onMessage, LikeType: { kind: "integer", required: true }, FeedbackInfo: { kind: "object" } },
  get_app_config_preview: {},
  get_opening_config: {},
  run_app_workflow: start,
  sync_run_app_workflow: { ...start, IsStream: flag },
  query_run_app_process: { RunID: run, NoDebug: flag },
  async_resume_app_workflow: resume,
  sync_resume_app_workflow: { ...resume, IsStream: flag },
};

/** Actions of workflow apps. */
export function isWorkflowAction(action: string): boolean {
  return action.includes("workflow") || action === "query_run_app_process";
}

/** These take any UserID or none. */
export const WITHOUT_USER = ["get_app_config_preview"];

/** Values of the wrong type for each kind; `null` is not among them because it means absent. */
export const WRONG_TYPES: Record<FieldSpec["kind"], readonly unknown[]> = {
  conversation: [7, true, {}, [], ["x"]],
  message: [7, true, {}, [], ["x"]],
  run: [7, true, {}, [], ["x"]],
  json: [7, true, [], ["x"]],
  query: [7, true, {}, [], ["x"]],
  text: [7, true, {}, [], ["x"]],
  mode: ["fast", "Streaming", 7, true, {}, []],
  boolean: ["true", 1, 0, {}, []],
  integer: ["x", 1.5, true, {}, [], "1e3", 1e300],
  object: ["x", 7, true, []],
  inputs: ["x", 7, true, [], ["a"], { a: {} }, { a: [] }],
};
