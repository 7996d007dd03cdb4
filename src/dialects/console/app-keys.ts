import { z } from "zod";
import type { AppKey } from "../../domain/app-key.ts";
import type { AgentId, AppKeyId } from "../../domain/ids.ts";
import { createAppKey, listAppKeys, revokeAppKey } from "../../publish/app-keys.ts";
import { type Operation, operation } from "./operation.ts";
import { plainName } from "./plain-values.ts";
import { formatId, idOf, pageOfSchema, wireMoment } from "./wire.ts";

const appKeyAnswer = z.object({
  id: z.string(),
  name: z.string().describe("Empty: none."),
  ending: z.string().describe("Its last characters. Empty: not known."),
  isFromFile: z.boolean().describe("Whether `antiphon.yaml` names it, and would put it back."),
  createdAt: wireMoment,
});

/** App keys, with which programs of the HiAgent and OpenAI families call one agent; for those who may change it. */
export const appKeyOperations: Operation[] = [
  operation({
    route: "GET /agents/:agentId/keys",
    permission: "manageAgents",
    role: "member",
    summary: "app keys of an agent, oldest first; at most 100",
    answer: pageOfSchema(appKeyAnswer),
    async run({ services, caller, params }) {
      const keys = await listAppKeys(services, caller, idOf(params["agentId"]));
      return { items: keys.map(present), nextCursor: null };
    },
  }),
  operation({
    route: "POST /agents/:agentId/keys",
    permission: "manageAgents",
    role: "member",
    summary: "make an app key; it is shown this once",
    body: { name: plainName.describe("For people, 1 to 100 characters.") },
    answer: z.object({ key: appKeyAnswer, secret: z.string() }),
    async run({ services, caller, params, body: { name } }) {
      const agentId = idOf<AgentId>(params["agentId"]);
      const { key, secret } = await createAppKey(services, caller, { agentId, name }, new Date());
      return { key: present(key), secret };
    },
  }),
  operation({
    route: "DELETE /agents/:agentId/keys/:keyId",
    permission: "manageAgents",
    role: "member",
    summary: "revoke an app key; calls with it are refused from now on",
    answer: z.object({}),
    async run({ services, caller, params }) {
      const agentId = idOf<AgentId>(params["agentId"]);
      await revokeAppKey(services, caller, { agentId, keyId: idOf<AppKeyId>(params["keyId"]) }, new Date());
      return {};
    },
  }),
];

function present({ id, name, ending, isFromFile, createdAt }: AppKey): z.input<typeof appKeyAnswer> {
  return { id: formatId(id), name, ending, isFromFile, createdAt };
}
