import type { EventType } from "../domain/event.ts";
import { callbackBodyMismatched } from "../log/callback-metrics.ts";
import { callbackLog } from "../log/logger.ts";
import { problemWithData } from "./events.ts";
import type { EndpointFormat } from "./formats.ts";

/** Which share of the bodies is looked at. */
const SHARE = 0.01;

/**
 * Our own format, that compares one body in a hundred with its schema in the catalogue. One that does not fit is logged
 * and counted, and sent like any other. `random` gives numbers from 0 to 1.
 */
export function withSamples(format: EndpointFormat, random: () => number = Math.random): EndpointFormat {
  return {
    ...format,
    render(event, endpoint) {
      const rendered = format.render(event, endpoint);
      if (rendered !== undefined && random() < SHARE) compare(event.type, rendered.text);
      return rendered;
    },
  };
}

function compare(type: EventType, text: string): void {
  const problem = problemWithData(type, JSON.parse(text).data);
  if (problem === undefined) return;
  callbackBodyMismatched(type);
  callbackLog.error({ eventType: type, problem }, "the body of an event does not fit the catalogue");
}
