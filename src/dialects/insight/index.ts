import querystring from "node:querystring";
import type { AccessKey } from "../../domain/access-key.ts";
import { DomainError } from "../../domain/errors.ts";
import type { Call, Mount } from "../../http/route.ts";
import { adapterEndpoints } from "./adapters.ts";
import { batchAddEndpoints } from "./batch-add.ts";
import type { Endpoint, InsightServices } from "./endpoint.ts";
import { presentError } from "./errors.ts";
import { eventEndpoints } from "./events.ts";
import { feedbackEndpoints } from "./feedback.ts";
import { historyEndpoints } from "./history.ts";
import { knowledgeEndpoints, voiceEndpoints } from "./later.ts";
import { messageEndpoints } from "./message.ts";
import { sessionEndpoints } from "./session-state.ts";
import { tokenEndpoints } from "./token.ts";

/** Every endpoint of the family, those that are not there yet too. */
export const INSIGHT_ENDPOINTS: Endpoint[] = [
  ...tokenEndpoints,
  ...messageEndpoints,
  ...sessionEndpoints,
  ...historyEndpoints,
  ...eventEndpoints,
  ...adapterEndpoints,
  ...batchAddEndpoints,
  ...feedbackEndpoints,
  ...voiceEndpoints,
  ...knowledgeEndpoints,
];

const CODE_TEXT_PATHS: ReadonlySet<string> = new Set(
  INSIGHT_ENDPOINTS.filter(({ isCodeText }) => isCodeText).map(({ path }) => path),
);

/** The Insight Open API: verbs below `/openapi`, with the tokens of access keys. Source: spec page of Insight §8. */
export function insightDialect(services: InsightServices): Mount<AccessKey> {
  return {
    name: "insight",
    prefixes: ["/openapi", "/api/openapi"],
    requestIds: "uuid",
    routes: INSIGHT_ENDPOINTS.map((endpoint) => endpoint.route(services)),
    allowsOrigin: (origin) => services.door.knowsOrigin(origin),
    async authenticate({ headers, clientAddress }) {
      const token = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? "")?.[1];
      if (token === undefined) throw new DomainError("credential_missing", "no bearer token was sent");
      return services.door.authenticate(token, { address: clientAddress, origin: headers.origin });
    },
    presentError: (error, call) => presentError(error, call, writesCodeAsText(call)),
  };
}

/** Slashes and escapes are forgiven, as by the router. */
function writesCodeAsText({ path, prefix }: Call): boolean {
  const plain = querystring
    .unescape(path)
    .replace(/\/{2,}/g, "/")
    .replace(/\/$/, "");
  return CODE_TEXT_PATHS.has(plain.slice(prefix.length));
}
