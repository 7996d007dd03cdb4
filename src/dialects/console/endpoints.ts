import { z } from "zod";
import { openHeaders } from "../../callbacks/endpoint-secrets.ts";
import {
  createEndpoint,
  deleteEndpoint,
  disableEndpoint,
  enableEndpoint,
  pauseEndpoint,
  resumeEndpoint,
  rotateSecret,
  updateEndpoint,
} from "../../callbacks/endpoints.ts";
import { readEventType } from "../../callbacks/events.ts";
import { invalid } from "../../callbacks/invalid-setting.ts";
import { sendTestEvent } from "../../callbacks/test-event.ts";
import type { Rating } from "../../domain/conversation.ts";
import type { Endpoint, EndpointKind } from "../../domain/endpoint.ts";
import type { EventType } from "../../domain/event.ts";
import type { AgentId, EndpointId, WorkspaceId } from "../../domain/ids.ts";
import {
  deliveryAnswer,
  ENDPOINT_COUNT_LIMIT,
  endpointAnswer,
  endpointSecretAnswer,
} from "./callback-answers.ts";
import { type ConsoleServices, type Operation, operation } from "./operation.ts";
import { presentDelivery, presentEndpoint, presentSecrets } from "./present.ts";
import { keptEndpoint, requireKeeper, requireWholeReach } from "./reach.ts";
import { pageOf, pageOfSchema, paging, wireId, wireInteger, wireText } from "./wire.ts";

/** A type of the catalogue; whether endpoints may subscribe to it is the room's to say. */
export const wireEventType = z.string().transform((text, context): EventType => {
  const type = readEventType(text);
  if (type !== undefined) return type;
  context.addIssue(`unknown event type ${text.slice(0, 100)}`);
  return z.NEVER;
});

const KINDS = ["standard", "insight", "coze", "coze-channel"] as const satisfies EndpointKind[];
/** Both of those that belong to the workspace. */
const OF_WORKSPACE = "workspace";
const FAILED_LATELY_MS = 7 * 24 * 3_600_000;
/** Those of workspaces, which are made here. */
const WORKSPACE_KINDS = ["standard", "insight"] as const satisfies EndpointKind[];
const RATINGS = ["none", "like", "dislike"] as const satisfies Rating[];

const workspaceId = wireId<WorkspaceId>("The workspace. Absent: the caller's oldest.").optional();

const PEM_LIMIT = 32_768;
const SETTINGS = {
  name: wireText().describe("For people, 1 to 128 characters."),
  url: wireText().describe(
    "Where events are sent: `https:`, or `http:` in a private network that is allowed. Of `insight` without a path: `/v1/bot-message/feedback`.",
  ),
  eventTypes: z
    .array(wireEventType)
    .describe(
      "What it gets; see `GET /api/event-types`. Of `insight` always `feedback.changed`, also when absent.",
    ),
  agentIds: z.array(wireId<AgentId>("An agent.")).describe("Only events of these agents. Empty: all."),
  headers: z
    .record(z.string(), wireText())
    .describe("Sent along with every attempt. Never shown again, only their names."),
  timeoutMs: wireInteger.describe(
    "For the whole exchange: 3000 to 30000, 15000 when absent; of `insight` 1000 to 30000, 10000 when absent.",
  ),
  maxInFlight: wireInteger.describe("Most attempts at once: 1 to 64, 4 when absent; of `insight` 8."),
  isOrdered: z
    .boolean()
    .describe(
      "Whether an event waits until the one before it about the same subject was delivered or given up. Of `insight` always.",
    ),
  isCoalescing: z
    .boolean()
    .describe(
      "Whether a change takes the place of an earlier one of the same answer and rater that is not delivered yet; true when absent. Only of `insight`.",
    ),
  feedback: z
    .strictObject({
      ratings: z
        .array(z.enum(RATINGS))
        .describe("Only changes to these; `none`: a rating was taken back. All when absent.")
        .optional(),
      historyLimit: wireInteger
        .describe("Newest messages of the conversation that come along: 0 to 200, 50 when absent.")
        .optional(),
      isStrict: z
        .boolean()
        .describe(
          "Nothing beside the documented types and members, true when absent; false: also what senders of triggers called them.",
        )
        .optional(),
    })
    .describe("What it is told of ratings; what is absent stays as it is. Only of `insight`."),
  isAsymmetric: z
    .boolean()
    .describe(
      "Whether attempts are signed with the installation's own Ed25519 keys too (`v1a`); their public halves are at `GET /.well-known/webhook-jwks.json`.",
    ),
};
const OPTIONAL_SETTINGS = {
  ratePerSecond: wireInteger.describe("Most attempts begun in a second: 1 to 1000."),
  retryDelaysMs: z
    .array(z.int())
    .describe("Milliseconds before each further attempt, at most 20. The standard schedule otherwise."),
  clientCertificate: z
    .strictObject({ certificate: wireText(PEM_LIMIT), key: wireText(PEM_LIMIT) })
    .describe(
      "What receivers that ask for a client certificate are shown: `certificate` and `key`, both PEM. Never shown again, only whose it is and until when it is good.",
    ),
};
const { name, url, eventTypes, ...furtherSettings } = SETTINGS;

