import { publicSigningKeys } from "../../callbacks/signing-keys.ts";
import { DomainError } from "../../domain/errors.ts";
import type { Mount } from "../../http/route.ts";
import type { Store } from "../../storage/store.ts";
import { presentError } from "./errors.ts";

/** Public keys that receivers check `v1a` signatures with, for everybody. Source: spec page of the delivery §4.8. */
export function webhookKeys({ store }: { store: Pick<Store, "settings"> }): Mount<never> {
  return {
    name: "webhook-keys",
    prefixes: [""],
    routes: [
      {
        method: "GET",
        path: "/.well-known/webhook-jwks.json",
        access: "public",
        handle: async () => ({
          kind: "json",
          headers: { "cache-control": "public, max-age=300" },
          body: { keys: await publicSigningKeys(store) },
        }),
      },
    ],
    async authenticate() {
      throw new DomainError("credential_missing", "nothing here is called with a credential");
    },
    presentError,
  };
}
