import { z } from "zod";
import { homeMembership, requireMembership } from "../../access/permissions.ts";
import type { KnowledgeBaseId, WorkspaceId } from "../../domain/ids.ts";
import { type Operation, operation } from "./operation.ts";
import { formatId, pageOf, pageOfSchema, paging, wireId } from "./wire.ts";

/** Knowledge bases, as far as agents refer to them. */
export const knowledgeBaseOperations: Operation[] = [
  operation({
    route: "GET /knowledge-bases",
    permission: "viewAgents",
    role: "viewer",
    summary: "knowledge bases of a workspace, oldest first",
    query: {
      workspaceId: wireId<WorkspaceId>("The workspace. Absent: the caller's oldest.").optional(),
      ...paging,
    },
    answer: pageOfSchema(
      z.object({ id: z.string(), slug: z.string(), name: z.string(), documentCount: z.number() }),
    ),
    async run({ services: { store }, caller, query: { workspaceId, cursor, limit } }) {
      const wanted = workspaceId ?? homeMembership(caller).workspaceId;
      const found = await store.knowledge.pageOfBases({
        workspaceId: requireMembership(caller, wanted, "viewer").workspaceId,
        limit,
        ...(cursor !== undefined && { after: cursor as KnowledgeBaseId }),
      });
      return pageOf(found, limit, ({ id, slug, name, documentCount }) => ({
        id: formatId(id),
        slug,
        name,
        documentCount,
      }));
    },
  }),
];
