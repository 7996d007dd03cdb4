import { z } from "zod";

/**
 * What the Python and Go SDKs demand of the objects of the family: every field "required by P" is required, numbers
 * and strings are told apart as Go's decoder does, and nothing is `null` that one of them could not read so.
 * Source: spec page, tables of §3 to §16 and the strict-type summary of §21.
 */

const id = z.string().regex(/^\d+$/, "must be a string of digits");
const idOrNone = z.string().regex(/^\d*$/, "must be a string of digits, or empty");
const seconds = z
  .int()
  .min(1_000_000_000, "is no time in seconds")
  .max(9_999_999_999, "is no time in seconds");
const digits = z.string().regex(/^\d+$/, "must be digits in a string");
const count = z.int().min(0);
const metaData = z.record(z.string(), z.string());

export const message = z.object({
  id,
  conversation_id: id,
  bot_id: idOrNone.optional(),
  chat_id: idOrNone.optional(),
  section_id: idOrNone.optional(),
  role: z.enum(["user", "assistant"]),
  type: z.enum([
    "question",
    "answer",
    "function_call",
    "tool_output",
    "tool_response",
    "knowledge",
    "follow_up",
    "verbose",
  ]),
  content: z.string(),
  content_type: z.enum(["text", "object_string", "card", "audio"]),
  meta_data: metaData.optional(),
  created_at: seconds.optional(),
  updated_at: seconds.optional(),
  reasoning_content: z.string().optional(),
});
export type MessageShape = z.output<typeof message>;

const toolCall = z.object({
  id: z.string().min(1),
  type: z.enum(["function", "reply_message"]),
  function: z.object({ name: z.string().min(1), arguments: z.string() }),
});

export const chat = z
  .object({
    id,
    conversation_id: id,
    bot_id: id,
    status: z.enum(["created", "in_progress", "completed", "failed", "requires_action", "canceled"]),
    created_at: seconds,
    completed_at: seconds.optional(),
    failed_at: seconds.optional(),
    last_error: z.object({ code: z.int(), msg: z.string() }).nullish(),
    usage: z.object({ token_count: count, output_count: count, input_count: count }).optional(),
    meta_data: metaData.optional(),
    section_id: id.optional(),
    required_action: z
      .object({
        type: z.literal("submit_tool_outputs"),
        submit_tool_outputs: z.object({ tool_calls: z.array(toolCall).min(1) }),
      })
      .optional(),
    inserted_additional_messages: z.array(z.object({ id })).optional(),
  })
  .superRefine((value, context) => {
    const wrong = (path: string, text: string) =>
      context.addIssue({ code: "custom", path: [path], message: text });
    if ((value.status === "requires_action") !== (value.required_action !== undefined)) {
      wrong("required_action", "must be there exactly while an action is required");
    }
    if ((value.status === "failed") !== (value.last_error?.code ?? 0) > 0) {
      wrong("last_error", "must carry a code above 0 exactly when the chat failed");
    }
    if ((value.status === "failed") !== (value.failed_at !== undefined)) {
      wrong("failed_at", "must be there exactly when the chat failed");
    }
    if (value.status === "completed" && value.completed_at === undefined) {
      wrong("completed_at", "is missing");
    }
  });
export type ChatShape = z.output<typeof chat>;

export const conversation = z.object({
  id,
  created_at: seconds,
  meta_data: metaData,
  last_section_id: id,
  name: z.string().optional(),
  updated_at: seconds.optional(),
  creator_id: idOrNone.optional(),
  connector_id: idOrNone.optional(),
});

const position = z.record(z.string(), z.number()).optional();
const backgroundImage = z
  .object({
    image_url: z.string(),
    theme_color: z.string().optional(),
    canvas_position: position,
    gradient_position: position,
  })
  .optional();

const shortcut = z.object({
  id: z.string(),
  name: z.string(),
  command: z.string(),
  description: z.string(),
  query_template: z.string(),
  icon_url: z.string(),
  agent_id: z.string().optional(),
  tool: z.object({ name: z.string(), type: z.enum(["workflow", "plugin"]) }).optional(),
  components: z.array(
    z.object({
      name: z.string(),
      description: z.string(),
      type: z.enum(["text", "select", "file"]),
      tool_parameter: z.string(),
      default_value: z.string(),
      is_hide: z.boolean(),
      options: z.array(z.string()),
    }),
  ),
});

