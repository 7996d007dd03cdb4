import { requireMembership } from "../../access/permissions.ts";
import { DomainError } from "../../domain/errors.ts";
import type { WorkspaceId } from "../../domain/ids.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { pageNumber, pageSize, wireId, wireText } from "./wire.ts";

const section = "§15";

/**
 * Coze's apps are pages with workflows behind them; this server has none (a HiAgent app is one of our agents). Lists
 * are empty, and no id is an app's.
 */
const listApps = endpoint({
  route: "GET /v1/apps",
  section,
  permission: "listApp",
  summary: "Apps of a workspace: there are none on this server",
  query: {
    workspace_id: wireId<WorkspaceId>(),
    publish_status: wireText(64).optional(),
    connector_id: wireText(64).optional(),
    page_num: pageNumber,
    page_index: pageNumber,
    page_size: pageSize(20, 100),
  },
  async run({ caller, query }) {
    requireMembership(caller, query.workspace_id, "viewer");
    return { data: { items: [], total: 0, has_more: false } };
  },
});

const retrieveApp = endpoint({
  route: "GET /v1/apps/:app_id",
  section,
  permission: "listApp",
  summary: "No app is ever found",
  run: noSuchApp,
});

const addCollaborator = endpoint({
  route: "POST /v1/apps/:app_id/collaborators",
  section: "§14",
  permission: "updateApp",
  summary: "No app is ever found",
  run: noSuchApp,
});

const removeCollaborator = endpoint({
  route: "DELETE /v1/apps/:app_id/collaborators/:user_id",
  section: "§14",
  permission: "updateApp",
  summary: "No app is ever found",
  run: noSuchApp,
});

export const appEndpoints: Endpoint[] = [addCollaborator, removeCollaborator, listApps, retrieveApp];

async function noSuchApp(): Promise<never> {
  throw new DomainError("not_found", "no such app: this server has agents, no apps");
}
