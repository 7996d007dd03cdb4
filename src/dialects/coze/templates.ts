import type { AgentId, WorkspaceId } from "../../domain/ids.ts";
import { duplicateTemplate } from "../../publish/copies.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { formatId } from "./ids.ts";
import { botName } from "./read-bot.ts";
import { idOf, wireId } from "./wire.ts";

const duplicate = endpoint({
  route: "POST /v1/templates/:template_id/duplicate",
  section: "§15",
  permission: "duplicateTemplate",
  summary: "Make an agent after a template; knowledge stays behind in another workspace",
  body: { workspace_id: wireId<WorkspaceId>(), name: botName.optional() },
  async run({ services, caller, params, body: { workspace_id: workspaceId, name } }) {
    const templateId = idOf<AgentId>(params["template_id"] ?? "");
    const wanted = { templateId, workspaceId, ...(name === undefined ? {} : { name }) };
    const agentId = await duplicateTemplate(services, caller, wanted, new Date());
    return { data: { entity_id: formatId(agentId), entity_type: "agent" } };
  },
});

export const templateEndpoints: Endpoint[] = [duplicate];