export const bot = z.object({
  bot_id: id,
  name: z.string(),
  description: z.string(),
  icon_url: z.string(),
  version: z.string().regex(/^\d*$/, "must be digits in a string"),
  owner_user_id: idOrNone,
  folder_id: idOrNone.optional(),
  create_time: seconds,
  update_time: seconds,
  bot_mode: z.literal([0, 1, 2]),
  prompt_info: z.object({
    prompt: z.string(),
    prompt_mode: z.enum(["standard", "prefix"]).optional(),
    prefix_prompt_info: z.object({ prefix_prompt: z.string(), dynamic_prompt: z.string() }).optional(),
  }),
  onboarding_info: z.object({ prologue: z.string(), suggested_questions: z.array(z.string()) }),
  model_info: z.object({
    model_id: z.string(),
    model_name: z.string(),
    top_k: z.int().optional(),
    top_p: z.number().optional(),
    max_tokens: z.int().optional(),
    temperature: z.number().optional(),
    context_round: z.int().optional(),
    response_format: z.enum(["text", "markdown", "json"]).optional(),
    presence_penalty: z.number().optional(),
    frequency_penalty: z.number().optional(),
    sp_current_time: z.boolean().optional(),
    sp_anti_leak: z.boolean().optional(),
    cache_type: z.enum(["closed", "prefix"]).optional(),
    api_mode: z.enum(["chat_api", "responses_api"]).optional(),
    parameters: z.record(z.string(), z.string()).optional(),
  }),
  knowledge: z
    .object({ knowledge_infos: z.array(z.object({ id: z.string(), name: z.string() })) })
    .optional(),
  plugin_info_list: z.array(
    z.object({
      plugin_id: z.string(),
      name: z.string(),
      description: z.string(),
      icon_url: z.string(),
      api_info_list: z.array(z.object({ api_id: z.string(), name: z.string(), description: z.string() })),
    }),
  ),
  workflow_info_list: z.array(
    z.object({ id: z.string(), name: z.string(), description: z.string(), icon_url: z.string() }),
  ),
  shortcut_commands: z.array(shortcut),
  variables: z.array(
    z.object({
      keyword: z.string(),
      default_value: z.string(),
      variable_type: z.enum(["KVVariable", "ListVariable"]),
      channel: z.enum(["custom", "system", "location", "feishu", "app"]),
      description: z.string(),
      enable: z.boolean(),
      prompt_enable: z.boolean(),
    }),
  ),
  suggest_reply_info: z.object({
    reply_mode: z.enum(["enable", "disable", "customized"]),
    customized_prompt: z.string().optional(),
  }),
  background_image_info: z
    .object({ web_background_image: backgroundImage, mobile_background_image: backgroundImage })
    .optional(),
  voice_info_list: z.array(z.object({ voice_id: z.string(), language_code: z.string() })).optional(),
  default_user_input_type: z.enum(["text", "voice", "call"]).optional(),
});

/** An agent of a list, or an app of a list. */
export const botSimple = z.object({
  id,
  name: z.string(),
  icon_url: z.string(),
  folder_id: idOrNone.optional(),
  updated_at: seconds,
  description: z.string(),
  is_published: z.boolean(),
  published_at: seconds.optional(),
  owner_user_id: idOrNone,
});

export const botPublished = z.object({
  bot_id: id,
  bot_name: z.string(),
  description: z.string(),
  icon_url: z.string(),
  publish_time: digits,
});

export const botVersion = z.object({
  version: digits,
  description: z.string(),
  changelog: z.string(),
  created_at: digits,
  updated_at: digits,
  publish_status: z.string(),
  creator: z.object({ id: idOrNone, name: z.string() }),
});

export const file = z.object({ id, bytes: count, file_name: z.string(), created_at: seconds });

export const workspace = z.object({
  id,
  name: z.string(),
  icon_url: z.string(),
  role_type: z.enum(["owner", "admin", "member"]),
  workspace_type: z.enum(["personal", "team"]),
  enterprise_id: z.string(),
  owner_uid: idOrNone.optional(),
  admin_uids: z.array(id).optional(),
  description: z.string().optional(),
  joined_status: z.literal("joined").optional(),
});

export const member = z.object({
  user_id: id,
  role_type: z.enum(["owner", "admin", "member"]),
  user_nickname: z.string(),
  user_unique_name: z.string(),
  avatar_url: z.string(),
});

export const variable = z.object({
  keyword: z.string(),
  value: z.string(),
  create_time: z.int().min(0),
  update_time: z.int().min(0),
});

export const folder = z.object({
  id,
  name: z.string(),
  description: z.string(),
  workspace_id: id,
  creator_user_id: idOrNone,
  folder_type: z.enum(["development", "library"]),
  parent_folder_id: idOrNone.optional(),
  children_count: count.optional(),
});

export const user = z.object({
  user_id: id,
  user_name: z.string(),
  nick_name: z.string(),
  avatar_url: z.string(),
});

