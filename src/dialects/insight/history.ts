import { z } from "zod";
import type { Turn, TurnStatus } from "../../domain/conversation.ts";
import type { TurnId } from "../../domain/ids.ts";
import { ACTION_TYPES } from "../../domain/output-action.ts";
import { actionsOf, type Run, sourceOf, triggerOf } from "../../domain/run.ts";
import { TRIGGER_TYPES, type Trigger } from "../../domain/trigger.ts";
import type { RunStore } from "../../storage/store.ts";
import { callableAgent } from "./callable-agent.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { FEEDBACK_STATUSES, ratingOf, statusOf } from "./feedback-status.ts";
import { formatUuid } from "./ids.ts";
import { presentActions } from "./present-action.ts";
import { presentTrigger, withExecution } from "./present-trigger.ts";
import { findSession, sessionIdOf } from "./sessions.ts";
import {
  InputError,
  pageOf,
  paging,
  wireBoolean,
  wireBotId,
  wireSessionId,
  wireText,
  wireTime,
  wireUuid,
} from "./wire.ts";

/** Source: spec page of Insight §12.2. */
const LONGEST_WINDOW_DAYS = 31;
const DAY_MS = 86_400_000;
const KEYWORD_LIMIT = 200;

/** Source: spec page of Insight §12.2. */
const RUN_STATUSES = ["running", "success", "error", "cancelled", "interrupted", "merged_skipped"] as const;

type RunStatus = (typeof RUN_STATUSES)[number];

const STATUSES: Record<RunStatus, TurnStatus[]> = {
  running: ["running", "waiting"],
  success: ["completed"],
  error: ["failed"],
  cancelled: ["stopped"],
  interrupted: ["interrupted"],
  merged_skipped: ["merged"],
};

export const historyEndpoints: Endpoint[] = [
  endpoint({
    route: "GET /workflow/history/list",
    section: "§12.2",
    scope: "workflow",
    summary: "Executions of a bot, newest first.",
    query: {
      botId: wireBotId,
      startTimestamp: wireTime.describe("From then on; milliseconds, as a number or its digits."),
      endTimestamp: wireTime.describe(`Before then; at most ${LONGEST_WINDOW_DAYS} days after the start.`),
      ...paging,
      triggerType: choice(TRIGGER_TYPES).describe("Only those that this started.").optional(),
      actionType: choice(ACTION_TYPES)
        .describe("Only those that decided to do this, among others.")
        .optional(),
      keyword: wireText(KEYWORD_LIMIT).describe("Stands in the user's text or in the reply.").optional(),
      sessionId: wireSessionId.describe("Only of this session.").optional(),
      execId: wireUuid<TurnId>("turn").describe("Only this one.").optional(),
      feedbackStatus: choice(FEEDBACK_STATUSES)
        .describe("Only those whose latest feedback is this.")
        .optional(),
      status: choice(RUN_STATUSES).describe("Only those that are, or ended, so.").optional(),
      allNodesSuccess: wireBoolean
        .describe(
          "`true`: only those that succeeded with all their nodes; `false`: only those that ended otherwise.",
        )
        .optional(),
    },
    async run({ services, key, query }) {
      const { store } = services;
      const agent = await callableAgent(store, key, query.botId);
      checkWindow(query.startTimestamp, query.endTimestamp);
      const { current, pageSize, offset } = pageOf(query);
      const { sessionId, execId, feedbackStatus, triggerType, actionType, keyword } = query;
      const session = sessionId === undefined ? undefined : await findSession(services, agent, sessionId);
      const { status, allNodesSuccess: isFlawless } = query;
      const wanted: Parameters<RunStore["list"]>[0] = {
        agentId: agent.id,
        since: query.startTimestamp,
        until: query.endTimestamp,
        ...(triggerType !== undefined && { triggerType }),
        ...(actionType !== undefined && { actionType }),
        ...(keyword !== undefined && { keyword }),
        ...(session !== undefined && { conversationId: session.id }),
        ...(execId !== undefined && { turnId: execId }),
        ...(feedbackStatus !== undefined && { rating: ratingOf(feedbackStatus) }),
        ...(status !== undefined && { statuses: STATUSES[status] }),
        ...(isFlawless !== undefined && { isFlawless }),
        offset,
        limit: pageSize,
      };
      const isNothing = sessionId !== undefined && session === undefined;
      const { items, total } = isNothing ? { items: [], total: 0 } : await store.runs.list(wanted);
      const now = new Date();
      return {
        data: items.map((run) => presentRun(run, agent.name, now)),
        page: { current, pageSize, total },
      };
    },
  }),
];

/** One of several words; the refusal names them. */
function choice<const Words extends readonly string[]>(words: Words) {
  return z.enum(words, { error: `must be one of ${words.join(", ")}` });
}

