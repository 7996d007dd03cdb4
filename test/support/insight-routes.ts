/** Every inbound route of the inventory, read by hand, with its alias. Source: spec page of Insight §0.1, routes 1 to 24 and 26. */
export const INSIGHT_ROUTES = `POST /get-access-token
POST /bot/message
POST /bot/voice-call/start
POST /bot/voice-call/stop
GET /workflow/event/list
GET /workflow/history/list
POST /workflow/history/batch-add
POST /workflow/event/trigger
GET /knowledge-base/list
GET /knowledge-base/details
POST /knowledge-base/create
POST /knowledge-base/update
POST /knowledge-base/delete
GET /knowledge-base/doc/list
GET /knowledge-base/doc/details
POST /knowledge-base/doc/create
POST /knowledge-base/doc/update
POST /knowledge-base/doc/delete
POST /knowledge-base/doc/create-with-content
GET /knowledge-base/doc/paragraph/list
POST /knowledge-base/doc/paragraph/create
POST /knowledge-base/doc/paragraph/update
POST /knowledge-base/doc/paragraph/delete
POST /knowledge-base/web/create-with-content
POST /knowledge-base/web/create
POST /bot-message/feedback`.split("\n");
