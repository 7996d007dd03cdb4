import type { SecretKey } from "../config/secrets.ts";
import type { Delivery, Endpoint } from "../domain/endpoint.ts";
import { DomainError } from "../domain/errors.ts";
import type { Repositories } from "../storage/store.ts";
import { openHeaders, openSecrets } from "./endpoint-secrets.ts";
import type { EndpointFormats } from "./formats.ts";
import { openSigningKeys } from "./signing-keys.ts";

/**
 * A command for a shell that sends the delivery as it would be sent now, freshly signed: it holds what must be kept
 * secret. A client certificate is expected in files beside it. Rejects with `not_found` when the body is not kept any
 * longer or the endpoint has no address.
 */
export async function curlCommand(
  services: {
    store: Pick<Repositories, "outbox" | "settings">;
    secretKey: SecretKey;
    formats: EndpointFormats;
  },
  delivery: Delivery,
  endpoint: Endpoint,
): Promise<string> {
  const { store, secretKey, formats } = services;
  const body = await store.outbox.body(delivery.bodyId);
  if (body === undefined) throw new DomainError("not_found", "what was sent is not kept any longer");
  if (endpoint.url === undefined) throw new DomainError("not_found", "the endpoint has no address");
  const at = new Date();
  const headers = {
    ...openHeaders(secretKey, endpoint),
    ...formats[endpoint.kind].headers({
      delivery,
      number: delivery.attemptCount + 1,
      body,
      bodyHeaders: await store.outbox.bodyHeaders(delivery.bodyId),
      at,
      secrets: openSecrets(secretKey, endpoint, at),
      ...(endpoint.isAsymmetric && { signingKeys: await openSigningKeys(store, secretKey) }),
    }),
  };
  const lines = Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  const certificate =
    endpoint.encryptedClientCertificate === undefined ? [] : ["--cert certificate.pem --key key.pem"];
  return [
    "curl -sS -i -X POST",
    ...certificate,
    ...lines,
    `--data-binary ${quoted(body)}`,
    quoted(endpoint.url),
  ].join(" \\\n  ");
}

/** Nothing but a single quote ends a text in single quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