function checkWindow(start: Date, end: Date): void {
  const lengthMs = end.getTime() - start.getTime();
  if (lengthMs >= 0 && lengthMs <= LONGEST_WINDOW_DAYS * DAY_MS) return;
  const message =
    lengthMs < 0
      ? "lies before startTimestamp"
      : `more than ${LONGEST_WINDOW_DAYS} days after startTimestamp`;
  throw new InputError([{ field: "endTimestamp", rule: "window", message }]);
}

/** One row. Source: spec page of Insight §12.2. */
export function presentRun(run: Run, agentName: string, now: Date) {
  const { turn, conversation, workflow } = run;
  const { name, versionNumber } = workflow ?? { name: agentName, versionNumber: run.versionNumber };
  const trigger = withExecution(triggerOf(run), run.trigger?.id);
  return {
    execId: formatUuid("turn", turn.id),
    sessionId: sessionIdOf(conversation),
    createdAt: turn.createdAt.toISOString(),
    status: runStatusOf(turn.status),
    processDuration: durationOf(turn, now),
    canvasVersion: versionNumber === undefined ? "draft" : `v${versionNumber}`,
    canvasName: name,
    isCanary: false,
    triggerContent: { triggerType: trigger.type, content: contentOf(trigger) },
    rawTrigger: presentTrigger(trigger, {
      sessionId: sessionIdOf(conversation),
      source: sourceOf(run),
      isStrict: false,
    }),
    outputActions: presentActions(actionsOf(run), false),
    tokenCount: tokenCountOf(run),
    totalCostInCny: turn.usage.currency === "CNY" ? turn.usage.cost : 0,
    feedbackStatus: statusOf(run.feedback[0]?.rating ?? "none"),
    allNodesSuccess: turn.status === "completed" && workflow?.hasFailedSteps !== true,
    ...chainOf(run),
    ...(turn.mergedInto !== undefined && { mergedIntoExecId: formatUuid("turn", turn.mergedInto) }),
    mergedFromExecIds: run.mergedFrom.map((turnId) => formatUuid("turn", turnId)),
  };
}

/** Which executions led to it. Source: spec page of Insight §14, "Linking". */
function chainOf({ turn, trigger }: Run) {
  const { parentTurnId, rootTurnId = turn.id, depth = 0 } = trigger ?? {};
  return {
    ...(parentTurnId !== undefined && { parentExecId: formatUuid("turn", parentTurnId) }),
    rootExecId: formatUuid("turn", rootTurnId),
    chainDepth: depth,
  };
}

function runStatusOf(status: TurnStatus): RunStatus {
  return RUN_STATUSES.find((word) => STATUSES[word].includes(status)) ?? "error";
}

function durationOf({ usage, createdAt, endedAt, status }: Turn, now: Date): number {
  const isOpen = status === "running" || status === "waiting";
  if (isOpen) return Math.max(0, now.getTime() - createdAt.getTime());
  if (usage.latencyMs > 0 || endedAt === undefined) return usage.latencyMs;
  return Math.max(0, endedAt.getTime() - createdAt.getTime());
}

/** Models do not say of all of what they wrote what was reasoning; it stands among `completion`. */
function tokenCountOf({ turn: { usage }, model }: Run): Record<string, unknown> {
  const { inputTokens, outputTokens } = usage;
  if (inputTokens === 0 && outputTokens === 0) return {};
  return { [model || "unknown"]: { prompt: inputTokens, completion: outputTokens, reasoning: 0 } };
}

/** What started it, for people. Source: spec page of Insight §12.2, `triggerContent`. */
function contentOf(trigger: Trigger): unknown {
  switch (trigger.type) {
    case "receive-text-message":
    case "bot-receive-text-message":
      return trigger.payload.text;
    case "receive-image-message": {
      const { imageUrl, imageUrls, text } = trigger.payload;
      return { imageUrl, ...(imageUrls && { imageUrls }), ...(text && { text }) };
    }
    case "receive-audio-message": {
      const { audioUrl, text } = trigger.payload;
      return { audioUrl, ...(text && { text }) };
    }
    case "receive-video-message":
      return { videoUrl: trigger.payload.videoUrl };
    case "receive-other-message":
      return trigger.payload.rawContent;
    case "tag-event": {
      const { operation, tagId, tagName } = trigger.payload;
      return { operation, tagId, ...(tagName !== undefined && { tagName }) };
    }
    case "join-room": {
      const { roomId, contactIds } = trigger.payload;
      return { roomId, contactIds };
    }
    case "new-friend": {
      const { contactId, hello } = trigger.payload;
      return { contactId, ...(hello !== undefined && { hello }) };
    }
    case "canvas-event-trigger": {
      const { eventId, eventName, data, executionId } = trigger.payload;
      return {
        eventId,
        ...(eventName !== undefined && { eventName }),
        data,
        ...(executionId !== undefined && { executionId }),
      };
    }
  }
}
