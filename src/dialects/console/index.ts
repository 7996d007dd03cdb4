import type { TokenCaller } from "../../domain/access.ts";
import type { Mount } from "../../http/route.ts";
import { aboutOperations } from "./about.ts";
import { accessKeyOperations } from "./access-keys.ts";
import { accountOperations } from "./account.ts";
import { agentVersionOperations } from "./agent-versions.ts";
import { agentOperations } from "./agents.ts";
import { appKeyOperations } from "./app-keys.ts";
import { consoleCaller } from "./caller.ts";
import { channelOperations } from "./channels.ts";
import { conversationExchangeOperations } from "./conversation-exchanges.ts";
import { conversationSearchOperations } from "./conversation-search.ts";
import { conversationOperations } from "./conversations.ts";
import { deliveryOperations } from "./deliveries.ts";
import { draftChatOperations } from "./draft-chat.ts";
import { endpointOperations } from "./endpoints.ts";
import { presentError } from "./errors.ts";
import { evaluationSetOperations } from "./evaluation-sets.ts";
import { evaluationOperations } from "./evaluations.ts";
import { eventOperations } from "./events.ts";
import { exchangeExampleOperations } from "./exchange-examples.ts";
import { governanceOperations } from "./governance.ts";
import { knowledgeBaseOperations } from "./knowledge-bases.ts";
import { liveOperations } from "./live.ts";
import { modelOperations } from "./models.ts";
import { oauthAppOperations } from "./oauth-apps.ts";
import { openApiRoute } from "./openapi.ts";
import type { ConsoleServices, Operation } from "./operation.ts";
import { publishOperations } from "./publishing.ts";
import { ratedTurnOperations } from "./rated-turns.ts";
import { receivedFeedbackOperations } from "./received-feedback.ts";
import { replayOperations } from "./replays.ts";
import { runningTurnOperations } from "./running-turns.ts";
import { sessionOperations } from "./session.ts";
import { setupOperations } from "./setup.ts";
import { shareLinkOperations } from "./share-links.ts";
import { statisticOperations } from "./statistics.ts";
import { tokenOperations } from "./tokens.ts";
import { turnTraceOperations } from "./turn-trace.ts";
import { workflowRunOperations } from "./workflow-runs.ts";
import { workflowOperations } from "./workflows.ts";
import { workspaceOperations } from "./workspace.ts";

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
  ...evaluationSetOperations,
  ...evaluationOperations,
  ...agentOperations,
  ...agentVersionOperations,
  ...appKeyOperations,
  ...knowledgeBaseOperations,
  ...workflowOperations,
  ...workflowRunOperations,
  ...conversationSearchOperations,
  ...conversationOperations,
  ...conversationExchangeOperations,
  ...exchangeExampleOperations,
  ...draftChatOperations,
  ...turnTraceOperations,
  ...accessKeyOperations,
  ...shareLinkOperations,
  ...sessionOperations,
  ...aboutOperations,
  ...governanceOperations,
  ...oauthAppOperations,
  ...tokenOperations,
  ...setupOperations,
  ...accountOperations,
  ...workspaceOperations,
  ...liveOperations,
  ...statisticOperations,
  ...runningTurnOperations,
  ...modelOperations,
];

/**
 * Our own management API: JSON below `/api`, with the access tokens of the Coze family or with the session of a browser
 * that is signed in, whose pages prove themselves by `x-csrf-token` wherever something changes.
 */
export function consoleDialect(services: ConsoleServices): Mount<TokenCaller> {
  return {
    name: "console",
    prefixes: ["/api"],
    routes: [
      openApiRoute(CONSOLE_OPERATIONS),
      ...CONSOLE_OPERATIONS.map((operation) => operation.route(services)),
    ],
    authenticate: (call) => consoleCaller(services, call),
    presentError,
  };
}
