import { type Endpoint, laterEndpoint } from "./endpoint.ts";

/** Methods and paths of a section that is not there yet. */
function later(section: string, what: string, routes: `${string} /${string}`[]): Endpoint[] {
  return routes.map((route) => laterEndpoint(route, section, what));
}

/** Source: spec page §10. */
export const knowledgeEndpoints: Endpoint[] = [
  ...later("§10", "knowledge bases", [
    "POST|GET /v1/datasets",
    "PUT|DELETE /v1/datasets/:dataset_id",
    "POST /v1/datasets/:dataset_id/process",
    "GET /v1/datasets/:dataset_id/images",
    "PUT /v1/datasets/:dataset_id/images/:document_id",
  ]),
  ...later("§10", "documents of knowledge bases", [
    "POST /open_api/knowledge/document/create",
    "POST /open_api/knowledge/document/update",
    "POST /open_api/knowledge/document/delete",
    "POST|GET /open_api/knowledge/document/list",
  ]),
];

/** Source: spec page §17 to §19. A WebSocket is asked for with `GET`. */
export const audioEndpoints: Endpoint[] = [
  ...later("§17", "voices", ["GET /v1/audio/voices"]),
  laterEndpoint("POST /v1/audio/voices/clone", "§17", "voices", { isUpload: true }),
  ...later("§17", "speech", ["POST /v1/audio/speech"]),
  laterEndpoint("POST /v1/audio/transcriptions", "§17", "transcriptions", { isUpload: true }),
  ...later("§17", "audio rooms", ["POST /v1/audio/rooms", "GET /v1/audio/live/:live_id"]),
  ...later("§18", "voiceprints", [
    "POST|GET /v1/audio/voiceprint_groups",
    "PUT|DELETE /v1/audio/voiceprint_groups/:group_id",
    "GET /v1/audio/voiceprint_groups/:group_id/features",
    "DELETE /v1/audio/voiceprint_groups/:group_id/features/:feature_id",
  ]),
  ...[
    "POST /v1/audio/voiceprint_groups/:group_id/features" as const,
    "PUT /v1/audio/voiceprint_groups/:group_id/features/:feature_id" as const,
    "POST /v1/audio/voiceprint_groups/:group_id/speaker_identify" as const,
  ].map((route) => laterEndpoint(route, "§18", "voiceprints", { isUpload: true })),
  ...later("§19", "WebSockets", [
    "GET /v1/audio/speech",
    "GET /v1/audio/transcriptions",
    "GET /v1/chat",
    "GET /v1/audio/simult_interpretation",
  ]),
];

/** Source: spec page §20. */
export const enterpriseEndpoints: Endpoint[] = [
  ...later("§20", "enterprises", [
    "POST /v1/enterprises/:enterprise_id/members",
    "PUT|DELETE /v1/enterprises/:enterprise_id/members/:user_id",
    "POST|GET /v1/enterprises/:enterprise_id/organizations",
    "PUT /v1/organizations/:organization_id",
    "GET|POST /v1/organizations/:organization_id/members",
    "PUT|DELETE /v1/organizations/:organization_id/members/:user_id",
  ]),
  ...later("§20", "billing and limits", [
    "POST|GET /v1/commerce/benefit/bill_tasks",
    "GET /v1/commerce/benefit/benefits/get",
    "POST|GET /v1/commerce/benefit/limitations",
    "PUT /v1/commerce/benefit/limitations/:benefit_id",
  ]),
  ...later("§20", "plugins", [
    "GET /v1/stores/plugins",
    "GET /v1/stores/categories",
    "GET /v1/plugins/:plugin_id",
    "GET /v1/plugins/mget",
    "POST /v1/plugins/:plugin_id/tools/call",
  ]),
];
