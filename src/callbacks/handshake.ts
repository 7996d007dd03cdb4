import type { SecretKey } from "../config/secrets.ts";
import type { Endpoint } from "../domain/endpoint.ts";
import type { DeliveryId, EventId } from "../domain/ids.ts";
import type { Outbound } from "../http/outbound.ts";
import type { Store } from "../storage/store.ts";
import { type AttemptReport, sendAttempt } from "./attempt.ts";
import { identityOf } from "./client-certificate.ts";
import { openHeaders, openSecrets } from "./endpoint-secrets.ts";
import type { EndpointFormats } from "./formats.ts";
import { invalid } from "./invalid-setting.ts";

export type HandshakeOutbound = Pick<Outbound, "exchange">;

interface HandshakeServices {
  store: Pick<Store, "newId">;
  secretKey: SecretKey;
  outbound: HandshakeOutbound;
  formats: EndpointFormats;
}

/**
 * Asks an address whether it wants the endpoint's events, where its kind wants that to be asked. Rejects with
 * `request_invalid` naming `url` when it does not say so in time.
 */
export async function shakeHands(
  { store, secretKey, outbound, formats }: HandshakeServices,
  endpoint: Endpoint & { url: string },
): Promise<void> {
  const format = formats[endpoint.kind];
  const question = format.handshake?.(endpoint);
  if (question === undefined) return;
  const at = new Date();
  const { wireId, text: body, timeoutMs } = question;
  const delivery = {
    id: store.newId<DeliveryId>(),
    eventId: store.newId<EventId>(),
    eventType: endpoint.eventTypes[0] ?? "agent.published",
    wireId,
    hasGap: false,
  };
  const secrets = openSecrets(secretKey, endpoint, at);
  const headers = {
    ...openHeaders(secretKey, endpoint),
    ...format.headers({ delivery, number: 1, body, bodyHeaders: {}, at, secrets }),
  };
  const identity = identityOf(secretKey, endpoint);
  const report = await sendAttempt(outbound, {
    url: endpoint.url,
    headers,
    body,
    timeoutMs,
    ...(identity !== undefined && { identity }),
  });
  const problem = problemOf(report, question.isAnswered);
  if (problem !== undefined) throw invalid("url", `the address did not answer the challenge: ${problem}`);
}

function problemOf(
  { status, responsePrefix, errorMessage, errorCode, isTruncated }: AttemptReport,
  isAnswered: (answer: { status: number; body: string }) => boolean,
): string | undefined {
  if (status === undefined) return errorMessage || errorCode;
  if (errorCode !== "") return errorMessage;
  if (isTruncated) return "the answer was too long or broke off";
  return isAnswered({ status, body: responsePrefix }) ? undefined : "the answer was another";
}
