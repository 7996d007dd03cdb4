import { z } from "zod";
import {
  apiApp,
  apiAppEvent,
  bot,
  botPublished,
  botSimple,
  botVersion,
  chat,
  conversation,
  copyTask,
  deviceCode,
  file,
  folder,
  member,
  message,
  oauthToken,
  runHistory,
  shapes,
  user,
  variable,
  workflow,
  workflowInterface,
  workflowResult,
  workflowVersion,
  workspace,
} from "./coze-shapes.ts";

/**
 * Where the result of a call stands. `data`: in the envelope. `none`: the envelope alone. `members`: beside `code`.
 * `bare`: without an envelope. `later`: there is no success yet. `run-stream`, `chat-stream`: nothing but a stream, of a
 * workflow's run or of a chat that a workflow answers.
 */
export type Answer =
  | { kind: "data" | "members" | "bare"; schema: z.ZodType; mayStream?: boolean }
  | { kind: "none" }
  | { kind: "later" }
  | { kind: "run-stream" }
  | { kind: "chat-stream" };

const data = (schema: z.ZodType): Answer => ({ kind: "data", schema });
const none: Answer = { kind: "none" };
const later: Answer = { kind: "later" };
const list = (items: z.ZodType) => z.object({ items: z.array(items), total: shapes.count });
const ids = z.array(shapes.id);
const tokenPage = (items: z.ZodType) =>
  z.object({ items: z.array(items), has_more: z.boolean(), next_page_token: z.string() });

const runResult: Answer = { kind: "members", schema: workflowResult };
const chatOrStream: Answer = { kind: "data", schema: chat, mayStream: true };
const token: Answer = { kind: "bare", schema: oauthToken };
const device: Answer = { kind: "bare", schema: deviceCode };

