import type { ProductEvent } from "../domain/event.ts";
import type { EventId } from "../domain/ids.ts";
import { fits, STRING_LIMITS_BYTES, withShortStrings } from "./body-size.ts";
import { deliveryHeaders } from "./delivery-headers.ts";
import type { EndpointFormat } from "./formats.ts";
import { webhookSignature } from "./signing.ts";

/**
 * Our own bodies, `{"type", "timestamp", "data"}`, signed and named as Standard Webhooks says. Ids are strings of
 * digits. Headers beside those of the standard: `deliveryHeaders`.
 * Source: https://www.standardwebhooks.com, spec page of the delivery §4.8.
 */
export const standardFormat: EndpointFormat = {
  render(event) {
    const { id, type, at, data } = event;
    if (type === "agent.submitted") return undefined;
    return { wireId: webhookId(id), text: standardBody({ type, at, data }) };
  },
  headers(attempt) {
    const { delivery, body, at, secrets, signingKeys: keys } = attempt;
    const id = delivery.wireId;
    const timestamp = String(Math.floor(at.getTime() / 1_000));
    return {
      "content-type": "application/json; charset=utf-8",
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      "webhook-signature": webhookSignature({ id, timestamp, body, secrets, keys }),
      ...deliveryHeaders(attempt),
    };
  },
  timeoutMs: ({ timeoutMs }) => timeoutMs,
  isDelivered: (status) => status >= 200 && status < 300,
};

/**
 * What is sent of an event, whoever it is for. What was said before a turn is left out, and long texts of what started it
 * and what it decided are cut where the body would be too long.
 */
export function standardBody({ type, at, data }: Pick<ProductEvent, "type" | "at" | "data">): string {
  const textOf = (shown: object) => JSON.stringify({ type, timestamp: at, data: shown }, idsAsText);
  if (!("run" in data)) return textOf(data);
  const { sessionId, source, trigger, actions } = data.run;
  const run = { sessionId, source, trigger, actions };
  for (const limitBytes of [Number.POSITIVE_INFINITY, ...STRING_LIMITS_BYTES]) {
    const text = textOf({ ...data, run: withShortStrings(run, limitBytes) });
    if (fits(text)) return text;
  }
  const bare = {
    trigger: { type: trigger.type, payload: {} },
    actions: actions.map((action) => ({ ...action, payload: {} })),
  };
  return textOf({ ...data, run: { ...run, ...bare } });
}

const MOST_DIGITS = 16;

/** Sorts by age as text, and has no dot: what is signed is joined with dots. */
function webhookId(id: EventId): string {
  return `evt_${String(id).padStart(MOST_DIGITS, "0")}`;
}

/** Members named `…Id` hold ids; there are readers that lose digits of long numbers. */
function idsAsText(name: string, value: unknown): unknown {
  return typeof value === "number" && name.endsWith("Id") ? String(value) : value;
}
