import { z } from "zod";
import {
  changeAccessKey,
  createAccessKey,
  disableAccessKey,
  enableAccessKey,
  rotateAccessKey,
} from "../../access/access-keys.ts";
import type { TokenCaller } from "../../domain/access.ts";
import { ACCESS_SCOPES, type AccessKey } from "../../domain/access-key.ts";
import { DomainError } from "../../domain/errors.ts";
import type { AgentId, WorkspaceId } from "../../domain/ids.ts";
import type { Store } from "../../storage/store.ts";
import { type ConsoleServices, type Operation, operation } from "./operation.ts";
import { requireKeeper } from "./reach.ts";
import { formatId, pageOfSchema, wireId, wireMoment, wireText } from "./wire.ts";

const workspaceId = wireId<WorkspaceId>("The workspace. Absent: the caller's oldest.").optional();
const name = wireText().describe("For people, 1 to 128 characters.");
const scopes = z
  .array(z.enum(ACCESS_SCOPES, { error: `must be one of ${ACCESS_SCOPES.join(", ")}` }))
  .describe(`What its tokens may do: ${ACCESS_SCOPES.map((scope) => `\`${scope}\``).join(", ")}.`);
const keyAnswer = z.object({
  keyId: z.string().describe("What clients name it by."),
  name: z.string(),
  workspaceId: z.string(),
  scopes: z.array(z.enum(ACCESS_SCOPES)),
  agentIds: z.array(z.string()).nullable().describe("Null: every agent of the workspace."),
  networks: z.array(z.string()).nullable().describe("Null: from anywhere."),
  origins: z.array(z.string()).nullable().describe("Null: from no web page."),
  isFromFile: z.boolean().describe("The configuration file says what it may."),
  createdAt: wireMoment,
  lastUsedAt: wireMoment.nullable(),
  disabledAt: wireMoment.nullable(),
});
const shownKey = z.object({ accessKey: keyAnswer, secret: z.string() });

const LIMITS = {
  agentIds: z.array(wireId<AgentId>("An agent.")).describe("The only agents it may use."),
  networks: z
    .array(wireText())
    .describe("The only networks (CIDR) or addresses it may be used from, at most 100."),
  origins: z.array(wireText()).describe("The web origins whose pages may use it, at most 100."),
};

/** Access keys of the Insight family, for owners and admins of their workspace. */
export const accessKeyOperations: Operation[] = [
  operation({
    route: "GET /access-keys",
    permission: "viewAccessKeys",
    role: "admin",
    summary: "access keys of a workspace, oldest first",
    query: { workspaceId },
    answer: pageOfSchema(keyAnswer),
    async run({ services, caller, query }) {
      const keys = await services.store.accessKeys.list(requireKeeper(caller, query.workspaceId));
      return { items: keys.map(present), nextCursor: null };
    },
  }),
  operation({
    route: "POST /access-keys",
    permission: "manageAccessKeys",
    role: "admin",
    summary: "make an access key; its secret is shown this once",
    body: {
      workspaceId,
      name,
      scopes: scopes.default([...ACCESS_SCOPES]),
      agentIds: LIMITS.agentIds.optional(),
      networks: LIMITS.networks.optional(),
      origins: LIMITS.origins.optional(),
    },
    answer: shownKey,
    async run({ services, caller, body: { workspaceId: place, agentIds, networks, origins, ...body } }) {
      const made = await createAccessKey(managing(services), {
        ...body,
        workspaceId: requireKeeper(caller, place),
        ...(agentIds !== undefined && { agentIds }),
        ...(networks !== undefined && { networks }),
        ...(origins !== undefined && { origins }),
      });
      return { accessKey: present(made.key), secret: made.secret };
    },
  }),
  operation({
    route: "GET /access-keys/:keyId",
    permission: "viewAccessKeys",
    role: "admin",
    summary: "one access key",
    answer: keyAnswer,
    async run({ services, caller, params }) {
      return present(await keptKey(services.store, caller, params["keyId"]));
    },
  }),
  operation({
    route: "PATCH /access-keys/:keyId",
    permission: "manageAccessKeys",
    role: "admin",
    summary: "change what is given; `null` takes a limit away; its tokens follow at once",
    body: {
      name: name.optional(),
      scopes: scopes.optional(),
      agentIds: LIMITS.agentIds.nullable().optional(),
      networks: LIMITS.networks.nullable().optional(),
      origins: LIMITS.origins.nullable().optional(),
    },
    answer: keyAnswer,
    async run({ services, caller, params, body }) {
      const { keyId } = await keptKey(services.store, caller, params["keyId"]);
      return present(await changeAccessKey(managing(services), keyId, body));
    },
  }),
  operation({
    route: "POST /access-keys/:keyId/rotate",
    permission: "manageAccessKeys",
    role: "admin",
    summary: "give it another secret, shown this once; the one before and all its tokens are void",
    answer: shownKey,
    async run({ services, caller, params }) {
      const { keyId } = await keptKey(services.store, caller, params["keyId"]);
      const made = await rotateAccessKey(managing(services), keyId);
      return { accessKey: present(made.key), secret: made.secret };
    },
  }),
  operation({
    route: "POST /access-keys/:keyId/disable",
    permission: "manageAccessKeys",
    role: "admin",
    summary: "shut it out with every token it got",
    answer: keyAnswer,
    async run({ services, caller, params }) {
      const { keyId } = await keptKey(services.store, caller, params["keyId"]);
      return present(await disableAccessKey(managing(services), keyId));
    },
  }),
  operation({
    route: "POST /access-keys/:keyId/enable",
    permission: "manageAccessKeys",
    role: "admin",
    summary: "let it in again; tokens got before stay void",
    answer: keyAnswer,
    async run({ services, caller, params }) {
      const { keyId } = await keptKey(services.store, caller, params["keyId"]);
      return present(await enableAccessKey(managing(services), keyId));
    },
  }),
];

function managing({ store }: ConsoleServices) {
  return { store, now: () => new Date() };
}

/** A key of a workspace that the caller looks after. Rejects with `not_found` for those of others. */
async function keptKey(
  { accessKeys }: Pick<Store, "accessKeys">,
  caller: TokenCaller,
  keyId: string | undefined,
): Promise<AccessKey> {
  const key = keyId === undefined ? undefined : await accessKeys.findByKeyId(keyId);
  const isSeen = caller.memberships.some(({ workspaceId }) => workspaceId === key?.workspaceId);
  if (key === undefined || !isSeen) throw new DomainError("not_found", "there is no such access key");
  requireKeeper(caller, key.workspaceId);
  return key;
}

/** Without its secret. */
function present(key: AccessKey) {
  return {
    keyId: key.keyId,
    name: key.name,
    workspaceId: formatId(key.workspaceId),
    scopes: key.scopes,
    agentIds: key.agentIds?.map(formatId) ?? null,
    networks: key.networks ?? null,
    origins: key.origins ?? null,
    isFromFile: key.isFromFile,
    createdAt: key.createdAt,
    lastUsedAt: key.lastUsedAt ?? null,
    disabledAt: key.disabledAt ?? null,
  };
}
