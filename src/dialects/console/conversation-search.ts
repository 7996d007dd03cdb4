import { z } from "zod";
import { homeMembership, requireAgentAccess, requireMembership } from "../../access/permissions.ts";
import type { TokenCaller } from "../../domain/access.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AgentId, ConversationId, WorkspaceId } from "../../domain/ids.ts";
import type { ActivityPlace, ConversationQuery, FoundConversation } from "../../storage/store.ts";
import {
  type AgentName,
  agentNamesOf,
  conversationAnswer,
  presentConversation,
} from "./conversation-present.ts";
import { type ConsoleServices, type Operation, operation } from "./operation.ts";
import { TURN_STATUSES } from "./turn-answers.ts";
import { formatId, idOf, pageLimit, wireId, wireMoment, wireText, wireTime } from "./wire.ts";

/** How long one request looks for more. */
const BUDGET_MS = 150;
const NAME_LIMIT = 500;
const TEXT_LIMIT = 200;
/** The latest moment there is. */
const LAST_MS = 8.64e15;

const foundAnswer = conversationAnswer.extend({
  /** When something last happened in it; lists go by this. */
  activeAt: wireMoment,
  /** Its newest exchange; null: nothing was said yet. */
  newest: z
    .object({
      exchangeId: z.string(),
      role: z.enum(["user", "assistant"]),
      /** How its question begins. */
      text: z.string(),
      /** Its newest answer; null: there is none. */
      turn: z
        .object({
          id: z.string(),
          status: z.enum(TURN_STATUSES),
          /** What asked; may be empty. */ family: z.string(),
        })
        .nullable(),
    })
    .nullable(),
  /** Whether somebody likes, or dislikes, one of its latest answers. */
  isLiked: z.boolean(),
  isDisliked: z.boolean(),
});

const wireFlag = z
  .enum(["true", "false"], { error: "must be true or false" })
  .transform((text) => text === "true");

const filters = {
  workspaceId: wireId<WorkspaceId>("The workspace. Absent: the caller's oldest.").optional(),
  agentId: wireId<AgentId>("Only with this agent.").optional(),
  userId: wireText(NAME_LIMIT).describe("Only of this end user.").optional(),
  userPrefix: wireText(NAME_LIMIT)
    .refine((text) => text !== "", { error: "must not be empty" })
    .describe("Only of end users whose id begins so.")
    .optional(),
  channel: wireText(NAME_LIMIT)
    .describe("Only of this channel. Absent: of all but `draft`, where people try agents.")
    .optional(),
  family: wireText(NAME_LIMIT)
    .describe(
      "Only with a question that came this way: `hiagent`, `coze`, `insight`, `openai`, `console`, `share`, `trigger`.",
    )
    .optional(),
  rating: z
    .enum(["like", "dislike", "any"], { error: "must be like, dislike or any" })
    .describe("Only with an answer that somebody rated so.")
    .optional(),
  hasComment: wireFlag
    .describe("`true`: whoever rated it said something, too. Only with `rating`.")
    .optional(),
  status: z
    .enum(TURN_STATUSES, { error: `must be one of ${TURN_STATUSES.join(", ")}` })
    .describe("Only with an answer that is so; `failed` includes `interrupted`.")
    .optional(),
  text: wireText(TEXT_LIMIT)
    .refine((text) => text.trim() !== "", { error: "must not be empty" })
    .describe("Only with a question or an answer that says so; capital letters do not matter.")
    .optional(),
  isHeld: wireFlag
    .describe("`true`: only those with a person; `false`: only those with their agent.")
    .optional(),
  since: wireTime.describe("Only those in which something happened last at this time or later.").optional(),
  until: wireTime.describe("Only those in which nothing happened since this time.").optional(),
};

export const conversationSearchOperations: Operation[] = [
  operation({
    route: "GET /conversations",
    permission: "viewConversations",
    role: "viewer",
    summary:
      "conversations of a workspace, newest activity first; what takes long to find comes in several pages, which may be empty",
    query: {
      ...filters,
      cursor: z
        .string()
        .transform((text, context) => readCursor(text) ?? refused(context))
        .describe("`nextCursor` of the page before.")
        .optional(),
      limit: pageLimit,
    },
    answer: z.object({
      items: z.array(foundAnswer),
      /** Null: everything was looked at. */
      nextCursor: z.string().nullable(),
      /** Back to when was looked; null: everything was. A page may be short, or empty, and others still follow. */
      searchedUntil: wireMoment.nullable(),
    }),
    async run({ services, caller, query }) {
      const { store } = services;
      const page = await store.conversations.search({
        ...wantedOf(caller, query),
        after: query.cursor,
        limit: query.limit,
        budgetMs: BUDGET_MS,
      });
      const nameOf = agentNamesOf(store);
      const items = page.items.map((found) => presentFound(services, found, nameOf));
      return {
        items: await Promise.all(items),
        nextCursor: page.searchedTo === undefined ? null : writeCursor(page.searchedTo),
        searchedUntil: page.searchedTo?.activeAt ?? null,
      };
    },
  }),
];

type Filters = z.output<z.ZodObject<typeof filters>>;

/** Throws `not_found` and `permission_denied` as the caller may not look there. */
function wantedOf(caller: TokenCaller, query: Filters): Omit<ConversationQuery, "limit" | "budgetMs"> {
  const asked = query.workspaceId ?? homeMembership(caller).workspaceId;
  const { workspaceId } = requireMembership(caller, asked, "viewer");
  const { agentId, userId, userPrefix, channel, text, isHeld, since, until } = query;
  if (agentId !== undefined) requireAgentAccess(caller, { id: agentId, workspaceId }, "listen");
  else if (caller.token.scope.agentIds !== undefined) {
    throw new DomainError("permission_denied", "the token is for some agents only: name one", {
      field: "agentId",
    });
  }
  const { family, rating, hasComment, status } = query;
  return {
    ...{ workspaceId, agentId, userId, userPrefix, channel, text, isHeld, since, until },
    turn: {
      family,
      ratings: rating === "any" ? ["like", "dislike"] : rating && [rating],
      hasComment: rating === undefined ? undefined : hasComment,
      statuses: status === "failed" ? ["failed", "interrupted"] : status && [status],
    },
  };
}

async function presentFound(
  services: ConsoleServices,
  { conversation, activeAt, newest, isLiked, isDisliked }: FoundConversation,
  nameOf: AgentName,
): Promise<z.input<typeof foundAnswer>> {
  return {
    ...(await presentConversation(services, conversation, nameOf)),
    activeAt,
    newest:
      newest === undefined
        ? null
        : {
            exchangeId: formatId(newest.exchangeId),
            role: newest.role,
            text: newest.text,
            turn: newest.turn === undefined ? null : { ...newest.turn, id: formatId(newest.turn.id) },
          },
    isLiked,
    isDisliked,
  };
}

function writeCursor({ activeAt, id }: ActivityPlace): string {
  return `${activeAt.getTime()}.${id}`;
}

function readCursor(text: string): ActivityPlace | undefined {
  const [, at = "", digits] = /^(\d{1,16})\.([1-9]\d{0,15})$/.exec(text) ?? [];
  const id = idOf<ConversationId>(digits);
  return id === 0 || Number(at) > LAST_MS ? undefined : { activeAt: new Date(Number(at)), id };
}

function refused(context: z.core.$RefinementCtx): never {
  context.issues.push({ code: "custom", message: "must be a `nextCursor` of an earlier page", input: "" });
  return z.NEVER;
}
