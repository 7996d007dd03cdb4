import { recordChange } from "../../access/audit.ts";
import type { TokenCaller } from "../../domain/access.ts";
import type {
  AgentId,
  ConversationId,
  DeliveryId,
  EndpointId,
  EvaluationCaseId,
  EvaluationId,
  EvaluationSetId,
  ReplayId,
  WorkflowRunId,
  WorkspaceId,
} from "../../domain/ids.ts";
import type { Call } from "../../http/route.ts";
import type { Store } from "../../storage/store.ts";
import { idOf } from "./wire.ts";

/** An operation that may change something, as it was called. */
interface Calling {
  method: Call["method"];
  path: string;
  role: string;
  params: Record<string, string>;
  query: object;
  body: object;
}

/** What is changed where. */
export interface ChangePlace {
  action: string;
  /** As far as the path tells. */
  subject: string;
  /** Names of what the body gives. */
  fields: string[];
  workspaceId?: WorkspaceId;
}

/** What only reads although it is no GET, what is tried, and what is said in chats, where the conversation tells. */
const UNRECORDED = /^\/(turns|workflow-graphs)\/|\/draft-chat$|^\/models\/test$|\/test$/;

/** Whether the audit log has what an operation does. */
export function isRecorded({ method, path, role }: Pick<Calling, "method" | "path" | "role">): boolean {
  return method !== "GET" && role !== "viewer" && !UNRECORDED.test(path);
}

/** Where an operation is about to change something; undefined: it changes nothing that is written down. */
export async function placeOfChange(
  store: Store,
  caller: TokenCaller,
  { method, path, role, params, query, body }: Calling,
): Promise<ChangePlace | undefined> {
  if (!isRecorded({ method, path, role })) return undefined;
  const workspaceId =
    namedPlace(body) ??
    namedPlace(query) ??
    (await placeOfThing(store, caller, { ...idsIn(body), ...params })) ??
    homeOf(caller);
  return {
    action: `${method} ${path}`,
    subject: subjectOf(path, params),
    fields: Object.entries(body).flatMap(([name, value]) => (value === undefined ? [] : [name])),
    ...(workspaceId !== undefined && { workspaceId }),
  };
}

/** Writes down that it happened. */
export async function recordOperation(
  store: Pick<Store, "audit" | "newId" | "flushed">,
  caller: Pick<TokenCaller, "user" | "token">,
  {
    place,
    call,
    answer,
  }: { place: ChangePlace; call: Pick<Call, "requestId" | "clientAddress">; answer: unknown },
): Promise<void> {
  const { subject, ...rest } = place;
  const made = madeBy(answer);
  await recordChange(store, caller, {
    ...rest,
    family: "console",
    subject: subject.includes("/") || made === undefined ? subject : `${subject}/${made}`,
    requestId: call.requestId,
    address: call.clientAddress,
  });
}

/** `agents/123` of `/agents/:agentId/publish`; `agents` of `/agents`. */
function subjectOf(path: string, params: Record<string, string>): string {
  const parts = path.split("/").filter((part) => part !== "");
  const last = parts.findLastIndex((part) => part.startsWith(":"));
  if (last < 1) return parts[0] ?? "";
  const id = params[(parts[last] ?? "").slice(1)] ?? "";
  return `${parts[last - 1]}/${id}`.slice(0, 200);
}

/** The id of what was made, where the answer shows it. */
function madeBy(answer: unknown): string | undefined {
  if (typeof answer !== "object" || answer === null) return undefined;
  const things = [answer, ...Object.values(answer)];
  for (const thing of things) {
    if (typeof thing !== "object" || thing === null) continue;
    const id = ID_NAMES.map((name) => thing[name as keyof typeof thing] as unknown).find(isText);
    if (id !== undefined) return id;
  }
  return undefined;
}

const ID_NAMES = ["id", "clientId", "keyId", "userId"];

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function namedPlace(given: object): WorkspaceId | undefined {
  const named: unknown = "workspaceId" in given ? given.workspaceId : undefined;
  return typeof named === "number" ? (named as WorkspaceId) : undefined;
}

/** Things that the body names by their ids. */
function idsIn(body: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(body).flatMap(([name, value]) =>
      name.endsWith("Id") && typeof value === "number" ? [[name, String(value)]] : [],
    ),
  );
}

/** Callers of one workspace need no looking. */
async function placeOfThing(
  store: Store,
  { memberships }: TokenCaller,
  params: Record<string, string>,
): Promise<WorkspaceId | undefined> {
  if (memberships.length < 2) return undefined;
  for (const [name, text] of Object.entries(params)) {
    const place = await PLACES[name]?.(store, text);
    if (memberships.some(({ workspaceId }) => workspaceId === place)) return place;
  }
  return undefined;
}

const placeOfSet: Finder = async ({ evaluations }, text) =>
  (await evaluations.findSet(idOf<EvaluationSetId>(text)))?.workspaceId;

const placeOfAgent: Finder = async ({ agents }, text) =>
  (await agents.find(idOf<AgentId>(text)))?.workspaceId;

type Finder = (store: Store, text: string) => Promise<WorkspaceId | undefined>;

/** Where things are that paths name. What is not here is of no workspace, and written down in the caller's oldest. */
const PLACES: Readonly<Record<string, Finder>> = {
  workspaceId: async (_, text) => idOf<WorkspaceId>(text),
  agentId: placeOfAgent,
  workflowId: placeOfAgent,
  endpointId: async ({ endpoints }, text) => (await endpoints.find(idOf<EndpointId>(text)))?.workspaceId,
  deliveryId: async ({ outbox }, text) => (await outbox.findDelivery(idOf<DeliveryId>(text)))?.workspaceId,
  replayId: async ({ replays, endpoints }, text) => {
    const replay = await replays.find(idOf<ReplayId>(text));
    return replay && (await endpoints.find(replay.endpointId))?.workspaceId;
  },
  conversationId: async ({ conversations }, text) =>
    (await conversations.get(idOf<ConversationId>(text)))?.workspaceId,
  setId: placeOfSet,
  caseId: async (store, text) => {
    const found = await store.evaluations.findCase(idOf<EvaluationCaseId>(text));
    return found && placeOfSet(store, String(found.setId));
  },
  evaluationId: async ({ evaluations }, text) =>
    (await evaluations.find(idOf<EvaluationId>(text)))?.workspaceId,
  keyId: async ({ accessKeys }, text) => (await accessKeys.findByKeyId(text))?.workspaceId,
  runId: async ({ workflowRuns }, text) => (await workflowRuns.get(idOf<WorkflowRunId>(text)))?.workspaceId,
};

function homeOf({ memberships }: TokenCaller): WorkspaceId | undefined {
  return memberships[0]?.workspaceId;
}
