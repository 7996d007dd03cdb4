import { z } from "zod";
import type { TokenCaller } from "../../domain/access.ts";
import type { Agent, AgentVersion } from "../../domain/agent.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AgentId } from "../../domain/ids.ts";
import { agentToView, restoreVersion } from "../../publish/agents.ts";
import { differences } from "../../publish/difference.ts";
import type { Store } from "../../storage/store.ts";
import { agentDetailAnswer, channelNames, presentAgent } from "./agent-present.ts";
import { presentSettings } from "./agent-settings.ts";
import { agentSettings } from "./agent-settings-schema.ts";
import { hideHeaders } from "./hidden-headers.ts";
import { type Operation, operation } from "./operation.ts";
import { countedPage, formatId, idOf, pageOfSchema, paging, wireMoment } from "./wire.ts";

const DRAFT = "draft";

const versionAnswer = z.object({
  id: z.string(),
  number: z.number(),
  name: z.string(),
  changelog: z.string(),
  creator: z
    .object({ id: z.string(), name: z.string() })
    .nullable()
    .describe("Null: the configuration file or the command line."),
  live: z.array(z.object({ channel: z.string(), channelName: z.string().nullable(), since: wireMoment })),
  createdAt: wireMoment,
});

const side = (what: string) =>
  z
    .string()
    .regex(/^(draft|\d{1,16})$/, { error: "must be `draft` or a version's number" })
    .default(DRAFT)
    .describe(what);

/** What an agent was when it was published, and what has become of it. */
export const agentVersionOperations: Operation[] = [
  operation({
    route: "GET /agents/:agentId/versions",
    permission: "viewAgents",
    role: "viewer",
    summary: "versions of an agent with where they are live, newest first",
    query: paging,
    answer: pageOfSchema(versionAnswer),
    async run({ services: { store }, caller, params, query }) {
      const { id } = await agentToView(store, caller, idOf(params["agentId"]));
      const { cursor: offset = 0, limit } = query;
      const page = await store.versions.list(id, { offset, limit });
      const shown = await presentVersions(store, id, page.items);
      return countedPage({ items: shown, total: page.total }, query, (version) => version);
    },
  }),
  operation({
    route: "GET /agents/:agentId/versions/:number",
    permission: "viewAgents",
    role: "viewer",
    summary: "one version with its settings, values of headers hidden",
    answer: versionAnswer.extend({ settings: agentSettings }),
    async run({ services: { store }, caller, params }) {
      const { id } = await agentToView(store, caller, idOf(params["agentId"]));
      const version = await versionOf(store, id, params["number"]);
      const [shown] = await presentVersions(store, id, [version]);
      if (shown === undefined) throw new Error("a version was lost while it was shown");
      return { ...shown, settings: presentSettings(version.settings) };
    },
  }),
  operation({
    route: "POST /agents/:agentId/versions/:number/restore",
    permission: "manageAgents",
    role: "member",
    summary: "make the draft what this version was; what is live stays as it is until it is published",
    body: {
      revision: z
        .int()
        .describe("`revision` of the draft that is given up: refused with 409 when it changed since.")
        .optional(),
    },
    answer: agentDetailAnswer,
    async run({ services, caller, params, body: { revision } }) {
      const wanted = {
        agentId: idOf<AgentId>(params["agentId"]),
        number: idOf<number>(params["number"]),
        ...(revision !== undefined && { revision }),
      };
      return presentAgent(services, caller, await restoreVersion(services, caller, wanted, new Date()));
    },
  }),
  operation({
    route: "GET /agents/:agentId/difference",
    permission: "viewAgents",
    role: "viewer",
    summary: "where two versions differ, or a version and the draft",
    query: {
      from: side("Number of a version, or `draft`, which it is when absent."),
      to: side("The same."),
    },
    answer: z.object({
      items: z.array(
        z.object({
          path: z
            .array(z.string())
            .describe("From the outside in; members of lists by their id, key or name. `order`: of a list."),
          before: z.unknown().describe("Null: it is new."),
          after: z.unknown().describe("Null: it is gone."),
        }),
      ),
    }),
    async run({ services: { store }, caller, params, query: { from, to } }) {
      const agent = await agentToView(store, caller, idOf(params["agentId"]));
      const hide = numberedSecrets();
      const document = async (which: string) => {
        const of = which === DRAFT ? agent : await versionOf(store, agent.id, which);
        return comparable(of, hide);
      };
      const found = differences(await document(from), await document(to));
      return {
        items: found.map(({ path, before = null, after = null }) => ({ path, before, after })),
      };
    },
  }),
];

async function versionOf(
  { versions }: Pick<Store, "versions">,
  agentId: AgentId,
  number: string | undefined,
): Promise<AgentVersion> {
  const version = await versions.find(agentId, idOf<number>(number));
  if (version === undefined) throw new DomainError("not_found", "no such version");
  return version;
}

async function presentVersions(
  store: Pick<Store, "versions" | "users" | "channels">,
  agentId: AgentId,
  versions: readonly AgentVersion[],
): Promise<z.input<typeof versionAnswer>[]> {
  const releases = await store.versions.releases(agentId);
  const names = await channelNames(store, releases);
  const creators = new Map<TokenCaller["user"]["id"], string>();
  for (const { creatorId } of versions) {
    if (creatorId === undefined || creators.has(creatorId)) continue;
    const user = await store.users.find(creatorId);
    creators.set(creatorId, user?.nickname || user?.name || formatId(creatorId));
  }
  return versions.map(({ id, number, name, changelog, creatorId, createdAt }) => ({
    id: formatId(id),
    number,
    name,
    changelog,
    creator:
      creatorId === undefined ? null : { id: formatId(creatorId), name: creators.get(creatorId) ?? "" },
    live: releases
      .filter(({ versionId }) => versionId === id)
      .map(({ channel, since }) => ({ channel, channelName: names.get(channel) ?? null, since })),
    createdAt,
  }));
}

/** What a version and a draft are compared by. */
function comparable(
  { name, settings }: Pick<Agent, "name" | "settings">,
  hide: (value: string) => string,
): Record<string, unknown> {
  const { graph } = settings;
  return {
    name,
    ...presentSettings(settings, hide),
    ...(graph !== undefined && { graph: hideHeaders(graph, hide) }),
  };
}

/** Hides secrets so that one can see whether two are the same: each has a number of its own. */
function numberedSecrets(): (value: string) => string {
  const numbers = new Map<string, number>();
  return (value) => {
    const number = numbers.get(value) ?? numbers.size + 1;
    numbers.set(value, number);
    return `(hidden ${number})`;
  };
}