export const endpointOperations: Operation[] = [
  operation({
    route: "GET /endpoints",
    permission: "viewCallbacks",
    role: "admin",
    summary: "endpoints of a workspace, or the caller's own callback apps, oldest first",
    query: {
      kind: z
        .enum([...KINDS, OF_WORKSPACE], { error: `must be one of ${[...KINDS, OF_WORKSPACE].join(", ")}` })
        .default("standard")
        .describe(
          "`standard`, `insight`: those of the workspace, `workspace`: both; `coze`, `coze-channel`: the caller's callback apps.",
        ),
      workspaceId,
      ...paging,
    },
    answer: pageOfSchema(endpointAnswer),
    async run({ services, caller, query }) {
      const { store } = services;
      const { limit, cursor, kind } = query;
      const isOfWorkspace = kind !== "coze" && kind !== "coze-channel";
      if (!isOfWorkspace) requireWholeReach(caller);
      const found = await store.endpoints.list({
        kinds: kind === OF_WORKSPACE ? [...WORKSPACE_KINDS] : [kind],
        ...(isOfWorkspace
          ? { workspaceId: requireKeeper(caller, query.workspaceId) }
          : { ownerId: caller.user.id }),
        limit: limit + 1,
        ...(cursor !== undefined && { after: cursor as EndpointId }),
      });
      return pageOf(found, limit, await presenter(services, found));
    },
  }),
  operation({
    route: "POST /endpoints",
    permission: "manageCallbacks",
    role: "admin",
    summary: "make an endpoint; its secret is shown this once",
    body: {
      kind: z
        .enum(WORKSPACE_KINDS, { error: `must be one of ${WORKSPACE_KINDS.join(", ")}` })
        .default("standard")
        .describe(
          "`standard`: our own bodies; `insight`: ratings alone, as the feedback callback of the Insight family, at most ten in a workspace.",
        ),
      workspaceId,
      name,
      url: url.optional(),
      eventTypes: eventTypes.optional(),
      ...partial(furtherSettings),
      ...partial(OPTIONAL_SETTINGS),
      secret: wireText().describe("`whsec_` and 24 to 64 bytes in base64. Absent: one is made.").optional(),
    },
    answer: z.object({ endpoint: endpointAnswer, secret: z.string() }),
    async run({ services, caller, body }) {
      if (body.kind === "standard" && body.eventTypes === undefined)
        throw invalid("eventTypes", "is required");
      const made = await createEndpoint(services, {
        ...body,
        ownerId: caller.user.id,
        workspaceId: requireKeeper(caller, body.workspaceId),
      });
      return { endpoint: await presentOne(services, made.endpoint), secret: made.secret };
    },
  }),
  operation({
    route: "GET /endpoints/:endpointId",
    permission: "viewCallbacks",
    role: "admin",
    summary: "one endpoint and how it has been lately",
    answer: endpointAnswer,
    async run({ services, caller, params }) {
      return presentOne(services, await keptEndpoint(services.store, caller, params["endpointId"]));
    },
  }),
  operation({
    route: "PATCH /endpoints/:endpointId",
    permission: "manageCallbacks",
    role: "admin",
    summary: "change what is given; null takes a limit away, or brings back the one of its kind",
    body: {
      ...partial(SETTINGS),
      timeoutMs: furtherSettings.timeoutMs.nullable().optional(),
      maxInFlight: furtherSettings.maxInFlight.nullable().optional(),
      ratePerSecond: OPTIONAL_SETTINGS.ratePerSecond.nullable().optional(),
      retryDelaysMs: OPTIONAL_SETTINGS.retryDelaysMs.nullable().optional(),
      clientCertificate: OPTIONAL_SETTINGS.clientCertificate.nullable().optional(),
    },
    answer: endpointAnswer,
    async run({ services, caller, params, body }) {
      const { id } = await keptEndpoint(services.store, caller, params["endpointId"]);
      return presentOne(services, await updateEndpoint(services, id, body));
    },
  }),
  operation({
    route: "DELETE /endpoints/:endpointId",
    permission: "manageCallbacks",
    role: "admin",
    summary: "delete an endpoint; what was to be sent to it is dropped",
    async run({ services, caller, params }) {
      const { id } = await keptEndpoint(services.store, caller, params["endpointId"]);
      await deleteEndpoint(services, id);
    },
  }),
  operation({
    route: "POST /endpoints/:endpointId/secrets",
    permission: "manageCallbacks",
    role: "admin",
    summary: "sign with another secret; it is shown this once",
    body: {
      secret: wireText().describe("`whsec_…`. Absent: one is made.").optional(),
      overlapHours: wireInteger
        .describe("How long the earlier ones stay valid: 0 to 168, 24 when absent.")
        .optional(),
    },
    answer: z.object({ secret: z.string(), secrets: z.array(endpointSecretAnswer) }),
    async run({ services, caller, params, body: { secret, overlapHours } }) {
      const { id } = await keptEndpoint(services.store, caller, params["endpointId"]);
      const rotated = await rotateSecret(services, id, {
        ...(secret !== undefined && { secret }),
        ...(overlapHours !== undefined && { overlapHours }),
      });
      return { secret: rotated.secret, secrets: presentSecrets(rotated.endpoint, services.secretKey) };
    },
  }),
  stateOperation("pause", "send nothing until it is resumed; events wait", pauseEndpoint),
  stateOperation("resume", "end a pause", resumeEndpoint),
  operation({
    route: "POST /endpoints/:endpointId/disable",
    permission: "manageCallbacks",
    role: "admin",
    summary: "send nothing and hold what comes until it is enabled",
    body: { reason: wireText(1_000).default("").describe("For people.") },
    answer: endpointAnswer,
    async run({ services, caller, params, body }) {
      const { id } = await keptEndpoint(services.store, caller, params["endpointId"]);
      return presentOne(
        services,
        await disableEndpoint(services, id, body.reason || `by ${caller.user.name}`),
      );
    },
  }),
  operation({
    route: "POST /endpoints/:endpointId/enable",
    permission: "manageCallbacks",
    role: "admin",
    summary: "send again",
    body: {
      held: z
        .enum(["deliver", "drop"], { error: "must be deliver or drop" })
        .describe("What becomes of what was held: `deliver` or `drop`."),
    },
    answer: endpointAnswer,
    async run({ services, caller, params, body }) {
      const { id } = await keptEndpoint(services.store, caller, params["endpointId"]);
      return presentOne(services, await enableEndpoint(services, id, body.held));
    },
  }),
  operation({
    route: "POST /endpoints/:endpointId/test",
    permission: "manageCallbacks",
    role: "admin",
    summary: "send the example of an event; answers with its delivery",
    body: { type: wireEventType.describe("Which event.") },
    answer: deliveryAnswer,
    async run({ services, caller, params, body }) {
      const endpoint = await keptEndpoint(services.store, caller, params["endpointId"]);
      const workspaceId = endpoint.workspaceId ?? requireKeeper(caller, undefined);
      const { type } = body;
      return presentDelivery(await sendTestEvent(services, { endpointId: endpoint.id, type, workspaceId }));
    },
  }),
];

