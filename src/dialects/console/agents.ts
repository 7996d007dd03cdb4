import { homeMembership, requireMembership } from "../../access/permissions.ts";
import type { Agent } from "../../domain/agent.ts";
import type { WorkspaceId } from "../../domain/ids.ts";
import { type ConsoleServices, type Operation, operation } from "./operation.ts";
import { formatId, pageOf, paging, wireId } from "./wire.ts";

/** Agents, for members of their workspace. */
export const agentOperations: Operation[] = [
  operation({
    route: "GET /agents",
    permission: "viewAgents",
    summary: "agents of a workspace with the ids that each family knows them by, oldest first",
    query: {
      workspaceId: wireId<WorkspaceId>("The workspace. Absent: the caller's oldest.").optional(),
      ...paging,
    },
    async run({ services, caller, query: { workspaceId, cursor = 0, limit } }) {
      const place = requireMembership(caller, workspaceId ?? homeMembership(caller).workspaceId);
      const agents = await services.store.agents.list(place.workspaceId);
      const rest = agents.toSorted((one, other) => one.id - other.id).filter(({ id }) => id > cursor);
      return pageOf(rest, limit, (agent) => present(services, agent));
    },
  }),
];

function present({ insightBotId }: ConsoleServices, agent: Agent) {
  return {
    id: formatId(agent.id),
    insightBotId: insightBotId(agent.id),
    slug: agent.slug,
    name: agent.name,
    kind: agent.kind,
    apiEnabled: agent.apiEnabled,
    createdAt: agent.createdAt,
    updatedAt: agent.updatedAt,
  };
}