export const copyTask = z.object({
  task_id: id,
  entity_type: z.enum(["app", "bot", "workflow"]),
  task_status: z.enum(["in_progress", "successful", "failed"]),
  source_entity_id: id,
  target_entity_id: idOrNone,
  target_workspace_id: id,
  failed_reasons: z.array(z.string()).optional(),
});

/** Source: spec page of the callbacks §2. */
export const apiApp = z
  .object({
    id,
    name: z.string().min(1),
    app_type: z.enum(["normal", "connector"]),
    verify_token: z.string().regex(/^[0-9A-Za-z]{64}$/, "must be 64 letters and digits"),
    callback_url: z.string().min(1).optional(),
    connector_id: id.optional(),
  })
  .refine((app) => (app.app_type === "connector") === (app.connector_id !== undefined), {
    error: "exactly apps of channels have a connector_id",
  });

export const apiAppEvent = z.object({
  api_app_id: id,
  name: z.string().min(1),
  event_type: z.string().min(1),
  description: z.string().min(1),
});

/** Source: §2.1. `expires_in` is the absolute second of expiry. */
export const oauthToken = z.object({
  access_token: z.string().regex(/^(czu|czs)_/, "has no known prefix"),
  expires_in: seconds,
  refresh_token: z.string().min(1).optional(),
  token_type: z.literal("Bearer"),
});

/** Source: §2.3. Here `expires_in` is a duration. */
export const deviceCode = z.object({
  device_code: z.string().min(1),
  user_code: z.string().min(1),
  verification_uri: z.string().min(1),
  expires_in: z.int().min(1).max(86_400),
  interval: z.int().min(1).max(60),
});

const usage = z.object({ input_count: count, output_count: count, token_count: count });
const cost = z.string().regex(/^\d+\.\d{2,}$/, "must be a decimal text");
const debugUrl = z.string().regex(/^https?:\/\/[^/]+\//, "is no address");
export const workflowInterrupt = z.object({
  event_id: z.string().regex(/^\d+\/\d+$/, "must be two ids with a slash between"),
  type: z.literal([2, 5, 6, 7]),
  data: z.string(),
  required_parameters: z
    .record(z.string(), z.object({ type: z.string().min(1), required: z.boolean() }))
    .optional(),
});

/** Source: spec page §8, RunResult. Of a run that is only begun there is no result yet. */
export const workflowResult = z.object({
  execute_id: id,
  debug_url: debugUrl,
  data: z.string().optional(),
  token: count.optional(),
  cost: cost.optional(),
  usage: usage.optional(),
  interrupt_data: workflowInterrupt.optional(),
});

export const runHistory = z.object({
  execute_id: id,
  execute_status: z.enum(["Success", "Running", "Fail"]),
  bot_id: id,
  connector_id: id,
  connector_uid: z.string(),
  run_mode: z.literal([0, 1, 2]),
  logid: z.string(),
  create_time: seconds,
  update_time: seconds,
  output: z.string().refine((text) => typeof JSON.parse(text) === "object", "is no JSON"),
  token: digits,
  cost,
  error_code: z.string().regex(/^\d*$/, "must be digits in a string, or empty"),
  error_message: z.string(),
  debug_url: debugUrl,
  usage: usage.optional(),
  is_output_trimmed: z.boolean(),
  interrupt_data: workflowInterrupt.optional(),
  node_execute_status: z
    .record(
      z.string(),
      z.object({
        node_id: z.string().min(1),
        is_finish: z.boolean(),
        loop_index: count.optional(),
        batch_index: count.optional(),
        update_time: seconds,
        sub_execute_id: id.optional(),
        node_execute_uuid: id,
      }),
    )
    .optional(),
});

const creator = z.object({ id: idOrNone, name: z.string() });
export const workflow = z.object({
  workflow_id: id,
  workflow_name: z.string(),
  description: z.string(),
  icon_url: z.string(),
  app_id: digits,
  created_at: digits,
  updated_at: digits,
  creator,
});

const parameters = z.record(z.string(), z.object({ type: z.string().min(1), required: z.boolean() }));
export const workflowInterface = {
  input: z.object({ parameters }).optional(),
  output: z
    .object({
      terminate_plan: z.enum(["return_variables", "use_answer_content"]),
      parameters,
      content: z.string(),
    })
    .optional(),
};

export const workflowVersion = z.object({
  version: digits,
  description: z.string(),
  created_at: digits,
  updated_at: digits,
  workflow_id: id,
  creator,
  ...workflowInterface,
});

export const shapes = { id, idOrNone, digits, count };
