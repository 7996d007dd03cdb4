import { authenticateToken } from "../../access/tokens.ts";
import type { TokenCaller } from "../../domain/access.ts";
import { DomainError } from "../../domain/errors.ts";
import type { Mount } from "../../http/route.ts";
import { apiAppEndpoints } from "./api-apps.ts";
import { appEndpoints } from "./apps.ts";
import { botEndpoints } from "./bots.ts";
import { chatEndpoints } from "./chat.ts";
import { chatflowEndpoints } from "./chatflow.ts";
import { collaboratorEndpoints } from "./collaborators.ts";
import { connectorEndpoints } from "./connectors.ts";
import { conversationEndpoints } from "./conversations.ts";
import { copyEndpoints } from "./copies.ts";
import type { CozeServices, Endpoint } from "./endpoint.ts";
import { presentError } from "./errors.ts";
import { feedbackEndpoints } from "./feedback.ts";
import { fileEndpoints } from "./files.ts";
import { folderEndpoints } from "./folders.ts";
import { audioEndpoints, enterpriseEndpoints, knowledgeEndpoints } from "./later.ts";
import { messageEndpoints } from "./messages.ts";
import { templateEndpoints } from "./templates.ts";
import { userEndpoints } from "./users.ts";
import { variableEndpoints } from "./variables.ts";
import { workflowHistoryEndpoints } from "./workflow-histories.ts";
import { workflowRunEndpoints } from "./workflow-runs.ts";
import { workflowListEndpoints } from "./workflows.ts";
import { workspaceEndpoints } from "./workspaces.ts";

/** Every endpoint of the family in the order of the reference, those that are not there yet too. */
export const COZE_ENDPOINTS: Endpoint[] = [
  ...botEndpoints,
  ...conversationEndpoints,
  ...messageEndpoints,
  ...chatEndpoints,
  ...feedbackEndpoints,
  ...workflowRunEndpoints,
  ...workflowHistoryEndpoints,
  ...chatflowEndpoints,
  ...workflowListEndpoints,
  ...fileEndpoints,
  ...knowledgeEndpoints,
  ...workspaceEndpoints,
  ...variableEndpoints,
  ...apiAppEndpoints,
  ...connectorEndpoints,
  ...collaboratorEndpoints,
  ...appEndpoints,
  ...templateEndpoints,
  ...folderEndpoints,
  ...copyEndpoints,
  ...userEndpoints,
  ...audioEndpoints,
  ...enterpriseEndpoints,
];

/**
 * The Coze Open API: `/v1/…`, `/v3/…`, `/open_api/…` with a bearer token. Source: spec page §1.1. Tokens are made by
 * the OAuth dialect.
 */
export function cozeDialect(services: CozeServices): Mount<TokenCaller> {
  return {
    name: "coze",
    prefixes: [""],
    claims: ["/v1", "/v3", "/open_api"],
    routes: COZE_ENDPOINTS.flatMap((endpoint) => endpoint.routes(services)),
    async authenticate(call) {
      const token = /^Bearer\s+(\S+)$/i.exec(call.headers.authorization ?? "")?.[1];
      if (token === undefined) {
        throw new DomainError("credential_missing", "authentication is invalid: no bearer token");
      }
      return authenticateToken(services, token, new Date());
    },
    presentError,
  };
}
