import { readDocumentedFeedback } from "../../../../test/support/feedback-shapes.ts";
import { exampleEvent } from "../../../callbacks/events.ts";
import type { Endpoint, FeedbackOptions } from "../../../domain/endpoint.ts";
import type { EventData, ProductEvent } from "../../../domain/event.ts";
import { feedbackFormat } from "../callback-format.ts";

type FeedbackData = EventData["feedback.changed"];

export const AT = new Date(1_700_000_000_123);
export const OPTIONS: FeedbackOptions = {
  ratings: ["none", "like", "dislike"],
  historyLimit: 50,
  isStrict: true,
};

/** The catalogue's example of a changed rating, changed. */
export function changed(change: Partial<FeedbackData> = {}): ProductEvent & { data: FeedbackData } {
  const place = { id: 460_120_314_880_077, workspaceId: 1, at: AT } as never;
  const event = exampleEvent("feedback.changed", place);
  if (event.type !== "feedback.changed") throw new Error("another event");
  return { ...event, data: { ...event.data, ...change } };
}

/** What is sent of it, with its body as JSON that fits the document; undefined: nothing. */
export function rendered(change: Partial<FeedbackData> = {}, options: Partial<FeedbackOptions> = {}) {
  const endpoint = { feedback: { ...OPTIONS, ...options } } as Endpoint;
  const sent = feedbackFormat.render(changed(change), endpoint);
  return sent && { ...sent, body: readDocumentedFeedback(sent.text) };
}

/** The example's run, changed. */
export function run(change: Partial<FeedbackData["run"]>): Pick<FeedbackData, "run"> {
  return { run: { ...changed().data.run, ...change } };
}
