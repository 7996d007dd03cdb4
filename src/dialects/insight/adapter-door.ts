import { TokenBuckets } from "../../access/token-bucket.ts";
import { openSecrets } from "../../callbacks/endpoint-secrets.ts";
import { type SignedRequest, verifiedWebhookId } from "../../callbacks/verifying.ts";
import type { SecretKey } from "../../config/secrets.ts";
import type { Endpoint } from "../../domain/endpoint.ts";
import { DomainError } from "../../domain/errors.ts";
import type { EndpointId, WorkspaceId } from "../../domain/ids.ts";
import type { Store } from "../../storage/store.ts";

/** As many as the callers of access keys have. Source: spec page of Insight §8, "Limits". */
const REQUESTS = { perSecond: 60, burst: 120 };

/** A program that connects an IM system: it gets what turns decide, and sends what starts them. */
export interface Adapter {
  endpoint: Endpoint;
  workspaceId: WorkspaceId;
  /** What it named this request by: the same in every attempt. */
  webhookId: string;
}

/** Who comes in with the secret of a `standard` endpoint. One for the whole process, which counts requests. */
export class AdapterDoor {
  readonly #services: { store: Pick<Store, "endpoints">; secretKey: SecretKey };
  readonly #requests = new TokenBuckets(REQUESTS);

  constructor(services: { store: Pick<Store, "endpoints">; secretKey: SecretKey }) {
    this.#services = services;
  }

  /**
   * The adapter that signed a request, by its endpoint's id or slug. Rejects with `credential_invalid` alike for
   * endpoints that are none of ours and for signatures that are wrong or old, with `access_disabled` while the endpoint
   * is disabled, with `rate_limited`.
   */
  async authenticate(name: string, request: SignedRequest): Promise<Adapter> {
    const { store, secretKey } = this.#services;
    const endpoint = /^\d{1,16}$/.test(name)
      ? await store.endpoints.find(Number(name) as EndpointId)
      : await store.endpoints.findBySlug(name);
    const now = new Date();
    const secrets = endpoint?.kind === "standard" ? openSecrets(secretKey, endpoint, now) : [];
    const webhookId = verifiedWebhookId(request, secrets, now);
    if (endpoint?.workspaceId === undefined || webhookId === undefined) {
      throw new DomainError("credential_invalid", "the endpoint or the signature is wrong");
    }
    this.#requests.take(endpoint.id);
    if (endpoint.state === "disabled") throw new DomainError("access_disabled", "the endpoint is disabled");
    return { endpoint, workspaceId: endpoint.workspaceId, webhookId };
  }
}