function stateOperation(
  word: "pause" | "resume",
  summary: string,
  change: (services: ConsoleServices, id: EndpointId) => Promise<Endpoint>,
): Operation {
  return operation({
    route: `POST /endpoints/:endpointId/${word}`,
    permission: "manageCallbacks",
    role: "admin",
    summary,
    answer: endpointAnswer,
    async run({ services, caller, params }) {
      const { id } = await keptEndpoint(services.store, caller, params["endpointId"]);
      return presentOne(services, await change(services, id));
    },
  });
}

/** One endpoint, as every operation shows it. */
export async function presentOne(services: ConsoleServices, endpoint: Endpoint) {
  return (await presenter(services, [endpoint]))(endpoint);
}

async function presenter({ store, secretKey }: ConsoleServices, endpoints: readonly Endpoint[]) {
  const ids = endpoints.map(({ id }) => id);
  const health = await store.endpoints.health(ids);
  const counts = await store.outbox.endpointCounts(ids, {
    failedSince: new Date(Date.now() - FAILED_LATELY_MS),
    limit: ENDPOINT_COUNT_LIMIT,
  });
  return (endpoint: Endpoint) =>
    presentEndpoint(endpoint, {
      health: health.find(({ endpointId }) => endpointId === endpoint.id),
      counts: counts[ids.indexOf(endpoint.id)],
      secretKey,
      headers: openHeaders(secretKey, endpoint),
    });
}

/** Every one may be left out. */
function partial<Shape extends Record<string, z.ZodType>>(shape: Shape) {
  return Object.fromEntries(Object.entries(shape).map(([key, type]) => [key, type.optional()])) as {
    [Key in keyof Shape]: z.ZodOptional<Shape[Key]>;
  };
}
