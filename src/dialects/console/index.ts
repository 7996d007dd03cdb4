import { authenticateToken } from "../../access/tokens.ts";
import type { TokenCaller } from "../../domain/access.ts";
import { DomainError } from "../../domain/errors.ts";
import type { Mount } from "../../http/route.ts";
import { accessKeyOperations } from "./access-keys.ts";
import { agentOperations } from "./agents.ts";
import { channelOperations } from "./channels.ts";
import { conversationOperations } from "./conversations.ts";
import { deliveryOperations } from "./deliveries.ts";
import { endpointOperations } from "./endpoints.ts";
import { presentError } from "./errors.ts";
import { eventOperations } from "./events.ts";
import type { ConsoleServices, Operation } from "./operation.ts";
import { publishOperations } from "./publishing.ts";
import { ratedTurnOperations } from "./rated-turns.ts";
import { receivedFeedbackOperations } from "./received-feedback.ts";
import { replayOperations } from "./replays.ts";
import { workflowRunOperations } from "./workflow-runs.ts";
import { workflowOperations } from "./workflows.ts";

/** Every operation, in the order of the reference. */
export const CONSOLE_OPERATIONS: Operation[] = [
  ...endpointOperations,
  ...eventOperations,
  ...deliveryOperations,
  ...replayOperations,
  ...channelOperations,
  ...publishOperations,
  ...ratedTurnOperations,
  ...receivedFeedbackOperations,
  ...agentOperations,
  ...workflowOperations,
  ...workflowRunOperations,
  ...conversationOperations,
  ...accessKeyOperations,
];

/** Our own management API: JSON below `/api`, with the access tokens of the Coze family. */
export function consoleDialect(services: ConsoleServices): Mount<TokenCaller> {
  return {
    name: "console",
    prefixes: ["/api"],
    routes: CONSOLE_OPERATIONS.map((operation) => operation.route(services)),
    async authenticate(call) {
      const token = /^Bearer\s+(\S+)$/i.exec(call.headers.authorization ?? "")?.[1];
      if (token === undefined) throw new DomainError("credential_missing", "no bearer token was sent");
      return authenticateToken(services, token, new Date());
    },
    presentError,
  };
}
