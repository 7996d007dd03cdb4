import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { COZE_ENDPOINTS } from "./index.ts";
import { withEndpointTable } from "./reference.ts";

/** Every method and path of the family, read by hand from the tables of the spec page and the page of callbacks. */
const SPEC = `
§3
POST /v1/bot/create
POST /v1/bot/update
POST /v1/bot/publish
POST /v1/bots/:bot_id/unpublish
GET /v1/bots
GET /v1/bots/:bot_id
GET /v1/bots/:bot_id/versions
GET /v1/space/published_bots_list
GET /v1/bot/get_online_info
§4
POST /v1/conversation/create
GET /v1/conversation/retrieve
GET /v1/conversations
PUT /v1/conversations/:conversation_id
DELETE /v1/conversations/:conversation_id
POST /v1/conversations/:conversation_id/clear
§5
POST /v1/conversation/message/create
POST /v1/conversation/message/list
GET /v1/conversation/message/retrieve
POST /v1/conversation/message/modify
POST /v1/conversation/message/delete
§6
POST /v3/chat
GET /v3/chat/retrieve
POST /v3/chat/retrieve
GET /v3/chat/message/list
POST /v3/chat/submit_tool_outputs
POST /v3/chat/cancel
§7
POST /v1/conversations/:conversation_id/messages/:message_id/feedback
DELETE /v1/conversations/:conversation_id/messages/:message_id/feedback
§8
POST /v1/workflow/run
POST /v1/workflow/stream_run
POST /v1/workflow/stream_resume
POST /v1/workflows/resume
GET /v1/workflows/:workflow_id/run_histories/:execute_id
GET /v1/workflows/:workflow_id/run_histories/:execute_id/execute_nodes/:node_execute_uuid
POST /v1/workflows/chat
GET /v1/workflows
GET /v1/workflows/:workflow_id
GET /v1/workflows/:workflow_id/versions
POST /v1/workflows/:workflow_id/collaboration_mode
POST /v1/workflows/:workflow_id/collaborators
DELETE /v1/workflows/:workflow_id/collaborators/:user_id
GET /v1/workflow/get_run_history
POST /v1/workflow/conversation/create
§9
POST /v1/files/upload
GET /v1/files/retrieve
§10
POST /v1/datasets
GET /v1/datasets
PUT /v1/datasets/:dataset_id
DELETE /v1/datasets/:dataset_id
POST /v1/datasets/:dataset_id/process
GET /v1/datasets/:dataset_id/images
PUT /v1/datasets/:dataset_id/images/:document_id
POST /open_api/knowledge/document/create
POST /open_api/knowledge/document/update
POST /open_api/knowledge/document/delete
POST /open_api/knowledge/document/list
GET /open_api/knowledge/document/list
§11
GET /v1/workspaces
POST /v1/workspaces
PUT /v1/workspaces/:workspace_id
GET /v1/workspaces/:workspace_id/members
POST /v1/workspaces/:workspace_id/members
DELETE /v1/workspaces/:workspace_id/members
§12
GET /v1/variables
PUT /v1/variables
§13
POST /v1/api_apps
GET /v1/api_apps
PUT /v1/api_apps/:api_app_id
DELETE /v1/api_apps/:api_app_id
POST /v1/api_apps/:api_app_id/events
DELETE /v1/api_apps/:api_app_id/events
GET /v1/api_apps/:api_app_id/events
PUT /v1/connectors/:connector_id/bots/:bot_id
POST /v1/connectors/:connector_id/install
POST /v1/connectors/:connector_id/user_configs
§14
POST /v1/bots/:bot_id/collaboration_mode
POST /v1/bots/:bot_id/collaborators
DELETE /v1/bots/:bot_id/collaborators/:user_id
POST /v1/apps/:app_id/collaborators
DELETE /v1/apps/:app_id/collaborators/:user_id
§15
GET /v1/apps
GET /v1/apps/:app_id
POST /v1/templates/:template_id/duplicate
GET /v1/folders
GET /v1/folders/:folder_id
POST /v1/entities/copy_tasks
GET /v1/entities/copy_tasks/:task_id
§16
GET /v1/users/me
§17
GET /v1/audio/voices
POST /v1/audio/voices/clone
POST /v1/audio/speech
POST /v1/audio/transcriptions
POST /v1/audio/rooms
GET /v1/audio/live/:live_id
§18
POST /v1/audio/voiceprint_groups
GET /v1/audio/voiceprint_groups
PUT /v1/audio/voiceprint_groups/:group_id
DELETE /v1/audio/voiceprint_groups/:group_id
POST /v1/audio/voiceprint_groups/:group_id/features
GET /v1/audio/voiceprint_groups/:group_id/features
PUT /v1/audio/voiceprint_groups/:group_id/features/:feature_id
DELETE /v1/audio/voiceprint_groups/:group_id/features/:feature_id
POST /v1/audio/voiceprint_groups/:group_id/speaker_identify
§19
GET /v1/audio/speech
GET /v1/audio/transcriptions
GET /v1/chat
GET /v1/audio/simult_interpretation
§20
POST /v1/enterprises/:enterprise_id/members
PUT /v1/enterprises/:enterprise_id/members/:user_id
DELETE /v1/enterprises/:enterprise_id/members/:user_id
POST /v1/enterprises/:enterprise_id/organizations
GET /v1/enterprises/:enterprise_id/organizations
PUT /v1/organizations/:organization_id
GET /v1/organizations/:organization_id/members
POST /v1/organizations/:organization_id/members
PUT /v1/organizations/:organization_id/members/:user_id
DELETE /v1/organizations/:organization_id/members/:user_id
POST /v1/commerce/benefit/bill_tasks
GET /v1/commerce/benefit/bill_tasks
GET /v1/commerce/benefit/benefits/get
POST /v1/commerce/benefit/limitations
GET /v1/commerce/benefit/limitations
PUT /v1/commerce/benefit/limitations/:benefit_id
GET /v1/stores/plugins
GET /v1/stores/categories
GET /v1/plugins/:plugin_id
GET /v1/plugins/mget
POST /v1/plugins/:plugin_id/tools/call
`;

