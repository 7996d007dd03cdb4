import { z } from "zod";
import { requireAgentAccess } from "../../access/permissions.ts";
import type { TokenCaller } from "../../domain/access.ts";
import type { Rating } from "../../domain/conversation.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AgentId, WorkspaceId } from "../../domain/ids.ts";
import type { RatedQuery } from "../../learning/rated-turns.ts";
import type { Store } from "../../storage/store.ts";
import { requirePlace } from "./reach.ts";
import { wireId, wireText, wireTime } from "./wire.ts";

const RATINGS = ["like", "dislike", "none"] as const satisfies Rating[];

/** Which opinions are wanted, in a query or a body. */
export const RATED_FILTERS = {
  agentId: wireId<AgentId>("Only of this agent.").optional(),
  workspaceId: wireId<WorkspaceId>(
    "The workspace, where no agent is named. Absent: the caller's oldest.",
  ).optional(),
  rating: z
    .enum(RATINGS, { error: `must be one of ${RATINGS.join(", ")}` })
    .describe("`like`, `dislike`, or `none`: what was taken back. Absent: likes and dislikes.")
    .optional(),
  since: wireTime.describe("Only opinions last changed at this time or later.").optional(),
  until: wireTime.describe("Only opinions last changed before.").optional(),
  rater: wireText(1_000).describe("Only of this rater.").optional(),
  category: wireText(1_000).describe("Only opinions that name this reason.").optional(),
  hasComment: z
    .enum(["true", "false"], { error: "must be true or false" })
    .transform((text) => text === "true")
    .describe("`true`: only with a comment; `false`: only without.")
    .optional(),
  channel: wireText(100).describe("Only of conversations of this channel.").optional(),
  family: wireText(100)
    .describe("Only turns that this asked for: a family of the API such as `hiagent`, `console`, `share`.")
    .optional(),
};

type RatedFilters = z.output<z.ZodObject<typeof RATED_FILTERS>>;

/** For members of the workspace. Rejects with `not_found` where there is no such agent or workspace of theirs. */
export async function ratedQueryOf(
  { agents }: Pick<Store, "agents">,
  caller: TokenCaller,
  { agentId, workspaceId, rating, ...filters }: RatedFilters,
): Promise<RatedQuery> {
  const ratings = rating === undefined ? undefined : [rating];
  if (agentId === undefined) {
    const { agentIds } = caller.token.scope;
    return { ...filters, ratings, agentIds, workspaceId: requirePlace(caller, workspaceId, "viewer") };
  }
  const agent = await agents.find(agentId);
  if (agent === undefined) throw new DomainError("not_found", "no such agent");
  requireAgentAccess(caller, agent, "listen");
  return { ...filters, ratings, agentIds: [agentId], workspaceId: agent.workspaceId };
}
