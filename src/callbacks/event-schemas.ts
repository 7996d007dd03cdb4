import { z } from "zod";
import type { EventType } from "../domain/event.ts";
import { ACTION_TYPES } from "../domain/output-action.ts";
import { TRIGGER_TYPES } from "../domain/trigger.ts";

/** Ids in our own bodies are digits in strings, so that no reader loses any. */
const id = (what: string) =>
  z
    .string()
    .regex(/^\d{1,16}$/)
    .describe(what);

const agentId = id("The agent.");
const conversationId = id("The conversation.");
const turnId = id("The turn: one run of the agent for one question.");
const userId = z.string().describe("The end user, as the caller named it; empty: the caller did not say.");
const channel = z
  .string()
  .describe("Where it happened: `api`, `chat-sdk`, `web-sdk`, `store`, or the id of a custom channel.");
const count = z.int().min(0);

const about = {
  agentId,
  name: z.string().describe("The agent's name."),
  description: z.string().describe("The agent's description."),
  versionId: id("The version.").optional(),
  versionNumber: count
    .describe("What callers know the version by: milliseconds since the Unix epoch.")
    .optional(),
  channelAccountId: z
    .string()
    .describe("The publisher's account in the channel, if it is linked.")
    .optional(),
  accountId: id("The owner of the workspace.").optional(),
  actor: z
    .strictObject({ userId: id("The user."), name: z.string() })
    .describe("Who did it. Absent: the configuration file.")
    .optional(),
};

const agentEvent = z.strictObject({ ...about, channel });

const usage = z
  .strictObject({
    inputTokens: count,
    outputTokens: count,
    firstTokenMs: z.number().min(0).describe("Milliseconds until the first text; 0: there was none."),
    latencyMs: z.number().min(0).describe("Milliseconds until the end."),
    cost: z.number().min(0).describe("By the model's configured prices; 0 without."),
    currency: z.string().describe("Empty: the model has no prices."),
  })
  .describe("What the turn used.");

const turn = {
  turnId,
  conversationId,
  exchangeId: id("The question with all its answers."),
  messageId: id("The answer."),
  agentId,
  versionId: id("The version that ran. Absent: the draft.").optional(),
  userId,
  channel,
  question: z.string().describe("At most 20,000 characters."),
  answer: z.string().describe("At most 20,000 characters; the text so far where the turn did not complete."),
  isTruncated: z.boolean().describe("Whether question or answer were cut."),
  usage,
};

/** What started a turn and what it decided, as our own bodies tell it. */
const run = z
  .strictObject({
    sessionId: z
      .string()
      .describe(
        "What callers of the Insight family know the conversation by; empty: they have not been there.",
      ),
    source: z
      .enum(["api", "adapter", "action", "test"])
      .describe("Where the trigger came from: a call, a channel adapter, another turn, or a trial run."),
    trigger: z
      .strictObject({
        type: z.enum(TRIGGER_TYPES),
        payload: z.record(z.string(), z.unknown()),
        native: z
          .strictObject({ type: z.string(), payload: z.unknown() })
          .describe("What the sender called it, where that is outside the closed list.")
          .optional(),
      })
      .describe("What started the turn."),
    actions: z
      .array(
        z.strictObject({
          type: z.enum(ACTION_TYPES),
          status: z
            .enum(["send", "handover", "skip"])
            .describe("`handover`: held, because a person has the conversation; `skip`: nobody can do it."),
          payload: z.record(z.string(), z.unknown()),
          nodeId: z.string().optional(),
        }),
      )
      .describe("Everything it decided, in order; its words are `send-text-message`."),
  })
  .describe("Long texts are cut, and end in `…[truncated]`, where the body would be longer than 256 KiB.");

const handover = {
  conversationId,
  agentId,
  sessionId: z
    .string()
    .describe(
      "What callers of the Insight family know the conversation by; empty: they have not been there.",
    ),
  userId,
  channel,
};

const rating = z.enum(["like", "dislike", "none"]);
const endpoint = { endpointId: id("The endpoint."), name: z.string(), url: z.string() };

