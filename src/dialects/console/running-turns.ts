import { z } from "zod";
import { homeMembership, requireMembership } from "../../access/permissions.ts";
import type { TurnId, WorkspaceId } from "../../domain/ids.ts";
import { type Operation, operation } from "./operation.ts";
import { heardAgents } from "./reach.ts";
import { formatId, pageOf, pageOfSchema, paging, wireId, wireMoment } from "./wire.ts";

const runningTurn = z.object({
  id: z.string(),
  agentId: z.string(),
  agentName: z.string(),
  conversationId: z.string(),
  channel: z.string(),
  family: z.string(),
  userId: z.string(),
  node: z.int(),
  startedAt: wireMoment,
  textLength: z.int(),
});

/** What runs just now. To stop one: `POST /turns/:turnId/stop`. */
export const runningTurnOperations: Operation[] = [
  operation({
    route: "GET /running-turns",
    permission: "viewConversations",
    role: "viewer",
    summary: "turns of a workspace that run now, on whatever node, newest first",
    query: {
      workspaceId: wireId<WorkspaceId>("The workspace. Absent: the caller's oldest.").optional(),
      ...paging,
    },
    answer: pageOfSchema(runningTurn),
    async run({ services, caller, query }) {
      const wanted = query.workspaceId ?? homeMembership(caller).workspaceId;
      const { workspaceId } = requireMembership(caller, wanted, "viewer");
      const agentIds = heardAgents(caller, workspaceId);
      const found = await services.store.runningTurns.list({
        workspaceId,
        ...(agentIds !== undefined && { agentIds }),
        limit: query.limit + 1,
        ...(query.cursor !== undefined && { after: query.cursor as TurnId }),
      });
      return pageOf(found, query.limit, ({ createdAt, ...turn }) => ({
        ...turn,
        id: formatId(turn.id),
        agentId: formatId(turn.agentId),
        conversationId: formatId(turn.conversationId),
        startedAt: createdAt,
      }));
    },
  }),
];
