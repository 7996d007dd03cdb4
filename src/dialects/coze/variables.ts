import { z } from "zod";
import { requireAgentAccess } from "../../access/permissions.ts";
import { codePoints } from "../../chat/code-points.ts";
import type { TokenCaller } from "../../domain/access.ts";
import type { Variable } from "../../domain/agent.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AgentId } from "../../domain/ids.ts";
import type { Store, UserVariableOwner } from "../../storage/store.ts";
import { channelOf } from "./channels.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { wireId, wireText } from "./wire.ts";

/** Unverified: the vendor documents no limits. */
const VALUE_LIMIT = 10_000;
const USER_ID_LIMIT = 1_024;
const VALUES_AT_ONCE = 200;

/** Whose values are meant. `connector_uid` is the `user_id` of the chat. Source: spec page §12. */
const owner = {
  connector_uid: wireText(USER_ID_LIMIT),
  bot_id: wireId<AgentId>().optional(),
  app_id: wireId<number>().optional(),
  connector_id: wireText(64).optional(),
};
type Owner = z.output<z.ZodObject<typeof owner>>;

/** Source: spec page §12. */
export const variableEndpoints: Endpoint[] = [
  endpoint({
    route: "GET /v1/variables",
    section: "§12",
    permission: "retrieveVariable",
    summary: "values of an end user's variables",
    query: { ...owner, keywords: wireText(VALUE_LIMIT).optional() },
    async run({ services: { store }, caller, query }) {
      const { of, variables } = await variablesOf(store, caller, query, "listen");
      const asked = query.keywords?.split(",").filter((keyword) => keyword !== "");
      const shown = asked?.map((key) => declared(variables, key, "keywords")) ?? variables;
      const stored = new Map((await store.userVariables.list(of)).map((value) => [value.key, value]));
      const items = shown.map(({ key, defaultValue = "" }) => {
        const { value, createdAt, updatedAt } = stored.get(key) ?? { value: defaultValue };
        return {
          keyword: key,
          value,
          create_time: seconds(createdAt),
          update_time: seconds(updatedAt),
        };
      });
      return { data: { items } };
    },
  }),
  endpoint({
    route: "PUT /v1/variables",
    section: "§12",
    permission: "updateVariable",
    summary: "set an end user's variables",
    body: {
      ...owner,
      data: z
        .array(z.object({ keyword: wireText(200), value: wireText(VALUE_LIMIT).default("") }))
        .min(1, { error: "must not be empty" })
        .max(VALUES_AT_ONCE, { error: `more than ${VALUES_AT_ONCE} values` }),
    },
    async run({ services: { store }, caller, body }) {
      const { of, variables } = await variablesOf(store, caller, body, "chat");
      const values = new Map<string, string>();
      for (const [index, { keyword, value }] of body.data.entries()) {
        const field = `data.${index}`;
        if (values.has(keyword)) throw invalid(`${field}.keyword`, "is given twice");
        const variable = declared(variables, keyword, `${field}.keyword`);
        values.set(keyword, fitting(variable, value, `${field}.value`));
      }
      await store.userVariables.save(of, Object.fromEntries(values), new Date());
      await store.flushed();
      return { members: {} };
    },
  }),
];

/** The agent's variables as they are live on the channel, or as in its draft where it is not published. */
async function variablesOf(
  store: Store,
  caller: TokenCaller,
  { bot_id: agentId, app_id: appId, connector_id: connectorId, connector_uid: userId }: Owner,
  use: "chat" | "listen",
): Promise<{ of: UserVariableOwner; variables: Variable[] }> {
  if (appId !== undefined) throw new DomainError("not_found", "no such app");
  if (agentId === undefined) throw invalid("bot_id", "bot_id or app_id is required");
  const channel = channelOf(connectorId);
  const agent = (await store.agents.findLive(agentId, channel)) ?? (await store.agents.find(agentId));
  if (agent === undefined) throw new DomainError("not_found", "no such agent");
  requireAgentAccess(caller, agent, use);
  return { of: { agentId, channel, userId }, variables: agent.settings.variables };
}

function declared(variables: Variable[], keyword: string, field: string): Variable {
  const variable = variables.find(({ key }) => key === keyword);
  if (variable === undefined) throw invalid(field, `the agent has no variable "${keyword.slice(0, 100)}"`);
  return variable;
}

/** The empty value fits every variable: it stands for none. */
function fitting({ choices, type, maxLength }: Variable, value: string, field: string): string {
  if (type === "enum" && value !== "" && !choices.includes(value)) {
    throw invalid(field, `must be one of ${choices.join(", ")}`);
  }
  if (maxLength !== undefined && codePoints(value) > maxLength) {
    throw invalid(field, `longer than ${maxLength} characters`);
  }
  return value;
}

/** 0 for a default, which was never set. Source: spec page §12. */
function seconds(time: Date | undefined): number {
  return time === undefined ? 0 : Math.floor(time.getTime() / 1_000);
}

function invalid(field: string, problem: string): DomainError {
  return new DomainError("request_invalid", problem, { field });
}
