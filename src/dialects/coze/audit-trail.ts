import { recordChange } from "../../access/audit.ts";
import type { TokenCaller } from "../../domain/access.ts";
import type { AgentId, EndpointId, WorkspaceId } from "../../domain/ids.ts";
import type { Call } from "../../http/route.ts";
import type { Store } from "../../storage/store.ts";
import { parseId } from "./ids.ts";

/** What is said, uploaded, run and remembered of end users: the conversations and runs themselves tell of it. */
const TRAFFIC =
  /^\/(v3|v1\/(conversations?|files|variables|workflows?\/(chat|run|stream_run|stream_resume|resume|conversation)))\//;

/** An endpoint as it was called. */
interface Calling {
  method: Call["method"];
  path: string;
  params: Record<string, string>;
  body: object;
}

/** What is changed where. */
interface ChangePlace {
  action: string;
  /** As far as the request tells. */
  subject: string;
  /** Names of what the body gives. */
  fields: string[];
  workspaceId?: WorkspaceId;
}

/** Whether the audit log has what an endpoint does that changes something. */
export function isRecorded(method: Call["method"], path: string): boolean {
  return method !== "GET" && !TRAFFIC.test(`${path}/`);
}

/** Where an endpoint is about to change something: where the thing is, the caller's oldest workspace otherwise. */
export async function placeOfChange(
  store: Store,
  { memberships }: Pick<TokenCaller, "memberships">,
  { method, path, params, body }: Calling,
): Promise<ChangePlace> {
  const given = { ...body, ...params };
  const workspaceId = (await placeOf(store, given)) ?? memberships[0]?.workspaceId;
  return {
    action: `${method} ${path}`,
    subject: subjectOf(given) ?? path.split("/")[2] ?? "",
    fields: Object.entries(body).flatMap(([name, value]) => (value === undefined ? [] : [name])),
    ...(workspaceId !== undefined && { workspaceId }),
  };
}

/** Writes down that it happened. `made`: what it answered inside the envelope. */
export async function recordEndpoint(
  store: Store,
  caller: TokenCaller,
  {
    place,
    call,
    path,
    made,
  }: { place: ChangePlace; call: Pick<Call, "requestId" | "clientAddress">; path: string; made: unknown },
): Promise<void> {
  await recordChange(store, caller, {
    ...place,
    subject: madeBy(path, made) ?? place.subject,
    family: "coze",
    requestId: call.requestId,
    address: call.clientAddress,
  });
}

/** What the console calls the things that are named so, the one first that a change is about. */
const KINDS = {
  bot_id: "agents",
  workflow_id: "workflows",
  entity_id: "agents",
  template_id: "agents",
  api_app_id: "endpoints",
  connector_id: "channels",
  workspace_id: "workspaces",
  space_id: "workspaces",
} as const;

function subjectOf(given: object): string | undefined {
  for (const [name, kind] of Object.entries(KINDS)) {
    const id = idIn(given, name);
    if (id !== undefined) return `${kind}/${id}`;
  }
  return undefined;
}

/** What an endpoint makes whose answer says no more of it than `id`. */
const MADE: Readonly<Record<string, string>> = {
  "/v1/api_apps": "endpoints",
  "/v1/workspaces": "workspaces",
};

function madeBy(path: string, made: unknown): string | undefined {
  if (typeof made !== "object" || made === null) return undefined;
  const id = idIn(made, "id");
  return id !== undefined && MADE[path] !== undefined ? `${MADE[path]}/${id}` : subjectOf(made);
}

async function placeOf({ agents, endpoints }: Store, given: object): Promise<WorkspaceId | undefined> {
  for (const name of ["to_workspace_id", "workspace_id", "space_id"]) {
    const named = idIn<WorkspaceId>(given, name);
    if (named !== undefined) return named;
  }
  for (const name of ["bot_id", "workflow_id", "entity_id"]) {
    const named = idIn<AgentId>(given, name);
    if (named !== undefined) return (await agents.find(named))?.workspaceId;
  }
  const app = idIn<EndpointId>(given, "api_app_id");
  return app && (await endpoints.find(app))?.workspaceId;
}

function idIn<Id extends number>(given: object, name: string): Id | undefined {
  const value: unknown = given[name as keyof typeof given];
  return typeof value === "number" || typeof value === "string" ? parseId<Id>(String(value)) : undefined;
}
