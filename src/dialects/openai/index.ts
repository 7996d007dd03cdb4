import type { Mount } from "../../http/route.ts";
import { authenticate, type Caller } from "./caller.ts";
import { completionRoutes, type OpenAiServices } from "./completions.ts";
import { presentError } from "./errors.ts";
import { modelRoutes } from "./models.ts";

/**
 * A door for every OpenAI client: agents as models of chat completions. Beside the Coze family, whose paths also begin
 * with `/v1`.
 */
export function openAiDialect(services: OpenAiServices): Mount<Caller> {
  return {
    name: "openai",
    prefixes: [""],
    claims: ["/v1/chat/completions", "/v1/models"],
    routes: [...completionRoutes(services), ...modelRoutes(services.store)],
    authenticate: (call) => authenticate(services.store, call),
    presentError,
  };
}