/** Sections whose endpoints come with later versions. */
const LATER = new Set(["§10", "§17", "§18", "§19", "§20"]);

interface SpecRoute {
  route: string;
  section: string;
}

function specRoutes(): SpecRoute[] {
  let section = "";
  return SPEC.trim()
    .split("\n")
    .flatMap((line) => {
      if (!line.startsWith("§")) return [{ route: line, section }];
      section = line;
      return [];
    });
}

const declared = COZE_ENDPOINTS.flatMap((endpoint) =>
  endpoint.methods.map((method) => ({ ...endpoint, route: `${method} ${endpoint.path}` })),
);

test("docs/coze.md has the table that `npm run reference` writes", async () => {
  const page = await readFile(new URL("../../../docs/coze.md", import.meta.url), "utf8");
  expect(withEndpointTable(page, COZE_ENDPOINTS)).toBe(page);
});

test("the table cannot be put into a page without a place for it", () => {
  expect(() => withEndpointTable("# Coze", [])).toThrow(/lacks/);
});

test("every endpoint of the spec page is there once, under its section, and no other", () => {
  const byRoute = (one: SpecRoute, other: SpecRoute) => (one.route < other.route ? -1 : 1);
  expect(declared.map(({ route, section }) => ({ route, section })).sort(byRoute)).toEqual(
    specRoutes().sort(byRoute),
  );
});

test("endpoints stand in the order of the spec page's sections", () => {
  const numbers = COZE_ENDPOINTS.map(({ section }) => Number(section.slice(1)));
  expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
});

test("exactly the sections of later versions are not there yet", () => {
  for (const { route, section, isSupported, permissions } of declared) {
    expect({ route, isSupported }).toEqual({ route, isSupported: !LATER.has(section) });
    expect({ route, isNamed: permissions.length > 0 }).toEqual({ route, isNamed: isSupported });
  }
});