/** What `data` is in our own bodies, by type. */
export const EVENT_SCHEMAS: Record<EventType, z.ZodType> = {
  "agent.submitted": agentEvent.extend({ submissionId: id("What the verdict is about.") }),
  "agent.published": agentEvent,
  "agent.unpublished": agentEvent.extend({ reason: z.string().describe("Empty: none was given.") }),
  "agent.deleted": z.strictObject({
    ...about,
    channels: z.array(z.string()).describe("Where it was live or waited for a verdict."),
  }),
  "agent.audit-recovered": z.strictObject({
    agentId,
    versionId: id("The version."),
    versionNumber: count.describe("What callers know the version by: milliseconds since the Unix epoch."),
    channel,
    submissionId: id("What was submitted to the channel."),
    status: z
      .enum(["auditing", "live", "rejected", "failed"])
      .describe("What became of it; `auditing`: the channel takes its time."),
    reason: z.string().describe("Why it was rejected or has failed; empty otherwise."),
  }),
  "conversation.created": z.strictObject({
    conversationId,
    agentId: agentId.describe("Absent: the first turn's agent becomes its agent.").optional(),
    userId,
    channel,
    name: z.string().describe("Empty: none was given."),
  }),
  "turn.completed": z.strictObject({
    ...turn,
    status: z.enum(["completed", "stopped"]).describe("`stopped`: by the caller."),
    isHeld: z
      .literal(true)
      .describe("The conversation is with a person, so nothing was answered. Absent: it is with its agent.")
      .optional(),
  }),
  "turn.failed": z.strictObject({
    ...turn,
    status: z.enum(["failed", "interrupted"]).describe("`interrupted`: the server ended while it answered."),
    error: z.strictObject({ code: z.string(), message: z.string() }),
  }),
  "feedback.changed": z.strictObject({
    turnId,
    conversationId,
    agentId,
    rater: z.string().describe("The end user, or another rater of the workspace."),
    rating: rating.describe("`none`: the rating was taken back."),
    ratingBefore: rating,
    categories: z.array(z.string()),
    categoriesBefore: z.array(z.string()),
    comment: z.string(),
    commentBefore: z.string(),
    revision: z.int().min(1).describe("Counts the changes of this rater's opinion of the turn."),
    messageId: id("The rated answer."),
    run,
  }),
  "turn.actions": z.strictObject({
    turnId,
    conversationId,
    agentId,
    userId,
    channel,
    adapterId: id("The endpoint of the adapter that started the turn, which alone is told.").optional(),
    run,
  }),
  "conversation.handed-over": z.strictObject({
    ...handover,
    turnId: turnId.describe("The turn that handed over. Absent: a person did, or a program.").optional(),
    message: z.string().describe("What the agent is set to tell the user; empty: nothing."),
    reason: z.string().describe("Empty: none was given."),
  }),
  "conversation.released": z.strictObject({
    ...handover,
    by: z
      .enum(["api", "command", "idle"])
      .describe("`command`: a message said so. `idle`: nothing was said for as long as is set."),
  }),
  "usage.recorded": z.strictObject({
    turnId,
    conversationId,
    agentId,
    userId,
    channel,
    model: z.string().describe("The configured name of the model that answered last."),
    inputTokens: count,
    outputTokens: count,
    cost: z.number().min(0).describe("By the model's configured prices; 0 without."),
    currency: z.string().describe("Empty: the model has no prices."),
    accountId: id("Whose account is charged: the workspace's owner.").optional(),
  }),
  "endpoint.disabled": z.strictObject({ ...endpoint, reason: z.string() }),
  "endpoint.failing": z.strictObject({ ...endpoint, failures: z.int().min(1) }),
  "endpoint.recovered": z.strictObject(endpoint),
  "delivery.exhausted": z.strictObject({
    deliveryId: id("The delivery that was given up."),
    endpointId: id("Whom it was for."),
    eventId: id("The event."),
    eventType: z.string(),
    attempts: z.int().min(1),
    lastError: z.string().describe("Short name, such as `timeout` or `http_500`."),
  }),
  "plugin.scale-requested": z.strictObject({}),
  "plugin.scale-expired": z.strictObject({}),
};
