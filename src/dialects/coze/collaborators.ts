import { z } from "zod";
import type { AgentId, UserId } from "../../domain/ids.ts";
import { addCollaborator, changeCollaboration, removeCollaborator } from "../../publish/collaborators.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { idOf, wireId } from "./wire.ts";

const section = "§14";

const changeMode = endpoint({
  route: "POST /v1/bots/:bot_id/collaboration_mode",
  section,
  permission: "updateBot",
  summary: "Decide whether an agent may have collaborators",
  body: { collaboration_mode: z.enum(["single", "collaboration"]) },
  async run({ services, caller, params, body: { collaboration_mode: mode } }) {
    const agentId = idOf<AgentId>(params["bot_id"] ?? "");
    await changeCollaboration(services, caller, { agentId, mode }, new Date());
    return { members: {} };
  },
});

const add = endpoint({
  route: "POST /v1/bots/:bot_id/collaborators",
  section,
  permission: "updateBot",
  summary: "Let a member of the workspace change an agent",
  body: {
    collaborators: z.tuple([z.object({ user_id: wireId<UserId>() })], { error: "must be exactly one" }),
  },
  async run({ services, caller, params, body }) {
    const agentId = idOf<AgentId>(params["bot_id"] ?? "");
    const [{ user_id: userId }] = body.collaborators;
    await addCollaborator(services, caller, { agentId, userId }, new Date());
    return { members: {} };
  },
});

const remove = endpoint({
  route: "DELETE /v1/bots/:bot_id/collaborators/:user_id",
  section,
  permission: "updateBot",
  summary: "Take that right away again",
  async run({ services, caller, params }) {
    const agentId = idOf<AgentId>(params["bot_id"] ?? "");
    const userId = idOf<UserId>(params["user_id"] ?? "");
    await removeCollaborator(services, caller, { agentId, userId });
    return { members: {} };
  },
});

export const collaboratorEndpoints: Endpoint[] = [changeMode, add, remove];
