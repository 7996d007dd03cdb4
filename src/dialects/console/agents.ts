import { z } from "zod";
import { homeMembership, requireMembership } from "../../access/permissions.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AgentId, WorkspaceId } from "../../domain/ids.ts";
import { agentToView, createAgent, updateAgent } from "../../publish/agents.ts";
import { copyAgent, copyAgentTo } from "../../publish/copies.ts";
import { agentAnswer, agentDetailAnswer, presentAgent, presentAgents } from "./agent-present.ts";
import { applySettings } from "./agent-settings.ts";
import { changedSettings } from "./agent-settings-schema.ts";
import { type Operation, operation } from "./operation.ts";
import { plainName } from "./plain-values.ts";
import { formatId, idOf, pageOfSchema, paging, wireId, wireText } from "./wire.ts";

const workspaceId = wireId<WorkspaceId>("The workspace. Absent: the caller's oldest.").optional();
const name = plainName.describe("For people, 1 to 100 characters.");

/** Agents: looking is for members of their workspace, changing for their makers. */
export const agentOperations: Operation[] = [
  operation({
    route: "GET /agents",
    permission: "viewAgents",
    role: "viewer",
    summary: "agents of a workspace with the ids that each family knows them by, and what is live of them",
    query: {
      workspaceId,
      search: wireText(100).describe("Only those with this in their name.").optional(),
      kind: z.enum(["chat", "workflow"]).describe("Only these.").optional(),
      order: z
        .enum(["oldest", "newest"])
        .default("oldest")
        .describe("Which are first: `oldest` when absent."),
      ...paging,
    },
    answer: pageOfSchema(agentAnswer),
    async run({ services, caller, query: { search = "", kind, order, cursor, limit, ...query } }) {
      const wanted = query.workspaceId ?? homeMembership(caller).workspaceId;
      const found = await services.store.agents.page({
        workspaceId: requireMembership(caller, wanted, "viewer").workspaceId,
        order,
        limit,
        ...(kind !== undefined && { kind }),
        ...(search.trim() !== "" && { text: search.trim() }),
        ...(cursor !== undefined && { after: cursor as AgentId }),
      });
      const shown = found.slice(0, limit);
      const last = shown.at(-1);
      return {
        items: await presentAgents(services, shown),
        nextCursor: found.length > limit && last !== undefined ? formatId(last.id) : null,
      };
    },
  }),
  operation({
    route: "POST /agents",
    permission: "manageAgents",
    role: "member",
    summary: "make an agent of the caller's that chats, with a draft and no version",
    body: {
      workspaceId,
      name,
      settings: changedSettings.default({}).describe("What is left out is as in every new agent."),
    },
    answer: agentDetailAnswer,
    async run({ services, caller, body }) {
      const wanted = body.workspaceId ?? homeMembership(caller, "member").workspaceId;
      const place = requireMembership(caller, wanted, "member");
      const made = {
        workspaceId: place.workspaceId,
        name: body.name,
        settings: (before: Parameters<typeof applySettings>[0]) => applySettings(before, body.settings),
      };
      return presentAgent(services, caller, await createAgent(services, caller, made, new Date()));
    },
  }),
  operation({
    route: "GET /agents/:agentId",
    permission: "viewAgents",
    role: "viewer",
    summary: "one agent with its draft, values of headers hidden",
    answer: agentDetailAnswer,
    run: async ({ services, caller, params }) =>
      presentAgent(services, caller, await agentToView(services.store, caller, idOf(params["agentId"]))),
  }),
  operation({
    route: "PATCH /agents/:agentId",
    permission: "manageAgents",
    role: "member",
    summary: "change the draft; what is live stays as it is until it is published",
    body: {
      name: name.optional(),
      apiEnabled: z
        .boolean()
        .describe("Whether its app keys open it; at once, without publishing.")
        .optional(),
      settings: changedSettings.default({}).describe("Only what is to be different, each as a whole."),
      revision: z
        .int()
        .describe(
          "`revision` of the draft that was changed: refused with 409 when somebody else changed it since. Absent: not looked at.",
        )
        .optional(),
    },
    answer: agentDetailAnswer,
    async run({ services, caller, params, body }) {
      const change = {
        agentId: idOf<AgentId>(params["agentId"]),
        ...(body.name !== undefined && { name: body.name }),
        ...(body.apiEnabled !== undefined && { apiEnabled: body.apiEnabled }),
        ...(body.revision !== undefined && { revision: body.revision }),
        settings: (before: Parameters<typeof applySettings>[0]) => applySettings(before, body.settings),
      };
      return presentAgent(services, caller, await updateAgent(services, caller, change, new Date()));
    },
  }),
  operation({
    route: "POST /agents/:agentId/duplicate",
    permission: "manageAgents",
    role: "member",
    summary: "make an agent of the caller's with the same draft, without what another workspace may not have",
    body: {
      name: name.describe("Absent: the same; only for a copy in the same workspace.").optional(),
      workspaceId: wireId<WorkspaceId>("Where to. Absent: the same workspace.").optional(),
    },
    answer: z.object({
      agent: agentDetailAnswer,
      left: z.array(z.string()).describe("What the copy had to leave behind."),
    }),
    async run({ services, caller, params, body }) {
      const agentId = idOf<AgentId>(params["agentId"]);
      const source = await agentToView(services.store, caller, agentId);
      const { name: called, workspaceId: place = source.workspaceId } = body;
      const show = async (id: AgentId) =>
        presentAgent(services, caller, await agentToView(services.store, caller, id));
      if (place === source.workspaceId) {
        return {
          agent: await show(await copyAgent(services, caller, agentId, new Date(), called)),
          left: [],
        };
      }
      const copying = { agentId, workspaceId: place };
      const { targetId, failures } = await copyAgentTo(services, caller, copying, new Date());
      if (targetId === undefined) throw new DomainError("internal", failures.join("; "));
      return { agent: await show(targetId), left: failures };
    },
  }),
];
