import type { Call, Reply, Route } from "../../http/route.ts";
import type { Store } from "../../storage/store.ts";
import { type Caller, findAgent, listAgents, type NamedAgent } from "./caller.ts";

/** Source: OpenAI API reference, "Models". */
export function modelRoutes(store: Store): Route<Caller>[] {
  return [
    {
      method: "GET",
      path: "/v1/models",
      access: "access-token",
      async handle(call, caller) {
        const agents = await listAgents(store, caller);
        return answer(call, { object: "list", data: agents.map(presentModel) });
      },
    },
    {
      method: "GET",
      path: "/v1/models/:model",
      access: "access-token",
      async handle(call, caller) {
        const name = call.params["model"] ?? "";
        return answer(call, presentModel({ name, agent: await findAgent(store, caller, name) }));
      },
    },
  ];
}

function answer({ requestId }: Call, body: object): Reply {
  return { kind: "json", headers: { "x-tt-logid": requestId }, body };
}

function presentModel({ name, agent }: NamedAgent) {
  return {
    id: name,
    object: "model",
    created: Math.floor(agent.createdAt.getTime() / 1000),
    owned_by: "antiphon",
  };
}
