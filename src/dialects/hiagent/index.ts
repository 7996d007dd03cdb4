import { hashKey } from "../../config/secrets.ts";
import { DomainError } from "../../domain/errors.ts";
import type { Mount } from "../../http/route.ts";
import { type HiagentCaller, type HiagentServices, readAppKey, VISITOR_PREFIX } from "./action.ts";
import { appConfigActions } from "./app-config.ts";
import { chatActions } from "./chat.ts";
import { conversationActions } from "./conversations.ts";
import { presentError } from "./errors.ts";
import { messageActions } from "./messages.ts";
import { workflowActions } from "./workflows.ts";

/** Every action of the family, in the order of the reference. */
export const HIAGENT_ACTIONS = [
  ...chatActions,
  ...conversationActions,
  ...messageActions,
  ...appConfigActions,
  ...workflowActions,
];

/**
 * The HiAgent application API: `POST {prefix}/{action}`, one app key per agent. Every action is served at the
 * root and under the prefixes existing clients use. Source: spec page §1.1.
 */
export function hiagentDialect(services: HiagentServices): Mount<HiagentCaller> {
  const { extraPrefix = "" } = services.options;
  return {
    name: "hiagent",
    prefixes: [...new Set(["", "/api/proxy/api/v1", "/api/v1", VISITOR_PREFIX, extraPrefix])],
    routes: HIAGENT_ACTIONS.flatMap((action) => action.routes(services)),
    async authenticate(call) {
      const key = readAppKey(call);
      if (key === undefined) {
        throw new DomainError("credential_missing", "authentication failed: header:Apikey is empty");
      }
      const agent = await services.store.agents.findByKeyHash(hashKey(key));
      if (agent === undefined) throw new DomainError("credential_invalid", "invalid api key");
      if (!agent.apiEnabled) {
        throw new DomainError("access_disabled", "Not enabled: API service is disabled");
      }
      if (agent.versionId === undefined) {
        throw new DomainError("agent_not_published", "Not enabled: the agent is not published to the API");
      }
      return { agent };
    },
    presentError: (error, call) => presentError(error, call, services.options),
  };
}
