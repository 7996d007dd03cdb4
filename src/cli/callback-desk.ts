import { endpointFormats } from "../app.ts";
import type { EndpointServices } from "../callbacks/endpoints.ts";
import { readConfig } from "../config/config.ts";
import { openSecretKey } from "../config/secrets.ts";
import type { Endpoint } from "../domain/endpoint.ts";
import { DomainError } from "../domain/errors.ts";
import type { EndpointId } from "../domain/ids.ts";
import { openConfiguredOutbound } from "../installation.ts";
import type { Store } from "../storage/store.ts";
import { CommandFailure } from "./failure.ts";
import type { Terminal } from "./terminal.ts";
import { withGuestStore } from "./with-store.ts";

/** Endpoints that a name is looked for in. */
const SEARCH_LIMIT = 10_000;

/**
 * Manages endpoints beside a running server, which looks at the store again within seconds. Refusals become
 * `CommandFailure`s.
 */
export async function atDesk<T>(
  { environment }: Terminal,
  work: (services: EndpointServices) => Promise<T>,
): Promise<T> {
  const loaded = readConfig(environment);
  const { config, secrets } = loaded;
  const outbound = await openConfiguredOutbound(loaded);
  try {
    return await withGuestStore(loaded, async (store) => {
      const secretKey = await openSecretKey(secrets.secretKey, config.storage.dataDirectory);
      const formats = endpointFormats(config);
      return work({ store, secretKey, formats, outbound: outbound.callbacks, endpointChanged() {} });
    });
  } catch (error) {
    throw asCommandFailure(error);
  } finally {
    await outbound.close();
  }
}

/** By its id, its slug in the configuration file, or its name where only one has it. */
export async function endpointNamed({ endpoints }: Store, text: string): Promise<Endpoint> {
  const found = (await endpoints.find(idIn(text))) ?? (await endpoints.findBySlug(text));
  if (found !== undefined) return found;
  const named = (await endpoints.list({ limit: SEARCH_LIMIT })).filter(({ name }) => name === text);
  const [only, ...others] = named;
  if (only === undefined) {
    throw new CommandFailure(`there is no endpoint ${text}`, "See antiphon callbacks list");
  }
  if (others.length === 0) return only;
  const ids = named.map(({ id }) => id).join(", ");
  throw new CommandFailure(`${named.length} endpoints are called ${text}`, `Name one by its id: ${ids}`);
}

/** 0, which nothing has, where it is no id. */
export function idIn<Id extends number = EndpointId>(text: string): Id {
  return Number(/^\d{1,15}$|^[1-8]\d{15}$/.exec(text)?.[0] ?? 0) as Id;
}

function asCommandFailure(error: unknown): unknown {
  if (!(error instanceof DomainError)) return error;
  const { code, field, message } = error;
  const place = code === "request_invalid" && field !== undefined ? `${field}: ` : "";
  return new CommandFailure(`${place}${message}`, "See antiphon help callbacks", { cause: error });
}
