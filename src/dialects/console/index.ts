import { authenticateSession, requireOwnPage, sessionOf } from "../../access/browser-session.ts";
import { authenticateToken } from "../../access/tokens.ts";
import type { TokenCaller } from "../../domain/access.ts";
import { DomainError } from "../../domain/errors.ts";
import type { Call, Mount } from "../../http/route.ts";
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
import { sessionOperations } from "./session.ts";
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
  ...sessionOperations,
];

/**
 * Our own management API: JSON below `/api`, with the access tokens of the Coze family or with the session of a browser
 * that is signed in, whose pages prove themselves by `x-csrf-token` wherever something changes.
 */
export function consoleDialect(services: ConsoleServices): Mount<TokenCaller> {
  return {
    name: "console",
    prefixes: ["/api"],
    routes: CONSOLE_OPERATIONS.map((operation) => operation.route(services)),
    async authenticate(call) {
      const token = bearerToken(call);
      if (token !== undefined) return authenticateToken(services, token, new Date());
      const session = sessionOf(call);
      if (session === undefined) {
        throw new DomainError("credential_missing", "no bearer token was sent, and nobody is signed in");
      }
      const caller = await authenticateSession(services.store, session, new Date());
      requireOwnPage(call, session);
      return caller;
    },
    presentError,
  };
}

function bearerToken({ headers }: Call): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? "")?.[1];
}
