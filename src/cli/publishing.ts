import { endpointFormats } from "../app.ts";
import { Emitter } from "../callbacks/emit.ts";
import type { EndpointFormats } from "../callbacks/formats.ts";
import type { LoadedConfig } from "../config/config.ts";
import { openSecretKey, type SecretKey } from "../config/secrets.ts";
import type { PublishCallbacks, PublishServices } from "../publish/services.ts";
import type { Store } from "../storage/store.ts";

/**
 * What commands publish with. They only write: a running server, or the next one, sends the events and asks the
 * servers of channels within seconds.
 */
export async function commandPublishing(
  { config, secrets }: LoadedConfig,
  store: Store,
): Promise<PublishServices & { secretKey: SecretKey; formats: EndpointFormats; now: () => Date }> {
  const formats = endpointFormats(config);
  const emitter = new Emitter({ newId: store.newId, formats });
  const callbacks: PublishCallbacks = {
    emit: (inside, fact) => emitter.emit(inside, fact),
    prepareQuestion: (inside, fact) => emitter.prepareQuestion(inside, fact),
    wake() {},
    endpointChanged() {},
    ask: async () => {},
  };
  const secretKey = await openSecretKey(secrets.secretKey, config.storage.dataDirectory);
  return { store, callbacks, formats, secretKey, now: () => new Date() };
}