/** What every endpoint of the family answers when all is well. Source: spec page §2 to §16; spec page of the callbacks §2, §4. */
export const COZE_ANSWERS: Record<string, Answer> = {
  "POST /api/permission/oauth2/token": token,
  "POST /api/permission/oauth2/account/:account_id/token": token,
  "POST /api/permission/oauth2/enterprise_id/:enterprise_id/token": token,
  "POST /api/permission/oauth2/device/code": device,
  "POST /api/permission/oauth2/workspace_id/:workspace_id/device/code": device,

  "POST /v1/bot/create": data(z.object({ bot_id: shapes.id })),
  "POST /v1/bot/update": none,
  "POST /v1/bot/publish": data(z.object({ bot_id: shapes.id, version: shapes.digits })),
  "POST /v1/bots/:bot_id/unpublish": none,
  "GET /v1/bots": data(list(botSimple)),
  "GET /v1/bots/:bot_id": data(bot),
  "GET /v1/bots/:bot_id/versions": data(list(botVersion).extend({ has_more: z.boolean() })),
  "GET /v1/space/published_bots_list": data(
    z.object({ space_bots: z.array(botPublished), total: shapes.count }),
  ),
  "GET /v1/bot/get_online_info": data(bot),

  "POST /v1/conversation/create": data(conversation),
  "GET /v1/conversation/retrieve": data(conversation),
  "GET /v1/conversations": data(z.object({ conversations: z.array(conversation), has_more: z.boolean() })),
  "PUT /v1/conversations/:conversation_id": data(conversation),
  "DELETE /v1/conversations/:conversation_id": none,
  "POST /v1/conversations/:conversation_id/clear": data(
    z.object({ id: shapes.id, conversation_id: shapes.id }),
  ),

  "POST /v1/conversation/message/create": data(message),
  "POST /v1/conversation/message/list": {
    kind: "members",
    schema: z.object({
      data: z.array(message),
      first_id: shapes.idOrNone,
      last_id: shapes.idOrNone,
      has_more: z.boolean(),
    }),
  },
  "GET /v1/conversation/message/retrieve": data(message),
  "POST /v1/conversation/message/modify": { kind: "members", schema: z.object({ message }) },
  "POST /v1/conversation/message/delete": data(message),

  "POST /v3/chat": chatOrStream,
  "GET /v3/chat/retrieve": data(chat),
  "POST /v3/chat/retrieve": data(chat),
  "GET /v3/chat/message/list": data(z.array(message)),
  "POST /v3/chat/submit_tool_outputs": chatOrStream,
  "POST /v3/chat/cancel": data(chat),

  "POST /v1/conversations/:conversation_id/messages/:message_id/feedback": none,
  "DELETE /v1/conversations/:conversation_id/messages/:message_id/feedback": none,

  "POST /v1/files/upload": data(file),
  "GET /v1/files/retrieve": data(file),

  "GET /v1/workspaces": data(z.object({ workspaces: z.array(workspace), total_count: shapes.count })),
  "POST /v1/workspaces": data(z.object({ id: shapes.id })),
  "PUT /v1/workspaces/:workspace_id": none,
  "GET /v1/workspaces/:workspace_id/members": data(
    z.object({ items: z.array(member), total_count: shapes.count }),
  ),
  "POST /v1/workspaces/:workspace_id/members": data(
    z.object({
      added_success_user_ids: ids,
      invited_success_user_ids: ids,
      not_exist_user_ids: z.array(z.string()),
      already_joined_user_ids: ids,
      already_invited_user_ids: ids,
    }),
  ),
  "DELETE /v1/workspaces/:workspace_id/members": data(
    z.object({
      removed_success_user_ids: ids,
      not_in_workspace_user_ids: z.array(z.string()),
      not_in_space_user_ids: z.array(z.string()),
      owner_not_support_remove_user_ids: ids,
    }),
  ),

  "GET /v1/variables": data(z.object({ items: z.array(variable) })),
  "PUT /v1/variables": none,

  "POST /v1/api_apps": data(apiApp),
  "GET /v1/api_apps": data(tokenPage(apiApp)),
  "PUT /v1/api_apps/:api_app_id": none,
  "DELETE /v1/api_apps/:api_app_id": none,
  "POST /v1/api_apps/:api_app_id/events": none,
  "DELETE /v1/api_apps/:api_app_id/events": none,
  "GET /v1/api_apps/:api_app_id/events": data(tokenPage(apiAppEvent)),
  "PUT /v1/connectors/:connector_id/bots/:bot_id": none,
  "POST /v1/connectors/:connector_id/install": none,
  "POST /v1/connectors/:connector_id/user_configs": none,

  "POST /v1/bots/:bot_id/collaboration_mode": none,
  "POST /v1/bots/:bot_id/collaborators": none,
  "DELETE /v1/bots/:bot_id/collaborators/:user_id": none,

  "GET /v1/apps": data(list(botSimple)),
  "GET /v1/apps/:app_id": later,
  "POST /v1/apps/:app_id/collaborators": later,
  "DELETE /v1/apps/:app_id/collaborators/:user_id": later,
  "POST /v1/templates/:template_id/duplicate": data(
    z.object({ entity_id: shapes.id, entity_type: z.literal("agent") }),
  ),
  "GET /v1/folders": data(
    z.object({ items: z.array(folder), total_count: shapes.count, has_more: z.boolean() }),
  ),
  "GET /v1/folders/:folder_id": data(folder),
  "POST /v1/entities/copy_tasks": data(
    z.union([z.object({ copied_entity_id: shapes.id }), z.object({ task_id: shapes.id })]),
  ),
  "GET /v1/entities/copy_tasks/:task_id": data(copyTask),

  "GET /v1/users/me": data(user),

  "POST /v1/workflow/run": runResult,
  "POST /v1/workflow/stream_run": { kind: "run-stream" },
  "POST /v1/workflow/stream_resume": { kind: "run-stream" },
  "POST /v1/workflows/resume": runResult,
  "GET /v1/workflows/:workflow_id/run_histories/:execute_id": data(z.array(runHistory).length(1)),
  "GET /v1/workflows/:workflow_id/run_histories/:execute_id/execute_nodes/:node_execute_uuid": data(
    z.object({ is_finish: z.boolean(), node_output: z.string() }),
  ),
  "POST /v1/workflows/chat": { kind: "chat-stream" },
  "GET /v1/workflows": data(z.object({ items: z.array(workflow), has_more: z.boolean() })),
  "GET /v1/workflows/:workflow_id": data(z.object({ workflow_detail: workflow, ...workflowInterface })),
  "GET /v1/workflows/:workflow_id/versions": data(tokenPage(workflowVersion)),
  "POST /v1/workflows/:workflow_id/collaboration_mode": none,
  "POST /v1/workflows/:workflow_id/collaborators": none,
  "DELETE /v1/workflows/:workflow_id/collaborators/:user_id": none,
  "GET /v1/workflow/get_run_history": data(z.array(runHistory)),
  "POST /v1/workflow/conversation/create": data(conversation),

  "POST /v1/datasets": later,
  "GET /v1/datasets": later,
  "POST /open_api/knowledge/document/list": later,
  "GET /v1/audio/voices": later,
  "POST /v1/audio/speech": later,
};

/** What the endpoint behind this method and path answers; undefined when nobody wrote it down. */
export function answerOf(method: string, path: string): Answer | undefined {
  const words = path.split("/");
  const candidates = Object.entries(COZE_ANSWERS).filter(([route]) => {
    const [routeMethod, routePath = ""] = route.split(" ");
    const places = routePath.split("/");
    return (
      routeMethod === method &&
      places.length === words.length &&
      places.every((place, index) => place.startsWith(":") || place === words[index])
    );
  });
  const places = (route: string) => route.split(":").length;
  return candidates.toSorted(([one], [other]) => places(one) - places(other))[0]?.[1];
}
