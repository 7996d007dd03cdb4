import { z } from "zod";
import { requireAgentAccess } from "../../access/permissions.ts";
import type { TokenCaller } from "../../domain/access.ts";
import type { Rating } from "../../domain/conversation.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AgentId, TurnId, WorkspaceId } from "../../domain/ids.ts";
import { generatedFrames } from "../../http/generated-frames.ts";
import {
  agentNames,
  describeRatedTurn,
  placeOf,
  type RatedPlace,
  type RatedQuery,
  ratedLines,
  ratedPage,
} from "../../learning/rated-turns.ts";
import type { Store } from "../../storage/store.ts";
import { JsonLines, type Operation, operation } from "./operation.ts";
import { requireKeeper } from "./reach.ts";
import { idOf, pageLimit, wireId, wireTime } from "./wire.ts";

const RATINGS = ["like", "dislike", "none"] as const satisfies Rating[];

const filters = {
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
};

export const ratedTurnOperations: Operation[] = [
  operation({
    route: "GET /rated-turns",
    permission: "viewFeedback",
    role: "admin",
    summary: "what was thought of answers, by turn and rater, with all there is to learn from",
    query: {
      ...filters,
      cursor: z
        .string()
        .max(2_000)
        .transform((text, context) => readCursor(text) ?? refused(context))
        .describe("`nextCursor` of the page before.")
        .optional(),
      limit: pageLimit,
    },
    async run({ services: { store }, caller, query }) {
      const { limit, cursor } = query;
      const wanted = await queryOf(store, caller, query);
      const found = await ratedPage(store, wanted, { after: cursor, limit: limit + 1 });
      const shown = found.slice(0, limit);
      const last = shown.at(-1);
      const agentOf = agentNames(store);
      const items = shown.map(async (rated) =>
        describeRatedTurn(rated, await agentOf(rated.run.turn.agentId)),
      );
      return {
        items: await Promise.all(items),
        nextCursor: found.length > limit && last !== undefined ? writeCursor(placeOf(last)) : null,
      };
    },
  }),
  operation({
    route: "GET /rated-turns/export",
    permission: "viewFeedback",
    role: "admin",
    summary: "the same, all of them, as JSON one a line (`application/x-ndjson`)",
    query: filters,
    async run({ services: { store }, caller, query }) {
      const wanted = await queryOf(store, caller, query);
      return new JsonLines(generatedFrames(ratedLines(store, wanted)), "rated-turns.jsonl");
    },
  }),
];

interface Filters {
  agentId?: AgentId | undefined;
  workspaceId?: WorkspaceId | undefined;
  rating?: Rating | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
}

/** What users said is for the owners and admins of a workspace. Rejects with `not_found` or `permission_denied`. */
async function queryOf(
  store: Pick<Store, "agents">,
  caller: TokenCaller,
  { agentId, workspaceId, rating, since, until }: Filters,
): Promise<RatedQuery> {
  const ratings = rating === undefined ? undefined : [rating];
  if (agentId === undefined) {
    return { workspaceId: requireKeeper(caller, workspaceId), ratings, since, until };
  }
  const agent = await store.agents.find(agentId);
  if (agent === undefined) throw new DomainError("not_found", "no such agent");
  requireAgentAccess(caller, agent, "view");
  const reached = requireKeeper(caller, agent.workspaceId);
  return { workspaceId: reached, agentIds: [agentId], ratings, since, until };
}

/** Raters are strings of callers: the cursor carries one as bytes. */
function writeCursor({ turnId, rater }: RatedPlace): string {
  return `${turnId}.${Buffer.from(rater).toString("base64url")}`;
}

function readCursor(text: string): RatedPlace | undefined {
  const [, digits, rater = ""] = /^([1-9]\d{0,15})\.([A-Za-z0-9_-]*)$/.exec(text) ?? [];
  const turnId = idOf<TurnId>(digits);
  return turnId === 0 ? undefined : { turnId, rater: Buffer.from(rater, "base64url").toString() };
}

function refused(context: z.core.$RefinementCtx): never {
  context.issues.push({ code: "custom", message: "must be a `nextCursor` of an earlier page", input: "" });
  return z.NEVER;
}
