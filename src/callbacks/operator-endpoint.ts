import type { SecretKey } from "../config/secrets.ts";
import type { Endpoint } from "../domain/endpoint.ts";
import type { EventType } from "../domain/event.ts";
import type { EndpointId } from "../domain/ids.ts";
import type { Repositories, Store } from "../storage/store.ts";
import { checkSecret, newSecret, openSecrets, sealed, sealHeaders } from "./endpoint-secrets.ts";
import { checkUrl, DEFAULT_MAX_IN_FLIGHT, DEFAULT_TIMEOUT_MS } from "./endpoint-settings.ts";

import { readable } from "./file-endpoints.ts";

/** No slug of a configuration file: those hold no colon. */
const OPERATOR_SLUG = ":operator";

/** What says that callbacks themselves do not go well, or do again. */
export const OPERATIONAL_TYPES: readonly EventType[] = [
  "endpoint.failing",
  "endpoint.disabled",
  "endpoint.recovered",
  "delivery.exhausted",
  "agent.audit-recovered",
];

/**
 * Makes the operator's endpoint what is wished: it belongs to no workspace and is told what `OPERATIONAL_TYPES` says of
 * all of them. Without a wish there is none. Whether it is paused or disabled stays as it is. A secret that is not named
 * is made once and kept. Rejects with `request_invalid` naming what does not fit.
 */
export async function keepOperatorEndpoint(
  { store, secretKey, now }: { store: Store; secretKey: SecretKey; now: () => Date },
  wish: { url: string; secret?: string | undefined } | undefined,
): Promise<void> {
  await store.transaction(async (inside) => {
    const known = await operatorEndpoint(inside);
    if (wish === undefined) {
      if (known !== undefined) await inside.endpoints.delete(known.id, now());
      return;
    }
    const url = checkUrl("standard", wish.url);
    if (wish.secret !== undefined) checkSecret("standard", wish.secret);
    const before = known ?? newOperatorEndpoint(store, secretKey, now());
    const { secret } = wish;
    const isKept =
      secret === undefined || readable(() => openSecrets(secretKey, before, now())[0] === secret);
    const secrets = isKept ? before.secrets : [sealed(secretKey, secret, now())];
    if (url === before.url && secrets === before.secrets) return;
    await inside.endpoints.save({ ...before, url, secrets, updatedAt: now() });
  });
  await store.flushed();
}

/** Undefined: the operator wants to hear nothing. */
export function operatorEndpoint({
  endpoints,
}: Pick<Repositories, "endpoints">): Promise<Endpoint | undefined> {
  return endpoints.findBySlug(OPERATOR_SLUG);
}

function newOperatorEndpoint({ newId }: Store, secretKey: SecretKey, createdAt: Date): Endpoint {
  return {
    id: newId<EndpointId>(),
    kind: "standard",
    name: "operator",
    slug: OPERATOR_SLUG,
    eventTypes: [...OPERATIONAL_TYPES],
    agentIds: [],
    encryptedHeaders: sealHeaders(secretKey, {}),
    secrets: [sealed(secretKey, newSecret("standard"), createdAt)],
    timeoutMs: DEFAULT_TIMEOUT_MS,
    maxInFlight: DEFAULT_MAX_IN_FLIGHT,
    isOrdered: false,
    isCoalescing: false,
    isAsymmetric: false,
    state: "active",
    stateReason: "",
    createdAt,
    updatedAt: createdAt,
  };
}
