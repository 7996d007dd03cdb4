import type { EndpointKind, FeedbackOptions } from "../domain/endpoint.ts";
import type { WorkspaceId } from "../domain/ids.ts";
import type { Repositories } from "../storage/store.ts";
import { invalid } from "./invalid-setting.ts";

/** Newest messages of the conversation that come along, at most. Source: spec page of Insight §2. */
export const HISTORY_LIMIT = 200;

/** Of one workspace, at most. Source: spec page of Insight §2. */
export const FEEDBACK_ENDPOINT_LIMIT = 10;

/** Those of the options that somebody says something about. */
export type GivenFeedbackOptions = { [Name in keyof FeedbackOptions]?: FeedbackOptions[Name] | undefined };

const RATINGS = ["none", "like", "dislike"] as const;

/** Of an endpoint that is told of ratings, where its owner says nothing. Source: spec page of Insight §2. */
export const DEFAULT_FEEDBACK_OPTIONS: FeedbackOptions = {
  ratings: [...RATINGS],
  historyLimit: 50,
  isStrict: true,
};

/** Throws `request_invalid` naming the first option that does not fit; also when the kind has no such options. */
export function checkFeedbackOptions(kind: EndpointKind, options: GivenFeedbackOptions): void {
  if (kind !== "insight") throw invalid("feedback", "is only for endpoints of the kind insight");
  const { ratings, historyLimit } = options;
  if (
    ratings !== undefined &&
    (ratings.length === 0 || ratings.some((rating) => !RATINGS.includes(rating)))
  ) {
    throw invalid("ratings", `must be some of ${RATINGS.join(", ")}`);
  }
  if (historyLimit === undefined) return;
  if (!Number.isInteger(historyLimit) || historyLimit < 0 || historyLimit > HISTORY_LIMIT) {
    throw invalid("historyLimit", `must be a whole number from 0 to ${HISTORY_LIMIT}`);
  }
}

/** What is given in the place of what there was. */
export function withFeedbackOptions(
  before: FeedbackOptions,
  { ratings, historyLimit, isStrict }: GivenFeedbackOptions,
): FeedbackOptions {
  return {
    ratings: ratings === undefined ? before.ratings : RATINGS.filter((rating) => ratings.includes(rating)),
    historyLimit: historyLimit ?? before.historyLimit,
    isStrict: isStrict ?? before.isStrict,
  };
}

/** Undefined when the workspace may have one more endpoint of the kind `insight`. */
export async function feedbackCountProblem(
  { endpoints }: Pick<Repositories, "endpoints">,
  workspaceId: WorkspaceId,
): Promise<string | undefined> {
  const known = await endpoints.list({ kinds: ["insight"], workspaceId, limit: FEEDBACK_ENDPOINT_LIMIT });
  return known.length < FEEDBACK_ENDPOINT_LIMIT
    ? undefined
    : `the workspace has ${FEEDBACK_ENDPOINT_LIMIT} endpoints of the kind insight already`;
}
