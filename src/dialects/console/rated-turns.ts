import { z } from "zod";
import type { TurnId } from "../../domain/ids.ts";
import { generatedFrames } from "../../http/generated-frames.ts";
import {
  agentNames,
  describeRatedTurn,
  type RatedPlace,
  ratedCsv,
  ratedLines,
  ratedSearch,
} from "../../learning/rated-turns.ts";
import { JsonLines, type Operation, operation } from "./operation.ts";
import { RATED_FILTERS, ratedQueryOf } from "./rated-filters.ts";
import { idOf, pageLimit, pageOfSchema } from "./wire.ts";

const ORDERS = ["oldest", "newest"] as const;
const FORMATS = ["jsonl", "csv"] as const;

const ratedTurn = z.object({
  question: z.string(),
  answer: z.string(),
  chunks: z.array(
    z.object({
      knowledgeBase: z.string(),
      document: z.string(),
      question: z.string(),
      text: z.string(),
      score: z.number(),
    }),
  ),
  rating: z.enum(["like", "dislike", "none"]),
  comment: z.string(),
  categories: z.array(z.string()),
  rater: z.string(),
  ratedAt: z.iso.datetime(),
  askedAt: z.iso.datetime(),
  turnId: z.string(),
  conversationId: z.string(),
  userId: z.string(),
  agentId: z.string(),
  /** Its slug; null: it was deleted. */
  agent: z.string().nullable(),
  agentName: z.string().nullable(),
  /** Number of the version; null: the draft. */
  version: z.number().nullable(),
  model: z.string(),
  channel: z.string(),
  family: z.string(),
  status: z.string(),
  trigger: z.looseObject({ type: z.string(), source: z.string() }),
  actions: z.array(z.looseObject({ type: z.string() })),
});

export const ratedTurnOperations: Operation[] = [
  operation({
    route: "GET /rated-turns",
    permission: "viewFeedback",
    role: "viewer",
    summary:
      "what was thought of answers, by turn and rater, with all there is to learn from; a page may hold fewer than asked for although there are more",
    query: {
      ...RATED_FILTERS,
      order: z
        .enum(ORDERS, { error: `must be one of ${ORDERS.join(", ")}` })
        .default("oldest")
        .describe("Of the turns. `oldest` when absent."),
      cursor: z
        .string()
        .max(2_000)
        .transform((text, context) => readCursor(text) ?? refused(context))
        .describe("`nextCursor` of the page before.")
        .optional(),
      limit: pageLimit,
    },
    answer: pageOfSchema(ratedTurn),
    async run({ services: { store }, caller, query: { limit, cursor, order, ...filters } }) {
      const wanted = await ratedQueryOf(store, caller, filters);
      const found = await ratedSearch(store, wanted, { after: cursor, limit, order });
      const agentOf = agentNames(store);
      const items = found.items.map(async (rated) =>
        describeRatedTurn(rated, await agentOf(rated.run.turn.agentId)),
      );
      return {
        items: await Promise.all(items),
        nextCursor: found.next === undefined ? null : writeCursor(found.next),
      };
    },
  }),
  operation({
    route: "GET /rated-turns/export",
    permission: "viewFeedback",
    role: "viewer",
    summary: "the same, all of them: JSON one a line (`application/x-ndjson`), or a table (`text/csv`)",
    query: {
      ...RATED_FILTERS,
      format: z
        .enum(FORMATS, { error: `must be one of ${FORMATS.join(", ")}` })
        .default("jsonl")
        .describe("`jsonl` when absent."),
    },
    async run({ services: { store }, caller, query: { format, ...filters } }) {
      const wanted = await ratedQueryOf(store, caller, filters);
      return format === "csv"
        ? new JsonLines(generatedFrames(ratedCsv(store, wanted)), "rated-turns.csv", "text/csv")
        : new JsonLines(generatedFrames(ratedLines(store, wanted)), "rated-turns.jsonl");
    },
  }),
];

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
