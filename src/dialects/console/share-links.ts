import { z } from "zod";
import type { AgentId, ShareLinkId } from "../../domain/ids.ts";
import type { ShareLink } from "../../domain/share-link.ts";
import {
  createShareLink,
  deleteShareLink,
  listShareLinks,
  updateShareLink,
} from "../../publish/share-links.ts";
import { type Operation, operation } from "./operation.ts";
import { formatId, idOf, pageOfSchema, wireMoment, wireText } from "./wire.ts";

const linkAnswer = z.object({
  id: z.string(),
  path: z.string().describe("Of the public page, on this server's address."),
  key: z.string(),
  isEnabled: z.boolean(),
  title: z.string(),
  greeting: z.string(),
  color: z.string(),
  origins: z.array(z.string()),
  createdAt: wireMoment,
  updatedAt: wireMoment,
});

const settings = {
  isEnabled: z.boolean().describe("Whether the link leads anywhere; true when absent.").optional(),
  title: wireText(100).describe("Instead of the agent's name. Empty: its name.").optional(),
  greeting: wireText(2_000).describe("Instead of the agent's opening. Empty: its opening.").optional(),
  color: wireText(7).describe("`#rrggbb`. Empty: the page's own.").optional(),
  origins: z
    .array(wireText(300))
    .describe("Origins of pages that may embed it, such as `https://shop.example`; `*` is every one.")
    .optional(),
};

/** Public links of agents, for those who may change the agent. */
export const shareLinkOperations: Operation[] = [
  operation({
    route: "GET /agents/:agentId/share-links",
    permission: "manageAgents",
    role: "member",
    summary: "public links of an agent, oldest first; at most 50",
    answer: pageOfSchema(linkAnswer),
    async run({ services, caller, params }) {
      const links = await listShareLinks(services, caller, idOf(params["agentId"]));
      return { items: links.map(present), nextCursor: null };
    },
  }),
  operation({
    route: "POST /agents/:agentId/share-links",
    permission: "manageAgents",
    role: "member",
    summary: "open the agent to everybody who knows the link, as it is live on the API channel",
    body: settings,
    answer: linkAnswer,
    async run({ services, caller, params, body }) {
      const agentId = idOf<AgentId>(params["agentId"]);
      return present(await createShareLink(services, caller, { agentId, settings: given(body) }, new Date()));
    },
  }),
  operation({
    route: "PATCH /agents/:agentId/share-links/:linkId",
    permission: "manageAgents",
    role: "member",
    summary: "change what is given of a public link",
    body: settings,
    answer: linkAnswer,
    async run({ services, caller, params, body }) {
      const change = { ...linkOf(params), change: given(body) };
      return present(await updateShareLink(services, caller, change, new Date()));
    },
  }),
  operation({
    route: "DELETE /agents/:agentId/share-links/:linkId",
    permission: "manageAgents",
    role: "member",
    summary: "delete a public link; it leads nowhere from now on",
    answer: z.object({}),
    async run({ services, caller, params }) {
      await deleteShareLink(services, caller, linkOf(params));
      return {};
    },
  }),
];

function linkOf(params: Record<string, string>): { agentId: AgentId; linkId: ShareLinkId } {
  return { agentId: idOf<AgentId>(params["agentId"]), linkId: idOf<ShareLinkId>(params["linkId"]) };
}

type Given<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

function given<T extends object>(body: T): Given<T> {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as Given<T>;
}

function present(link: ShareLink): z.input<typeof linkAnswer> {
  const { id, key, isEnabled, title, greeting, color, origins, createdAt, updatedAt } = link;
  return {
    id: formatId(id),
    path: `/share/${key}`,
    ...{ key, isEnabled, title, greeting, color, origins, createdAt, updatedAt },
  };
}
