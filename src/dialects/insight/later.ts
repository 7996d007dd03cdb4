import type { AccessScope } from "../../domain/access-key.ts";
import { DomainError } from "../../domain/errors.ts";
import { callableAgent } from "./callable-agent.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { wireBotId, wireName, wireSessionId } from "./wire.ts";

/** Declares an endpoint of the family that is not there yet: it answers a typed error that says so. */
function later(
  route: `${"GET" | "POST"} /${string}`,
  { section, scope, what }: { section: string; scope: AccessScope; what: string },
): Endpoint {
  return endpoint({
    route,
    section,
    scope,
    summary: what,
    isSupported: false,
    async run() {
      throw new DomainError("not_supported", `${what} are not available on this server yet`);
    },
  });
}

/** Without a voice gateway there is no call to begin, and so none to end. Source: spec page of Insight §11. */
export const voiceEndpoints: Endpoint[] = [
  later("POST /bot/voice-call/start", { section: "§11.1", scope: "voice", what: "voice calls" }),
  endpoint({
    route: "POST /bot/voice-call/stop",
    section: "§11.2",
    scope: "voice",
    summary: "voice calls",
    isCodeText: true,
    isSupported: false,
    body: { botId: wireBotId, sessionId: wireSessionId, voiceCallTaskId: wireName(200) },
    async run({ services, key, body }) {
      await callableAgent(services.store, key, body.botId);
      throw new DomainError("not_found", "there is no such voice call", { field: "voiceCallTaskId" });
    },
  }),
];

/** Source: spec page of Insight §13. */
export const knowledgeEndpoints: Endpoint[] = [
  ...knowledge("§13.2", "knowledge bases", [
    "GET /knowledge-base/list",
    "GET /knowledge-base/details",
    "POST /knowledge-base/create",
    "POST /knowledge-base/update",
    "POST /knowledge-base/delete",
  ]),
  ...knowledge("§13.3", "documents of knowledge bases", [
    "GET /knowledge-base/doc/list",
    "GET /knowledge-base/doc/details",
    "POST /knowledge-base/doc/create",
    "POST /knowledge-base/doc/update",
    "POST /knowledge-base/doc/delete",
    "POST /knowledge-base/doc/create-with-content",
  ]),
  ...knowledge("§13.4", "paragraphs of knowledge bases", [
    "GET /knowledge-base/doc/paragraph/list",
    "POST /knowledge-base/doc/paragraph/create",
    "POST /knowledge-base/doc/paragraph/update",
    "POST /knowledge-base/doc/paragraph/delete",
  ]),
  ...knowledge("§13.5", "web pages of knowledge bases", [
    "POST /knowledge-base/web/create-with-content",
    "POST /knowledge-base/web/create",
  ]),
];

function knowledge(section: string, what: string, routes: `${"GET" | "POST"} /${string}`[]): Endpoint[] {
  return routes.map((route) => {
    const scope = route.startsWith("GET") ? "knowledge:read" : "knowledge:write";
    return later(route, { section, scope, what });
  });
}
