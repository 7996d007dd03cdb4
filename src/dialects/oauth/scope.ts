import { z } from "zod";
import type { TokenScope } from "../../domain/access.ts";
import type { AgentId, WorkspaceId } from "../../domain/ids.ts";
import { wireId } from "./wire.ts";

const permissionList = z.array(z.string().min(1).max(100)).max(200).optional();
const workspaceIdList = z.array(wireId<WorkspaceId>()).max(1_000).optional();
const agentIdList = z.array(wireId<AgentId>()).max(1_000).optional();

/**
 * `scope` of a JWT grant. Permissions named for workflows and workspaces are the same as those of the account: a token
 * here has one list. Source: spec page §2.1.
 */
export const WireScope = z
  .object({
    account_permission: z.object({ permission_list: permissionList }).optional(),
    attribute_constraint: z
      .object({ connector_bot_chat_attribute: z.object({ bot_id_list: agentIdList }).optional() })
      .optional(),
    workspace_permission: z
      .object({ workspace_id_list: workspaceIdList, permission_list: permissionList })
      .optional(),
    workflow_permission: z
      .object({ workflow_id_list: agentIdList, permission_list: permissionList })
      .optional(),
  })
  .transform((scope): Partial<TokenScope> => {
    const lists = [scope.account_permission, scope.workspace_permission, scope.workflow_permission]
      .map((part) => part?.permission_list)
      .filter((list) => list !== undefined);
    const workspaceIds = scope.workspace_permission?.workspace_id_list;
    const workflowIds = scope.workflow_permission?.workflow_id_list;
    const agentIds = scope.attribute_constraint?.connector_bot_chat_attribute?.bot_id_list;
    return {
      ...(lists.length === 0 ? {} : { permissions: [...new Set(lists.flat().flatMap(permissionsNamed))] }),
      ...(workspaceIds === undefined ? {} : { workspaceIds }),
      ...(agentIds === undefined ? {} : { agentIds }),
      ...(workflowIds === undefined ? {} : { workflowIds }),
    };
  });

/**
 * What the SDKs ask for to chat with an agent, as permissions of endpoints. Source: the default of `BuildBotChat` in
 * the Go SDK. Unverified: which endpoints it opens on the hosted platform.
 */
export const CHAT_PERMISSIONS = [
  "chat",
  "getChat",
  "cancelChat",
  "submitToolChat",
  "createConversation",
  "retrieveConversation",
  "listConversation",
  "editConversation",
  "createMessage",
  "retrieveMessage",
  "listMessage",
  "feedback",
  "uploadFile",
  "retrieveFile",
];

/** `Connector.botChat` stands for several; other names may carry the resource before a dot. */
function permissionsNamed(name: string): string[] {
  if (name === "Connector.botChat") return CHAT_PERMISSIONS;
  return [name.slice(name.lastIndexOf(".") + 1)];
}
