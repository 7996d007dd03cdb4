import { z } from "zod";
import { rateAnswer } from "../../chat/answers.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AgentId, MessageId, TurnId } from "../../domain/ids.ts";
import type { Run } from "../../domain/run.ts";
import type { Store } from "../../storage/store.ts";
import { callableAgent } from "./callable-agent.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { FEEDBACK_STATUSES, ratingOf } from "./feedback-status.ts";
import { FEEDBACK_TEXT_LIMIT, opinionAfter } from "./feedback-view.ts";
import { formatUuid } from "./ids.ts";
import { InputError, wireBotId, wireName, wireText, wireUuid } from "./wire.ts";

const body = {
  botId: wireBotId,
  execId: wireUuid<TurnId>("turn").describe("The execution to rate, whichever family began it.").optional(),
  msgId: wireUuid<MessageId>("message").describe("Its message, instead of the execution.").optional(),
  feedbackStatus: z.enum(FEEDBACK_STATUSES, { error: `must be one of ${FEEDBACK_STATUSES.join(", ")}` }),
  feedback: wireText(FEEDBACK_TEXT_LIMIT).describe("Why; only with `thumb-down`.").default(""),
  userId: wireName(256).describe("Who rates; the session's user when absent.").optional(),
};

type Request = z.output<z.ZodObject<typeof body>>;

/** Source: spec page of Insight §7.2. */
export const feedbackEndpoints: Endpoint[] = [
  endpoint({
    route: "POST /bot-message/feedback",
    section: "§7.2",
    scope: "feedback",
    summary: "Rate a reply, change the rating, or take it back.",
    body,
    async run({ services, key, body }) {
      const agent = await callableAgent(services.store, key, body.botId);
      checkComment(body, agent.settings.needsDislikeComment === true);
      const { turn, conversation } = await ratedRun(services.store, agent.id, body);
      const rater = body.userId ?? (conversation.userId || turn.userId);
      const view = { rating: ratingOf(body.feedbackStatus), text: body.feedback };
      const { revision } = await rateAnswer(
        services,
        { workspaceId: conversation.workspaceId, turn },
        { rater, revise: (before) => opinionAfter(before, view) },
      );
      return {
        data: {
          execId: formatUuid("turn", turn.id),
          feedbackStatus: body.feedbackStatus,
          revision,
        },
      };
    },
  }),
];

function checkComment({ feedbackStatus, feedback }: Request, isNeeded: boolean): void {
  const isDislike = feedbackStatus === "thumb-down";
  if (!isDislike && feedback !== "") {
    throw new InputError([
      { field: "feedback", rule: "thumb_down_only", message: "may only stand beside thumb-down" },
    ]);
  }
  if (isDislike && isNeeded && feedback.trim() === "") {
    throw new InputError([
      { field: "feedback", rule: "required", message: "this bot wants to know why: it is required" },
    ]);
  }
}

/** The agent's turn that the request names. Rejects with `not_found`. */
async function ratedRun(
  { runs }: Pick<Store, "runs">,
  agentId: AgentId,
  { execId, msgId }: Request,
): Promise<Run> {
  if (execId === undefined && msgId === undefined) {
    throw new InputError([
      { field: "execId", rule: "required", message: "is required where there is no msgId" },
    ]);
  }
  const ofMessage = msgId === undefined ? execId : await runs.ofAnswer(msgId);
  const turnId = execId ?? ofMessage;
  const run = turnId === undefined ? undefined : await runs.find(turnId);
  if (run === undefined || run.turn.agentId !== agentId || turnId !== ofMessage) {
    const field = execId === undefined ? "msgId" : "execId";
    throw new DomainError("not_found", `there is no such ${field} of this bot`, { field });
  }
  return run;
}
